//! Refused messages that are kept: they can be listed, looked at, tried again under the present
//! configuration, or dismissed. Whoever has the API's token vouches for their senders.

use super::parameters::Parameters;
use super::view::List;
use super::{Row, either, inspect, read};
use crate::answer::{Refusal, json, refusal, store_trouble, unavailable};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::event::Interface;
use postback::intake::{ShownParameter, shown_parameters};
use postback::plan::{RefusedBody, RefusedReason, RefusedRow};
use postback::port::RefusedFilter;
use postback::value::{OfferSourceId, RefusedId};
use postback_service::{RetryError, WhichRefused};
use serde::Serialize;

/// A row with its reason as a sentence.
#[derive(Debug, Serialize)]
pub(super) struct RefusedView {
    #[serde(flatten)]
    pub(super) row: RefusedRow,
    pub(super) text: &'static str,
}

impl RefusedView {
    pub(super) fn new(row: RefusedRow) -> Self {
        Self {
            text: row.reason.text(),
            row,
        }
    }
}

/// One refused message, as far as a person may see it.
#[derive(Debug, Serialize)]
struct RefusedDetail {
    #[serde(flatten)]
    view: RefusedView,
    /// The length of the message, in bytes.
    bytes: usize,
    /// The parameters of a postback. A value is shown if its parameter has a meaning for the
    /// source, except for tokens and personal roles. Nothing of a notification is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<ParameterView>>,
}

#[derive(Debug, Serialize)]
struct ParameterView {
    name: String,
    value: Option<String>,
    bytes: usize,
}

impl From<ShownParameter> for ParameterView {
    fn from(shown: ShownParameter) -> Self {
        let ShownParameter { name, value, bytes, .. } = shown;
        Self { name, value, bytes }
    }
}

#[derive(Serialize)]
struct Dismissed {
    dismissed: u64,
}

pub(crate) async fn list(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let known = ["source", "interface", "reason", "clickid", "limit", "after"];
        let parameters = Parameters::parse(query.as_deref(), &known)?;
        let interfaces = Interface::ALL.iter().map(|one| (one.as_str(), *one));
        let reasons = RefusedReason::ALL.iter().map(|one| (one.as_str(), *one));
        let mut filter = RefusedFilter::default();
        filter.source = parameters.typed("source")?;
        filter.interface = parameters.word("interface", &interfaces.collect::<Vec<_>>())?;
        filter.reason = parameters.word("reason", &reasons.collect::<Vec<_>>())?;
        filter.click = parameters.typed("clickid")?;
        let page = read(&served, inspect(&served).refused(&filter, &parameters.page()?)).await?;
        Ok(json(&List::of(page, RefusedView::new)))
    };
    either(answer.await)
}

pub(crate) async fn one(State(served): State<Served>, Row(id): Row<RefusedId>) -> Response {
    let answer = async {
        let body = read(&served, inspect(&served).refused_body(&id)).await?;
        let RefusedBody { row, body } = body.ok_or_else(|| trouble(RetryError::Unknown(id)))?;
        let tracker = served.service().tracker();
        let source = tracker.source(Some(row.source.as_str()));
        let source = source.filter(|_| row.interface == Interface::Postback);
        let shown = source.map(|source| shown_parameters(source, &body));
        Ok(json(&RefusedDetail {
            view: RefusedView::new(row),
            bytes: body.len(),
            parameters: shown.map(|shown| shown.into_iter().map(ParameterView::from).collect()),
        }))
    };
    either(answer.await)
}

pub(crate) async fn retry(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["id", "source", "all", "after"])?;
        let one: Option<RefusedId> = parameters.typed("id")?;
        let source: Option<OfferSourceId> = parameters.typed("source")?;
        let all = parameters.word("all", &[("true", ())])?;
        let which = match (one, source, all) {
            (Some(id), None, None) => WhichRefused::One(id),
            (None, Some(source), None) => WhichRefused::Source(source),
            (None, None, Some(())) => WhichRefused::All,
            _ => {
                let text = "name one of `id`, `source` and `all=true`";
                return Err(refusal(StatusCode::BAD_REQUEST, text));
            }
        };
        let after = parameters.after()?;
        let patience = served.options().limits.api_timeout;
        let retried = served.service().retry_refused(&which, &after, patience).await;
        Ok(json(&retried.map_err(trouble)?))
    };
    either(answer.await)
}

pub(crate) async fn dismiss(State(served): State<Served>, Row(id): Row<RefusedId>) -> Response {
    either(forget(&served, WhichRefused::One(id)).await)
}

pub(crate) async fn dismiss_all(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["source"])?;
        forget(&served, WhichRefused::Source(parameters.required("source")?)).await
    };
    either(answer.await)
}

async fn forget(served: &Served, which: WhichRefused) -> Result<Response, Refusal> {
    let patience = served.options().limits.api_timeout;
    let dismissed = served.service().dismiss_refused(&which, patience).await;
    let dismissed = dismissed.map_err(trouble)?;
    Ok(json(&Dismissed { dismissed }))
}

/// The response if a message cannot be looked at, tried again or dismissed.
fn trouble(error: RetryError) -> Refusal {
    match error {
        RetryError::UnknownSource(_) | RetryError::Unknown(_) => refusal(StatusCode::NOT_FOUND, &error.to_string()),
        RetryError::Store(error) => Box::new(store_trouble(&error)),
        _ => Box::new(unavailable()),
    }
}
