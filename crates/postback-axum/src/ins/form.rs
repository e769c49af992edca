//! Notifications of versions 1.0 to 5.0: forms with a check of 32 bits, which can be guessed. So each caller's failures are counted, and a
//! caller who was wrong too often is refused unchecked for a while, with the answer that every refusal gets.

use crate::caller::CallerAddress;
use crate::meter;
use crate::state::{AppState, Live};
use postback::clickbank::ins::Form;
use postback::event::{Event, Received};
use postback::tracker::{Ring, Source};
use std::sync::PoisonError;

/// Why a form that can be read makes no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// The check: perhaps a guess.
    Check,
    /// Anything else.
    Other,
}

/// Whether a body is a form: an encrypted notification is a JSON object, whatever the content type says.
pub(super) fn is_one(body: &[u8]) -> bool {
    body.trim_ascii_start().first() != Some(&b'{')
}

fn read(source: &Source, body: &[u8]) -> Result<Form, Ring> {
    Form::parse_as(body, source.form_charset()).map_err(|_| Ring::Doubtful)
}

fn verified(live: &Live, source: &Source, form: &Form, received: Received) -> Result<Event, Wrong> {
    if source.form_versions().is_empty() {
        return Err(Wrong::Other);
    }
    let key_ring = live.credentials.key_ring(source.id()).ok_or(Wrong::Other)?;
    let notification = form.verify(key_ring).map_err(|_| Wrong::Check)?;
    let event = source.form_event(&notification, received, &live.credentials);
    event.map_err(|_| Wrong::Other)
}

/// The event of a form, whoever posted it.
pub(super) fn opened(live: &Live, source: &Source, body: &[u8], received: Received) -> Result<Event, Ring> {
    let form = read(source, body)?;
    verified(live, source, &form, received).map_err(|_| Ring::Probable)
}

/// The same, as long as the caller was not wrong too often.
pub(super) fn within_budget(
    state: &AppState,
    caller: CallerAddress,
    live: &Live,
    source: &Source,
    body: &[u8],
    received: Received,
) -> Result<Event, Ring> {
    let budget = || {
        state
            .shared
            .form_failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    };
    let form = read(source, body)?;
    if !budget().allows(caller.0, received.at) {
        return Err(Ring::Probable);
    }
    let verified = verified(live, source, &form, received);
    if verified == Err(Wrong::Check) && budget().failed(caller.0, received.at) {
        meter::forms_stopped(source.id().as_str());
    }
    verified.map_err(|_| Ring::Probable)
}
