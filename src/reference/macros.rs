//! The macros of templates, each with where it is filled from.

use crate::scope::Field;
use crate::template::is_of_conversion;
use alloc::vec::Vec;
use serde::Serialize;

/// A macro of the templates of offers' URLs and of postbacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Macro {
    /// Its name without braces; of those that are numbered, the first and the last.
    pub name: &'static str,
    /// Where it is filled from.
    pub from: &'static str,
    /// A value that it may have.
    pub example: &'static str,
    /// Whether the URL of an offer may hold it. It may not where a conversion must be there first.
    pub in_offers: bool,
}

/// Every macro, the numbered ones once.
#[must_use]
pub fn macros() -> Vec<Macro> {
    let numbered = [
        ("sub1 .. sub20", Field::Sub(1)),
        ("p_sub1 .. p_sub20", Field::ConversionSub(1)),
    ];
    let named = Field::names().filter_map(|name| Some((name, Field::from_name(name)?)));
    let told = |(name, field)| {
        let (from, example) = told(&field);
        Macro {
            name,
            from,
            example,
            in_offers: !is_of_conversion(&field),
        }
    };
    named.chain(numbered).map(told).collect()
}

/// Where a field is filled from, and an example.
fn told(field: &Field) -> (&'static str, &'static str) {
    match field {
        Field::ClickId => ("our id of the click", "p2234567abcdefghijklmnopqrstuvwxy"),
        Field::RefId => ("the channel's parameter with the slot `ref_id`: its click id", "kx81qz"),
        Field::ExternalId => ("the channel's parameter with the slot `external_id`", "u-4711"),
        Field::Sub(_) => ("the channel's parameter with that slot", "mobile"),
        Field::ConversionSub(_) => ("the parameter of the postback that has this meaning", "blue"),
        Field::Role(_) => ("the channel's parameter with the role of this name", "spring-2026"),
        Field::Status => ("the status of the conversion", "approved"),
        Field::Type => ("the conversion type", "Purchase"),
        Field::EventId => ("the network's id of the event", "EV-1001"),
        Field::OrderId => ("the network's number of the order, else its receipt", "JQF4H2R8"),
        Field::Sum => ("what the network reported, in its currency, never reduced", "47.00"),
        Field::Payout => (
            "what the channel is told: `payout` of the postback, in the channel's currency",
            "37.60",
        ),
        Field::PayoutDelta => ("what this event added to the payout that the channel was told", "10.00"),
        Field::CustPayout => ("`payout = { fixed = \"..\" }` of the postback", "25.00"),
        Field::Currency => ("the currency of `{payout}`", "USD"),
        Field::PostbackId => (
            "the id of the delivery, which is the same at each attempt",
            "abqh6vza4jm2r7c5wkxnt3dyoe",
        ),
        Field::CampaignId => ("`id` of the campaign", "summer"),
        Field::CampaignName => ("`title` of the campaign", "Summer sale"),
        Field::OfferId => ("`id` of the offer", "book"),
        Field::OfferName => ("`title` of the offer", "The book"),
        Field::OfferSourceId => ("`id` of the offer source", "network"),
        Field::OfferSourceName => ("`title` of the offer source", "My network"),
        Field::ChannelId => ("`id` of the traffic channel", "push"),
        Field::ChannelName => ("`title` of the traffic channel", "RichPush"),
        Field::ClickTime => ("the time of the click, in Unix seconds", "1767225600"),
        Field::Timestamp => (
            "the time of the conversion, in Unix seconds; in the URL of an offer that of the click",
            "1767229200",
        ),
        Field::Visitor(name) => (
            "what the host told of the visitor with the click; empty where it told nothing",
            visitor(name),
        ),
        Field::Private(name) => (
            "a personal value of the click, filled in when the request is sent",
            private(name),
        ),
    }
}

fn visitor(name: &str) -> &'static str {
    match name {
        "prelanderid" => "pre-3",
        "prelandername" => "Quiz",
        "landerid" => "l-7",
        "landername" => "Long page",
        "os" => "Android",
        "osversion" => "15",
        "brand" => "Samsung",
        "model" => "SM-S921B",
        "browser" => "Chrome",
        "browserver" => "141",
        "connectiontype" => "wifi",
        "isp" => "Vodafone",
        "country" => "DE",
        "countryname" => "Germany",
        "region" => "Bavaria",
        "city" => "Munich",
        "language" => "de",
        "referrerdomain" => "news.example.com",
        "lpkey" => "lp-1",
        "palias" => "alias",
        _ => "",
    }
}

fn private(name: &str) -> &'static str {
    match name {
        "ip" => "203.0.113.7",
        "useragent" => "Mozilla/5.0",
        _ => "",
    }
}
