//! The macros of ClickBank's Postback/Pixel (S2S), as far as they are known.
//!
//! ClickBank's own table (support article 26572131282964, "Postback/Pixels Guide") has more than sixty rows and could be read in part only. So
//! this one is put together from RedTrack's guide, templates that trackers export, and receivers in the field, and each row says how sure it
//! is. A macro that is not here may exist: `lint` doubts it, and nothing refuses it.

/// A macro of ClickBank's, without its braces, and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClickBankMacro {
    /// Its name: `tid` of `{tid}`.
    pub name: &'static str,
    /// What it stands for; of a name that nothing speaks for, what to write instead.
    pub meaning: &'static str,
    /// What its value looks like; empty where that is not known.
    pub format: &'static str,
    /// Who may use it.
    pub audience: Audience,
    /// How sure that is.
    pub confidence: Confidence,
}

/// Whose accounts ClickBank fills a macro for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Audience {
    /// Affiliates alone.
    Affiliate,
    /// Sellers alone.
    Vendor,
    /// Both, as far as is known.
    Both,
}

/// How sure a fact about a network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Confidence {
    /// Nothing speaks for it; it is written in places that made it up.
    Unfounded,
    /// One doubtful source, or a conclusion.
    Low,
    /// One good source.
    Fair,
    /// ClickBank's own text, two independent sources, or seen in production.
    Certain,
}

use Audience::{Affiliate, Both, Vendor};
use Confidence::{Certain, Fair, Low, Unfounded};

const fn row(
    name: &'static str,
    audience: Audience,
    confidence: Confidence,
    meaning: &'static str,
    format: &'static str,
) -> ClickBankMacro {
    ClickBankMacro {
        name,
        meaning,
        format,
        audience,
        confidence,
    }
}

const SUB: &str = "an affiliate's own value, not unique to a click";
const UNIQUE_SUB: &str =
    "an affiliate's own value, unique to a click; link, notification and report have it, no template its macro";
const NO_MACRO: &str = "a parameter of the link; its macro was seen nowhere";
const BY_NOTIFICATION: &str = "what is personal comes by notification (INS) alone";
const SHORT: &str = "up to 100 characters";
const LONG: &str = "up to 256 characters";

