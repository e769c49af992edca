//! A delivery given up by a person: before it is sent, or for good where it waits for a person.

use crate::requeue::{self, RequeueError};
use crate::shared::Shared;
use crate::timely;
use postback::delivery::{Attempt, Cancelled, DeliveryRow, DeliveryState};
use postback::port::{BoxFuture, DeliveryFilter, PageRequest, StoreError};
use postback::value::DeliveryId;
use std::time::Duration;
use thiserror::Error;

/// Why a delivery is not cancelled.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CancelError {
    /// There is no such delivery.
    #[error("delivery `{0}` is not known")]
    Unknown(DeliveryId),
    /// It has arrived.
    #[error("delivery `{0}` is {state}; only queued, accepted and dead ones are cancelled", state = .1.as_str())]
    Closed(DeliveryId, DeliveryState),
    /// A person gave it up before.
    #[error("delivery `{0}` was cancelled before")]
    Before(DeliveryId),
    /// Another delivery is sent in its place, so it waits for nobody.
    #[error("delivery `{0}` was resent as `{1}`; cancel `{1}`")]
    Replaced(DeliveryId, DeliveryId),
    /// It is being sent or checked at this moment, so what becomes of it is not known yet.
    #[error("delivery `{0}` is being sent at this moment; look at it again in a minute")]
    UnderWay(DeliveryId),
    /// The store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time.
    #[error("the store is not available, try again")]
    Unavailable,
}

impl From<RequeueError> for CancelError {
    /// The trouble of looking for the delivery that is sent in place of another.
    fn from(error: RequeueError) -> Self {
        match error {
            RequeueError::Store(error) => Self::Store(error),
            _ => Self::Unavailable,
        }
    }
}

/// Gives up a delivery that is still to be sent or checked, or that is dead and waits for a person.
pub(crate) async fn one(shared: &Shared, id: &DeliveryId, patience: Duration) -> Result<(), CancelError> {
    let known = known(shared, id, patience).await?;
    let row = known.ok_or_else(|| CancelError::Unknown(id.clone()))?;
    this(shared, &row, patience).await
}

/// Gives up a listed delivery.
pub(crate) async fn this(shared: &Shared, row: &DeliveryRow, patience: Duration) -> Result<(), CancelError> {
    let id = &row.delivery.id;
    if row.is_cancelled() {
        return Err(CancelError::Before(id.clone()));
    }
    if row.state == DeliveryState::Dead
        && let Some(successor) = requeue::successor(shared, &row.delivery, patience).await?
    {
        return Err(CancelError::Replaced(id.clone(), successor));
    }
    let attempt = Attempt::cancelled(shared.now());
    match within(patience, shared.stores.store.cancel(id, &attempt)).await? {
        Cancelled::Recorded => {
            // A dead row has lost its finding by this, so that the log says what it was.
            let found = row.last.as_ref().map(|last| last.finding.as_str());
            tracing::info!(delivery = %id, was = row.state.as_str(), found, "delivery cancelled");
            Ok(())
        }
        Cancelled::Leased => Err(CancelError::UnderWay(id.clone())),
        Cancelled::NotOpen => {
            // It may have been settled since it was listed.
            let known = known(shared, id, patience).await?;
            Err(match known {
                Some(row) if row.is_cancelled() => CancelError::Before(id.clone()),
                Some(row) => CancelError::Closed(id.clone(), row.state),
                None => CancelError::Unknown(id.clone()),
            })
        }
    }
}

async fn known(shared: &Shared, id: &DeliveryId, patience: Duration) -> Result<Option<DeliveryRow>, CancelError> {
    let filter = DeliveryFilter::of_id(id.clone());
    let page = PageRequest::first(1);
    let known = within(patience, shared.stores.inspect.deliveries(&filter, &page)).await?;
    Ok(known.items.into_iter().next())
}

async fn within<T>(patience: Duration, call: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, CancelError> {
    timely::read(patience, call, CancelError::Unavailable).await
}
