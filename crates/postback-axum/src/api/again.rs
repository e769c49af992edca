//! Sends deliveries again: with the same bytes (`retry`), or written again under the present
//! configuration (`resend`); or gives them up (`cancel`). It takes one delivery, or many by
//! campaign, lane, state and time.

use super::parameters::Parameters;
use super::{AskedRow, Row, either};
use crate::answer::{Refusal, json, refusal, store_trouble, unavailable};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::delivery::{DeliveryState, Lane};
use postback::value::DeliveryId;
use postback_service::{Bulk, BulkDone, BulkError, BulkWork, CancelError, NotDone, RequeueError, ResendError};
use serde::Serialize;

#[derive(Serialize)]
struct Requeued {
    requeued: u64,
}

#[derive(Serialize)]
struct RequeuedMany {
    requeued: u64,
    /// How many were left out: a person gave them up, or another delivery replaces them.
    others: u64,
    /// Whether a hold of the lane was ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<bool>,
    remaining: u64,
    next: Option<String>,
}

#[derive(Serialize)]
struct ResentMany {
    resent: u64,
    /// How many were resent before.
    repeated: u64,
    /// How many were left out because their conversion was declined or taken back since.
    withdrawn: u64,
    /// As in [`RequeuedMany`].
    others: u64,
    refused: Vec<NotDone>,
    remaining: u64,
    next: Option<String>,
}

#[derive(Serialize)]
struct Cancelled {
    cancelled: u64,
}

#[derive(Serialize)]
struct CancelledMany {
    cancelled: u64,
    /// As in [`RequeuedMany`].
    others: u64,
    /// Those that are being sent at this moment.
    refused: Vec<NotDone>,
    remaining: u64,
    next: Option<String>,
}

#[derive(Serialize)]
struct Counted {
    dry_run: bool,
    matched: u64,
    next: Option<String>,
}

/// Queues a dead delivery again under its own id.
pub(crate) async fn retry(
    State(served): State<Served>,
    AskedRow(id): AskedRow<DeliveryId>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let anyway = anyway(query.as_deref())?;
        let patience = served.options().limits.api_timeout;
        let retried = served.service().retry(&id, anyway, patience).await;
        retried.map_err(not_requeued)?;
        Ok(json(&Requeued { requeued: 1 }))
    };
    either(answer.await)
}

fn not_requeued(error: RequeueError) -> Refusal {
    match error {
        RequeueError::Store(error) => Box::new(store_trouble(&error)),
        RequeueError::Unknown(_) => refusal(StatusCode::NOT_FOUND, &error.to_string()),
        RequeueError::NotDead(..)
        | RequeueError::Cancelled(_)
        | RequeueError::Withdrawn(_)
        | RequeueError::Replaced(..) => refusal(StatusCode::CONFLICT, &error.to_string()),
        _ => Box::new(unavailable()),
    }
}

/// Writes the postback of a delivery again, and queues it.
pub(crate) async fn resend(
    State(served): State<Served>,
    AskedRow(id): AskedRow<DeliveryId>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let anyway = anyway(query.as_deref())?;
        let patience = served.options().limits.api_timeout;
        let resent = served.service().resend(&id, anyway, patience).await;
        Ok(json(&resent.map_err(not_resent)?))
    };
    either(answer.await)
}

/// Whether it is wanted although something speaks against it.
fn anyway(query: Option<&str>) -> Result<bool, Refusal> {
    Parameters::parse(query, &["anyway"])?.flag("anyway")
}

fn not_resent(error: ResendError) -> Refusal {
    match error {
        ResendError::Store(error) => Box::new(store_trouble(&error)),
        ResendError::Unknown(_) => refusal(StatusCode::NOT_FOUND, &error.to_string()),
        ResendError::Open(..) | ResendError::Replaced(..) | ResendError::Gone(..) | ResendError::NotRewritten(..) => {
            refusal(StatusCode::CONFLICT, &error.to_string())
        }
        _ => Box::new(unavailable()),
    }
}

