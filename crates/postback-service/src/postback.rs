//! Postbacks. What is malformed is said plainly, since whoever pasted the URL must mend it.

use crate::handle::Live;
use crate::ingest::{NotStored, Taken, take_in};
use crate::intake::{self, Read, Unread};
use crate::meter;
use crate::shared::Shared;
use postback::event::Interface;
use postback::tracker::Source;
use postback::value::Query;
use std::{net::IpAddr, sync::Arc};
use thiserror::Error;

/// What became of a postback.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostbackAnswer {
    /// What was taken in, or why nothing was.
    pub taken: Result<Taken, PostbackError>,
    /// Whether an image is asked for: it is answered whatever happened.
    pub image: bool,
}

/// A postback that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PostbackError {
    /// The source is not configured.
    #[error("there is no such offer source")]
    UnknownSource,
    /// No source is named, and none is the default.
    #[error("there is no default offer source: name one, as in `/postback/{{offer_source}}`")]
    NoDefaultSource,
    /// It cannot be read; the text says why.
    #[error("{0}")]
    Malformed(String),
    /// The token or the address is wrong.
    #[error("{0}")]
    Forbidden(String),
    /// It is not stored, as far as is known: the sender is to send it again.
    #[error("the store is not available, try again")]
    NotStored,
}

impl PostbackError {
    /// The HTTP status that says it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownSource | Self::NoDefaultSource => 404,
            Self::Malformed(_) => 400,
            Self::Forbidden(_) => 403,
            Self::NotStored => 503,
        }
    }
}

pub(crate) async fn take(
    shared: &Arc<Shared>,
    source: Option<&str>,
    address: Option<IpAddr>,
    query: &[u8],
) -> PostbackAnswer {
    let query = match Query::parse(query) {
        Ok(query) => query,
        Err(error) => {
            let error = PostbackError::Malformed(error.to_string());
            refuse(shared, source, error.status());
            return PostbackAnswer {
                taken: Err(error),
                image: false,
            };
        }
    };
    // Before the source's own names are known, or when they cannot be read, the usual name counts.
    let usual = query.pairs().any(|pair| pair == ("format", "img"));
    let (taken, asked) = take_query(shared, source, address, &query).await;
    PostbackAnswer {
        taken,
        image: usual || asked,
    }
}

/// Counts what cannot be read as parameters as refused by the source that it was meant for, if
/// there is one.
pub(crate) fn refuse(shared: &Shared, source: Option<&str>, status: u16) {
    if let Some(source) = shared.live().tracker.source(source) {
        refused(shared, source, status);
    }
}

fn refused(shared: &Shared, source: &Source, status: u16) {
    meter::refused(source.id().as_str(), Interface::Postback, status);
    shared.refusals.refused(source.id(), status, shared.now());
}

/// What became of it, and whether the source's own name for `format` asks for an image.
async fn take_query(
    shared: &Arc<Shared>,
    source: Option<&str>,
    address: Option<IpAddr>,
    query: &Query<'_>,
) -> (Result<Taken, PostbackError>, bool) {
    let live = shared.live();
    let Some(known) = live.tracker.source(source) else {
        let error = source.map_or(PostbackError::NoDefaultSource, |_| PostbackError::UnknownSource);
        return (Err(error), false);
    };
    match read(shared, &live, known, address, query) {
        Err((error, image)) => (Err(error), image),
        Ok(Read { event, image, open }) => match take_in(shared, &live, event).await {
            Ok(taken) => {
                // Of an open type anybody may send one: that says nothing of the refused ones.
                if !open {
                    shared.refusals.accepted(known.id());
                }
                (Ok(taken), image)
            }
            Err(NotStored) => (Err(PostbackError::NotStored), image),
        },
    }
}

fn read(
    shared: &Shared,
    live: &Live,
    source: &Source,
    address: Option<IpAddr>,
    query: &Query<'_>,
) -> Result<Read, (PostbackError, bool)> {
    intake::postback(live, source, address, query, shared.received()).map_err(|unread| {
        let id = source.id().as_str();
        let (error, image) = match unread {
            Unread::Malformed(text) => {
                tracing::info!(source = id, "postback is malformed");
                (PostbackError::Malformed(text), false)
            }
            Unread::Forbidden(text, image) => {
                tracing::warn!(source = id, error = %text, "postback refused");
                (PostbackError::Forbidden(text), image)
            }
        };
        refused(shared, source, error.status());
        (error, image)
    })
}
