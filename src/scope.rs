//! Layer 1: the borrowed view that rules and templates read.
//!
//! A [`Scope`] puts a click, a conversion and the names around them side by side; a [`Field`] is one value of it, by the name of its
//! macro. Rules and templates know fields, never where a value is kept.

use crate::model::{Click, Conversion, Role};
use crate::value::{DeliveryId, Money};
use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    string::{String, ToString},
};

/// Where a traffic channel's parameter is kept in a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClickSlot {
    /// The channel's click id.
    RefId,
    /// A second id of the channel.
    ExternalId,
    /// What the click cost.
    Cost,
    /// `sub1`..`sub20`.
    Sub(u8),
}

impl ClickSlot {
    /// The slot of a word: `ref_id`, `external_id`, `cost`, `sub1`..`sub20`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "ref_id" => Some(Self::RefId),
            "external_id" => Some(Self::ExternalId),
            "cost" => Some(Self::Cost),
            _ => numbered(word, "sub").map(Self::Sub),
        }
    }
}

/// The number behind `prefix`, if it is one of the twenty slots, written without a leading zero.
fn numbered(word: &str, prefix: &str) -> Option<u8> {
    let digits = word.strip_prefix(prefix)?;
    let number: u8 = digits.parse().ok()?;
    ((1..=crate::model::SLOTS).contains(&number) && !digits.starts_with(['0', '+'])).then_some(number)
}

/// The titles and ids around a click, as macros print them. An empty text is an empty macro.
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

/// What the channel is told that a conversion is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payout {
    /// In the channel's currency, rounded to its digits; zero where the conversion is never money.
    Known(Money),
    /// There is no rate into the channel's currency.
    NoRate,
}

/// The values that rules and templates read, borrowed from a click, a conversion and the configuration.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Scope<'a> {
    /// The click.
    pub click: &'a Click,
    /// The conversion; absent while a click is routed.
    pub conversion: Option<&'a Conversion>,
    /// The names around the click.
    pub names: Names<'a>,
    /// Which slot of the click a role is kept in, by the channel's parameter table.
    pub roles: Option<&'a BTreeMap<Role, ClickSlot>>,
    /// What the channel is told, after percent or fixed; absent while a click is routed.
    pub payout: Option<Payout>,
    /// The fixed payout of the postback, if it has one.
    pub fixed_payout: Option<Money>,
    /// What of the payout the channel was not yet told.
    pub payout_delta: Option<Payout>,
    /// The id of the delivery that is rendered.
    pub delivery: Option<&'a DeliveryId>,
}