/// Gives up a delivery that is still to be sent or checked, or that is dead.
pub(crate) async fn cancel(State(served): State<Served>, Row(id): Row<DeliveryId>) -> Response {
    let answer = async {
        let patience = served.options().limits.api_timeout;
        let cancelled = served.service().cancel(&id, patience).await;
        cancelled.map_err(not_cancelled)?;
        Ok(json(&Cancelled { cancelled: 1 }))
    };
    either(answer.await)
}

fn not_cancelled(error: CancelError) -> Refusal {
    match error {
        CancelError::Store(error) => Box::new(store_trouble(&error)),
        CancelError::Unknown(_) => refusal(StatusCode::NOT_FOUND, &error.to_string()),
        CancelError::Closed(..) | CancelError::Before(_) | CancelError::Replaced(..) | CancelError::UnderWay(_) => {
            refusal(StatusCode::CONFLICT, &error.to_string())
        }
        _ => Box::new(unavailable()),
    }
}

/// Queues many dead deliveries again.
pub(crate) async fn retry_many(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    either(many(&served, query.as_deref(), BulkWork::Retry).await)
}

/// Writes many postbacks again.
pub(crate) async fn resend_many(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    either(many(&served, query.as_deref(), BulkWork::Resend).await)
}

/// Gives up many.
pub(crate) async fn cancel_many(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    either(many(&served, query.as_deref(), BulkWork::Cancel).await)
}

async fn many(served: &Served, query: Option<&str>, work: BulkWork) -> Result<Response, Refusal> {
    let bulk = selection(query, work)?;
    let done = served.service().bulk(&bulk, served.options().limits.api_timeout).await;
    let done = done.map_err(|error| match error {
        BulkError::Store(error) => Box::new(store_trouble(&error)),
        _ => Box::new(unavailable()),
    })?;
    let BulkDone {
        done,
        needless,
        withdrawn,
        others,
        refused,
        released,
        remaining,
        next,
        ..
    } = done;
    let next = next.map(|cursor| cursor.as_str().to_owned());
    Ok(match work {
        _ if bulk.dry_run => json(&Counted {
            dry_run: true,
            matched: remaining,
            next,
        }),
        BulkWork::Retry => json(&RequeuedMany {
            requeued: done,
            others,
            released,
            remaining,
            next,
        }),
        BulkWork::Resend => json(&ResentMany {
            resent: done,
            repeated: needless,
            withdrawn,
            others,
            refused,
            remaining,
            next,
        }),
        BulkWork::Cancel => json(&CancelledMany {
            cancelled: done,
            others,
            refused,
            remaining,
            next,
        }),
    })
}

/// Reads which deliveries a query selects. The query must have a filter, so that nobody sends
/// everything again by leaving all filters out.
fn selection(query: Option<&str>, work: BulkWork) -> Result<Bulk, Refusal> {
    let choices = ["campaign", "lane", "state", "from", "to"];
    let known = [&choices[..], &["dry_run", "after"]].concat();
    let parameters = Parameters::parse(query, &known)?;
    let mut chosen = false;
    for name in choices {
        chosen |= parameters.text(name)?.is_some();
    }
    if !chosen {
        let all = Bulk::new(work).state.as_str();
        let text = format!(
            "name at least one of {}; state={all} is all of them",
            choices.join(", ")
        );
        return Err(refusal(StatusCode::BAD_REQUEST, &text));
    }
    let states: &[DeliveryState] = match work {
        BulkWork::Retry => &[DeliveryState::Dead],
        BulkWork::Resend => &[DeliveryState::Dead, DeliveryState::Delivered],
        BulkWork::Cancel => &[DeliveryState::Queued, DeliveryState::Accepted, DeliveryState::Dead],
    };
    let states: Vec<_> = states.iter().map(|state| (state.as_str(), *state)).collect();
    let mut bulk = Bulk::new(work);
    bulk.state = parameters.word("state", &states)?.unwrap_or(bulk.state);
    bulk.campaign = parameters.typed("campaign")?;
    bulk.lane = parameters.text("lane")?.map(Lane::new);
    bulk.from = parameters.typed("from")?;
    bulk.to = parameters.typed("to")?;
    bulk.dry_run = parameters.flag("dry_run")?;
    bulk.after = parameters.after()?;
    Ok(bulk)
}
