//! Everything that came of a click: why a postback was sent, or why it was not.

use super::named::{Named, named, texts};
use super::parameters::{MAX_LIMIT, Parameters};
use super::refused::RefusedView;
use super::view::{ConversionView, DeliveryView, told};
use super::{either, inspect, read};
use crate::answer::{Refusal, json, refusal};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::event::{Assurance, ByHand, ClickHint, Interface, Kind};
use postback::plan::{CorrectionTrace, EventRow, Found, Outcome, Reason, RuleTrace, RuleVerdict};
use postback::port::{ConversionFilter, DeliveryFilter, EventFilter, PageRequest, RefusedFilter};
use postback::rule::Condition;
use postback::value::{ClickId, ConversionId, EventId, Fingerprint, OfferSourceId, PostbackId, Receipt};
use postback::{Click, Conversion, Decision, Money, Timestamp, Tracker};
use serde::Serialize;

#[derive(Serialize)]
struct Explanation {
    /// None if the click is not recorded, but an event named its id.
    click: Option<Click>,
    /// The problems of the click's URL, as sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    conversions: Vec<ConversionView>,
    events: Vec<EventExplanation>,
    /// The waiting events that named this click id or nearly this one.
    named: Vec<EventExplanation>,
    /// The refused messages with this click id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusedView>,
    deliveries: Vec<DeliveryView>,
    /// Whether a list has more rows than it shows.
    truncated: bool,
}

/// An event and how it was decided. Codes are for programs, `text` is for people.
#[derive(Serialize)]
struct EventExplanation {
    id: EventId,
    source: OfferSourceId,
    interface: Interface,
    #[serde(skip_serializing_if = "Option::is_none")]
    assurance: Option<Assurance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Receipt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sum: Option<Money>,
    at: Timestamp,
    received_at: Timestamp,
    decided_at: Timestamp,
    /// The fingerprint of the configuration that decided.
    configuration: Fingerprint,
    /// Whether that configuration is active now.
    current: bool,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    text: String,
    /// The click ids that the event named, and texts that came in their place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    named: Vec<String>,
    /// What is nearly right about an unknown click id.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<ClickHint>,
    /// What came in place of the event id.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_event_id: Option<String>,
    found: FoundExplanation,
    /// The person's choice of the click, if a person chose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_hand: Option<Box<ByHand>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversion: Option<ConversionId>,
    rules: Vec<RuleExplanation>,
    /// What ad platforms are told because money of a sale was taken back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<CorrectionExplanation>,
    /// Whether the message asked that no postback be fired.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    silent: bool,
    /// How many rules of the campaign were left out of the trace for lack of room.
    more_rules: u32,
}

#[derive(Serialize)]
struct CorrectionExplanation {
    #[serde(flatten)]
    correction: CorrectionTrace,
    text: String,
}

#[derive(Serialize)]
struct FoundExplanation {
    #[serde(flatten)]
    found: Option<Found>,
    text: String,
}

#[derive(Serialize)]
struct Words {
    code: &'static str,
    text: &'static str,
}

#[derive(Serialize)]
struct RuleExplanation {
    postback: PostbackId,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<&'static str>,
    text: String,
    /// For each condition that failed: what it wants, and what the conversion has now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

pub(crate) async fn explain(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["clickid"])?;
        let id: ClickId = parameters.required("clickid")?;
        let click = read(&served, inspect(&served).click(&id)).await?;
        let named = named(&served, &id).await?;
        let page = PageRequest::first(MAX_LIMIT);
        let of_click = RefusedFilter::of_click(id.clone());
        let refused = read(&served, inspect(&served).refused(&of_click, &page)).await?;
        let more_refused = refused.next.is_some();
        let refused: Vec<_> = refused.items.into_iter().map(RefusedView::new).collect();
        let Some(click) = click else {
            return unrecorded(&served, &id, named, refused);
        };
        let mut of_click = ConversionFilter::default();
        of_click.click = Some(id.clone());
        let conversions = read(&served, inspect(&served).conversions(&of_click, &page)).await?;
        let tallies = read(&served, inspect(&served).tallies(&id)).await?;
        let mut of_click = EventFilter::default();
        of_click.click = Some(id.clone());
        let events = read(&served, inspect(&served).events(&of_click, &page)).await?;
        let mut of_click = DeliveryFilter::default();
        of_click.click = Some(id.clone());
        let deliveries = read(&served, inspect(&served).deliveries(&of_click, &page)).await?;
        let tracker = served.service().tracker();
        let more_events = events.next.is_some();
        let events = events.items.into_iter().map(|row| {
            let conversion = row.conversion.as_ref();
            let conversion = conversion.and_then(|id| conversions.items.iter().find(|known| known.id == *id));
            let seen = conversion.filter(|_| row.configuration == *tracker.fingerprint());
            event(&tracker, seen.map(|seen| (&click, seen)), row)
        });
        let events: Vec<EventExplanation> = events.collect();
        Ok(json(&Explanation {
            notes: click.notes.iter().map(ToString::to_string).collect(),
            click: Some(click),
            truncated: conversions.next.is_some()
                || more_events
                || deliveries.next.is_some()
                || more_refused
                || named.truncated,
            named: named.rows.into_iter().map(|row| event(&tracker, None, row)).collect(),
            conversions: conversions
                .items
                .into_iter()
                .map(|row| ConversionView::new(row, &tallies))
                .collect(),
            events,
            refused,
            deliveries: deliveries.items.into_iter().map(DeliveryView::new).collect(),
        }))
    };
    either(answer.await)
}

