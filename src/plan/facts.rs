//! The rows that a decision reads: the query, and the answer with the versions of its guards.

use super::event_row::EventRow;
use super::outcome::Outcome;
use super::records::{ReceiptRecord, Tally};
use crate::delivery::{Delivery, Progress};
use crate::event::Event;
use crate::model::{Click, Conversion};
use crate::value::{ClickId, ConversionId, EventId, OfferSourceId, Receipt};
use alloc::{collections::BTreeMap, vec::Vec};

/// The most links of a chain of receipts that are followed in each direction.
pub const MAX_HOPS: usize = 8;
/// The most waiting events in one answer; `drive::attribute` finds the rest.
pub const MAX_ORPHANS: usize = 64;

/// The rows that a decision needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FactQuery {
    /// The source to which the receipts belong.
    pub source: OfferSourceId,
    /// The event that is decided; the answer says whether it is stored and with what outcome.
    pub event: EventId,
    /// Clicks by id.
    pub clicks: Vec<ClickId>,
    /// Receipts of `source`, and event ids as [`Receipt::of_event_id`] has them.
    pub receipts: Vec<Receipt>,
    /// The receipts and event ids that the event takes back. The answer has the clicks' events that
    /// name one of them, so that it can be worked out what is left to take back.
    pub told: Vec<Receipt>,
    /// Conversions by id. Those that are stored are in [`Facts::booked`].
    pub conversions: Vec<ConversionId>,
    /// Whether the answer has what ad platforms were told of the clicks ([`Facts::reported`]).
    pub reported: bool,
}

impl FactQuery {
    /// A query for the event's own row alone.
    #[must_use]
    pub fn new(source: OfferSourceId, event: EventId) -> Self {
        Self {
            source,
            event,
            clicks: Vec::new(),
            receipts: Vec::new(),
            told: Vec::new(),
            conversions: Vec::new(),
            reported: false,
        }
    }
}

/// The answer to a [`FactQuery`]. It has an entry with a version for every click and receipt of the
/// query, also for those that are not stored.
///
/// A store makes it with [`Facts::read`], which follows the receipts. For each receipt of the query
/// it reads the parent, the parent's parent and so on. It reads every waiting event whose receipt
/// or parent is one of these, and the receipt of that event. It follows at most [`MAX_HOPS`] links
/// up and down. It also reads every click that one of these receipts names. An event waits by its
/// keys ([`Event::waits_by`]), one of which may be an event id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The stored outcome of the event itself, if it is stored.
    pub event: Option<Outcome>,
    /// Clicks by id.
    pub clicks: BTreeMap<ClickId, ClickFacts>,
    /// The receipts that were read, all of the query's source.
    pub receipts: BTreeMap<Receipt, ReceiptFacts>,
    /// The events of a click, in the order of their ids. Only those are here that name a receipt or
    /// an event id which is taken back.
    pub told: BTreeMap<ClickId, Vec<EventRow>>,
    /// The stored conversions of these events, and the ones that the query names. What is taken
    /// back is what was counted, not what the configuration would make of the events today.
    pub booked: BTreeMap<ConversionId, Conversion>,
    /// The deliveries of a click that tell ad platforms of its conversions, in the order of their
    /// ids. Only a query that asks for them has them answered.
    pub reported: BTreeMap<ClickId, Vec<Reported>>,
    /// Unattributed events that wait for one of these receipts, at most [`MAX_ORPHANS`], by event
    /// id.
    pub orphans: Vec<Event>,
}

/// What is stored for a click id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClickFacts {
    /// The version of the guard `click:<id>`; 0 when nothing was ever written under it.
    pub version: u64,
    /// The click, if it was recorded.
    pub click: Option<Click>,
    /// Its tallies.
    pub tallies: Vec<Tally>,
}

/// A delivery by which an ad platform is told of a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The delivery, with its personal values as far as they are still kept.
    pub delivery: Delivery,
    /// How far it has come.
    pub progress: Progress,
}

/// What is stored for a receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptFacts {
    /// The version of the guard `receipt:<source>:<receipt>`; 0 when nothing was ever written under
    /// it.
    pub version: u64,
    /// The receipt's record, if an event brought it.
    pub record: Option<ReceiptRecord>,
}
