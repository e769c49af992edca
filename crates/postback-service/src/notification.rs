//! Receives ClickBank's notifications.
//!
//! There is only one refusal. The response, the log line, the metric and the single commit are the
//! same whether the token is missing, the address is not allowed, the body is neither an envelope
//! nor a form, the secret is wrong, the text is not a notification, its version is not chosen, or
//! the caller has guessed too often. The body is kept as it came, in one of two bounded rings, so
//! that a wrong secret loses nothing and strangers cannot push anything out. Only a person who
//! looks into the store sees which ring it is. Only if keeping the body fails too, the sender is
//! told to send again, and ClickBank does.

use crate::handle::Live;
use crate::ingest::{Taken, take_in};
use crate::keep::keep;
use crate::meter;
use crate::shared::Shared;
use postback::Query;
use postback::decide::Reply;
use postback::event::Interface;
use postback::intake::{Caller, Intake, PostedPostback, Refusal};
use postback::network::Meaning;
use postback::plan::RefusedReason;
use postback::tracker::{Alarm, Source};
use postback::value::cut;
use std::{net::IpAddr, sync::Arc};
use thiserror::Error;

/// The query parameter with the token in the pasted URL.
const TOKEN: &str = "token";
/// The largest number of other URL parameters that one log line names.
const MAX_NAMES: usize = 8;
/// The longest parameter name that is logged, in characters.
const MAX_NAME: usize = 32;

/// The error for a notification that was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotificationError {
    /// The source is not configured, or has no secret for reading notifications.
    #[error("no offer source takes notifications here")]
    UnknownSource,
    /// The message has the form of a postback, which belongs to another URL. It is kept if its
    /// caller is authorised; the response is the same for every caller.
    #[error("this is a postback, not a notification: it belongs to `/postback/..` with the name of the offer source")]
    Misdirected,
    /// The request has no body.
    #[error("notifications are posted to this URL: ClickBank sends them, a browser cannot")]
    NotPosted,
    /// The notification is refused, and its body is kept. The cause is not said.
    #[error("notification refused")]
    Refused,
    /// Neither the event nor the refused body is stored, as far as is known. ClickBank sends it
    /// again.
    #[error("the store is not available, try again")]
    NotStored,
}

impl NotificationError {
    /// Returns the HTTP status of the response.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::UnknownSource => 404,
            Self::Refused | Self::Misdirected => 400,
            Self::NotPosted => 405,
            Self::NotStored => 503,
        }
    }
}

pub(crate) async fn take(
    shared: &Arc<Shared>,
    source: &str,
    address: Option<IpAddr>,
    query: &[u8],
    body: &[u8],
) -> Result<Reply, NotificationError> {
    let live = shared.live();
    let source = live.tracker.source(Some(source));
    let source = source.ok_or(NotificationError::UnknownSource)?;
    let posted = PostedPostback::new(query).with_body(None, body);
    // A query that is too long to be read presents no token.
    let query = Query::parse_each(query).unwrap_or_default();
    name_others(source, &query);
    let token = query.raw(TOKEN).ok().flatten().map(str::as_bytes);
    let received = shared.received();
    let caller = Caller::new(address).with_token(token);
    if !live.credentials.takes_notifications(source.id()) {
        return Err(match is_postback(source, &posted) {
            true => misdirected(shared, &live, source, &caller, &posted).await,
            false => NotificationError::UnknownSource,
        });
    }
    match Intake::new(source, &live.credentials, received).ins(&caller, body) {
        Ok(event) => match take_in(shared, &live, event).await {
            Ok(Taken::Decided(reply)) => Ok(reply),
            // A notification is never written to the journal, since ClickBank sends it again.
            Ok(Taken::Journalled) | Err(_) => Err(NotificationError::NotStored),
        },
        Err(_) if is_postback(source, &posted) => Err(misdirected(shared, &live, source, &caller, &posted).await),
        Err(refusal) => Err(refuse(shared, source, refusal).await),
    }
}

