//! What is kept of receipts, and of events that are counted together.

use super::moved::TakenSecond;
use crate::model::{Counts, Entry};
use crate::value::{
    Amount, CampaignId, ClickId, ConversionId, Currency, EventId, Money, OfferSourceId, PostbackId, Receipt, Shared,
    Timestamp, TypeName,
};
use alloc::{boxed::Box, collections::BTreeMap, format, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// What the events so far have said about a receipt.
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
    /// Whether a payment under this receipt counts, so that a reversal has something to take back.
    #[serde(default)]
    pub paid: bool,
    /// Whether a payment under this receipt came after the click had expired.
    #[serde(default)]
    pub expired: bool,
    /// Only for the key of an event id: whether several clicks were named with it, so that it leads
    /// to none of them.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub contested: bool,
}

/// The click of a receipt, with the event that named it. If several events name a click, the
/// earliest of them counts, in whatever order they arrived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReceiptClick {
    /// The event's time.
    pub at: Timestamp,
    /// The event.
    pub event: EventId,
    /// The click.
    pub click: ClickId,
}

/// The key by which events of a click are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TallyKey {
    /// All events of a type. The policies `create_marked` (to know the first), `ignore` and
    /// `increment` use it, and `edit` where it is the source's policy.
    Type(TypeName),
    /// All events of all types whose own policy is `edit`, so that a lead can become a purchase.
    Edit,
    /// All events of a type that have this event id of the network.
    TypeAndId(TypeName, Shared<str>),
    /// The messages of one order: all events that have this event id of the network and whose types
    /// count alike.
    Order(Counts, Shared<str>),
    /// The events that take back a receipt, or an event id ([`Receipt::of_event_id`]), without
    /// naming an amount.
    Reversal(Receipt),
    /// The events that take back an event id ([`Receipt::of_event_id`]) or a receipt, and name an
    /// amount. The tally makes no conversion: each of its events has one of its own.
    Refunded(Receipt),
    /// The seconds under which an account at an ad platform was told of conversions of a goal,
    /// where the platform tells them apart by nothing else. The tally makes no conversion.
    Seconds(PostbackId, Shared<str>),
}

impl TallyKey {
    /// The key as a column. It is unique for a click, and readable.
    #[must_use]
    pub fn column(&self) -> String {
        match self {
            Self::Type(name) => ["type:", name.as_str()].concat(),
            Self::Edit => "edit".into(),
            Self::TypeAndId(name, id) => format!("id:{}:{name}:{id}", name.as_str().len()),
            Self::Order(counts, id) => format!("order:{counts}:{id}"),
            Self::Reversal(key) => ["reversal:", key.as_str()].concat(),
            Self::Refunded(key) => ["refunded:", key.as_str()].concat(),
            Self::Seconds(account, goal) => format!("seconds:{}:{account}:{goal}", account.as_str().len()),
        }
    }
}

/// What a click's events under one key add up to. Merging takes minimum, maximum and sum, so the
/// result does not depend on the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredTally")]
#[non_exhaustive]
pub struct Tally {
    /// The click.
    pub click: ClickId,
    /// The key that these events share.
    pub key: TallyKey,
    /// The conversion that these events make; absent where each event makes its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<ConversionId>,
    /// The earliest entry.
    pub first: Shared<Entry>,
    /// The latest entry.
    pub last: Shared<Entry>,
    /// The sums of the amounts, by currency.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sums: BTreeMap<Currency, Box<Added>>,
    /// The amount that was told last; later messages without an amount do not remove it. Only
    /// orders have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Box<Told>>,
    /// The event whose amount the sums began with, where a policy that does not add has merged
    /// several events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<EventId>,
    /// The number of events.
    pub count: u32,
    /// The postbacks that have fired for its conversion, by campaign and postback. Where each event
    /// makes its own conversion, they are those of the first conversion. Unlike the other fields
    /// this one depends on the order of arrival, since what was sent stays sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<Fired>,
    /// The seconds that conversions are told under, in order ([`TallyKey::Seconds`]). Which
    /// conversion has which depends on the order of arrival, and which are taken does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seconds: Vec<TakenSecond>,
}

