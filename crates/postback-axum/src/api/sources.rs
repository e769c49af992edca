//! Shows whether an integration works: for each offer source, what came last and what was refused.

use super::parameters::Parameters;
use super::refused::RefusedView;
use super::view::{EventView, List};
use super::{either, inspect, read};
use crate::answer::{Refusal, json};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use postback::event::{Assurance, Interface};
use postback::plan::{EventRow, Outcome, RefusedBounds, RefusedCount, Ring};
use postback::port::{EventFilter, Page, PageRequest};
use postback::tracker::Source;
use postback::value::OfferSourceId;
use postback::{Event, Timestamp};
use postback_service::RefusedPostbacks;
use serde::Serialize;

#[derive(Serialize)]
struct SourceView {
    id: OfferSourceId,
    title: String,
    /// Whether the source accepts notifications.
    ins: bool,
    /// The state of the source, as a sentence.
    text: String,
    /// The last event that was stored, whether it counts or not.
    last_event: Option<EventView>,
    /// The last event that was a test.
    last_test: Option<EventView>,
    /// The refused messages that are kept until they are taken in or dismissed.
    refused: Refused,
    /// The refused postbacks that are not kept, since the start of the server. It is absent if
    /// there are none.
    refused_postbacks: Option<RefusedPostbacks>,
    /// Hints at what unknown parameter names of its postbacks were probably meant for, and at what
    /// came in place of amounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
    /// Words in its postbacks' field of the status that mean no status. The table `statuses` of the
    /// source gives words a meaning.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown_statuses: Vec<String>,
    /// For a source that is no longer configured: how many acknowledged postbacks wait for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside: Option<u64>,
}

/// The view of a source that is no longer configured, for which postbacks wait.
fn gone(id: OfferSourceId, count: u64) -> SourceView {
    SourceView {
        text: format!(
            "it is not configured; {count} acknowledged postbacks are set aside until it is configured again (or POST \
             /api/journal/discard?source={id})"
        ),
        id,
        title: String::new(),
        ins: false,
        last_event: None,
        last_test: None,
        refused: Refused::default(),
        refused_postbacks: None,
        hints: Vec::new(),
        unknown_statuses: Vec::new(),
        set_aside: Some(count),
    }
}

#[derive(Debug, Default, Serialize)]
struct Refused {
    /// How many messages are kept.
    kept: u64,
    /// How many messages of strangers one ring keeps at most. Each interface has two rings.
    keep: u32,
    /// How many bytes each ring keeps at most.
    keep_bytes: u64,
    /// Whether a ring is full, so that each new message replaces the oldest.
    full: bool,
    /// The notifications among them.
    ins: Kept,
    /// The postbacks among them.
    s2s: Kept,
}

#[derive(Debug, Default, Serialize)]
struct Kept {
    /// How many messages are kept.
    kept: u64,
    /// How many of them are probably the network's: the caller is authorised, and the body of a
    /// notification is an encrypted wrapper or a form.
    probable: u64,
    /// The last message.
    last: Option<RefusedView>,
}

