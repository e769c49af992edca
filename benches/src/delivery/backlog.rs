//! How many deliveries a second go out while many wait.

use super::{
    Receivers,
    sending::{Sending, client, open},
};
use crate::load::{Failure, Rate, scratch};
use postback::Timestamp;
use postback::delivery::{Cause, Delivery, Lane};
use postback::model::Method;
use postback::outbound::{HoledText, Outbound};
use postback::plan::Commit;
use postback::port::{HttpClient, Store};
use postback::value::DeliveryId;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep},
};

/// How many requests the service has under way at most.
pub const PLACES: u32 = 64;

/// So many deliveries that wait, for the receivers in turn.
#[derive(Debug, Clone, Copy)]
pub struct Backlog {
    /// How many.
    pub deliveries: u64,
}

impl Backlog {
    /// From the start of the service to the last verdict, or to the last arrival where one receiver
    /// hangs. Only what goes to receivers that answer counts.
    ///
    /// # Errors
    /// Trouble of the disk or of the network.
    pub async fn ours(&self, receivers: &Receivers) -> Result<Rate, Failure> {
        let folder = scratch()?;
        let store = open(folder.path())?;
        let now = Timestamp::from_unix_seconds(1_780_000_000)?;
        let each: Vec<u64> = (0..self.deliveries).collect();
        for numbers in each.chunks(500) {
            let mut commit = Commit::of(Vec::new(), now);
            for number in numbers {
                let id = DeliveryId::from_parts(now, &[&number.to_string()]);
                let lane = Lane::new(&format!("http://{}", receivers.address(*number)?));
                let request = Outbound::new(Method::Get, HoledText::plain(receivers.url(*number)?));
                let delivery = Delivery::new(id, Cause::notice("bench"), lane, now, request);
                commit.outbox.push(delivery);
            }
            store.commit(&commit).await?;
        }
        drop(store);
        let (started, wanted) = (Instant::now(), receivers.answered(self.deliveries)?);
        let sending = Sending::start(&receivers.addresses, folder.path()).await?;
        arrived(receivers, wanted).await;
        if receivers.one_hangs {
            let took = started.elapsed();
            sending.abandon();
            return Ok(Rate::new(usize::try_from(wanted)?, took));
        }
        sending.stop().await?;
        Ok(Rate::new(usize::try_from(wanted)?, started.elapsed()))
    }

    /// By the same client, so many at once, without a store.
    ///
    /// # Errors
    /// Trouble of the network.
    pub async fn plain(&self, receivers: &Receivers, at_once: u32) -> Result<Rate, Failure> {
        let places = Arc::new(Semaphore::new(usize::try_from(at_once)?));
        let (client, started) = (Arc::new(client()?), Instant::now());
        for number in 0..self.deliveries {
            let place = places.clone().acquire_owned().await?;
            let request = http::Request::get(receivers.url(number)?).body(Default::default())?;
            let client = client.clone();
            tokio::spawn(async move {
                let answered = client.send(request).await;
                drop(place);
                answered.is_ok()
            });
        }
        let wanted = receivers.answered(self.deliveries)?;
        arrived(receivers, wanted).await;
        if !receivers.one_hangs {
            let _all = places.acquire_many(at_once).await?;
        }
        Ok(Rate::new(usize::try_from(wanted)?, started.elapsed()))
    }
}

/// Waits until the receivers have so many.
async fn arrived(receivers: &Receivers, wanted: u64) {
    while receivers.arrivals.told() < wanted {
        sleep(Duration::from_millis(1)).await;
    }
}
