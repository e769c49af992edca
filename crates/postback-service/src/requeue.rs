//! Queues a dead delivery again with the same bytes.

use crate::shared::Shared;
use crate::timely;
use postback::delivery::{Attempt, Delivery, DeliveryRow, DeliveryState};
use postback::port::{BoxFuture, DeliveryFilter, PageRequest, Selection, StoreError, Which};
use postback::value::DeliveryId;
use std::time::Duration;
use thiserror::Error;

/// The most deliveries of one conversion that are looked at.
const MAX_ROWS: u32 = 1_000;

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
    /// A person gave the delivery up.
    #[error("delivery `{0}` was cancelled by a person; `anyway=true` queues it all the same")]
    Cancelled(DeliveryId),
    /// The delivery was withdrawn.
    #[error(
        "delivery `{0}` was withdrawn, since its sale was taken back or there was nothing to correct; `anyway=true` queues \
         it all the same"
    )]
    Withdrawn(DeliveryId),
    /// Another delivery is sent in its place.
    #[error("delivery `{0}` was resent as `{1}`; retry `{1}`, or send `{0}` too with `anyway=true`")]
    Replaced(DeliveryId, DeliveryId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time.
    #[error("the store is not available, try again")]
    Unavailable,
}

/// Queues a dead delivery again. What waits for nobody is queued only `anyway`.
pub(crate) async fn one(
    shared: &Shared,
    id: &DeliveryId,
    anyway: bool,
    patience: Duration,
) -> Result<(), RequeueError> {
    let filter = DeliveryFilter::of_id(id.clone());
    let page = PageRequest::first(1);
    let known = within(patience, shared.stores.inspect.deliveries(&filter, &page)).await?;
    let known = known.items.into_iter().next();
    let row = known.ok_or_else(|| RequeueError::Unknown(id.clone()))?;
    this(shared, &row, anyway, patience).await?;
    tracing::info!(delivery = %id, "delivery queued again");
    Ok(())
}

/// Queues a listed delivery again.
pub(crate) async fn this(
    shared: &Shared,
    row: &DeliveryRow,
    anyway: bool,
    patience: Duration,
) -> Result<(), RequeueError> {
    let id = &row.delivery.id;
    if row.is_cancelled() && !anyway {
        let is_withdrawn = row.last.as_ref().is_some_and(Attempt::is_withdrawn);
        return Err(match is_withdrawn {
            true => RequeueError::Withdrawn(id.clone()),
            false => RequeueError::Cancelled(id.clone()),
        });
    }
    if row.state == DeliveryState::Dead
        && !anyway
        && let Some(successor) = successor(shared, &row.delivery, patience).await?
    {
        return Err(RequeueError::Replaced(id.clone(), successor));
    }
    let selection = Selection::new(Which::One(id.clone()), shared.now());
    let requeued = match row.state {
        DeliveryState::Dead => within(patience, shared.stores.store.requeue(&selection)).await?,
        DeliveryState::Queued | DeliveryState::Accepted | DeliveryState::Delivered => 0,
    };
    if requeued == 0 {
        return Err(RequeueError::NotDead(id.clone(), row.state));
    }
    shared.wake.notify_one();
    Ok(())
}

/// Returns the delivery of the same conversion that is sent in place of this one.
pub(crate) async fn successor(
    shared: &Shared,
    replaced: &Delivery,
    patience: Duration,
) -> Result<Option<DeliveryId>, RequeueError> {
    let Some(conversion) = replaced.cause.conversion() else {
        return Ok(None);
    };
    let filter = DeliveryFilter::of_conversion(conversion.clone());
    let page = PageRequest::first(MAX_ROWS);
    let siblings = within(patience, shared.stores.inspect.deliveries(&filter, &page)).await?;
    let mut siblings = siblings.items.into_iter().map(|row| row.delivery);
    let successor = siblings.find(|other| other.is_in_place_of(&replaced.id));
    Ok(successor.map(|other| other.id))
}

async fn within<T>(patience: Duration, call: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, RequeueError> {
    timely::read(patience, call, RequeueError::Unavailable).await
}
