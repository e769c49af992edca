//! The decision about the last of some events, with its reasons.

use crate::words;
use postback::decide::{Reply, ReplyOutcome};
use postback::delivery::Delivery;
use postback::drive::ingest_with_plan;
use postback::event::Assurance;
use postback::memory::MemoryStore;
use postback::model::Revenue;
use postback::plan::{DuplicateDecision, EventRow, RuleTrace, RuleVerdict, Write};
use postback::port::Store;
use postback::scope::ToldPayout;
use postback::value::PostbackId;
use postback::{Click, Conversion, Decision, Event, Money, Plan, Tracker};
use serde::Serialize;
use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

/// The outcome of an event, with everything that led to it.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    /// A short description of the event.
    pub(super) event: String,
    /// What proves that the message is the network's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) assurance: Option<&'static str>,
    /// How many events were taken in before it.
    pub(super) before: usize,
    pub(super) outcome: ReplyOutcome,
    pub(super) reason: Option<&'static str>,
    /// How the click was found.
    pub(super) found: Option<String>,
    /// A short description of the click.
    pub(super) click: String,
    /// The problems of the click's URL.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<String>,
    pub(super) duplicate: Option<&'static str>,
    pub(super) conversion: Option<Shown>,
    /// Whether the message asks that no postback be fired.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) silent: bool,
    pub(super) rules: Vec<Rule>,
    pub(super) more_rules: u32,
    /// What ad platforms are told because money of a sale was taken back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) corrections: Vec<String>,
}

/// The conversion that the event made or changed.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    #[serde(rename = "type")]
    pub(super) type_name: String,
    pub(super) status: &'static str,
    pub(super) status_word: Option<String>,
    pub(super) sum: Option<Money>,
    pub(super) revenue: String,
    pub(super) count: u32,
}

/// One postback of the campaign.
#[derive(Debug, Serialize)]
pub(super) struct Rule {
    pub(super) postback: PostbackId,
    pub(super) fires: bool,
    pub(super) wants: String,
    /// The payout that the channel is told, if it is told.
    pub(super) payout: Option<String>,
    /// Why the postback does not fire: what the rule wanted, and what it found. Of one that fires:
    /// why its platform is told another time than the conversion's own.
    pub(super) reasons: Vec<String>,
    /// The request that would be sent: method, URL and body, with names in place of what is filled
    /// in later.
    pub(super) sends: Vec<String>,
    /// The headers that say which delivery it is.
    pub(super) headers: Vec<String>,
}

/// What became of the last of some events.
pub(crate) struct Taken<'a> {
    pub(crate) event: &'a Event,
    pub(crate) reply: Reply,
    /// None where the event was known before.
    pub(crate) plan: Option<Plan>,
}

impl Taken<'_> {
    /// The conversion that the event made or changed.
    pub(crate) fn conversion(&self) -> Option<&Conversion> {
        let plan = self.plan.as_ref()?;
        conversion(plan, row(plan)?)
    }
}

/// Takes in the events, and says what became of the last one.
pub(crate) fn take<'a>(tracker: &Tracker, click: &Click, events: &'a [Event]) -> Result<Taken<'a>, String> {
    let store = MemoryStore::with_namespace(tracker.namespace().clone());
    at_once(store.record(std::slice::from_ref(click)))?.map_err(|error| error.to_string())?;
    let mut last = None;
    for event in events {
        let taken = at_once(ingest_with_plan(tracker, &store, event, event.received_at))?;
        let (reply, plan) = taken.map_err(|error| error.to_string())?;
        last = Some(Taken { event, reply, plan });
    }
    last.ok_or_else(|| "there is no event".into())
}

/// Takes in the events, and explains the last one.
pub(super) fn explain(tracker: &Tracker, click: &Click, events: &[Event]) -> Result<Explanation, String> {
    let taken = take(tracker, click, events)?;
    let Taken { event, reply, plan } = &taken;
    let conversion = taken.conversion();
    let trace = plan.as_ref().and_then(row).map(|row| &row.trace);
    let rules = plan.as_ref().map(|plan| rules(tracker, click, conversion, plan));
    Ok(Explanation {
        event: event_line(event),
        assurance: event.assurance.map(Assurance::as_str),
        before: events.len().saturating_sub(1),
        outcome: reply.outcome,
        reason: reply.reason.map(|reason| reason.text()),
        found: trace.and_then(|trace| trace.found.as_ref()).map(ToString::to_string),
        click: click_line(click, event),
        notes: click.notes.iter().map(ToString::to_string).collect(),
        duplicate: trace.and_then(|trace| trace.duplicate).map(DuplicateDecision::text),
        conversion: conversion.map(shown),
        silent: trace.is_some_and(|trace| trace.silent),
        rules: rules.unwrap_or_default(),
        more_rules: trace.map_or(0, |trace| trace.more_rules),
        corrections: plan.as_ref().map_or_else(Vec::new, corrections),
    })
}

/// What ad platforms are told because money was taken back, by the rules that told of the sale.
pub(crate) fn corrections(plan: &Plan) -> Vec<String> {
    let rows = plan.commit.writes.iter().filter_map(|write| match write {
        Write::Event(row) => Some(row),
        _ => None,
    });
    let traces = rows.flat_map(|row| &row.trace.corrections);
    // There are no deliveries here, so an event that told of a sale is read as one that is queued.
    let note = "(if its delivery is still queued; GET /api/explain knows what became of it)";
    let told = traces.map(|trace| format!("`{}`: {trace} {note}", trace.postback));
    told.collect()
}

