//! `POST /api/events/decide`: stored events are decided again under the present configuration.

use super::either;
use super::parameters::Parameters;
use crate::answer::{Refusal, fault, json, refusal, retry_later, store_trouble, unavailable};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::value::EventId;
use postback_service::{AgainWhat, DecideAgain, DecideError, DecidedAgain, DecidedEvent, NotDecided};
use serde::Serialize;
use std::{collections::BTreeMap, io::ErrorKind};

#[derive(Serialize)]
struct Decided {
    dry_run: bool,
    events: Vec<DecidedEvent>,
    /// How many of the events become what, by outcome.
    counts: BTreeMap<&'static str, u64>,
    changed: u64,
    same: u64,
    refused: Vec<NotDecided>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unsure: Option<EventId>,
}

pub(crate) async fn decide(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let again = selection(&served, query.as_deref())?;
        let patience = served.options().limits.api_timeout;
        let decided = served.service().decide_again(&again, patience).await;
        Ok(json(&view(decided.map_err(not_decided)?, again.dry_run)))
    };
    either(answer.await)
}

fn view(decided: DecidedAgain, dry_run: bool) -> Decided {
    let DecidedAgain {
        events,
        changed,
        same,
        refused,
        next,
        unsure,
        ..
    } = decided;
    let mut counts = BTreeMap::new();
    for event in &events {
        let count: &mut u64 = counts.entry(event.becomes.outcome.as_str()).or_default();
        *count = count.saturating_add(1);
    }
    Decided {
        dry_run,
        counts,
        events,
        changed,
        same,
        refused,
        next: next.map(|cursor| cursor.as_str().to_owned()),
        unsure,
    }
}

/// Reads which events a query selects. What became of them must be named, so that nobody decides
/// everything again by leaving it out.
fn selection(served: &Served, query: Option<&str>) -> Result<DecideAgain, Refusal> {
    let bad = |text: &str| refusal(StatusCode::BAD_REQUEST, text);
    let parameters = Parameters::parse(query, &["outcome", "source", "dry_run", "after"])?;
    let words: Vec<_> = AgainWhat::ALL.iter().map(|what| (what.as_str(), *what)).collect();
    let what = parameters.word("outcome", &words)?.ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        bad(&format!(
            "parameter `outcome` is missing; it is one of {}",
            words.join(", ")
        ))
    })?;
    let mut again = DecideAgain::new(what);
    again.source = parameters.typed("source")?;
    again.dry_run = parameters.flag("dry_run")?;
    again.after = parameters.after()?;
    // Without its source, none of these events can be decided.
    if let Some(source) = &again.source
        && served.service().tracker().source(Some(source.as_str())).is_none()
    {
        let text =
            format!("offer source `{source}` is not configured, so its events cannot be decided; configure it again");
        return Err(refusal(StatusCode::CONFLICT, &text));
    }
    Ok(again)
}

fn not_decided(error: DecideError) -> Refusal {
    match error {
        DecideError::Store(error) => Box::new(store_trouble(&error)),
        DecideError::Journal(error) if error.kind() == ErrorKind::ResourceBusy => {
            refusal(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
        }
        DecideError::Journal(error) => {
            tracing::error!(kind = %error.kind(), "the journal cannot be changed");
            refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the journal cannot be changed; see the log",
            )
        }
        DecideError::Unsure(_) => Box::new(retry_later(fault(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()))),
        _ => Box::new(unavailable()),
    }
}
