//! Does my integration work? For each offer source what came last, and what was refused.

use super::parameters::{MAX_LIMIT, Parameters};
use super::refused::each_kept;
use super::view::{EventView, List};
use super::{either, read};
use crate::answer::{Refusal, json};
use crate::state::AppState;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use postback::event::{Assurance, Event, Interface};
use postback::port::{EventFilter, Page, PageRequest};
use postback::tracker::{EventRow, Outcome, Source};
use postback::value::{OfferSourceId, Timestamp};
use serde::Serialize;

/// Among how many of its newest events the last notification of a source is looked for: a network sends far more postbacks of impressions than
/// notifications of sales, and one page is read into memory. With none among them all refusals that are kept count as later than it.
const RECENT: u32 = MAX_LIMIT;

#[derive(Serialize)]
struct SourceView {
    id: OfferSourceId,
    title: String,
    /// Whether it reads notifications.
    ins: bool,
    /// How it stands, in a sentence.
    text: String,
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
    /// How many of them came after the last notification that was taken in.
    since_accepted: usize,
    last_at: Option<Timestamp>,
}

pub(crate) async fn sources(State(state): State<AppState>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        Parameters::parse(query.as_deref(), &[])?;
        let live = state.live();
        let mut items = Vec::new();
        for source in live.tracker.sources() {
            let ins = live.credentials.key_ring(source.id()).is_some();
            items.push(view(&state, source, ins).await?);
        }
        Ok(json(&List::of(Page { items, next: None }, |item| item)))
    };
    either(answer.await)
}

async fn view(state: &AppState, source: &Source, ins: bool) -> Result<SourceView, Refusal> {
    let mut refused = Vec::new();
    each_kept(state, source.id(), |body| refused.push(body.at)).await?;
    let recent = if refused.is_empty() { 1 } else { RECENT };
    let events = newest(state, source, None, recent).await?;
    let test = newest(state, source, Some(Outcome::Test), 1).await?.pop();
    let notified = events.iter().find(|row| row.event.interface == Interface::Ins);
    let later = |at: &&Timestamp| notified.is_none_or(|row| **at > row.event.received_at);
    let refused = Refused {
        kept: refused.len(),
        since_accepted: refused.iter().filter(later).count(),
        last_at: refused.first().copied(),
    };
    let last = events.into_iter().next();
    Ok(SourceView {
        id: source.id().clone(),
        title: source.title().to_owned(),
        ins,
        text: text(source.id(), last.as_ref(), refused.since_accepted),
        last_event: last.map(EventView::new),
        last_test: test.map(|row| EventView {
            text: taken_in(&row.event),
            row,
        }),
        refused,
    })
}

async fn newest(
    state: &AppState,
    source: &Source,
    outcome: Option<Outcome>,
    limit: u32,
) -> Result<Vec<EventRow>, Refusal> {
    let mut filter = EventFilter::default();
    filter.source = Some(source.id().clone());
    filter.outcome = outcome;
    let page = read(state, state.shared.inspect.events(&filter, &PageRequest::first(limit))).await?;
    Ok(page.items)
}

/// How a source stands. Refusals come first: whatever else is taken in, what they bring is not.
fn text(source: &OfferSourceId, last: Option<&EventRow>, refused: usize) -> String {
    match (refused, last) {
        (0, None) => "nothing has come yet".to_owned(),
        (0, Some(row)) => taken_in(&row.event),
        (refused, _) => format!(
            "the last notifications were refused ({refused} of them): the secret, the token in the url, the address or the version is wrong; \
             mend it, then POST /api/refused/retry?source={source}"
        ),
    }
}

/// As in `TEST IPN verified`, the words of ClickBank's settings; but what was only decrypted is not called verified.
fn taken_in(event: &Event) -> String {
    let name = event.name.as_deref().unwrap_or_default();
    let message = match event.interface {
        Interface::Ins => "IPN",
        _ => "postback",
    };
    let made = event.assurance.map_or("taken in", Assurance::as_str);
    let words = [name, message, made].into_iter().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_in_is_told_with_what_makes_it_the_networks_own() {
        let at = Timestamp::from_unix_seconds(1_760_000_000).unwrap();
        let id = "2".repeat(26).try_into().unwrap();
        let mut event = Event::new(id, "cb".parse().unwrap(), Interface::Ins, at);
        event.name = Some("TEST".into());
        for (assurance, text) in [
            (Assurance::Decrypted, "TEST IPN decrypted"),
            (Assurance::Verified32, "TEST IPN verified (32 bits, legacy)"),
        ] {
            event.assurance = Some(assurance);
            assert_eq!(taken_in(&event), text);
        }
        event.interface = Interface::Postback;
        event.assurance = None;
        assert_eq!(taken_in(&event), "TEST postback taken in");
        event.name = None;
        assert_eq!(taken_in(&event), "postback taken in");
    }
}
