//! How long a postback waits where conversions come at a steady rate: from when one was due to when
//! its receiver had the postback.

use super::{
    Receivers,
    sending::{Sending, client},
};
use crate::load::{Failure, Percentiles, scratch};
use postback::port::HttpClient;
use postback_service::Visitor;
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};

/// Conversions for each receiver.
#[derive(Debug, Clone, Copy)]
pub struct Steady {
    /// How many a second for each.
    pub rate: u64,
    /// For how long.
    pub seconds: u64,
}

/// How long those waited that went to receivers that answer.
#[derive(Debug)]
pub struct Waited {
    /// How many arrived.
    pub arrived: u64,
    /// How many were sent.
    pub of: u64,
    /// From when each was due to when it was received.
    pub latencies: Percentiles,
}

impl fmt::Display for Waited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} arrived; {}", self.arrived, self.of, self.latencies)
    }
}

impl Steady {
    /// Through a service: each conversion is decided and committed, and its postback is delivered.
    ///
    /// # Errors
    /// Trouble of the disk or of the network.
    pub async fn ours(&self, receivers: &Receivers) -> Result<Waited, Failure> {
        let folder = scratch()?;
        let sending = Sending::start(&receivers.addresses, folder.path()).await?;
        let mut clicks = Vec::new();
        for number in 0..receivers.addresses.len() {
            let campaign = format!("to-{number}");
            let visitor = Visitor {
                campaign: &campaign,
                ..Visitor::default()
            };
            let routed = sending.service.visit(&visitor).await.map_err(|lost| lost.reason)?;
            clicks.push(routed.click.id);
        }
        let waited = self.come(receivers, |number| {
            let click = &clicks[receivers.place(number)?];
            let query = format!("clickid={click}&sum=8.50&eventid={number}");
            let service = sending.service.clone();
            Ok(async move { Ok(service.postback(None, None, query.as_bytes()).await.taken.map(drop)?) })
        });
        let waited = waited.await?;
        match receivers.one_hangs {
            true => sending.abandon(),
            false => sending.stop().await?,
        }
        Ok(waited)
    }

    /// By the same client, each as soon as it is due, without a store.
    ///
    /// # Errors
    /// Trouble of the network.
    pub async fn plain(&self, receivers: &Receivers) -> Result<Waited, Failure> {
        let client = Arc::new(client()?);
        let send = |number| {
            let request = http::Request::get(receivers.url(number)?).body(Default::default())?;
            let client = client.clone();
            Ok(async move { Ok(client.send(request).await.map(drop)?) })
        };
        self.come(receivers, send).await
    }

    async fn come<F>(&self, receivers: &Receivers, send: impl Fn(u64) -> Result<F, Failure>) -> Result<Waited, Failure>
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let (started, a_second) = (Instant::now(), u64::try_from(receivers.addresses.len())? * self.rate);
        let (mut of, mut calls) = (0, Vec::new());
        for number in 0..a_second * self.seconds {
            let due = started + Duration::from_micros(number * 1_000_000 / a_second);
            sleep_until(due).await;
            let call = tokio::spawn(send(number)?);
            if receivers.answers(number)? {
                receivers.arrivals.expect(number, due);
                of += 1;
                calls.push(call);
            }
        }
        for call in calls {
            call.await??;
        }
        // Whoever has not got its postback half a minute later is missing, and is said to be.
        for _ in 0..3_000 {
            if receivers.arrivals.told() >= of {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(Waited {
            arrived: receivers.arrivals.told(),
            of,
            latencies: receivers.arrivals.latencies.take(),
        })
    }
}
