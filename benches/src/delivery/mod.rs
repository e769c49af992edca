//! Deliveries to receivers on this machine, by a service and by the same client without a store.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "small numbers of a program that measures"
)]

mod backlog;
mod sending;
mod steady;

pub use backlog::{Backlog, PLACES};
pub use steady::{Steady, Waited};

use crate::load::{Arrivals, Failure, Manner, receiver};
use std::{net::SocketAddr, time::Duration};

/// Receivers, each of which is a lane; all answer after the same time, or one of them never does.
#[derive(Debug)]
pub struct Receivers {
    addresses: Vec<SocketAddr>,
    arrivals: Arrivals,
    one_hangs: bool,
}

impl Receivers {
    /// Starts them.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(count: u64, latency: Duration, one_hangs: bool) -> Result<Self, Failure> {
        let arrivals = Arrivals::default();
        let mut addresses = Vec::new();
        for number in 0..count {
            let manner = match number {
                0 if one_hangs => Manner::Hangs,
                _ => Manner::Answers(latency),
            };
            addresses.push(receiver(manner, &arrivals).await?);
        }
        Ok(Self {
            addresses,
            arrivals,
            one_hangs,
        })
    }

    fn place(&self, number: u64) -> Result<usize, Failure> {
        Ok(usize::try_from(number)? % self.addresses.len())
    }

    /// Where the postback of a number goes.
    fn address(&self, number: u64) -> Result<SocketAddr, Failure> {
        Ok(self.addresses[self.place(number)?])
    }

    fn url(&self, number: u64) -> Result<String, Failure> {
        Ok(format!("http://{}/log?n={number}", self.address(number)?))
    }

    /// Whether the receiver of a number answers.
    fn answers(&self, number: u64) -> Result<bool, Failure> {
        Ok(!self.one_hangs || self.place(number)? > 0)
    }

    /// How many of so many deliveries go to receivers that answer.
    fn answered(&self, deliveries: u64) -> Result<u64, Failure> {
        let mut count = 0;
        for number in 0..deliveries {
            count += u64::from(self.answers(number)?);
        }
        Ok(count)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_way_delivers_all_that_goes_to_receivers_that_answer() {
        for one_hangs in [false, true] {
            let receivers = async || Receivers::start(4, Duration::from_millis(1), one_hangs).await.unwrap();
            let wanted = if one_hangs { 30 } else { 40 };
            let backlog = Backlog { deliveries: 40 };
            let ours = receivers().await;
            backlog.ours(&ours).await.unwrap();
            assert_eq!(ours.arrivals.told(), wanted, "{one_hangs}");
            let steady = Steady { rate: 20, seconds: 1 };
            let wanted = if one_hangs { 60 } else { 80 };
            let waited = steady.ours(&receivers().await).await.unwrap();
            assert_eq!((waited.arrived, waited.of), (wanted, wanted), "{one_hangs}");
            let waited = steady.plain(&receivers().await).await.unwrap();
            assert_eq!((waited.arrived, waited.of), (wanted, wanted), "{one_hangs}");
        }
        for places in [1, PLACES] {
            let receivers = Receivers::start(4, Duration::ZERO, false).await.unwrap();
            Backlog { deliveries: 40 }.plain(&receivers, places).await.unwrap();
            assert_eq!(receivers.arrivals.told(), 40);
        }
    }
}
