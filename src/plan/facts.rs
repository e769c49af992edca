//! What a decision reads: the question, and the answer with its guards' versions.

use super::event_row::EventRow;
use super::outcome::Outcome;
use super::records::{ReceiptRecord, Tally};
use crate::event::Event;
use crate::model::{Click, Conversion};
use crate::value::{ClickId, ConversionId, EventId, OfferSourceId, Receipt};
use alloc::{collections::BTreeMap, vec::Vec};

/// How many links of a chain of receipts are followed, upwards and downwards.
pub const MAX_HOPS: usize = 8;
/// How many waiting events one answer brings along; the rest is found by `drive::attribute`.
pub const MAX_ORPHANS: usize = 64;

/// The rows that a decision needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FactQuery {
    /// The source whose receipts are meant.
    pub source: OfferSourceId,
    /// The event that is decided; the answer says whether it is stored and with what outcome.
    pub event: EventId,
    /// Clicks by id.
    pub clicks: Vec<ClickId>,
    /// Receipts of `source`, and event ids as [`Receipt::of_event_id`] has them.
    pub receipts: Vec<Receipt>,
    /// The receipts and event ids of which it must be known what the clicks' events have told: the
    /// event takes money back without saying how much.
    pub told: Vec<Receipt>,
}

impl FactQuery {
    /// A question about nothing but the event's own row.
    #[must_use]
    pub fn new(source: OfferSourceId, event: EventId) -> Self {
        Self {
            source,
            event,
            clicks: Vec::new(),
            receipts: Vec::new(),
            told: Vec::new(),
        }
    }
}

/// The answer to a [`FactQuery`]. Absence is an answer: every click and receipt that was asked for
/// is there, with its version.
///
/// A store follows receipts by [`Facts::read`]: for each receipt of the query also its parent, the
/// parent's parent and so on, and every waiting event whose receipt or parent is one of these, with
/// the receipt of that event, at most [`MAX_HOPS`] links up and down. It also brings every click
/// that one of these receipts names. An event waits by its keys ([`Event::waits_by`]), of which one
/// may be an event id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The stored outcome of the event itself, if it is stored.
    pub event: Option<Outcome>,
    /// Clicks by id.
    pub clicks: BTreeMap<ClickId, ClickFacts>,
    /// Receipts of the query's source.
    pub receipts: BTreeMap<Receipt, ReceiptFacts>,
    /// The events that have made or changed conversions, by click and by event id: those that name
    /// a receipt or an event id which is taken back without saying how much.
    pub told: BTreeMap<ClickId, Vec<EventRow>>,
    /// The conversions of these events as they are stored: what was counted is taken back, not
    /// what the configuration would make of it today.
    pub booked: BTreeMap<ConversionId, Conversion>,
    /// Unattributed events that wait for one of these receipts, at most [`MAX_ORPHANS`], by event
    /// id.
    pub orphans: Vec<Event>,
}

/// What is known of a click id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClickFacts {
    /// The version of the guard `click:<id>`; 0 when nothing was ever written under it.
    pub version: u64,
    /// The click, if it was recorded.
    pub click: Option<Click>,
    /// Its tallies.
    pub tallies: Vec<Tally>,
}

/// What is known of a receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptFacts {
    /// The version of the guard `receipt:<source>:<receipt>`; 0 when nothing was ever written under
    /// it.
    pub version: u64,
    /// The receipt's record, if an event brought it.
    pub record: Option<ReceiptRecord>,
}
