//! This module has the borrowed view that rules and templates read. Begin with [`Scope`]. (Layer
//! 1.)
//!
//! It puts a click, a conversion and the names around them side by side; a [`Field`] is
//! one value of it, by the name of its macro. Rules and templates know fields, never where a value
//! is kept.
//!
//! ```
//! use postback::scope::{Field, Scope, Value};
//! use postback::{Click, Timestamp};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
//!     let (campaign, offer) = ("summer".parse()?, "book".parse()?);
//!     let mut click = Click::new("p2345".parse()?, at, campaign, offer, "network".parse()?, "push".parse()?);
//!     click.ref_id = Some("RP1".into());
//!     let field = Field::from_name("ref_id").ok_or("no macro")?;
//!     assert_eq!(Scope::of_click(&click).value(&field), Value::Text("RP1".into()));
//!     Ok(())
//! }
//! ```

mod field;
mod parameter;
mod theirs;

pub use field::Field;
pub(crate) use field::sub_name;
pub use parameter::ParameterName;
pub(crate) use theirs::theirs;

use crate::model::{Click, Conversion, ParameterRole};
use crate::value::{Currency, DeliveryId, Money};
use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    string::{String, ToString},
};
use core::fmt;

/// The place in a click where a traffic channel's parameter is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClickSlot {
    /// The channel's click id.
    RefId,
    /// A second id of the channel.
    ExternalId,
    /// The cost of the click.
    Cost,
    /// A slot `sub1`..`sub20`.
    Sub(u8),
}

impl ClickSlot {
    /// The slot with a name: `ref_id`, `external_id`, `cost`, `sub1`..`sub20`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "ref_id" => Some(Self::RefId),
            "external_id" => Some(Self::ExternalId),
            "cost" => Some(Self::Cost),
            _ => field::numbered(word, "sub").map(Self::Sub),
        }
    }
}

impl fmt::Display for ClickSlot {
    /// Prints the name of the slot.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RefId => f.write_str("ref_id"),
            Self::ExternalId => f.write_str("external_id"),
            Self::Cost => f.write_str("cost"),
            Self::Sub(number) => write!(f, "sub{number}"),
        }
    }
}

/// The titles of the objects around a click, as macros print them. An empty title prints as
/// nothing.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Names<'a> {
    /// `{campaignname}`.
    pub campaign: &'a str,
    /// `{offername}`.
    pub offer: &'a str,
    /// `{networkname}`: the offer source.
    pub source: &'a str,
    /// `{trafficsourcename}`: the traffic channel.
    pub channel: &'a str,
}

/// The payout of a conversion that the channel is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldPayout {
    /// The payout in the channel's currency, rounded to its digits; zero where the conversion never
    /// counts as money.
    Known(Money),
    /// There is no rate into the channel's currency.
    NoRate,
    /// The conversion counts as money and came without an amount, so that no share of it can be
    /// told. The currency is the one in which the channel would be told it.
    NoAmount(Currency),
}

/// The values that rules and templates read, borrowed from a click, a conversion and the
/// configuration.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Scope<'a> {
    /// The click.
    pub click: &'a Click,
    /// The conversion, which is absent while a click is routed.
    pub conversion: Option<&'a Conversion>,
    /// The titles around the click.
    pub names: Names<'a>,
    /// The click's slot of each role, by the channel's parameter table.
    pub roles: Option<&'a BTreeMap<ParameterRole, ClickSlot>>,
    /// The payout that the channel is told, after a percentage or a fixed payout was applied. It is
    /// absent while a click is routed.
    pub payout: Option<ToldPayout>,
    /// The fixed payout of the postback, if it has one.
    pub fixed_payout: Option<Money>,
    /// The part of the payout that the channel was not told yet.
    pub payout_delta: Option<ToldPayout>,
    /// The id of the delivery for which the request is rendered.
    pub delivery: Option<&'a DeliveryId>,
}

impl<'a> Scope<'a> {
    /// Makes the view of a click without a conversion. Set the public fields that are known.
    #[must_use]
    pub fn of_click(click: &'a Click) -> Self {
        Self {
            click,
            conversion: None,
            names: Names::default(),
            roles: None,
            payout: None,
            fixed_payout: None,
            payout_delta: None,
            delivery: None,
        }
    }