impl<'a> Scope<'a> {
    /// The view of a click alone; set the public fields that are known.
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
                let name = alloc::format!("sub{number}");
                optional(shown.and_then(|s| s.parameters.get(&name)).map(String::as_str))
            }
            Field::Status => optional(shown.map(|s| s.status.as_str())),
            Field::Type => optional(shown.map(|s| s.type_name.as_str())),
            Field::EventId => optional(shown.and_then(|s| s.event_id.as_deref())),
            Field::OrderId => {
                optional(shown.and_then(|s| s.order_id.as_deref().or(s.receipt.as_ref().map(AsRef::as_ref))))
            }
            Field::Sum => match self.conversion.and_then(|c| c.sum) {
                Some(money) => Value::Text(Cow::Owned(money.amount.to_string())),
                None => Value::Empty,
            },
            Field::Payout => amount(self.payout),
            Field::PayoutDelta => amount(self.payout_delta),
            Field::CustPayout => amount(self.fixed_payout.map(Payout::Known)),
            Field::Currency => match self.payout {
                Some(Payout::Known(money)) => Value::Text(Cow::Owned(money.currency.to_string())),
                Some(Payout::NoRate) => Value::NoRate,
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
                Some(cost) => Value::Text(Cow::Owned(cost.amount.to_string())),
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

fn amount(payout: Option<Payout>) -> Value<'static> {
    match payout {
        Some(Payout::Known(money)) => Value::Text(Cow::Owned(money.amount.to_string())),
        Some(Payout::NoRate) => Value::NoRate,
        None => Value::Empty,
    }
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A text; never empty.
    Text(Cow<'a, str>),
    /// A personal value by name, to be filled in when the request is sent.
    Private(&'static str),
    /// Nothing.
    Empty,
    /// An amount that cannot be told, because there is no rate into the channel's currency.
    NoRate,
}

/// A value of a [`Scope`], by the name of its macro.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Field {
    /// `{clickid}`: our click id.
    ClickId,
    /// `{ref_id}`: the channel's click id.
    RefId,
    /// `{external_id}`.
    ExternalId,
    /// `{sub1}`..`{sub20}` of the click.
    Sub(u8),
    /// `{p_sub1}`..`{p_sub20}` of the conversion.
    ConversionSub(u8),
    /// `{rt_campaign}` and its like: the click's slot that has this role.
    Role(Role),
    /// `{status}`.
    Status,
    /// `{type}`.
    Type,
    /// `{event_id}`, also `{rdtk_event_id}`: the network's event id.
    EventId,
    /// `{order_id}`: the network's order number, else its receipt.
    OrderId,
    /// `{sum}`: what came, never reduced, in its own currency.
    Sum,
    /// `{payout}`, also `{offer_payout}`: what the channel is told.
    Payout,
    /// `{payout_delta}`: what this event added to the payout.
    PayoutDelta,
    /// `{cust_payout}`: the postback's fixed payout.
    CustPayout,
    /// `{currency}`: the currency of `{payout}`.
    Currency,
    /// `{postbackid}`: the delivery's id.
    PostbackId,
    /// `{campaignid}`.
    CampaignId,
    /// `{campaignname}`.
    CampaignName,
    /// `{offerid}`.
    OfferId,
    /// `{offername}`.
    OfferName,
    /// `{networkid}`: the offer source.
    OfferSourceId,
    /// `{networkname}`.
    OfferSourceName,
    /// `{sourceid}`: the traffic channel.
    ChannelId,
    /// `{trafficsourcename}`.
    ChannelName,
    /// `{clicktime}`: Unix seconds of the click.
    ClickTime,
    /// `{timestamp}`: Unix seconds of the conversion; of the click while it is routed.
    Timestamp,
    /// `{country}`, `{os}` and its like: what the host knows of the visitor.
    Visitor(&'static str),
    /// `{ip}`, `{useragent}`: personal, filled in when the request is sent.
    Private(&'static str),
}

/// The macros that read what the host knows of the visitor (redtrack-and-channels facts 3.5 and 8.1).
const VISITOR: &[&str] = &[
    "prelanderid",
    "prelandername",
    "landerid",
    "landername",
    "os",
    "osversion",
    "brand",
    "model",
    "browser",
    "browserver",
    "connectiontype",
    "isp",
    "country",
    "countryname",
    "region",
    "city",
    "language",
    "referrerdomain",
    "lpkey",
    "palias",
];

/// The macros that read personal values of the click.
const PRIVATE: &[&str] = &["ip", "useragent"];

/// The macros with one field of their own.
const PLAIN: &[(&str, Field)] = &[
    ("clickid", Field::ClickId),
    ("ref_id", Field::RefId),
    ("external_id", Field::ExternalId),
    ("status", Field::Status),
    ("type", Field::Type),
    ("event_id", Field::EventId),
    ("rdtk_event_id", Field::EventId),
    ("order_id", Field::OrderId),
    ("sum", Field::Sum),
    ("payout", Field::Payout),
    ("offer_payout", Field::Payout),
    ("payout_delta", Field::PayoutDelta),
    ("cust_payout", Field::CustPayout),
    ("currency", Field::Currency),
    ("postbackid", Field::PostbackId),
    ("campaignid", Field::CampaignId),
    ("campaignname", Field::CampaignName),
    ("offerid", Field::OfferId),
    ("offername", Field::OfferName),
    ("networkid", Field::OfferSourceId),
    ("networkname", Field::OfferSourceName),
    ("sourceid", Field::ChannelId),
    ("trafficsourcename", Field::ChannelName),
    ("clicktime", Field::ClickTime),
    ("timestamp", Field::Timestamp),
    ("rt_source", Field::Role(Role::RtSource)),
    ("rt_medium", Field::Role(Role::RtMedium)),
    ("rt_campaign", Field::Role(Role::RtCampaign)),
    ("rt_campaignid", Field::Role(Role::RtCampaignId)),
    ("rt_adgroup", Field::Role(Role::RtAdgroup)),
    ("rt_adgroupid", Field::Role(Role::RtAdgroupId)),
    ("rt_ad", Field::Role(Role::RtAd)),
    ("rt_adid", Field::Role(Role::RtAdId)),
    ("rt_placement", Field::Role(Role::RtPlacement)),
    ("rt_placementid", Field::Role(Role::RtPlacementId)),
    ("rt_keyword", Field::Role(Role::RtKeyword)),
    ("rt_role_1", Field::Role(Role::RtRole1)),
    ("rt_role_2", Field::Role(Role::RtRole2)),
];

impl Field {
    /// The field of a macro's name, written without braces.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if let Some(number) = numbered(name, "sub") {
            return Some(Self::Sub(number));
        }
        if let Some(number) = numbered(name, "p_sub") {
            return Some(Self::ConversionSub(number));
        }
        let visitor = VISITOR
            .iter()
            .find(|known| **known == name)
            .map(|known| Self::Visitor(known));
        let private = || {
            PRIVATE
                .iter()
                .find(|known| **known == name)
                .map(|known| Self::Private(known))
        };
        let plain = || {
            PLAIN
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, field)| field.clone())
        };
        visitor.or_else(private).or_else(plain)
    }

    /// Every macro's name but the numbered ones, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PLAIN
            .iter()
            .map(|(name, _)| *name)
            .chain(VISITOR.iter().copied())
            .chain(PRIVATE.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_slots_have_names_and_the_rest_has_none() {
        assert_eq!(Field::from_name("sub1"), Some(Field::Sub(1)));
        assert_eq!(Field::from_name("sub20"), Some(Field::Sub(20)));
        assert_eq!(Field::from_name("p_sub20"), Some(Field::ConversionSub(20)));
        for name in ["sub0", "sub21", "sub01", "sub+1", "sub", "p_sub0", "subs"] {
            assert_eq!(Field::from_name(name), None, "{name}");
        }
        assert_eq!(ClickSlot::from_word("sub7"), Some(ClickSlot::Sub(7)));
    }

    #[test]
    fn every_listed_name_is_a_field() {
        for name in Field::names() {
            assert!(Field::from_name(name).is_some(), "{name}");
        }
    }
}
