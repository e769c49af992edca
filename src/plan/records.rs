//! What is kept of receipts and of the events that fall together.

use crate::model::{Counts, Entry};
use crate::value::{
    Amount, CampaignId, ClickId, ConversionId, Currency, EventId, Money, OfferSourceId, PostbackId, Receipt, Shared,
    Timestamp, TypeName,
};
use alloc::{boxed::Box, collections::BTreeMap, format, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// What events have said of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReceiptRecord {
    /// The source.
    pub source: OfferSourceId,
    /// The receipt, or the key of an event id ([`Receipt::of_event_id`]).
    pub receipt: Receipt,
    /// The receipt of the sale that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Receipt>,
    /// The click that one of its events named itself, before the click had expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click: Option<ReceiptClick>,
    /// Whether a payment of it counts, so that a reversal has something to take back.
    #[serde(default)]
    pub paid: bool,
    /// Whether a payment of it came after the click had expired.
    #[serde(default)]
    pub expired: bool,
    /// Of an event id: whether several clicks were named with it, so that it leads to none.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub contested: bool,
}

/// The click of a receipt with the event that named it: of several, the earliest counts, whatever
/// came first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReceiptClick {
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
pub enum TallyKey {
    /// All events of a type: `create_marked` (to know the first), `ignore`, `increment`, and `edit`
    /// as the source's policy.
    Type(TypeName),
    /// All events of all types whose own policy is `edit`: a lead becomes a purchase.
    Edit,
    /// All events of a type with one event id of the network.
    TypeAndId(TypeName, Shared<str>),
    /// The messages of one order: all events with one event id of the network whose types count
    /// alike.
    Order(Counts, Shared<str>),
    /// What takes back a receipt, or an event id ([`Receipt::of_event_id`]), without saying how
    /// much.
    Reversal(Receipt),
    /// What takes back an event id ([`Receipt::of_event_id`]) and says how much. It makes no
    /// conversion: each of its events has one of its own.
    Refunded(Receipt),
}

impl TallyKey {
    /// The key as a column: unique for a click, readable.
    #[must_use]
    pub fn column(&self) -> String {
        match self {
            Self::Type(name) => ["type:", name.as_str()].concat(),
            Self::Edit => "edit".into(),
            Self::TypeAndId(name, id) => format!("id:{}:{name}:{id}", name.as_str().len()),
            Self::Order(counts, id) => format!("order:{counts}:{id}"),
            Self::Reversal(key) => ["reversal:", key.as_str()].concat(),
            Self::Refunded(key) => ["refunded:", key.as_str()].concat(),
        }
    }
}

/// What a click's events of one key have come to. Merging is min, max and add, so it does not
/// depend on the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tally {
    /// The click.
    pub click: ClickId,
    /// Which events.
    pub key: TallyKey,
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
    /// The amount that was told last, whatever the messages behind it leave out; of orders alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Box<Told>>,
    /// How many.
    pub count: u32,
    /// Which postbacks have fired for its conversion, by campaign and postback; where each event
    /// makes its own conversion, for that of the first. Unlike the rest it depends on the order of
    /// arrival: what was sent stays sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<Fired>,
}

/// An amount with the event that told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When the event happened.
    pub at: Timestamp,
    /// When it arrived, where `at` is the network's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// The event.
    pub event: EventId,
    /// How much.
    pub money: Money,
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

/// What one event is worth to a conversion that adds its messages up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// As it came.
    pub sum: Money,
    /// In the account's currency; absent without a rate.
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
