//! Receives postbacks. The response says plainly what is malformed, since whoever pasted the URL
//! must correct it.

use crate::ingest::{NotStored, Taken, take_in};
use crate::keep::keep;
use crate::meter;
use crate::shared::Shared;
use postback::Query;
use postback::event::Interface;
use postback::intake::{Caller, Intake, PostedPostback, Refusal};
use postback::network::{Meaning, NameHint};
use postback::plan::{Reason, RefusedReason};
use postback::tracker::{Replies, Source};
use postback::value::RefusedId;
use serde::Serialize;
use std::sync::Arc;
use thiserror::Error;

/// The outcome of a postback.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostbackAnswer {
    /// What was taken in, or why nothing was.
    pub taken: Result<Taken, PostbackError>,
    /// Whether the response must be an image, whatever the outcome.
    pub image: bool,
    /// The parameters of an accepted postback that mean nothing or could not be read.
    pub ignored: Vec<String>,
    /// Hints at what these names were probably meant for, and at what came in place of a missing
    /// amount, one sentence each.
    pub hints: Vec<String>,
    /// The response that the source wants; none means our usual response.
    pub wanted: Option<WantedAnswer>,
    /// The HTTP status of the response.
    pub status: u16,
}

/// The response that a source wants.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WantedAnswer {
    /// The `Content-Type` of the body.
    pub content_type: String,
    /// The body.
    pub body: String,
}

/// The error for a postback that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PostbackError {
    /// The source is not configured.
    #[error("there is no such offer source")]
    UnknownSource,
    /// The URL names no source, and there is no default source.
    #[error("there is no default offer source: name one, as in `/postback/{{offer_source}}`")]
    NoDefaultSource,
    /// The postback cannot be read, and is kept.
    #[error("{}", .0.text)]
    Refused(Box<RefusedPostback>),
    /// The token or the address is wrong.
    #[error("{0}")]
    Forbidden(String),
    /// The postback is not stored, as far as is known. The sender should send it again.
    #[error("the store is not available, try again")]
    NotStored,
}

/// A postback that cannot be read. It is kept, so that it can be tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RefusedPostback {
    /// The problem, as a text for whoever pasted the URL.
    #[serde(rename = "error")]
    pub text: String,
    /// The problem, as a code.
    pub reason: RefusedReason,
    /// The name of the faulty parameter, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The id under which it is kept.
    pub kept: RefusedId,
}

impl PostbackError {
    /// Returns the HTTP status of the response.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownSource | Self::NoDefaultSource => 404,
            Self::Refused(refused) if refused.reason == RefusedReason::ContentType => 415,
            Self::Refused(_) => 400,
            Self::Forbidden(_) => 403,
            Self::NotStored => 503,
        }
    }
}

pub(crate) async fn take(
    shared: &Arc<Shared>,
    source: Option<&str>,
    caller: Caller<'_>,
    posted: &PostedPostback<'_>,
) -> PostbackAnswer {
    // A query that cannot be read is treated as empty here.
    let query = posted.query().unwrap_or_default();
    let parsed = Query::parse_each(&query).unwrap_or_default();
    // The usual name counts if the source is not known, or if its query cannot be read.
    let usual = parsed.pairs().any(|pair| pair == ("format", "img"));
    let live = shared.live();
    let Some(known) = live.tracker.source(source) else {
        let error = source.map_or(PostbackError::NoDefaultSource, |_| PostbackError::UnknownSource);
        return PostbackAnswer {
            status: error.status(),
            taken: Err(error),
            image: usual,
            ignored: Vec::new(),
            hints: Vec::new(),
            wanted: None,
        };
    };
    let asks = |(name, value)| value == "img" && known.parameter_meaning(name) == Some(Meaning::Format);
    let asked = parsed.pairs().any(asks);
    let intake = Intake::new(known, &live.credentials, shared.received());
    let (mut ignored, mut hints) = (Vec::new(), Vec::new());
    let taken = match intake.posted(&caller, posted) {
        Ok(event) => {
            ignored.extend(event.ignored.iter().map(|name| name.to_string()));
            hints.extend(
                ignored
                    .iter()
                    .filter_map(|name| hint(known, &parsed, name))
                    .map(|hint| hint.to_string()),
            );
            hints.extend(known.unfilled_hints(&parsed));
            shared.hints.note(known, &hints, event.received_at);
            // Anyone can send an open type, so that accepting one does not mean that refusals have
            // ended.
            let open = event.name.as_deref().is_some_and(|word| known.is_open(word));
            let (status, lacks_amount) = (event.status.clone(), event.sum.is_none());
            let taken = take_in(shared, &live, event).await;
            if let Ok(Taken::Decided(reply)) = &taken {
                shared.statuses.note(known.id(), status.as_deref(), reply);
                // A name that was meant for the amount says more.
                if reply.reason == Some(Reason::NoAmount) && lacks_amount && hints.is_empty() {
                    hints.push(known.amount_hint(&parsed, &ignored));
                    shared.hints.keep(known, &hints);
                }
            }
            if taken.is_ok() && !open {
                shared.refusals.accepted(known.id());
            }
            taken.map_err(|NotStored| PostbackError::NotStored)
        }
        Err(refusal) => Err(refuse(shared, known, refusal).await),
    };
    let is_read = !matches!(taken, Err(PostbackError::Refused(_)));
    PostbackAnswer {
        status: answered(known, &taken),
        wanted: wanted(known, &taken),
        image: usual || (asked && is_read),
        ignored,
        hints,
        taken,
    }
}

