//! `POST /api/conversions`: an upload of conversions, with a result for each row.

use super::either;
use super::parameters::Parameters;
use crate::answer::{json, refusal, retry_later};
use crate::body;
use crate::options::{Limits, Served};
use crate::upload::{OwnRow, rows};
use axum::{
    body::Body,
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::plan::Reason;
use postback::value::EventId;
use postback_service::{Service, Taken, Uploaded};
use serde::Serialize;
use std::collections::BTreeMap;

/// The longest upload, in bytes: a thousand rows of a thousand bytes.
const MAX_UPLOAD: usize = 1024 * 1024;

#[derive(Serialize)]
struct Answer {
    rows: Vec<RowAnswer>,
    /// How many rows had which outcome.
    counts: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct RowAnswer {
    /// The number of the row, counted from 1 without the header.
    row: usize,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// The reason, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<EventId>,
    /// The column at fault, if the row is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(crate) async fn upload(State(served): State<Served>, RawQuery(query): RawQuery, body: Body) -> Response {
    let answer = async {
        Parameters::parse(query.as_deref(), &[])?;
        let limits = Limits {
            body: MAX_UPLOAD,
            ..served.options().limits
        };
        let body = body::read(body, &limits)
            .await
            .map_err(|error| Box::new(error.answer()))?;
        let rows = rows(&body).map_err(|error| refusal(StatusCode::BAD_REQUEST, &error.to_string()))?;
        Ok(answered(served.service(), &rows).await)
    };
    either(answer.await)
}

/// Takes in one row after the other, so that an earlier row of a click is decided first.
async fn answered(service: &Service, rows: &[OwnRow]) -> Response {
    let mut answer = Answer {
        rows: Vec::with_capacity(rows.len()),
        counts: BTreeMap::new(),
    };
    for (index, row) in rows.iter().enumerate() {
        let became = match row.read() {
            Ok(row) => service.upload(&row).await,
            Err(error) => Uploaded::Refused(error),
        };
        let row = RowAnswer::new(index.saturating_add(1), became);
        let count = answer.counts.entry(row.outcome).or_default();
        *count = count.saturating_add(1);
        answer.rows.push(row);
    }
    let lost = answer.counts.contains_key(NOT_STORED);
    let mut response = json(&answer);
    if lost {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response = retry_later(response);
    }
    response
}

const NOT_STORED: &str = "not_stored";

impl RowAnswer {
    fn new(row: usize, became: Uploaded) -> Self {
        let plain = |outcome| Self {
            row,
            outcome,
            reason: None,
            text: None,
            event: None,
            field: None,
            error: None,
        };
        match became {
            Uploaded::Taken(event, Taken::Decided(reply)) => Self {
                reason: reply.reason,
                text: reply.reason.map(Reason::text),
                event: Some(event),
                ..plain(reply.outcome.as_str())
            },
            Uploaded::Taken(event, Taken::Journalled) => Self {
                event: Some(event),
                ..plain("journalled")
            },
            Uploaded::Refused(error) => Self {
                field: Some(error.field().to_owned()).filter(|field| !field.is_empty()),
                error: Some(error.to_string()),
                ..plain("refused")
            },
            _ => Self {
                error: Some("the store is not available; repeat the upload, what was taken is a duplicate then".into()),
                ..plain(NOT_STORED)
            },
        }
    }
}
