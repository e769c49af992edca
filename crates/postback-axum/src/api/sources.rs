//! Does my integration work? For each offer source what came last, and what was refused.

use super::parameters::Parameters;
use super::view::{EventView, List};
use super::{either, read};
use crate::answer::{Refusal, json};
use crate::state::AppState;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use postback::port::{EventFilter, Page, PageRequest};
use postback::tracker::{Outcome, Source};
use postback::value::{OfferSourceId, Timestamp};
use serde::Serialize;

/// How many refused bodies are read at once: each may be as long as a body may be.
const REFUSED_PAGE: u32 = 32;

#[derive(Serialize)]
struct SourceView {
    id: OfferSourceId,
    title: String,
    /// Whether it reads notifications.
    ins: bool,
    /// The last event that was stored, counted or not.
    last_event: Option<EventView>,
    /// The last one that was a test.
    last_test: Option<EventView>,
    /// Notifications that were refused and are kept.
    refused: Refused,
}

#[derive(Serialize)]
struct Refused {
    /// How many are kept; older ones have made room.
    kept: usize,
    last_at: Option<Timestamp>,
}

pub(crate) async fn sources(State(state): State<AppState>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        Parameters::parse(query.as_deref(), &[])?;
        let live = state.live();
        let mut items = Vec::new();
        for source in live.tracker.sources() {
            items.push(SourceView {
                id: source.id().clone(),
                title: source.title().to_owned(),
                ins: live.credentials.key_ring(source.id()).is_some(),
                last_event: last(&state, source, None).await?,
                last_test: last(&state, source, Some(Outcome::Test)).await?,
                refused: refused(&state, source).await?,
            });
        }
        Ok(json(&List::of(Page { items, next: None }, |item| item)))
    };
    either(answer.await)
}

async fn last(state: &AppState, source: &Source, outcome: Option<Outcome>) -> Result<Option<EventView>, Refusal> {
    let mut filter = EventFilter::default();
    filter.source = Some(source.id().clone());
    filter.outcome = outcome;
    let page = read(state, state.shared.inspect.events(&filter, &PageRequest::first(1))).await?;
    Ok(page.items.into_iter().next().map(EventView::new))
}

async fn refused(state: &AppState, source: &Source) -> Result<Refused, Refusal> {
    let mut refused = Refused { kept: 0, last_at: None };
    let mut request = PageRequest::first(REFUSED_PAGE);
    loop {
        let page = read(state, state.shared.inspect.refused(source.id(), &request)).await?;
        refused.kept = refused.kept.saturating_add(page.items.len());
        refused.last_at = refused.last_at.or_else(|| page.items.first().map(|body| body.at));
        match page.next {
            Some(next) => request.after = next,
            None => return Ok(refused),
        }
    }
}
