//! Does my integration work? For each offer source what came last, and what was refused.

use super::parameters::{MAX_LIMIT, Parameters};
use super::refused::trouble;
use super::view::{EventView, List};
use super::{either, inspect, read};
use crate::answer::{Refusal, json};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use postback::event::{Assurance, Event, Interface};
use postback::plan::{EventRow, Outcome, Ring};
use postback::port::{EventFilter, Page, PageRequest};
use postback::tracker::Source;
use postback::value::{OfferSourceId, Timestamp};
use postback_service::RefusedPostbacks;
use serde::Serialize;

/// Among how many of its newest events the last notification of a source is looked for: a network
/// sends far more postbacks of impressions than notifications of sales, and one page is read into
/// memory. With none among them all refusals that are kept count as later than it.
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
    /// Postbacks that were refused since the start of the server; absent when none was.
    refused_postbacks: Option<RefusedPostbacks>,
    /// Of a source that is not configured any more: postbacks that were acknowledged and wait for
    /// it.
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside: Option<u64>,
}

/// A source that is not configured any more, with postbacks that wait for it.
fn gone(id: OfferSourceId, count: u64) -> SourceView {
    SourceView {
        text: format!(
            "it is not configured; {count} postbacks that were acknowledged are set aside until it is again (or POST \
             /api/journal/discard?source={id})"
        ),
        id,
        title: String::new(),
        ins: false,
        last_event: None,
        last_test: None,
        refused: Refused::default(),
        refused_postbacks: None,
        set_aside: Some(count),
    }
}

#[derive(Debug, Default, Serialize)]
struct Refused {
    /// How many are kept; older ones have made room.
    kept: usize,
    /// How many of them came after the last notification that was taken in.
    since_accepted: usize,
    /// How many of those may be the network's: the caller is authorised, and the body is the
    /// wrapper of a notification or a form.
    probable: usize,
    last_at: Option<Timestamp>,
}

pub(crate) async fn sources(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        Parameters::parse(query.as_deref(), &[])?;
        let tracker = served.service().tracker();
        let mut items = Vec::new();
        for source in tracker.sources() {
            let ins = served.service().takes_notifications(source.id().as_str());
            items.push(view(&served, source, ins).await?);
        }
        let known = |id: &OfferSourceId| tracker.source(Some(id.as_str())).is_some();
        let strangers = served.service().set_aside().into_iter().filter(|(id, _)| !known(id));
        items.extend(strangers.map(|(id, count)| gone(id, count)));
        Ok(json(&List::of(Page { items, next: None }, |item| item)))
    };
    either(answer.await)
}

async fn view(served: &Served, source: &Source, ins: bool) -> Result<SourceView, Refusal> {
    let (service, patience) = (served.service(), served.options().limits.api_timeout);
    let rows = service.refused_notifications(source.id(), patience).await;
    let rows = rows.map_err(trouble)?;
    let recent = if rows.is_empty() { 1 } else { RECENT };
    let events = newest(served, source, None, recent).await?;
    let test = newest(served, source, Some(Outcome::Test), 1).await?.pop();
    let notified = events.iter().find(|row| row.event.interface == Interface::Ins);
    let since = rows
        .iter()
        .filter(|refused| notified.is_none_or(|row| refused.at > row.event.received_at));
    let waiting = rows.iter().filter(|row| row.ring == Ring::Probable).count();
    let refused = Refused {
        kept: rows.len(),
        since_accepted: since.clone().count(),
        probable: since.filter(|row| row.ring == Ring::Probable).count(),
        last_at: rows.first().map(|row| row.at),
    };
    let refused_postbacks = service.refused_postbacks(source.id());
    let last = events.into_iter().next();
    let stands = last.as_ref().map(|row| (taken_in(&row.event), row.event.received_at));
    Ok(SourceView {
        id: source.id().clone(),
        title: source.title().to_owned(),
        ins,
        text: text(source.id(), stands, &refused, waiting, refused_postbacks),
        last_event: last.map(EventView::new),
        last_test: test.map(|row| EventView {
            text: taken_in(&row.event),
            row,
        }),
        refused,
        refused_postbacks,
        set_aside: None,
    })
}

async fn newest(
    served: &Served,
    source: &Source,
    outcome: Option<Outcome>,
    limit: u32,
) -> Result<Vec<EventRow>, Refusal> {
    let mut filter = EventFilter::default();
    filter.source = Some(source.id().clone());
    filter.outcome = outcome;
    let page = read(served, inspect(served).events(&filter, &PageRequest::first(limit))).await?;
    Ok(page.items)
}

/// How a source stands: what was taken in last, and what was refused since then. Anybody can post
/// what is refused, so that hides nothing and proves nothing.
fn text(
    source: &OfferSourceId,
    last: Option<(String, Timestamp)>,
    notifications: &Refused,
    waiting: usize,
    postbacks: Option<RefusedPostbacks>,
) -> String {
    let postbacks = postbacks.filter(|refused| refused.since_accepted > 0);
    let none_refused = notifications.since_accepted == 0 && postbacks.is_none();
    let (mut text, since) = match last {
        None if none_refused => return "nothing has come yet".to_owned(),
        Some((taken_in, _)) if none_refused && waiting == 0 => return taken_in,
        Some((taken_in, _)) if none_refused => {
            return format!(
                "{taken_in}; {waiting} that were refused before are kept: POST /api/refused/retry?source={source}"
            );
        }
        None => ("nothing was taken in yet".to_owned(), ""),
        Some((taken_in, at)) => (format!("{taken_in} at {at}"), " since the last that was taken in"),
    };
    if notifications.since_accepted > 0 {
        text.push_str(&format!(
            "; notifications refused{since}: {} ({}, or somebody else posts here; once it is mended, POST \
             /api/refused/retry?source={source})",
            notifications.since_accepted,
            wrong(notifications)
        ));
    }
    if let Some(refused) = postbacks {
        let wrong = match refused.last_status {
            403 => "the token or the address is wrong",
            _ => "it is malformed",
        };
        text.push_str(&format!(
            "; postbacks refused{since}: {} (the last with HTTP {}: {wrong}, or somebody else posts here)",
            refused.since_accepted, refused.last_status
        ));
    }
    text
}

/// What is wrong with refused notifications that are the network's.
fn wrong(refused: &Refused) -> &'static str {
    match refused.since_accepted.saturating_sub(refused.probable) {
        0 => "the secret or the version is wrong",
        doubtful if doubtful == refused.since_accepted => "the token in the url or the address is wrong",
        _ => "the secret, the version, the token in the url or the address is wrong",
    }
}

/// As in `TEST IPN verified`, the words of ClickBank's settings; but what was only decrypted is not
/// called verified.
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
        let id = "2".repeat(26).parse().unwrap();
        let mut event = Event::assume_authentic(id, "cb".parse().unwrap(), Interface::Ins, at);
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