/// Every name that is known, real or made up. Names are compared exactly.
pub const CLICKBANK_MACROS: &[ClickBankMacro] = &[
    row(
        "event_type",
        Both,
        Certain,
        "the event's word",
        "see `CLICKBANK_EVENTS`",
    ),
    row("event_id", Both, Certain, "an id that only this event has", "any text"),
    row(
        "receipt_id",
        Both,
        Certain,
        "the receipt",
        "8 capital letters and digits",
    ),
    row(
        "order_id",
        Both,
        Low,
        "perhaps the order's number, which reports list apart from the receipt",
        "",
    ),
    row(
        "affiliate_earnings",
        Affiliate,
        Certain,
        "the affiliate's commission, always in USD",
        "a decimal, as in 57.35",
    ),
    row(
        "vendor_earnings",
        Vendor,
        Fair,
        "the seller's earnings, presumably in USD",
        "a decimal",
    ),
    row(
        "total_transaction_amount",
        Both,
        Fair,
        "what the customer paid; in which currency is not said",
        "a decimal",
    ),
    row(
        "currency",
        Both,
        Certain,
        "the currency that the customer paid in, which is not that of the earnings",
        "ISO 4217",
    ),
    row("tid", Affiliate, Certain, "the tracking code of the hoplink", SHORT),
    row("vtid", Vendor, Fair, "the tracking code of the pay link", SHORT),
    row(
        "click_id",
        Both,
        Fair,
        "ClickBank's own id of the hop, not the tracker's",
        "like a UUID",
    ),
    row(
        "extclid",
        Affiliate,
        Certain,
        "the click id of another tracker, from the link",
        LONG,
    ),
    row(
        "ext_clid",
        Affiliate,
        Unfounded,
        "it was seen once, probably by mistake for `{extclid}`",
        "",
    ),
    row("fbclid", Affiliate, Fair, "Meta's click id, from the link", LONG),
    row("aff_sub1", Affiliate, Certain, SUB, SHORT),
    row("aff_sub2", Affiliate, Certain, SUB, SHORT),
    row("aff_sub3", Affiliate, Certain, SUB, SHORT),
    row("aff_sub4", Affiliate, Certain, SUB, SHORT),
    row("aff_sub5", Affiliate, Certain, SUB, SHORT),
    row("unique_aff_sub1", Affiliate, Low, UNIQUE_SUB, LONG),
    row("unique_aff_sub2", Affiliate, Low, UNIQUE_SUB, LONG),
    row("unique_aff_sub3", Affiliate, Low, UNIQUE_SUB, LONG),
    row("unique_aff_sub4", Affiliate, Low, UNIQUE_SUB, LONG),
    row("unique_aff_sub5", Affiliate, Low, UNIQUE_SUB, LONG),
    row("campaign", Affiliate, Fair, "the campaign, from the link", SHORT),
    row("adgroup", Affiliate, Fair, "the ad group, from the link", SHORT),
    row("creative", Affiliate, Fair, "the creative, from the link", SHORT),
    row(
        "traffic_source",
        Affiliate,
        Fair,
        "the source of the traffic, from the link",
        SHORT,
    ),
    row(
        "traffic_type",
        Affiliate,
        Fair,
        "the kind of traffic, from the link",
        SHORT,
    ),
    row("ad", Affiliate, Low, NO_MACRO, SHORT),
    row("offer", Affiliate, Low, NO_MACRO, SHORT),
    row("network_aff", Affiliate, Low, NO_MACRO, SHORT),
    row("contact_id", Affiliate, Low, NO_MACRO, LONG),
    row(
        "account",
        Both,
        Fair,
        "the account that owns the integration",
        "5 to 10 letters and digits",
    ),
    row("role", Both, Fair, "that account's role", ""),
    row(
        "affiliate",
        Both,
        Fair,
        "the affiliate's nickname",
        "5 to 10 letters and digits",
    ),
    row(
        "vendor",
        Both,
        Fair,
        "the seller's nickname",
        "5 to 10 letters and digits",
    ),
    row(
        "country",
        Both,
        Fair,
        "the customer's country",
        "presumably two letters",
    ),
    row("state", Both, Fair, "the customer's state", ""),
    row("postal_code", Both, Fair, "the customer's postal code", ""),
    row("device_type", Both, Fair, "the visitor's kind of device", ""),
    row("browser", Both, Fair, "the visitor's browser", ""),
    row(
        "click_timestamp",
        Both,
        Low,
        "the time of the first hop or visit of the order form",
        "presumably ISO 8601",
    ),
    row("first_name", Both, Unfounded, BY_NOTIFICATION, ""),
    row("email", Both, Unfounded, BY_NOTIFICATION, ""),
    row("city", Both, Unfounded, BY_NOTIFICATION, ""),
    row(
        "product_id",
        Both,
        Unfounded,
        "products come by notification (INS) alone",
        "",
    ),
    row(
        "gclid",
        Both,
        Unfounded,
        "it is a parameter of the link, for ClickBank's own integration of Google Ads",
        "",
    ),
    row(
        "order_total",
        Both,
        Unfounded,
        "what the customer paid is `{total_transaction_amount}`",
        "",
    ),
    row("receipt", Both, Unfounded, "the receipt is `{receipt_id}`", ""),
    row(
        "amount",
        Both,
        Unfounded,
        "earnings are `{affiliate_earnings}` or `{vendor_earnings}`",
        "",
    ),
    row(
        "transactionType",
        Both,
        Unfounded,
        "the event's word is `{event_type}`",
        "",
    ),
];

impl ClickBankMacro {
    /// The macro of a name, without its braces; none for a name that is not known.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        CLICKBANK_MACROS.iter().find(|known| known.name == name)
    }

    /// Whether anything speaks for it.
    #[must_use]
    pub fn is_founded(&self) -> bool {
        self.confidence > Unfounded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{collections::BTreeSet, vec::Vec};

    #[test]
    fn each_macro_is_there_once_and_says_what_it_means() {
        let names: BTreeSet<&str> = CLICKBANK_MACROS.iter().map(|known| known.name).collect();
        assert_eq!(names.len(), CLICKBANK_MACROS.len());
        for known in CLICKBANK_MACROS {
            assert!(!known.meaning.is_empty(), "{}", known.name);
            assert_eq!(ClickBankMacro::find(known.name), Some(known));
        }
        assert_eq!(ClickBankMacro::find("{tid}"), None);
        assert_eq!(ClickBankMacro::find("TID"), None);
    }

    #[test]
    fn click_ids_and_earnings_belong_to_one_side() {
        let of = |audience| -> Vec<&str> {
            let known = CLICKBANK_MACROS.iter().filter(|known| known.audience == audience);
            known.map(|known| known.name).collect()
        };
        assert_eq!(of(Vendor), ["vendor_earnings", "vtid"]);
        assert!(
            ["tid", "affiliate_earnings", "extclid", "aff_sub5", "campaign"]
                .iter()
                .all(|name| of(Affiliate).contains(name))
        );
    }

    #[test]
    fn a_name_that_nothing_speaks_for_is_known_as_such() {
        assert!(!ClickBankMacro::find("email").unwrap().is_founded());
        assert!(ClickBankMacro::find("unique_aff_sub1").unwrap().is_founded());
    }
}
