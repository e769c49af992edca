//! A delivery given up by a person, before it is sent.

use crate::shared::Shared;
use crate::timely;
use postback::delivery::{Attempt, Cancelled, DeliveryState};
use postback::port::{DeliveryFilter, PageRequest, StoreError};
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
    /// Nothing of it is left to do.
    #[error("delivery `{0}` is {state}; only queued and accepted ones are cancelled", state = .1.as_str())]
    Closed(DeliveryId, DeliveryState),
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

/// Gives up a delivery that is still to be sent or checked.
pub(crate) async fn one(shared: &Shared, id: &DeliveryId, patience: Duration) -> Result<(), CancelError> {
    let attempt = Attempt::cancelled(shared.now());
    let cancelled = shared.stores.store.cancel(id, &attempt);
    match timely::read(patience, cancelled, CancelError::Unavailable).await? {
        Cancelled::Recorded => {
            tracing::info!(delivery = %id, "delivery cancelled");
            Ok(())
        }
        Cancelled::Leased => Err(CancelError::UnderWay(id.clone())),
        Cancelled::NotOpen => {
            let filter = DeliveryFilter::of_id(id.clone());
            let page = PageRequest::first(1);
            let known = shared.stores.inspect.deliveries(&filter, &page);
            let known = timely::read(patience, known, CancelError::Unavailable).await?;
            Err(match known.items.first() {
                Some(row) => CancelError::Closed(id.clone(), row.state),
                None => CancelError::Unknown(id.clone()),
            })
        }
    }
}
