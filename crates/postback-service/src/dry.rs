//! A dry run: what would be sent is shown, and nothing is sent.

use crate::shared::Shared;
use crate::work::{failed, goes_on};
use postback::delivery::{Cause, Delivery, DeliveryRow, DeliveryState};
use postback::port::{DeliveryFilter, PageRequest, StoreError};
use postback::value::DeliveryId;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{sync::watch, time::sleep};

/// How many deliveries are read at once.
const PAGE: u32 = 100;
/// The longest sleep: another node may have put something into the outbox.
const POLL: Duration = Duration::from_secs(1);

/// Shows what would be sent until it is told to stop.
pub(crate) async fn show(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    tracing::warn!("dry run: nothing is sent, and what is decided stays queued");
    let mut shown = Shown::default();
    while goes_on(&stop) {
        if let Err(error) = shown.show(&shared).await {
            failed("deliveries were not shown", &error);
        }
        tokio::select! {
            // Told to stop, or the service is gone.
            _ = stop.wait_for(|stop| *stop) => return,
            () = shared.wake.notified() => {}
            () = sleep(POLL) => {}
        }
    }
}

/// What was shown since the service began.
#[derive(Debug, Default)]
struct Shown(BTreeSet<DeliveryId>);

impl Shown {
    /// Shows what is queued and was not shown yet, the oldest first: a line of the log for each
    /// request. Nothing is leased and nothing is settled, so it stays as it is.
    ///
    /// # Errors
    /// [`StoreError`]: what was not read is shown the next time.
    async fn show(&mut self, shared: &Shared) -> Result<(), StoreError> {
        let queued = DeliveryFilter::in_state(DeliveryState::Queued);
        let mut page = PageRequest::first(PAGE);
        let mut new: Vec<DeliveryRow> = Vec::new();
        // The newest come first, so a page without a new one ends it.
        loop {
            let found = shared.stores.inspect.deliveries(&queued, &page).await?;
            let known = new.len();
            let rows = found.items.into_iter();
            new.extend(rows.filter(|row| !self.0.contains(&row.delivery.id)));
            match found.next {
                Some(next) if new.len() > known => page.after = next,
                _ => break,
            }
        }
        for row in new.into_iter().rev() {
            line(&row);
            self.0.insert(row.delivery.id);
        }
        Ok(())
    }
}

/// In place of a secret, a personal value or the time stands its name.
fn line(row: &DeliveryRow) {
    let Delivery {
        id, cause, outbound, ..
    } = &row.delivery;
    let postback = match cause {
        Cause::Postback { postback, .. } => postback.as_str(),
        _ => "",
    };
    let body = outbound.body.as_ref().map(ToString::to_string);
    tracing::info!(
        delivery = %id,
        postback,
        due = %row.due_at,
        method = outbound.method.as_str(),
        url = %outbound.url,
        body,
        "dry run: not sent"
    );
}