/// Whether a message has the parameters of a postback, apart from the token. The sender knows its
/// own parameters, so the response gives nothing away.
fn is_postback(source: &Source, posted: &PostedPostback<'_>) -> bool {
    let Ok(query) = posted.query() else { return false };
    let query = Query::parse_each(&query).unwrap_or_default();
    let names = |meaning| {
        query
            .pairs()
            .any(|(name, _)| source.parameter_meaning(name) == Some(meaning))
    };
    names(Meaning::ClickId) || names(Meaning::Sum) || names(Meaning::EventId)
}

async fn misdirected(
    shared: &Arc<Shared>,
    live: &Live,
    source: &Source,
    caller: &Caller<'_>,
    posted: &PostedPostback<'_>,
) -> NotificationError {
    let intake = Intake::new(source, &live.credentials, shared.received());
    let id = source.id().as_str();
    meter::refused(id, Interface::Ins, NotificationError::Misdirected.status());
    let Some(body) = intake.unread(caller, posted, RefusedReason::MisdirectedPostback).kept else {
        tracing::warn!(source = id, "a postback came to the url of notifications");
        return NotificationError::Misdirected;
    };
    match keep(shared, source, *body).await {
        Some(kept) => {
            tracing::warn!(source = id, %kept, "a postback came to the url of notifications, and is kept");
            NotificationError::Misdirected
        }
        None => NotificationError::NotStored,
    }
}

/// Counts a request without a body for the source, if the source exists. Its query may be a
/// postback.
pub(crate) async fn not_posted(
    shared: &Arc<Shared>,
    source: &str,
    caller: Caller<'_>,
    query: &[u8],
) -> NotificationError {
    let live = shared.live();
    let Some(source) = live.tracker.source(Some(source)) else {
        return NotificationError::UnknownSource;
    };
    let posted = PostedPostback::new(query);
    if is_postback(source, &posted) {
        return misdirected(shared, &live, source, &caller, &posted).await;
    }
    if !live.credentials.takes_notifications(source.id()) {
        return NotificationError::UnknownSource;
    }
    let id = source.id().as_str();
    let error = NotificationError::NotPosted;
    meter::refused(id, Interface::Ins, error.status());
    shared.refusals.refused(source.id(), error.status(), shared.now());
    tracing::warn!(
        source = id,
        "the url of notifications was opened; ClickBank posts to it"
    );
    error
}

/// Keeps the body, so that a person can find out with
/// [`KeyRing::diagnose`](postback::KeyRing::diagnose) why it was refused.
async fn refuse(shared: &Arc<Shared>, source: &Source, refusal: Refusal) -> NotificationError {
    match refusal.alarm {
        Some(Alarm::Caller) => meter::forms_stopped(source.id().as_str()),
        Some(Alarm::Source) => meter::forms_guessed(source.id().as_str()),
        None => {}
    }
    let kept = match refusal.kept {
        Some(body) => keep(shared, source, *body).await,
        None => None,
    };
    let source = source.id().as_str();
    if kept.is_some() {
        meter::refused(source, Interface::Ins, 400);
        tracing::warn!(source, "notification refused");
        NotificationError::Refused
    } else {
        meter::refused(source, Interface::Ins, 503);
        tracing::error!(source, "a refused notification was not kept");
        NotificationError::NotStored
    }
}

/// Logs the names of the other URL parameters, which most likely come from another tracker's URL. A
/// name without a value is not logged, since it may be the token itself.
fn name_others(source: &Source, query: &Query<'_>) {
    let others = query
        .pairs()
        .filter(|(name, value)| *name != TOKEN && !value.is_empty());
    let names: Vec<String> = others
        .take(MAX_NAMES)
        .map(|(name, _)| cut(name, MAX_NAME).to_string())
        .collect();
    if !names.is_empty() {
        tracing::info!(source = source.id().as_str(), ignored = ?names, "url parameters are ignored");
    }
}
