//! What a decision reads: the question, and the answer with its guards' versions.

use super::plan::Outcome;
use crate::event::Event;
use crate::model::{Click, Entry};
use crate::value::{
    Amount, CampaignId, ClickId, ConversionId, Currency, EventId, Money, OfferSourceId, PostbackId, Receipt, Shared,
    Timestamp, TypeName,
};
use alloc::{boxed::Box, collections::BTreeMap, format, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

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
    /// Receipts of `source`.
    pub receipts: Vec<Receipt>,
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
        }
    }
}

/// The answer to a [`FactQuery`]. Absence is an answer: every click and receipt that was asked for
/// is there, with its version.
///
/// A store follows receipts by itself: for each receipt of the query also its parent, the parent's
/// parent and so on, and every waiting event whose receipt or parent is one of these, with the
/// receipt of that event, at most [`MAX_HOPS`] links up and down. It also brings every click that
/// one of these receipts names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The stored outcome of the event itself, if it is stored.
    pub event: Option<Outcome>,
    /// Clicks by id.
    pub clicks: BTreeMap<ClickId, ClickFacts>,
    /// Receipts of the query's source.
    pub receipts: BTreeMap<Receipt, ReceiptFacts>,
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
    /// Its slots.
    pub slots: Vec<Slot>,
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

/// What events have said of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReceiptRecord {
    /// The source.
    pub source: OfferSourceId,
    /// The receipt.
    pub receipt: Receipt,
    /// The receipt of the sale that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Receipt>,
    /// The click that one of its events named itself, before the click had expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click: Option<Claimed>,
    /// Whether a payment of it counts, so that a reversal has something to take back.
    #[serde(default)]
    pub paid: bool,
    /// Whether a payment of it came after the click had expired.
    #[serde(default)]
    pub expired: bool,
}

/// The click of a receipt with the event that named it: of several, the earliest counts, whatever
/// came first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claimed {
    /// The event's time.
    pub at: Timestamp,
    /// The event.
    pub event: EventId,
    /// The click.
    pub click: ClickId,
}

/// Which events of a click fall together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SlotKey {
    /// All events of a type: `create_marked` (to know the first), `ignore`, `increment`, and `edit`
    /// as the source's policy.
    Type(TypeName),
    /// All events of all types whose own policy is `edit`: a lead becomes a purchase.
    Edit,
    /// All events of a type with one event id of the network.
    TypeAndId(TypeName, Shared<str>),
}

impl SlotKey {
    /// The key as a column: unique for a click, readable.
    #[must_use]
    pub fn column(&self) -> String {
        match self {
            Self::Type(name) => ["type:", name.as_str()].concat(),
            Self::Edit => "edit".into(),
            Self::TypeAndId(name, id) => format!("id:{}:{name}:{id}", name.as_str().len()),
        }
    }
}

/// What a click's events of one key have come to. Merging is min, max and add, so it does not
/// depend on the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Slot {
    /// The click.
    pub click: ClickId,
    /// Which events.
    pub key: SlotKey,
    /// The conversion that it makes; absent where each event makes its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<ConversionId>,
    /// The earliest.
    pub first: Shared<Entry>,
    /// The latest.
    pub last: Shared<Entry>,
    /// The amounts added, by currency.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sums: BTreeMap<Currency, Box<Added>>,
    /// How many.
    pub count: u32,
    /// Which postbacks have fired for its conversion, by campaign and postback; where each event
    /// makes its own conversion, for that of the first. Unlike the rest it depends on the order of
    /// arrival: what was sent stays sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<Fired>,
}

/// What the amounts of one currency have come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// When the earliest entry with an amount in this currency happened: the currency whose entry
    /// is the earliest is the conversion's.
    pub at: Timestamp,
    /// That entry's event.
    pub event: EventId,
    /// The sum of what counts as revenue; absent while nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Amount>,
    /// What of `sum` has a rate, in the account's currency, each amount at the rate of its own
    /// time; absent while nothing has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue: Option<Money>,
}

/// A postback that has fired for a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// The campaign.
    pub campaign: CampaignId,
    /// The postback.
    pub postback: PostbackId,
    /// The payout that was told last, in the channel's currency; absent while none was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Money>,
}
