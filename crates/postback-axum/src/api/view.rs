//! Rows as they are answered.

use postback::decide::{Mark, mark};
use postback::delivery::{Attempt, DeliveryRow};
use postback::model::{Conversion, Method};
use postback::plan::{EventRow, Outcome, Reason, Slot};
use postback::port::Page;
use postback::value::{CampaignId, ClickId, ConversionId, DeliveryId, EventId, PostbackId, Timestamp};
use serde::Serialize;

/// A page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct List<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> List<T> {
    pub(crate) fn of<R>(page: Page<R>, view: impl FnMut(R) -> T) -> Self {
        let next = page.next.map(|cursor| cursor.as_str().to_owned());
        Self {
            items: page.items.into_iter().map(view).collect(),
            next,
        }
    }
}

/// A conversion with its mark: `new`, `repeated` or `unknown`.
#[derive(Debug, Serialize)]
pub(crate) struct ConversionView {
    #[serde(flatten)]
    conversion: Conversion,
    mark: &'static str,
}

impl ConversionView {
    pub(crate) fn new(conversion: Conversion, slots: &[Slot]) -> Self {
        let mark: Mark = mark(&conversion, slots);
        Self {
            conversion,
            mark: mark.as_str(),
        }
    }
}

/// An event with what became of it, in words too.
#[derive(Debug, Serialize)]
pub(crate) struct EventView {
    #[serde(flatten)]
    pub(crate) row: EventRow,
    pub(crate) text: String,
}

impl EventView {
    pub(crate) fn new(row: EventRow) -> Self {
        Self {
            text: outcome(row.outcome, row.reason),
            row,
        }
    }
}

/// What became of an event, and why.
pub(crate) fn outcome(outcome: Outcome, reason: Option<Reason>) -> String {
    match reason {
        Some(reason) => format!("{}: {}", outcome.text(), reason.text()),
        None => outcome.text().to_owned(),
    }
}

/// A delivery with where it stands.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryView {
    id: DeliveryId,
    state: &'static str,
    due_at: Timestamp,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Attempt>,
    lane: String,
    method: Method,
    /// What is filled in only when it is sent stands in braces.
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    conversion: ConversionId,
    click: ClickId,
    event: EventId,
    campaign: CampaignId,
    postback: PostbackId,
    created_at: Timestamp,
}

impl DeliveryView {
    pub(crate) fn new(row: DeliveryRow) -> Self {
        let delivery = row.delivery;
        Self {
            id: delivery.id,
            state: row.state.as_str(),
            due_at: row.due_at,
            attempts: row.attempts,
            last: row.last,
            lane: delivery.lane.to_string(),
            method: delivery.outbound.method,
            url: delivery.outbound.url.to_string(),
            body: delivery.outbound.body.as_ref().map(ToString::to_string),
            conversion: delivery.conversion,
            click: delivery.click,
            event: delivery.event,
            campaign: delivery.campaign,
            postback: delivery.postback,
            created_at: delivery.created_at,
        }
    }
}
