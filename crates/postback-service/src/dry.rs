//! The dry run: logs what would be sent, and sends nothing.

use crate::shared::Shared;
use crate::work::{failed, goes_on};
use postback::delivery::{Delivery, DeliveryRow, DeliveryState};
use postback::port::{DeliveryFilter, PageRequest, StoreError};
use postback::value::DeliveryId;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{sync::watch, time::sleep};

/// How many deliveries are read at once.
const PAGE: u32 = 100;
/// The longest wait until the next look, since another node may have added to the outbox.
const POLL: Duration = Duration::from_secs(1);

/// Shows what would be sent until the service is told to stop.
pub(crate) async fn show(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    tracing::warn!("dry run: nothing is sent, and what is decided stays queued");
    let mut shown = Shown::default();
    while goes_on(&stop) {
        if let Err(error) = shown.show(&shared).await {
            failed("deliveries were not shown", &error);
        }
        tokio::select! {
            // The service was told to stop, or is gone.
            _ = stop.wait_for(|stop| *stop) => return,
            () = shared.wake.notified() => {}
            () = sleep(POLL) => {}
        }
    }
}

/// The deliveries that were shown since the service began.
#[derive(Debug, Default)]
struct Shown(BTreeSet<DeliveryId>);

impl Shown {
    /// Shows queued deliveries that were not shown yet, the oldest first, with one line in the log
    /// for each request. Nothing is leased or settled, so that the deliveries stay as they are.
    ///
    /// # Errors
    /// [`StoreError`]: the store failed. What was not read is shown the next time.
    async fn show(&mut self, shared: &Shared) -> Result<(), StoreError> {
        let queued = DeliveryFilter::in_state(DeliveryState::Queued);
        let mut page = PageRequest::first(PAGE);
        let mut new: Vec<DeliveryRow> = Vec::new();
        // The newest come first, so that the first page without a new one is the last.
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

/// Logs a request, with names in place of secrets, personal values and the time.
fn line(row: &DeliveryRow) {
    let Delivery {
        id, cause, outbound, ..
    } = &row.delivery;
    let postback = cause.rule().map_or("", |(_, postback)| postback.as_str());
    let body = outbound.shown_body();
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
