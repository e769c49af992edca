//! What waits in the journal, and what a person does with the lines that nothing takes in.

use super::either;
use super::parameters::Parameters;
use crate::answer::{Refusal, json, refusal};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::value::OfferSourceId;
use postback_service::UnreadableLine;
use serde::Serialize;
use std::{collections::BTreeMap, io};
use tokio::task::spawn_blocking;

/// How many of the lines that cannot be read are listed.
const LISTED: usize = 100;

#[derive(Serialize)]
struct Shown {
    waiting: u64,
    bytes: u64,
    room: u64,
    limit: u64,
    set_aside: BTreeMap<OfferSourceId, u64>,
    unreadable: u64,
    lines: Vec<UnreadableLine>,
}

#[derive(Serialize)]
struct Retried {
    taken: u64,
    set_aside: u64,
    left: u64,
    unreadable: u64,
}

#[derive(Serialize)]
struct Discarded {
    discarded: u64,
}

/// `GET /api/journal`: what waits, and the first lines that cannot be read, without their content.
pub(crate) async fn show(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        Parameters::parse(query.as_deref(), &[])?;
        let Some(journal) = served.service().journal() else {
            return Err(none());
        };
        let (state, read) = (journal.state(), journal.clone());
        let lines = spawn_blocking(move || read.unreadable(LISTED)).await;
        let lines = lines.map_err(io::Error::other).flatten();
        Ok(json(&Shown {
            waiting: state.waiting,
            bytes: state.bytes,
            room: state.room,
            limit: state.limit,
            set_aside: journal.set_aside(),
            unreadable: state.unreadable,
            lines: lines.map_err(|error| trouble(&error))?,
        }))
    };
    either(answer.await)
}

/// `POST /api/journal/retry`: tries the lines again that could not be read.
pub(crate) async fn retry(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        Parameters::parse(query.as_deref(), &[])?;
        let service = served.service();
        if service.journal().is_none() {
            return Err(none());
        }
        let done = service.retry_unreadable().await.map_err(|error| trouble(&error))?;
        Ok(json(&Retried {
            taken: done.taken,
            set_aside: done.set_aside,
            left: done.left,
            unreadable: done.unreadable,
        }))
    };
    either(answer.await)
}

/// `POST /api/journal/discard?source=` or `?unreadable=true`: deletes acknowledged postbacks that
/// are set aside because their source is no longer configured, or the lines that cannot be read.
pub(crate) async fn discard(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["source", "unreadable"])?;
        let unreadable = parameters.word("unreadable", &[("true", ())])?;
        let source: Option<OfferSourceId> = parameters.typed("source")?;
        if source.is_some() == unreadable.is_some() {
            let text = "exactly one of `source` and `unreadable=true` says what is discarded";
            return Err(refusal(StatusCode::BAD_REQUEST, text));
        }
        let service = served.service();
        if service.journal().is_none() {
            return Err(none());
        }
        let discarded = match source {
            Some(source) => service.discard_set_aside(&source).await,
            None => service.discard_unreadable().await,
        };
        Ok(json(&Discarded {
            discarded: discarded.map_err(|error| trouble(&error))?,
        }))
    };
    either(answer.await)
}

fn none() -> Refusal {
    refusal(StatusCode::NOT_FOUND, "this service has no journal")
}

fn trouble(error: &io::Error) -> Refusal {
    if error.kind() == io::ErrorKind::ResourceBusy {
        return refusal(StatusCode::SERVICE_UNAVAILABLE, &error.to_string());
    }
    tracing::error!(kind = %error.kind(), "the journal's files cannot be read or changed");
    refusal(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the journal's files cannot be read or changed; see the log",
    )
}
