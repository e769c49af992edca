//! One transaction as a value, and what came of it.

use super::event_row::EventRow;
use super::records::{ReceiptRecord, Tally};
use super::refused::RefusedBody;
use crate::delivery::Delivery;
use crate::model::Conversion;
use crate::value::{ClickId, EventId, Fingerprint, OfferSourceId, Receipt, Timestamp};
use alloc::{format, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// A version that must still be what was read, and that every commit raises.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guard {
    /// What is guarded.
    pub key: GuardKey,
    /// The version that was read; 0 for a row that was never written.
    pub version: u64,
}

/// What a guard stands before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardKey {
    /// Everything that hangs on a click.
    Click(ClickId),
    /// Everything that hangs on a receipt of a source.
    Receipt(OfferSourceId, Receipt),
}

impl GuardKey {
    /// The key as a column: `click:<id>` or `receipt:<source>:<receipt>` (a source's id holds no
    /// colon).
    #[must_use]
    pub fn column(&self) -> String {
        match self {
            Self::Click(id) => format!("click:{id}"),
            Self::Receipt(source, receipt) => format!("receipt:{source}:{receipt}"),
        }
    }
}

/// One transaction. A store applies all of it or nothing, and may apply it again after a lost
/// connection: the answer is then
/// [`Committed::Duplicate`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    /// The event that is written; if it is stored already, the commit is a duplicate. Checked
    /// before the guards.
    pub identity: Option<EventId>,
    /// Events that must be stored as unattributed; if one is not, the commit is a conflict.
    pub waiting: Vec<EventId>,
    /// The versions that were read.
    pub guards: Vec<Guard>,
    /// The rows.
    pub writes: Vec<Write>,
    /// What is to be delivered. A delivery whose id is stored already is left as it is.
    pub outbox: Vec<Delivery>,
    /// The time of the decision; new deliveries are due then, or at their `not_before`.
    pub now: Timestamp,
}

impl Commit {
    /// A commit of `writes` alone, without identity and guards.
    #[must_use]
    pub fn of(writes: Vec<Write>, now: Timestamp) -> Self {
        Self {
            identity: None,
            waiting: Vec::new(),
            guards: Vec::new(),
            writes,
            outbox: Vec::new(),
            now,
        }
    }
}

/// One row. Each replaces the row with the same key, but for `Configuration` and `Refused`, which
/// are written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// An event with its outcome; key: the event's id.
    Event(EventRow),
    /// A conversion; key: its id.
    Conversion(Conversion),
    /// A tally; key: click and key.
    Tally(Tally),
    /// A receipt; key: source and receipt.
    Receipt(ReceiptRecord),
    /// A configuration document; key: its fingerprint.
    Configuration(ConfigurationRow),
    /// A body that was refused; key: its id. Of those that share its source, its interface and its
    /// ring the newest `keep` stay, it among them.
    Refused {
        /// What was refused.
        body: RefusedBody,
        /// How many its ring keeps.
        keep: u32,
    },
}

/// A configuration document as it was compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationRow {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The document as JSON. It holds references to secrets, never secrets.
    pub document: String,
}

/// What a commit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is durable.
    Applied,
    /// The event was stored before; nothing was written.
    Duplicate,
    /// A guard's version has changed since it was read; nothing was written. Read again and decide
    /// again.
    Conflict,
}