impl Refused {
    fn of(counts: Vec<RefusedCount>, bounds: RefusedBounds) -> Self {
        let mut refused = Self {
            keep: bounds.doubtful.bodies,
            keep_bytes: bounds.doubtful.bytes,
            ..Self::default()
        };
        for count in counts {
            refused.full |= bounds.of(count.last.ring).is_reached(&count);
            let RefusedCount { kept, last, .. } = count;
            refused.kept = refused.kept.saturating_add(kept);
            let of = match last.interface {
                Interface::Ins => &mut refused.ins,
                _ => &mut refused.s2s,
            };
            of.kept = of.kept.saturating_add(kept);
            if last.ring == Ring::Probable {
                of.probable = kept;
            }
            if of.last.as_ref().is_none_or(|known| known.row.at <= last.at) {
                of.last = Some(RefusedView::new(last));
            }
        }
        refused
    }
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
    let counts = read(served, inspect(served).refused_counts(source.id())).await?;
    let refused = Refused::of(counts, source.refused_bounds());
    let last = newest(served, source, None).await?;
    let test = newest(served, source, Some(Outcome::Test)).await?;
    let refused_postbacks = served.service().refused_postbacks(source.id());
    let hints = served.service().hints(source.id());
    let stands = last.as_ref().map(|row| (taken_in(&row.event), row.event.received_at));
    Ok(SourceView {
        id: source.id().clone(),
        title: source.title().to_owned(),
        ins,
        hints,
        unknown_statuses: served.service().unknown_statuses(source.id()),
        text: text(source.id(), stands, &refused, refused_postbacks),
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

async fn newest(served: &Served, source: &Source, outcome: Option<Outcome>) -> Result<Option<EventRow>, Refusal> {
    let mut filter = EventFilter::default();
    filter.source = Some(source.id().clone());
    filter.outcome = outcome;
    let page = read(served, inspect(served).events(&filter, &PageRequest::first(1))).await?;
    Ok(page.items.into_iter().next())
}

/// Describes the state of a source: what was taken in last, and what was refused. Anybody can send
/// what is refused, so that refusals neither hide what was taken in nor prove anything.
fn text(
    source: &OfferSourceId,
    last: Option<(String, Timestamp)>,
    refused: &Refused,
    postbacks: Option<RefusedPostbacks>,
) -> String {
    let postbacks = postbacks.filter(|refused| refused.since_accepted > 0);
    let none_refused = refused.kept == 0 && postbacks.is_none();
    let mut text = match last {
        None if none_refused => return "nothing has come yet".to_owned(),
        Some((taken_in, _)) if none_refused => return taken_in,
        None => "nothing was taken in yet".to_owned(),
        Some((taken_in, at)) => format!("{taken_in} at {at}"),
    };
    let Refused { ins, s2s, .. } = refused;
    if let Some(last) = &ins.last {
        let (kept, at, wrong) = (ins.kept, last.row.at, wrong(ins));
        text.push_str(&format!(
            "; refused notifications that are kept: {kept}, the last of {at} ({wrong}, or somebody else posts here)"
        ));
    }
    if let Some(RefusedView { row, text: why }) = &s2s.last {
        let named = row.parameter.as_deref();
        let named = named.map_or_else(String::new, |name| format!(", parameter `{name}`"));
        let (kept, at) = (s2s.kept, row.at);
        text.push_str(&format!(
            "; refused postbacks that are kept: {kept}, the last of {at} ({why}{named}); see GET \
             /api/refused?source={source}"
        ));
    }
    if refused.kept > 0 {
        text.push_str(&format!("; once it is mended, POST /api/refused/retry?source={source}"));
    }
    if refused.full {
        text.push_str("; there is no room for more kept messages, and each new one replaces the oldest");
    }
    if let Some(refused) = postbacks {
        let wrong = match refused.last_status {
            403 => "the token or the address is wrong",
            405 => "the URL of notifications was opened, and they are posted to it",
            408 | 413 => "the body did not arrive, or is too long",
            503 => "the store did not take it",
            _ => "it is malformed",
        };
        text.push_str(&format!(
            "; postbacks refused and not kept: {} (the last with HTTP {}: {wrong}, or somebody else posts here)",
            refused.since_accepted, refused.last_status
        ));
    }
    text
}

/// What is wrong with refused notifications that are the network's.
fn wrong(refused: &Kept) -> &'static str {
    match refused.kept.saturating_sub(refused.probable) {
        0 => "the secret or the version is wrong",
        doubtful if doubtful == refused.kept => "the token in the url or the address is wrong",
        _ => "the secret, the version, the token in the url or the address is wrong",
    }
}

/// Describes an event, as in `TEST IPN verified` with the words of ClickBank's settings. An event
/// that was only decrypted is not called verified.
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