/// Returns the HTTP status of the response to the source.
fn answered(source: &Source, taken: &Result<Taken, PostbackError>) -> u16 {
    match taken {
        Ok(Taken::Decided(_)) => 200,
        Ok(Taken::Journalled) => 202,
        Err(error @ PostbackError::Refused(_)) => refused_status(source).unwrap_or(error.status()),
        Err(error) => error.status(),
    }
}

/// Returns the HTTP status that a source wants for a refusal that is kept.
pub(crate) fn refused_status(source: &Source) -> Option<u16> {
    source.replies().and_then(Replies::refused_status)
}

/// Returns the response body that the source wants. A caller who is not authorised does not get it,
/// nor does one who should send again.
fn wanted(source: &Source, taken: &Result<Taken, PostbackError>) -> Option<WantedAnswer> {
    let replies = source.replies()?;
    let body = match taken {
        Ok(Taken::Decided(reply)) => {
            let reason = reply.reason.map_or("", |reason| reason.as_str());
            replies.taken(reply.outcome.as_str(), reason)
        }
        Ok(Taken::Journalled) => replies.taken("journalled", ""),
        Err(PostbackError::Refused(refused)) => replies.refused(refused.reason.as_str(), refused.parameter.as_deref()),
        Err(_) => None,
    };
    Some(WantedAnswer {
        content_type: replies.content_type().into(),
        body: body?,
    })
}

/// Keeps the message of an authorised caller, and returns what is wrong with it. A message that is
/// not kept is counted.
async fn refuse(shared: &Arc<Shared>, source: &Source, refusal: Refusal) -> PostbackError {
    let (id, text) = (source.id().as_str(), said(source, &refusal));
    let Some(body) = refusal.kept else {
        tracing::warn!(source = id, error = %text, "postback refused");
        not_kept(shared, source, 403);
        return PostbackError::Forbidden(text);
    };
    let (reason, parameter) = (body.row.reason, body.row.parameter.clone());
    let named = parameter.as_deref().unwrap_or_default();
    match keep(shared, source, *body).await {
        Some(kept) => {
            meter::refused(id, Interface::Postback, 400);
            tracing::warn!(source = id, %reason, parameter = named, %kept, "postback refused and kept");
            PostbackError::Refused(Box::new(RefusedPostback {
                text,
                reason,
                parameter,
                kept,
            }))
        }
        None => {
            tracing::error!(source = id, %reason, parameter = named, "a refused postback was not kept");
            not_kept(shared, source, 503);
            PostbackError::NotStored
        }
    }
}

/// Returns what a name was probably meant for, unless the query has that too.
fn hint(source: &Source, query: &Query<'_>, name: &str) -> Option<NameHint> {
    let hint = source.parameter_hint(name)?;
    let came = |meaning| {
        query
            .pairs()
            .any(|(own, value)| source.parameter_meaning(own) == Some(meaning) && !value.is_empty())
    };
    (!hint.meaning().is_some_and(came)).then_some(hint)
}

/// Returns what is wrong, as a text for whoever pasted the URL.
fn said(source: &Source, refusal: &Refusal) -> String {
    let text = refusal.reason.to_string();
    match refusal.reason.code() {
        Some(RefusedReason::Misdirected) => format!(
            "this is a notification of ClickBank's, not a postback: it belongs to `/ins/{}?token=..`",
            source.id()
        ),
        Some(RefusedReason::ContentType) => format!("{text}: send a form, a JSON object, or the query alone"),
        _ => text,
    }
}

/// Keeps the query of a postback whose body was not read to the end. If the caller is not accepted,
/// the postback is only counted.
pub(crate) async fn unread(shared: &Arc<Shared>, source: Option<&str>, caller: Caller<'_>, query: &[u8], status: u16) {
    let live = shared.live();
    let Some(source) = live.tracker.source(source) else {
        return;
    };
    let intake = Intake::new(source, &live.credentials, shared.received());
    let posted = PostedPostback::new(query);
    let reason = RefusedReason::TooLong;
    let kept = match intake.unread(&caller, &posted, reason).kept {
        Some(body) => keep(shared, source, *body).await,
        None => None,
    };
    match kept {
        Some(kept) => {
            meter::refused(source.id().as_str(), Interface::Postback, status);
            tracing::warn!(source = source.id().as_str(), %reason, %kept, "the query of a postback is kept without its body");
        }
        None => not_kept(shared, source, status),
    }
}

fn not_kept(shared: &Shared, source: &Source, status: u16) {
    meter::refused(source.id().as_str(), Interface::Postback, status);
    shared.refusals.refused(source.id(), status, shared.now());
}
