//! Notifications of versions 1.0 to 5.0: forms with a check of 32 bits, which can be guessed. So each caller's failures are counted, and a
//! caller who was wrong too often is refused unread for a while, with the answer that every refusal gets.

use crate::caller::CallerAddress;
use crate::meter;
use crate::state::{AppState, Live};
use postback::clickbank::ins::Form;
use postback::event::{Event, Received};
use postback::tracker::Source;
use std::sync::PoisonError;

/// Why there is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The check: perhaps a guess.
    Check,
    /// Anything else.
    Other,
}

/// Whether a body is a form: an encrypted notification is a JSON object, whatever the content type says.
pub(super) fn is_one(body: &[u8]) -> bool {
    body.trim_ascii_start().first() != Some(&b'{')
}

/// The event of a form, whoever posted it.
pub(super) fn opened(live: &Live, source: &Source, body: &[u8], received: Received) -> Result<Event, Wrong> {
    if source.form_versions().is_empty() {
        return Err(Wrong::Other);
    }
    let form = Form::parse_as(body, source.form_charset()).map_err(|_| Wrong::Other)?;
    let key_ring = live.credentials.key_ring(source.id()).ok_or(Wrong::Other)?;
    let notification = form.verify(key_ring).map_err(|_| Wrong::Check)?;
    let event = source.form_event(&notification, received, &live.credentials);
    event.map_err(|_| Wrong::Other)
}

/// The same, as long as the caller was not wrong too often.
pub(super) fn within_budget(
    state: &AppState,
    caller: CallerAddress,
    live: &Live,
    source: &Source,
    body: &[u8],
    received: Received,
) -> Option<Event> {
    let budget = || {
        state
            .shared
            .form_failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    };
    if !budget().allows(caller.0, received.at) {
        return None;
    }
    let opened = opened(live, source, body, received);
    if opened == Err(Wrong::Check) && budget().failed(caller.0, received.at) {
        meter::forms_stopped(source.id().as_str());
    }
    opened.ok()
}
