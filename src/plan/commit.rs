//! One transaction as a value, and its result.

use super::event_row::EventRow;
use super::outcome::Outcome;
use super::records::{ReceiptRecord, Tally};
use super::refused::RefusedBody;
use super::refused_bound::RefusedBound;
#[cfg(doc)]
use crate::delivery::Progress;
use crate::delivery::{Delivery, Withdrawal};
use crate::model::Conversion;
use crate::value::{ClickId, EventId, Fingerprint, OfferSourceId, Receipt, Timestamp};
use alloc::{format, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// A condition of a commit: an event is stored, and this became of it. It is so where an event is
/// decided that was decided before: one that waits, or one that a person has decided again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The event.
    pub event: EventId,
    /// Its stored outcome.
    pub outcome: Outcome,
}

impl Standing {
    /// The condition that this became of an event.
    #[must_use]
    pub fn new(event: EventId, outcome: Outcome) -> Self {
        Self { event, outcome }
    }
}

/// A condition of a commit: the version of `key` must still be the one that was read. Every commit
/// that names the key raises its version by one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guard {
    /// The click or the receipt whose version is compared.
    pub key: GuardKey,
    /// The version that was read; 0 for a row that was never written.
    pub version: u64,
}

/// What a guard protects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardKey {
    /// Everything that is stored for a click.
    Click(ClickId),
    /// Everything that is stored for a receipt of a source.
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

/// One transaction. A store applies all of it or nothing. It may be asked to apply the same
/// transaction again after a lost connection; if the transaction has an `identity`, the answer is
/// then [`Committed::Duplicate`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    /// The event that is written. If it is stored already, the commit is a duplicate; this is
    /// checked before the guards.
    pub identity: Option<EventId>,
    /// Events that must be stored with these outcomes; if one is not, the commit is a conflict.
    pub standing: Vec<Standing>,
    /// The versions that were read and must still hold.
    pub guards: Vec<Guard>,
    /// The rows to write.
    pub writes: Vec<Write>,
    /// The deliveries to queue. A delivery whose id is stored already is left as it is.
    pub outbox: Vec<Delivery>,
    /// Deliveries that are withdrawn after `outbox` was queued: nothing of them is sent. If one has
    /// not come as far as its [`Withdrawal::from`] says, nothing is written and the commit is a
    /// conflict. One that this commit queues itself is [`Progress::Unsent`].
    pub withdrawals: Vec<Withdrawal>,
    /// The time of the decision. New deliveries are due at this time, or at their `not_before` if
    /// that is later.
    pub now: Timestamp,
}

impl Commit {
    /// A commit of `writes` alone, without identity and guards.
    #[must_use]
    pub fn of(writes: Vec<Write>, now: Timestamp) -> Self {
        Self {
            identity: None,
            standing: Vec::new(),
            guards: Vec::new(),
            writes,
            outbox: Vec::new(),
            withdrawals: Vec::new(),
            now,
        }
    }
}

/// One row to write. It replaces the row with the same key; but a row of `Configuration` or
/// `Refused` whose key is stored already is left as it is.
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
    /// A refused body; key: its id. Of the bodies with its source, its interface and its ring, the
    /// oldest go until they are within `keep`; this one counts among them.
    Refused {
        /// The body with its row.
        body: RefusedBody,
        /// How much its ring keeps.
        keep: RefusedBound,
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

/// The result of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// All of it was written and is durable.
    Applied,
    /// The event was stored before; nothing was written.
    Duplicate,
    /// A guard's version has changed since it was read; nothing was written. Read again and decide
    /// again.
    Conflict,
}
