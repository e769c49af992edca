//! An event as it is stored.

use super::outcome::{Outcome, Reason};
use super::records::Share;
use super::trace::{Found, Trace};
use crate::event::Event;
use crate::value::{ClickId, ConversionId, Fingerprint, Shared, Timestamp};
use alloc::boxed::Box;
use serde::{Deserialize, Deserializer, Serialize};

/// An event as it is stored: with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[non_exhaustive]
pub struct EventRow {
    /// The event, which the row shares with whoever had it decided.
    pub event: Shared<Event>,
    /// What became of it.
    pub outcome: Outcome,
    /// The reason, where the outcome alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The click that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click: Option<ClickId>,
    /// The conversion that it made or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<ConversionId>,
    /// The amount that the event added, when it was decided, to a conversion that adds its messages
    /// up; absent if it earned nothing, or makes a conversion of its own in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Box<Share>>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// The fingerprint of the configuration that decided it.
    pub configuration: Fingerprint,
    /// The steps of the decision, for people who ask how it was made.
    pub trace: Trace,
    /// What it was before a person had it decided again, if one has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised: Option<Box<Revised>>,
}

/// An event's row as it is read. Some members may be left out, since others say the same.
#[derive(Deserialize)]
struct Stored {
    event: Shared<Event>,
    outcome: Outcome,
    #[serde(default)]
    reason: Option<Reason>,
    /// Which candidate of the event named the click, where the trace does not say how it was found.
    #[serde(default)]
    candidate: Option<u32>,
    /// If it is left out, it is the click that was found.
    #[serde(default, deserialize_with = "written")]
    click: Option<Option<ClickId>>,
    #[serde(default, alias = "conv")]
    conversion: Option<ConversionId>,
    #[serde(default)]
    share: Option<Box<Share>>,
    /// If it is left out, it is when the event arrived.
    #[serde(default)]
    decided_at: Option<Timestamp>,
    #[serde(alias = "conf")]
    configuration: Fingerprint,
    #[serde(default)]
    trace: Trace,
    #[serde(default)]
    revised: Option<Box<Revised>>,
}

/// Tells a member that is `null` from one that is left out.
fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<ClickId>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl TryFrom<Stored> for EventRow {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { event, mut trace, .. } = stored;
        if let Some(index) = stored.candidate {
            let place = usize::try_from(index).ok();
            let click = place.and_then(|place| event.clicks.get(place)).cloned();
            let click = click.ok_or("an event has no such candidate")?;
            trace.found = Some(Found::Candidate { index, click });
        }
        Ok(Self {
            outcome: stored.outcome,
            reason: stored.reason,
            click: stored
                .click
                .unwrap_or_else(|| trace.found.as_ref().map(|found| found.click().clone())),
            conversion: stored.conversion,
            share: stored.share,
            decided_at: stored.decided_at.unwrap_or(event.received_at),
            configuration: stored.configuration,
            revised: stored.revised,
            event,
            trace,
        })
    }
}

/// What an event was before a person had it decided again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Revised {
    /// The number of the present decision; the first one, which the message itself brought, has
    /// number 1.
    pub revision: u32,
    /// What had become of it.
    pub outcome: Outcome,
    /// The reason, where the outcome alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// When that was decided.
    pub decided_at: Timestamp,
    /// The fingerprint of the configuration that decided it.
    pub configuration: Fingerprint,
}

impl Revised {
    /// Keeps what an event is before it is decided once more.
    pub(crate) fn of(row: &EventRow) -> Self {
        Self {
            revision: row.revised.as_ref().map_or(1, |known| known.revision).saturating_add(1),
            outcome: row.outcome,
            reason: row.reason,
            decided_at: row.decided_at,
            configuration: row.configuration.clone(),
        }
    }
}