    /// The value of a field.
    #[must_use]
    pub fn value(&self, field: &Field) -> Value<'a> {
        let shown = self.conversion.map(|c| &c.shown);
        match field {
            Field::ClickId => text(self.click.id.as_str()),
            Field::RefId => self.slot(ClickSlot::RefId),
            Field::ExternalId => self.slot(ClickSlot::ExternalId),
            Field::Sub(number) => self.slot(ClickSlot::Sub(*number)),
            Field::Role(role) => match self.roles.and_then(|roles| roles.get(role)) {
                Some(slot) => self.slot(*slot),
                None => Value::Empty,
            },
            Field::ConversionSub(number) => {
                let parameters = shown.map(|s| &s.parameters);
                optional(
                    parameters
                        .and_then(|p| p.get(field::sub_name(*number)))
                        .map(String::as_str),
                )
            }
            Field::Status => optional(shown.map(|s| s.status.as_str())),
            Field::Type => optional(shown.map(|s| s.type_name.as_str())),
            Field::EventId => optional(shown.and_then(|s| s.event_id.as_deref())),
            Field::OrderId => {
                optional(shown.and_then(|s| s.order_id.as_deref().or(s.receipt.as_ref().map(AsRef::as_ref))))
            }
            Field::Sum => match self.conversion.and_then(|c| c.sum) {
                Some(money) => Value::Text(Cow::Owned(money.amount.text())),
                // A fixed payout needs no amount, so that the sum may be missing beside it.
                None if matches!(self.payout, Some(ToldPayout::NoAmount(_))) => Value::NoAmount,
                None => Value::Empty,
            },
            Field::Payout => amount(self.payout),
            Field::PayoutDelta => amount(self.payout_delta),
            Field::CustPayout => amount(self.fixed_payout.map(ToldPayout::Known)),
            Field::Currency => match self.payout {
                Some(ToldPayout::Known(Money { currency, .. }) | ToldPayout::NoAmount(currency)) => {
                    Value::Text(Cow::Owned(currency.to_string()))
                }
                Some(ToldPayout::NoRate) => Value::NoRate,
                None => Value::Empty,
            },
            Field::PostbackId => optional(self.delivery.map(|id| id.as_str())),
            Field::CampaignId => text(self.click.campaign.as_str()),
            Field::OfferId => text(self.click.offer.as_str()),
            Field::OfferSourceId => text(self.click.source.as_str()),
            Field::ChannelId => text(self.click.channel.as_str()),
            Field::CampaignName => text(self.names.campaign),
            Field::OfferName => text(self.names.offer),
            Field::OfferSourceName => text(self.names.source),
            Field::ChannelName => text(self.names.channel),
            Field::ClickTime => seconds(Some(self.click.at)),
            Field::Timestamp => seconds(Some(shown.map_or(self.click.at, |s| s.at))),
            Field::Visitor(name) => optional(self.click.visitor.get(*name).map(String::as_str)),
            Field::Private(name) => Value::Private(name),
        }
    }

    fn slot(&self, slot: ClickSlot) -> Value<'a> {
        match slot {
            ClickSlot::RefId => optional(self.click.ref_id.as_deref()),
            ClickSlot::ExternalId => optional(self.click.external_id.as_deref()),
            ClickSlot::Sub(number) => optional(self.click.subs.get(&number).map(String::as_str)),
            ClickSlot::Cost => match self.click.cost {
                Some(cost) => Value::Text(Cow::Owned(cost.amount.text())),
                None => Value::Empty,
            },
        }
    }
}

fn text(value: &str) -> Value<'_> {
    if value.is_empty() {
        Value::Empty
    } else {
        Value::Text(Cow::Borrowed(value))
    }
}

fn optional(value: Option<&str>) -> Value<'_> {
    value.map_or(Value::Empty, text)
}

fn seconds(at: Option<crate::value::Timestamp>) -> Value<'static> {
    at.map_or(Value::Empty, |at| {
        Value::Text(Cow::Owned(at.unix_seconds().to_string()))
    })
}

fn amount(payout: Option<ToldPayout>) -> Value<'static> {
    match payout {
        Some(ToldPayout::Known(money)) => Value::Text(Cow::Owned(money.amount.text())),
        Some(ToldPayout::NoRate) => Value::NoRate,
        Some(ToldPayout::NoAmount(_)) => Value::NoAmount,
        None => Value::Empty,
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A text, which is never empty.
    Text(Cow<'a, str>),
    /// The name of a personal value, which is filled in when the request is sent.
    Private(&'static str),
    /// There is no value.
    Empty,
    /// An amount that is not known, since there is no rate into the channel's currency.
    NoRate,
    /// An amount that is not known, since the conversion came without one although it counts as
    /// money. It is never written as zero or as nothing.
    NoAmount,
}
