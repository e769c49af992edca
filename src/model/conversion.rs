//! A conversion: the result of one or more events.

use super::{Click, Status};
use crate::event::Kind;
use crate::value::{
    CampaignId, ChannelId, ClickId, ConversionId, EventId, Money, OfferId, OfferSourceId, Receipt, Shared, Timestamp,
    TypeName,
};
use alloc::{collections::BTreeMap, string::String};
use serde::{Deserialize, Serialize};

/// The part of one event in a conversion. It depends only on the event and the configuration, never
/// on the order of arrival or on other events, so the order of arrival cannot change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The id of the event.
    pub event: EventId,
    /// The time of the event.
    pub at: Timestamp,
    /// Whether `at` is the network's time.
    #[serde(default)]
    pub timed: bool,
    /// The time of arrival, where `at` is the network's time. Of two messages with the same time,
    /// the one that arrived later counts as the later one.
    #[serde(default, alias = "came", skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// Whether a person uploaded it. Between an uploaded row and another message, the one that
    /// arrived later counts as the later one, whatever their times.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub uploaded: bool,
    /// The kind of event; in a row `sale` is left out.
    #[serde(default = "sale")]
    pub kind: Kind,
    /// The name of the conversion type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// Whether the configuration knows that type.
    #[serde(default = "yes")]
    pub known: bool,
    /// The approval status.
    pub status: Status,
    /// The network's own word for the status, where it sent one.
    #[serde(default, alias = "word", skip_serializing_if = "Option::is_none")]
    pub status_word: Option<Shared<str>>,
    /// The amount as it came, or the offer's own payout where a sale came without an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Money>,
    /// Whether the network marked it as a test. A test never counts as money.
    #[serde(default)]
    pub test: bool,
    /// The network's receipt. A reversal has the receipt of the sale that it reverses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// The number of the payment, where the network numbers the payments of a receipt; the sale
    /// itself has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebill: Option<u32>,
    /// The receipt of the sale to which an upsell belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Receipt>,
    /// The network's own id of the event.
    #[serde(default, alias = "eid", skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Shared<str>>,
    /// The network's order number.
    #[serde(default, alias = "oid", skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Shared<str>>,
    /// The parameters by name, without the personal ones.
    #[serde(default, alias = "params", skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: Shared<BTreeMap<String, String>>,
}

fn sale() -> Kind {
    Kind::Sale
}

fn yes() -> bool {
    true
}

impl Entry {
    /// Makes an approved sale of a known type, without an amount and with no other values.
    #[must_use]
    pub fn new(event: EventId, at: Timestamp, type_name: TypeName) -> Self {
        Self {
            event,
            at,
            timed: true,
            received_at: None,
            uploaded: false,
            kind: Kind::Sale,
            type_name,
            known: true,
            status: Status::Approved,
            status_word: None,
            sum: None,
            test: false,
            receipt: None,
            rebill: None,
            parent: None,
            event_id: None,
            order_id: None,
            parameters: Shared::default(),
        }
    }

    /// Returns the receipt of the payment itself: a rebill's has its number.
    pub(crate) fn payment(&self) -> Option<Receipt> {
        Some(self.receipt.as_ref()?.of_payment(self.rebill))
    }

    /// Returns when it arrived.
    pub(crate) fn arrived_at(&self) -> Timestamp {
        self.received_at.unwrap_or(self.at)
    }
}

/// The revenue of a conversion, in the account's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Revenue {
    /// The revenue counts. It is negative for a reversal.
    Counted {
        /// The amount, in the account's currency.
        money: Money,
    },
    /// The conversion would have this amount, but its status is not one that counts.
    NotCounted {
        /// The amount, in the account's currency.
        money: Money,
    },
    /// There is no revenue: the type or the kind never counts as money, it is a test, or it came
    /// without an amount.
    Nothing,
    /// There is no rate from the conversion's currency to the account's; under `increment`, for
    /// none of its amounts.
    NoRate,
}

