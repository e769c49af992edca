//! Rows as the API shows them.

use postback::decide::{Mark, mark};
use postback::delivery::{Attempt, Cause, DeliveryRow};
use postback::model::Method;
use postback::plan::{EventRow, Outcome, Reason, Tally};
use postback::port::Page;
use postback::value::{CampaignId, ChannelId, ClickId, ConversionId, DeliveryId, EventId, PostbackId};
use postback::{Conversion, Money, Timestamp};
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
    pub(crate) fn new(conversion: Conversion, tallies: &[Tally]) -> Self {
        let mark: Mark = mark(&conversion, tallies);
        Self {
            conversion,
            mark: mark.as_str(),
        }
    }
}

/// An event with its outcome, also as a sentence.
#[derive(Debug, Serialize)]
pub(crate) struct EventView {
    #[serde(flatten)]
    pub(crate) row: EventRow,
    pub(crate) text: String,
}

impl EventView {
    pub(crate) fn new(row: EventRow) -> Self {
        Self { text: told(&row), row }
    }
}

/// Describes the outcome of an event, the reason, and what its click id nearly is.
pub(crate) fn told(row: &EventRow) -> String {
    let text = outcome(row.outcome, row.reason);
    match row.event.hint.filter(|_| row.click.is_none()) {
        Some(hint) => format!("{text}; {}", hint.text()),
        None => text,
    }
}

/// Describes the outcome of an event and the reason.
fn outcome(outcome: Outcome, reason: Option<Reason>) -> String {
    match reason {
        Some(reason) => format!("{}: {}", outcome.text(), reason.text()),
        None => outcome.text().to_owned(),
    }
}

/// A delivery with its state.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryView {
    id: DeliveryId,
    state: &'static str,
    due_at: Timestamp,
    attempts: u32,
    /// How often the receiver's receipt was checked.
    #[serde(skip_serializing_if = "is_zero")]
    checks: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Attempt>,
    lane: String,
    method: Method,
    /// The URL. What is filled in only when it is sent is shown as a name in braces.
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(flatten)]
    cause: CauseView,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<Timestamp>,
    created_at: Timestamp,
    /// The receipt that is still to be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
    /// The number of the request's revision, if a person had it written again.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u32>,
    /// The delivery that this one replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<DeliveryId>,
    /// The deliveries for whose verdicts this one waits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    after: Vec<DeliveryId>,
    /// Why its lane is on hold, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<HoldView>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[derive(Debug, Serialize)]
struct HoldView {
    until: Timestamp,
    why: String,
}

/// The cause of a delivery: its kind, and the fields that this kind has.
#[derive(Debug, Default, Serialize)]
struct CauseView {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversion: Option<ConversionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    click: Option<ClickId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<CampaignId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postback: Option<PostbackId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// The value that an ad platform is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Money>,
    /// The delivery that is corrected, where money of its sale was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    corrects: Option<DeliveryId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<ChannelId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
}

impl From<Cause> for CauseView {
    fn from(cause: Cause) -> Self {
        let mut view = Self {
            kind: cause.kind(),
            conversion: cause.conversion().cloned(),
            click: cause.click().cloned(),
            ..Self::default()
        };
        match cause {
            Cause::Postback {
                event,
                campaign,
                postback,
                ..
            } => (view.event, view.campaign, view.postback) = (Some(event), Some(campaign), Some(postback)),
            Cause::ConversionApi {
                platform,
                account,
                event,
                campaign,
                postback,
                value,
                corrects,
                ..
            } => {
                (view.value, view.corrects) = (value, corrects);
                (view.platform, view.account, view.event) = (Some(platform), Some(account), Some(event));
                (view.campaign, view.postback) = (campaign, postback);
            }
            Cause::Action {
                channel, what, object, ..
            } => (view.channel, view.what, view.object) = (Some(channel), Some(what), Some(object)),
            Cause::Notice { what, .. } => view.what = Some(what),
            _ => {}
        }
        view
    }
}

impl DeliveryView {
    pub(crate) fn new(row: DeliveryRow) -> Self {
        let delivery = row.delivery;
        Self {
            id: delivery.id,
            state: row.state.as_str(),
            due_at: row.due_at,
            attempts: row.attempts,
            checks: row.checks,
            last: row.last,
            lane: delivery.lane.to_string(),
            method: delivery.outbound.method,
            url: delivery.outbound.url.to_string(),
            body: delivery.outbound.shown_body(),
            cause: delivery.cause.into(),
            not_before: delivery.not_before,
            not_after: delivery.not_after,
            created_at: delivery.created_at,
            receipt: row.receipt,
            revision: delivery.replaces.as_ref().map(|replaced| replaced.revision),
            replaces: delivery.replaces.map(|replaced| replaced.delivery),
            after: delivery.after,
            held: row.hold.map(|hold| HoldView {
                until: hold.until,
                why: hold.why,
            }),
        }
    }
}
