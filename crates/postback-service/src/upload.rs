//! Takes in conversions that a person uploads, each row separately.

use crate::ingest::{NotStored, Taken, take_in};
use crate::shared::Shared;
use postback::intake::{Intake, RowError, UploadedRow};
use postback::value::EventId;
use std::sync::Arc;

/// The outcome of one row of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Uploaded {
    /// The row is stored durably, as the event with this id.
    Taken(EventId, Taken),
    /// The row is refused: the error names the column and the problem.
    Refused(RowError),
    /// The row is not stored, as far as is known. Repeat the upload.
    NotStored,
}

/// Takes in one row. Whoever calls this vouches for it.
pub(crate) async fn take(shared: &Arc<Shared>, row: &UploadedRow<'_>) -> Uploaded {
    let live = shared.live();
    let Some(source) = live.tracker.source(row.source()) else {
        let problem = match row.source() {
            Some(_) => "there is no such offer source: name one by its `id`, or none for the default",
            None => "there is no default offer source: name one in the column `source`",
        };
        return Uploaded::Refused(RowError::new("source", problem));
    };
    let intake = Intake::new(source, &live.credentials, shared.received()).assume_authorized();
    let event = match intake.uploaded(row) {
        Ok(event) => event,
        Err(error) => return Uploaded::Refused(error),
    };
    let id = event.id.clone();
    match take_in(shared, &live, event).await {
        Ok(taken) => Uploaded::Taken(id, taken),
        Err(NotStored) => Uploaded::NotStored,
    }
}