/// Returns the output of a future of the store in memory, which answers at once.
fn at_once<F: Future>(future: F) -> Result<F::Output, String> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err("the store in memory did not answer".into()),
    }
}

/// Returns the event's own row. The rows of waiting events that it resolved follow it.
fn row(plan: &Plan) -> Option<&EventRow> {
    plan.commit.writes.iter().find_map(|write| match write {
        Write::Event(row) => Some(row),
        _ => None,
    })
}

fn conversion<'a>(plan: &'a Plan, row: &EventRow) -> Option<&'a Conversion> {
    plan.commit.writes.iter().find_map(|write| match write {
        Write::Conversion(made) if Some(&made.id) == row.conversion.as_ref() => Some(made),
        _ => None,
    })
}

fn rules(tracker: &Tracker, click: &Click, conversion: Option<&Conversion>, plan: &Plan) -> Vec<Rule> {
    let campaign = tracker.campaign(click.campaign.as_str());
    let ruled = plan.trace.rules.iter().map(|traced| {
        let id = &traced.postback;
        let postback = campaign.and_then(|campaign| campaign.postbacks().find(|known| known.id() == id));
        let mut reasons = why_not(tracker, click, conversion, &traced);
        reasons.extend(plan.trace.moved_of(id).map(ToString::to_string));
        let sent = sent_by(plan, conversion, id);
        let (mut sends, mut headers) = (Vec::new(), Vec::new());
        for delivery in sent {
            let request = &delivery.outbound;
            sends.push(format!("{} {}", request.method, request.url));
            sends.extend(request.shown_body());
            headers.extend(delivery.id_headers().map(|(name, id)| format!("{name}: {id}")));
            if !request.sign.is_empty() {
                headers.push("webhook-signature: made when it is sent".into());
            }
        }
        let payout = conversion.and_then(|made| Decision::new(tracker).payout_of(click, made, id));
        Rule {
            postback: id.clone(),
            fires: traced.verdict == RuleVerdict::Fired,
            wants: postback
                .and_then(|postback| words::wants(postback.conditions()))
                .unwrap_or_else(|| "every conversion".into()),
            payout: payout.map(|payout| match payout {
                ToldPayout::Known(money) => money.to_string(),
                ToldPayout::NoRate => "no rate into the channel's currency".into(),
                ToldPayout::NoAmount(_) => "not known, since no amount came".into(),
            }),
            reasons,
            sends,
            headers,
        }
    });
    ruled.collect()
}

/// Why a rule does not fire.
pub(crate) fn why_not(
    tracker: &Tracker,
    click: &Click,
    conversion: Option<&Conversion>,
    traced: &RuleTrace,
) -> Vec<String> {
    match &traced.verdict {
        RuleVerdict::Fired => Vec::new(),
        RuleVerdict::Failed(_) => conversion.map_or_else(Vec::new, |made| {
            Decision::new(tracker).reasons(click, made, &traced.postback)
        }),
        RuleVerdict::AlreadyFired | RuleVerdict::NotOnUpdate | RuleVerdict::NotRendered(_) => {
            vec![traced.verdict.to_string()]
        }
    }
}

/// What a rule sends for a conversion.
pub(crate) fn sent_by<'a>(
    plan: &'a Plan,
    conversion: Option<&Conversion>,
    rule: &PostbackId,
) -> impl Iterator<Item = &'a Delivery> {
    plan.commit.outbox.iter().filter(move |delivery| {
        let is_its = delivery.cause.rule().is_some_and(|(_, postback)| postback == rule);
        is_its && delivery.cause.conversion() == conversion.map(|made| &made.id)
    })
}

pub(super) fn event_line(event: &Event) -> String {
    let name = event.name.as_deref().unwrap_or("a message without a type");
    let mut line = format!("{} of `{}`", name.escape_debug(), event.source);
    let named = event.candidates().next();
    let facts = [
        ("click id", named.map(ToString::to_string)),
        ("status", event.status.as_deref().map(Into::into)),
        ("sum", event.sum.map(|sum| sum.to_string())),
        ("event id", event.event_id.as_deref().map(Into::into)),
        ("in place of an event id", event.no_event_id.as_deref().map(Into::into)),
        ("receipt", event.receipt.as_ref().map(ToString::to_string)),
        ("parent", event.parent.as_ref().map(ToString::to_string)),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            line.push_str(&format!(", {name} {}", value.escape_debug()));
        }
    }
    line
}

fn click_line(click: &Click, event: &Event) -> String {
    let after = words::span(event.at.saturating_since(click.at));
    format!("{} of campaign `{}`, {after} before", click.id, click.campaign)
}

fn shown(made: &Conversion) -> Shown {
    let entry = &made.shown;
    Shown {
        type_name: entry.type_name.to_string(),
        status: entry.status.as_str(),
        status_word: entry.status_word.as_deref().map(str::to_owned),
        sum: made.sum,
        revenue: match made.revenue {
            Revenue::Counted { money } => money.to_string(),
            Revenue::NotCounted { money } => format!("none ({money} would count with another status)"),
            Revenue::NoRate => "none (no rate into the account's currency)".into(),
            _ => "none".into(),
        },
        count: made.count,
    }
}