/// What the revenue of a conversion is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// The message that the conversion shows.
    #[default]
    Shown,
    /// All its messages, whose amounts are added (`increment`).
    Added,
    /// The amount that refunds have taken back, for an order whose own status does not count as
    /// revenue. The order counts with that amount, so that nothing is taken back twice.
    TakenBack,
    /// The rest that could be taken back: the refund names more than its event id or receipt still
    /// counts for.
    Capped,
}

impl Basis {
    pub(crate) fn is_shown(&self) -> bool {
        *self == Self::Shown
    }
}

/// One conversion, as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[non_exhaustive]
pub struct Conversion {
    /// The id of the conversion, which stays the same over every update.
    pub id: ConversionId,
    /// The click that converted.
    pub click: ClickId,
    /// The click's campaign.
    pub campaign: CampaignId,
    /// The click's offer.
    pub offer: OfferId,
    /// The offer's source.
    pub source: OfferSourceId,
    /// The click's channel.
    pub channel: ChannelId,
    /// The event whose data the conversion shows.
    pub shown: Shared<Entry>,
    /// The amount of the shown event, or under `increment` the sum of all; negative for a reversal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Money>,
    /// The revenue in the account's currency.
    pub revenue: Revenue,
    /// What `revenue` is made of.
    #[serde(default, skip_serializing_if = "Basis::is_shown")]
    pub basis: Basis,
    /// The number of events in it.
    pub count: u32,
}

/// A conversion as it is read. A word may stand where another member says the same.
#[derive(Deserialize)]
struct Stored {
    id: ConversionId,
    click: ClickId,
    #[serde(alias = "camp")]
    campaign: CampaignId,
    offer: OfferId,
    source: OfferSourceId,
    channel: ChannelId,
    shown: Shared<Entry>,
    #[serde(default)]
    sum: Option<StoredSum>,
    revenue: StoredRevenue,
    #[serde(default)]
    basis: Basis,
    #[serde(default = "one")]
    count: u32,
}

fn one() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredSum {
    Word(SumWord),
    Money(Money),
}

/// The amount of the entry that is shown.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SumWord {
    Shown,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredRevenue {
    Word(RevenueWord),
    Whole(Revenue),
}

/// A state whose amount is the conversion's sum.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RevenueWord {
    Counted,
    NotCounted,
}

impl TryFrom<Stored> for Conversion {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let sum = match stored.sum {
            None => None,
            Some(StoredSum::Money(money)) => Some(money),
            Some(StoredSum::Word(SumWord::Shown)) => stored.shown.sum,
        };
        let money = sum.ok_or("a conversion's revenue is a sum that it has not");
        Ok(Self {
            id: stored.id,
            click: stored.click,
            campaign: stored.campaign,
            offer: stored.offer,
            source: stored.source,
            channel: stored.channel,
            shown: stored.shown,
            sum,
            revenue: match stored.revenue {
                StoredRevenue::Whole(revenue) => revenue,
                StoredRevenue::Word(RevenueWord::Counted) => Revenue::Counted { money: money? },
                StoredRevenue::Word(RevenueWord::NotCounted) => Revenue::NotCounted { money: money? },
            },
            basis: stored.basis,
            count: stored.count,
        })
    }
}

impl Conversion {
    /// Makes the conversion of `click` from one entry. The amount of the entry counts as revenue,
    /// without a conversion of currency.
    #[must_use]
    pub fn new(id: ConversionId, click: &Click, shown: impl Into<Shared<Entry>>) -> Self {
        let shown = shown.into();
        Self {
            id,
            click: click.id.clone(),
            campaign: click.campaign.clone(),
            offer: click.offer.clone(),
            source: click.source.clone(),
            channel: click.channel.clone(),
            sum: shown.sum,
            revenue: shown.sum.map_or(Revenue::Nothing, |money| Revenue::Counted { money }),
            basis: Basis::Shown,
            count: 1,
            shown,
        }
    }
}