/// Answers for a click id that is not recorded: with the events that named it, or with what it
/// nearly is.
fn unrecorded(served: &Served, id: &ClickId, named: Named, refused: Vec<RefusedView>) -> Result<Response, Refusal> {
    if named.rows.is_empty() && refused.is_empty() {
        let hint = served.service().click_hint(id.as_str());
        let hint = hint.map(|hint| format!("; {}", hint.text())).unwrap_or_default();
        return Err(refusal(
            StatusCode::NOT_FOUND,
            &format!("click `{id}` is not known{hint}"),
        ));
    }
    let tracker = served.service().tracker();
    Ok(json(&Explanation {
        click: None,
        notes: Vec::new(),
        conversions: Vec::new(),
        events: Vec::new(),
        named: named.rows.into_iter().map(|row| event(&tracker, None, row)).collect(),
        refused,
        deliveries: Vec::new(),
        truncated: named.truncated,
    }))
}

/// Explains an event. `seen` is its click and its conversion as it is now, if the active
/// configuration decided it: only then can the rules be evaluated again.
fn event(tracker: &Tracker, seen: Option<(&Click, &Conversion)>, row: EventRow) -> EventExplanation {
    let text = told(&row);
    let named = texts(&row.event).map(str::to_owned).collect();
    let (event, trace) = (row.event.into_inner(), row.trace);
    let duplicate = trace.duplicate.map(|decision| Words {
        code: decision.as_str(),
        text: decision.text(),
    });
    let found = trace.found.as_ref();
    EventExplanation {
        id: event.id,
        source: event.source,
        interface: event.interface,
        assurance: event.assurance,
        kind: event.kind,
        name: event.name.as_deref().map(str::to_owned),
        receipt: event.receipt,
        sum: event.sum,
        at: event.at,
        received_at: event.received_at,
        decided_at: row.decided_at,
        current: row.configuration == *tracker.fingerprint(),
        configuration: row.configuration,
        outcome: row.outcome,
        reason: row.reason,
        text,
        named,
        hint: event.hint.filter(|_| row.click.is_none()),
        no_event_id: event.no_event_id.as_deref().map(str::to_owned),
        found: FoundExplanation {
            text: found.map_or_else(|| "no click was found".to_owned(), ToString::to_string),
            found: trace.found.clone(),
        },
        by_hand: event.by_hand,
        duplicate,
        conversion: row.conversion,
        rules: trace
            .rules
            .iter()
            .map(|traced| {
                let mut told = rule(&traced, |postback| {
                    seen.map(|(click, seen)| Decision::new(tracker).reasons(click, seen, postback))
                });
                if let Some(moved) = trace.moved_of(&traced.postback) {
                    told.text = format!("{}; {moved}", told.text);
                }
                told
            })
            .collect(),
        corrections: trace
            .corrections
            .into_iter()
            .map(|correction| CorrectionExplanation {
                text: correction.to_string(),
                correction,
            })
            .collect(),
        silent: trace.silent,
        more_rules: trace.more_rules,
    }
}

fn rule(rule: &RuleTrace, reasons: impl Fn(&PostbackId) -> Option<Vec<String>>) -> RuleExplanation {
    let (failed, reasons) = match &rule.verdict {
        RuleVerdict::Failed(answer) => (
            answer.failed().map(Condition::as_str).collect(),
            reasons(&rule.postback).unwrap_or_default(),
        ),
        _ => Default::default(),
    };
    RuleExplanation {
        postback: rule.postback.clone(),
        verdict: rule.verdict.as_str(),
        failed,
        text: rule.verdict.to_string(),
        reasons,
    }
}
