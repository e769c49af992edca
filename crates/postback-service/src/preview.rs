//! Looks at a postback without taking it in.

use crate::postback::refused_status;
use crate::shared::Shared;
use postback::intake::{Caller, Intake, RefusalReason};

/// Returns the HTTP status with which a postback would be answered. Nothing is stored, counted or
/// logged.
pub(crate) fn postback(shared: &Shared, source: Option<&str>, caller: Caller<'_>, query: &[u8]) -> u16 {
    let live = shared.live();
    let Some(source) = live.tracker.source(source) else {
        return 404;
    };
    let intake = Intake::new(source, &live.credentials, shared.received());
    match intake.postback(&caller, query) {
        Ok(_) => 200,
        Err(refusal) => match refusal.reason {
            RefusalReason::Unauthorized(_) => 403,
            _ => refused_status(source).unwrap_or(400),
        },
    }
}
