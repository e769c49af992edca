//! An event as it is stored.

use super::outcome::{Outcome, Reason};
use super::records::Share;
use super::trace::Trace;
use crate::event::Event;
use crate::value::{ClickId, ConversionId, Fingerprint, Shared, Timestamp};
use alloc::boxed::Box;
use serde::{Deserialize, Serialize};

/// An event as it is stored: with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
