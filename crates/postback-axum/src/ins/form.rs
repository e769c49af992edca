//! Notifications of versions 1.0 to 5.0: forms with a check of 32 bits, which can be guessed. So
//! each caller's failures are counted, and a caller who was wrong too often is refused unchecked
//! for a while, with the answer that every refusal gets.

use crate::caller::CallerAddress;
use crate::meter;
use crate::state::{AppState, Live};
use postback::clickbank::{Alarm, Attempt, form::Form};
use postback::definition::Protocol;
use postback::event::{Event, Received};
use postback::plan::Ring;
use postback::tracker::Source;
use std::sync::PoisonError;

/// Whether a body is a form: an encrypted notification is a JSON object, whatever the content type
/// says.
pub(super) fn is_one(body: &[u8]) -> bool {
    body.trim_ascii_start().first() != Some(&b'{')
}

fn takes_forms(source: &Source) -> bool {
    matches!(source.protocol(), Protocol::ClickBank(settings) if !settings.form_versions.is_empty())
}

fn read(source: &Source, body: &[u8]) -> Result<Form, Ring> {
    let Protocol::ClickBank(settings) = source.protocol() else {
        return Err(Ring::Doubtful);
    };
    Form::parse_as(body, settings.form_charset).map_err(|_| Ring::Doubtful)
}

/// The event of a form whose check is right, where it makes one; none where the check is wrong:
/// perhaps a guess.
fn checked(live: &Live, source: &Source, form: &Form, received: Received) -> Option<Result<Event, Ring>> {
    let key_ring = live.credentials.key_ring(source.id());
    let Some(key_ring) = key_ring.filter(|_| takes_forms(source)) else {
        return Some(Err(Ring::Probable));
    };
    let event = form.checked(key_ring)?.ok().and_then(|notification| {
        let event = source.form_event(&notification, received, &live.credentials);
        event.ok()
    });
    Some(event.ok_or(Ring::Probable))
}

/// The event of a form, whoever posted it.
pub(super) fn opened(live: &Live, source: &Source, body: &[u8], received: Received) -> Result<Event, Ring> {
    let form = read(source, body)?;
    checked(live, source, &form, received).unwrap_or(Err(Ring::Probable))
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
    let form = read(source, body)?;
    // Held while the check is made, so that the last guess is one whoever makes them at once; a
    // hash over 64 KiB at most.
    let mut budget = state
        .shared
        .form_failures
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let attempt = budget.attempt(source.id(), caller.0, received.at, || {
        checked(live, source, &form, received)
    });
    drop(budget);
    match attempt {
        Attempt::Right(event) => return event,
        Attempt::Wrong(Some(Alarm::Caller)) => meter::forms_stopped(source.id().as_str()),
        Attempt::Wrong(Some(Alarm::Source)) => meter::forms_guessed(source.id().as_str()),
        Attempt::Wrong(None) | Attempt::Stopped => {}
    }
    Err(Ring::Probable)
}
