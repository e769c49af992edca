//! Queues a dead delivery again with the same bytes.

use crate::shared::Shared;
use crate::timely;
use postback::delivery::DeliveryState;
use postback::port::{BoxFuture, DeliveryFilter, PageRequest, Selection, StoreError, Which};
use postback::value::DeliveryId;
use std::time::Duration;
use thiserror::Error;

/// Why a delivery is not queued again.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RequeueError {
    /// No delivery has this id.
    #[error("delivery `{0}` is not known")]
    Unknown(DeliveryId),
    /// The delivery is not dead.
    #[error("delivery `{0}` is {state}; only dead ones are queued again", state = .1.as_str())]
    NotDead(DeliveryId, DeliveryState),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time.
    #[error("the store is not available, try again")]
    Unavailable,
}

pub(crate) async fn one(shared: &Shared, id: &DeliveryId, patience: Duration) -> Result<(), RequeueError> {
    let mut filter = DeliveryFilter::default();
    filter.id = Some(id.clone());
    let page = PageRequest::first(1);
    let known = within(patience, shared.stores.inspect.deliveries(&filter, &page)).await?;
    let known = known.items.into_iter().next();
    let row = known.ok_or_else(|| RequeueError::Unknown(id.clone()))?;
    let selection = Selection::new(Which::One(id.clone()), shared.now());
    let requeued = match row.state {
        DeliveryState::Dead => within(patience, shared.stores.store.requeue(&selection)).await?,
        DeliveryState::Queued | DeliveryState::Accepted | DeliveryState::Delivered => 0,
    };
    if requeued == 0 {
        return Err(RequeueError::NotDead(id.clone(), row.state));
    }
    tracing::info!(delivery = %id, "delivery queued again");
    shared.wake.notify_one();
    Ok(())
}

async fn within<T>(patience: Duration, call: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, RequeueError> {
    timely::read(patience, call, RequeueError::Unavailable).await
}
