//! The values of a scope, by the names of their macros.

use crate::model::{ParameterRole, SLOTS};

/// A value of a [`Scope`](super::Scope), named by its macro.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Field {
    /// `{clickid}`: our click id.
    ClickId,
    /// `{ref_id}`: the channel's click id.
    RefId,
    /// `{external_id}`: a second id of the channel.
    ExternalId,
    /// `{sub1}`..`{sub20}` of the click.
    Sub(u8),
    /// `{p_sub1}`..`{p_sub20}` of the conversion.
    ConversionSub(u8),
    /// `{rt_campaign}` and similar macros: the click's slot that has this role.
    Role(ParameterRole),
    /// `{status}`: the approval status of the conversion.
    Status,
    /// `{type}`: the name of the conversion type.
    Type,
    /// `{event_id}`, also `{rdtk_event_id}`: the network's event id.
    EventId,
    /// `{order_id}`: the network's order number, or else its receipt.
    OrderId,
    /// `{sum}`: the amount that came, unreduced and in its own currency.
    Sum,
    /// `{payout}`, also `{offer_payout}`: the payout that the channel is told.
    Payout,
    /// `{payout_delta}`: the part of the payout that the channel was not told yet.
    PayoutDelta,
    /// `{cust_payout}`: the postback's fixed payout.
    CustPayout,
    /// `{currency}`: the currency of `{payout}`.
    Currency,
    /// `{postbackid}`: the delivery's id.
    PostbackId,
    /// `{campaignid}`: the id of the campaign.
    CampaignId,
    /// `{campaignname}`: the title of the campaign.
    CampaignName,
    /// `{offerid}`: the id of the offer.
    OfferId,
    /// `{offername}`: the title of the offer.
    OfferName,
    /// `{networkid}`: the id of the offer source.
    OfferSourceId,
    /// `{networkname}`: the title of the offer source.
    OfferSourceName,
    /// `{sourceid}`: the id of the traffic channel.
    ChannelId,
    /// `{trafficsourcename}`: the title of the traffic channel.
    ChannelName,
    /// `{clicktime}`: the time of the click, in Unix seconds.
    ClickTime,
    /// `{timestamp}`: the time of the conversion, or of the click while it is routed, in Unix
    /// seconds.
    Timestamp,
    /// `{country}`, `{os}` and similar macros: what the host knows of the visitor.
    Visitor(&'static str),
    /// `{ip}`, `{useragent}`: personal values, which are filled in when the request is sent.
    Private(&'static str),
}

/// The macros for what the host knows of the visitor (RedTrack's names, from its public clients).
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

/// The macros for personal values of the click.
const PRIVATE: &[&str] = &["ip", "useragent"];

/// The macros that each have a field of their own.
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
    ("rt_source", Field::Role(ParameterRole::RtSource)),
    ("rt_medium", Field::Role(ParameterRole::RtMedium)),
    ("rt_campaign", Field::Role(ParameterRole::RtCampaign)),
    ("rt_campaignid", Field::Role(ParameterRole::RtCampaignId)),
    ("rt_adgroup", Field::Role(ParameterRole::RtAdgroup)),
    ("rt_adgroupid", Field::Role(ParameterRole::RtAdgroupId)),
    ("rt_ad", Field::Role(ParameterRole::RtAd)),
    ("rt_adid", Field::Role(ParameterRole::RtAdId)),
    ("rt_placement", Field::Role(ParameterRole::RtPlacement)),
    ("rt_placementid", Field::Role(ParameterRole::RtPlacementId)),
    ("rt_keyword", Field::Role(ParameterRole::RtKeyword)),
    ("rt_role_1", Field::Role(ParameterRole::RtRole1)),
    ("rt_role_2", Field::Role(ParameterRole::RtRole2)),
];

impl Field {
    /// The field of a macro, by its name without braces.
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

    /// Every macro's name except the numbered ones, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PLAIN
            .iter()
            .map(|(name, _)| *name)
            .chain(VISITOR.iter().copied())
            .chain(PRIVATE.iter().copied())
    }
}

/// Returns the number after `prefix` if it is one of the twenty slots and has no leading zero.
pub(super) fn numbered(word: &str, prefix: &str) -> Option<u8> {
    let digits = word.strip_prefix(prefix)?;
    let number: u8 = digits.parse().ok()?;
    ((1..=SLOTS).contains(&number) && !digits.starts_with(['0', '+'])).then_some(number)
}

/// The names of the slots, in order, so that a look-up does not have to print the number.
const SUB_NAMES: [&str; SLOTS as usize] = [
    "sub1", "sub2", "sub3", "sub4", "sub5", "sub6", "sub7", "sub8", "sub9", "sub10", "sub11", "sub12", "sub13",
    "sub14", "sub15", "sub16", "sub17", "sub18", "sub19", "sub20",
];

/// The name of a conversion's slot among its parameters; empty for a number without a slot.
pub(crate) fn sub_name(number: u8) -> &'static str {
    let name = number
        .checked_sub(1)
        .and_then(|index| SUB_NAMES.get(usize::from(index)));
    name.copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::ClickSlot;
    use alloc::format;

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
    fn every_slot_of_a_conversion_has_its_name() {
        for number in 1..=SLOTS {
            assert_eq!(sub_name(number), format!("sub{number}"));
        }
        assert_eq!((sub_name(0), sub_name(SLOTS + 1)), ("", ""));
    }

    #[test]
    fn every_listed_name_is_a_field() {
        for name in Field::names() {
            assert!(Field::from_name(name).is_some(), "{name}");
        }
    }
}