/// A tally as it is read. Some members may be left out, since others say the same.
#[derive(Deserialize)]
struct StoredTally {
    click: ClickId,
    /// If it is left out, it is all events of the first entry's type.
    #[serde(default)]
    key: Option<TallyKey>,
    #[serde(default, alias = "conv")]
    conversion: Option<ConversionId>,
    first: Shared<Entry>,
    /// If it is left out, it is the first entry.
    #[serde(default)]
    last: Option<Shared<Entry>>,
    #[serde(default)]
    sums: BTreeMap<Currency, Box<StoredAdded>>,
    #[serde(default)]
    amount: Option<Box<Told>>,
    #[serde(default)]
    base: Option<EventId>,
    #[serde(default = "one")]
    count: u32,
    #[serde(default)]
    fired: Vec<Fired>,
    #[serde(default)]
    seconds: Vec<TakenSecond>,
}

fn one() -> u32 {
    1
}

/// The earliest entry is the tally's first one if it is left out.
#[derive(Deserialize)]
struct StoredAdded {
    #[serde(default)]
    at: Option<Timestamp>,
    #[serde(default)]
    event: Option<EventId>,
    #[serde(default)]
    sum: Option<Amount>,
    #[serde(default)]
    revenue: Option<StoredRevenue>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredRevenue {
    Word(RevenueWord),
    Money(Money),
}

/// The sum, which is in the account's currency.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RevenueWord {
    Sum,
}

impl From<StoredTally> for Tally {
    fn from(stored: StoredTally) -> Self {
        let first = stored.first;
        let sums = stored.sums.into_iter();
        let sums = sums.map(|(currency, added)| (currency, Box::new(added.whole(currency, &first))));
        Self {
            click: stored.click,
            key: stored.key.unwrap_or_else(|| TallyKey::Type(first.type_name.clone())),
            conversion: stored.conversion,
            sums: sums.collect(),
            amount: stored.amount,
            base: stored.base,
            count: stored.count,
            fired: stored.fired,
            seconds: stored.seconds,
            last: stored.last.unwrap_or_else(|| first.clone()),
            first,
        }
    }
}

impl StoredAdded {
    fn whole(self, currency: Currency, first: &Entry) -> Added {
        Added {
            at: self.at.unwrap_or(first.at),
            event: self.event.unwrap_or_else(|| first.event.clone()),
            sum: self.sum,
            revenue: match self.revenue {
                Some(StoredRevenue::Money(money)) => Some(money),
                Some(StoredRevenue::Word(RevenueWord::Sum)) => self.sum.map(|amount| Money { amount, currency }),
                None => None,
            },
        }
    }
}

/// An amount with the event that told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When the event happened.
    pub at: Timestamp,
    /// When it arrived, where `at` is the network's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// Whether a person uploaded it ([`Entry::uploaded`]).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub uploaded: bool,
    /// The event.
    pub event: EventId,
    /// The amount.
    pub money: Money,
}

/// The sums of the amounts in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// When the earliest entry with an amount in this currency happened. The conversion takes the
    /// currency whose earliest entry is the earliest of all.
    pub at: Timestamp,
    /// That entry's event.
    pub event: EventId,
    /// The sum of the amounts that count as revenue; absent while none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Amount>,
    /// The part of `sum` that has a rate, in the account's currency. Each amount is converted at
    /// the rate of its own time. Absent while no amount has a rate.
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
    /// Whether the policy did not add when the event was decided. Then the amount is in the
    /// conversion's sum only if the sum began with it ([`Tally::base`]).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub alone: bool,
}

/// A postback that has fired for a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// The campaign.
    #[serde(alias = "camp")]
    pub campaign: CampaignId,
    /// The postback.
    #[serde(alias = "post")]
    pub postback: PostbackId,
    /// The payout that the channel was told last, in its currency; absent while none was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Money>,
    /// Whether the channel was told a payout that is no longer known, so that no difference to it
    /// is known either.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub forgotten: bool,
}
