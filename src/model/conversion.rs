//! A conversion: what an event, or several of them, came to.

use super::{Click, Status};
use crate::event::Kind;
use crate::value::{
    CampaignId, ChannelId, ClickId, ConversionId, EventId, Money, OfferId, OfferSourceId, Receipt, Shared, Timestamp,
    TypeName,
};
use alloc::{collections::BTreeMap, string::String};
use serde::{Deserialize, Serialize};

/// What one event contributes to a conversion. Depends on the event and the configuration alone,
/// never on arrival or on what else is known, so that the order of arrival cannot change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The event.
    pub event: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Whether `at` is the network's time.
    pub timed: bool,
    /// When it arrived, where `at` is the network's time: of two messages with one time the one
    /// that arrived later is the later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// What happened.
    pub kind: Kind,
    /// The conversion type's name.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// Whether the configuration knows that type.
    pub known: bool,
    /// The approval state.
    pub status: Status,
    /// The network's own status word, when it sent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_word: Option<Shared<str>>,
    /// The amount as it came; the offer's own payout where a sale came without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Money>,
    /// Whether the network marked it as a test: it is never money.
    #[serde(default)]
    pub test: bool,
    /// The network's receipt; a reversal carries that of the sale which it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// The receipt of the sale that an upsell belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Receipt>,
    /// The network's own id of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Shared<str>>,
    /// The network's order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Shared<str>>,
    /// The plain parameters by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: Shared<BTreeMap<String, String>>,
}

impl Entry {
    /// An approved sale of a known type, without an amount and with nothing else.
    #[must_use]
    pub fn new(event: EventId, at: Timestamp, type_name: TypeName) -> Self {
        Self {
            event,
            at,
            timed: true,
            received_at: None,
            kind: Kind::Sale,
            type_name,
            known: true,
            status: Status::Approved,
            status_word: None,
            sum: None,
            test: false,
            receipt: None,
            parent: None,
            event_id: None,
            order_id: None,
            parameters: Shared::default(),
        }
    }
}

/// A conversion's money in the account's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Revenue {
    /// It counts, negative for a reversal.
    Counted {
        /// In the account's currency.
        money: Money,
    },
    /// It would be this much, but its status is not one that counts.
    NotCounted {
        /// In the account's currency.
        money: Money,
    },
    /// The type or the kind is never money, it is a test, or it came without an amount.
    Nothing,
    /// There is no rate from its currency to the account's; under `increment`, for none of its
    /// amounts.
    NoRate,
}

/// What a conversion's revenue is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// Of the message that it shows.
    #[default]
    Shown,
    /// Of all its messages, whose amounts are added (`increment`).
    Added,
    /// Of what refunds with an amount have taken back of an order whose own status is no revenue:
    /// they have it from here, so that nothing is taken back twice.
    TakenBack,
}

impl Basis {
    fn is_shown(&self) -> bool {
        *self == Self::Shown
    }
}

/// One conversion as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Conversion {
    /// Its id, stable over every update.
    pub id: ConversionId,
    /// The click that made it.
    pub click: ClickId,
    /// The click's campaign.
    pub campaign: CampaignId,
    /// The click's offer.
    pub offer: OfferId,
    /// The offer's source.
    pub source: OfferSourceId,
    /// The click's channel.
    pub channel: ChannelId,
    /// The event that it shows.
    pub shown: Shared<Entry>,
    /// The amount: of the shown event, or the sum under `increment`; negative for a reversal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Money>,
    /// The money in the account's currency.
    pub revenue: Revenue,
    /// What `revenue` is of.
    #[serde(default, skip_serializing_if = "Basis::is_shown")]
    pub basis: Basis,
    /// How many events it holds.
    pub count: u32,
}

impl Conversion {
    /// The conversion of `click` that one entry makes: it counts the entry's amount as revenue,
    /// unconverted.
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
