//! From what a caller sent to an event: who may call, what can be read, who guessed too often.

use crate::handle::Live;
use crate::meter;
use postback::clickbank::{Alarm, Attempt, FailureBudget, envelope::Envelope, form::Form};
use postback::definition::Protocol;
use postback::event::{Event, Received};
use postback::intake::Caller;
use postback::network::Format;
use postback::plan::Ring;
use postback::tracker::Source;
use postback::value::Query;
use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// A postback that may and can be read.
pub(crate) struct Read {
    pub(crate) event: Event,
    /// Whether the source's own name for `format` asks for an image.
    pub(crate) image: bool,
    /// Whether anybody may send one of its type.
    pub(crate) open: bool,
}

/// Why a postback makes no event, in words for whoever pasted its URL.
pub(crate) enum Unread {
    Malformed(String),
    /// The token or the address is wrong; and whether an image is asked for.
    Forbidden(String, bool),
}

/// Whether a source takes notifications.
pub(crate) fn takes_notifications(live: &Live, source: &Source) -> bool {
    live.credentials.key_ring(source.id()).is_some()
}

/// The event of a postback.
pub(crate) fn postback(
    live: &Live,
    source: &Source,
    address: Option<IpAddr>,
    query: &Query<'_>,
    received: Received,
) -> Result<Read, Unread> {
    let (event, read) = source
        .postback(query, received, &live.credentials)
        .map_err(|error| Unread::Malformed(error.to_string()))?;
    let image = read.format == Some(Format::Image);
    let presented = Caller {
        address,
        token: read.token.as_ref().map(|token| token.expose()),
        type_word: read.type_word.as_ref().map(|word| word.as_str()),
    };
    source
        .authorize(&presented, &live.credentials)
        .map_err(|error| Unread::Forbidden(error.to_string(), image))?;
    let open = presented.type_word.is_some_and(|word| source.is_open(word));
    Ok(Read { event, image, open })
}

/// The event of a notification that may and can be read, or the ring of its body. Why not is
/// nobody's to know; the body is kept, so that a person can find out with
/// [`KeyRing::diagnose`](postback::clickbank::envelope::KeyRing::diagnose).
pub(crate) fn notification(
    live: &Live,
    source: &Source,
    guesses: &Mutex<FailureBudget>,
    address: Option<IpAddr>,
    token: Option<&[u8]>,
    body: &[u8],
    received: Received,
) -> Result<Event, Ring> {
    let presented = Caller {
        address,
        token,
        type_word: None,
    };
    source
        .authorize(&presented, &live.credentials)
        .map_err(|_| Ring::Doubtful)?;
    if is_form(body) {
        return form_within_budget(live, source, guesses, address, body, received);
    }
    opened(live, source, body, received)
}

/// The event of a body, whoever posted it, or the ring of a body that the source's own caller
/// posted.
pub(crate) fn opened(live: &Live, source: &Source, body: &[u8], received: Received) -> Result<Event, Ring> {
    if is_form(body) {
        let form = form(source, body)?;
        return checked(live, source, &form, received).unwrap_or(Err(Ring::Probable));
    }
    let envelope = Envelope::parse(body).map_err(|_| Ring::Doubtful)?;
    let event = || {
        let notification = live.credentials.key_ring(source.id())?.open(&envelope).ok()?;
        source.event(&notification, received, &live.credentials).ok()
    };
    event().ok_or(Ring::Probable)
}

/// Whether a body is a form: an encrypted notification is a JSON object, whatever the content type
/// says.
fn is_form(body: &[u8]) -> bool {
    body.trim_ascii_start().first() != Some(&b'{')
}

fn takes_forms(source: &Source) -> bool {
    matches!(source.protocol(), Protocol::ClickBank(settings) if !settings.form_versions.is_empty())
}

fn form(source: &Source, body: &[u8]) -> Result<Form, Ring> {
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

/// The event of a form of versions 1.0 to 5.0, whose check of 32 bits can be guessed: so each
/// caller's failures are counted, and a caller who was wrong too often is refused unchecked for a
/// while, with the answer that every refusal gets.
fn form_within_budget(
    live: &Live,
    source: &Source,
    guesses: &Mutex<FailureBudget>,
    address: Option<IpAddr>,
    body: &[u8],
    received: Received,
) -> Result<Event, Ring> {
    let form = form(source, body)?;
    // Held while the check is made, so that the last guess is one whoever makes them at once; a
    // hash over 64 KiB at most.
    let mut budget = guesses.lock().unwrap_or_else(PoisonError::into_inner);
    let attempt = budget.attempt(source.id(), address, received.at, || {
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
