//! The rows of [`MACROS`].

use super::known::{
    Audience::{self, Affiliate, Both, Vendor},
    Confidence::{self, Certain, Fair, Low, Unfounded},
    Macro,
};

impl Macro {
    /// Finds the macro of a name, without its braces; none for a name that is not known.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        MACROS.iter().find(|known| known.name == name)
    }
}

const fn row(
    name: &'static str,
    audience: Audience,
    confidence: Confidence,
    source: &'static str,
    meaning: &'static str,
    format: Option<&'static str>,
) -> Macro {
    Macro {
        name,
        meaning,
        format,
        audience,
        confidence,
        source,
    }
}

const TEMPLATE: &str =
    "the ClickBank template that Keitaro exports, and receivers in the field (autometrics, sendcoop)";
const LIVE: &str = "an affiliate's notes on a live account, and receivers in the field";
const EXPORT: &str = "the ClickBank template that Keitaro exports, and RedTrack's guide";
const RECEIVERS: &str = "the URLs that receivers in the field paste (autometrics and another one)";
const LIST: &str = "one list of macros, alone";
const PARAMETER: &str =
    "one list of macros; of the link's parameter ClickBank's article on tracking parameters (26455062697620)";
const FIELD: &str = "a study of networks that quotes ClickBank's guide, on the field of the notification";
const GUIDE: &str = "RedTrack's guide to ClickBank by postback";
const STUDY: &str = "a study of networks that quotes ClickBank's guide";
const REPORT: &str =
    "the columns of a seller's report and a model of ClickBank's Orders API, which have the field and not the macro";
const LINK: &str = "ClickBank's article on tracking parameters (26455062697620), which has the parameter of the link and not the macro";
const GENERATED: &str = "code that was generated or written without a source, alone";
const NOWHERE: &str = "no source was found";

const SUB: &str = "an affiliate's own value, not unique to a click";
const UNIQUE_SUB: &str =
    "an affiliate's own value, unique to a click; link, notification and report have it, no template its macro";
const NO_MACRO: &str = "a parameter of the link; its macro was seen nowhere";
const BY_NOTIFICATION: &str = "what is personal comes by notification (INS) alone";
const SHORT: Option<&str> = Some("up to 100 characters");
const LONG: Option<&str> = Some("up to 256 characters");
const NICKNAME: Option<&str> = Some("5 to 10 letters and digits");

/// Every name that is known, both real ones and ones that were made up. Names are compared exactly.
pub const MACROS: &[Macro] = &[
    row(
        "event_type",
        Both,
        Certain,
        TEMPLATE,
        "the event's word",
        Some("see `EVENTS`"),
    ),
    row(
        "event_id",
        Both,
        Certain,
        EXPORT,
        "an id that only this event has",
        Some("any text"),
    ),
    row(
        "receipt_id",
        Both,
        Certain,
        LIVE,
        "the receipt",
        Some("8 capital letters and digits"),
    ),
    row(
        "order_id",
        Both,
        Low,
        GUIDE,
        "perhaps the order's number, which reports list apart from the receipt",
        None,
    ),
    row(
        "affiliate_earnings",
        Affiliate,
        Certain,
        LIVE,
        "the affiliate's commission, always in USD",
        Some("a decimal, as in 57.35"),
    ),
    row(
        "vendor_earnings",
        Vendor,
        Fair,
        GUIDE,
        "the seller's earnings, presumably in USD",
        Some("a decimal"),
    ),
    row(
        "total_transaction_amount",
        Both,
        Fair,
        STUDY,
        "what the customer paid; in which currency is not said",
        Some("a decimal"),
    ),
    row(
        "currency",
        Both,
        Certain,
        LIVE,
        "the currency that the customer paid in, which is not that of the earnings",
        Some("ISO 4217"),
    ),
    row(
        "tid",
        Affiliate,
        Certain,
        TEMPLATE,
        "the tracking code of the hoplink",
        SHORT,
    ),
    row("vtid", Vendor, Fair, GUIDE, "the tracking code of the pay link", SHORT),
    row(
        "click_id",
        Both,
        Fair,
        STUDY,
        "ClickBank's own id of the hop, not the tracker's",
        Some("like a UUID"),
    ),
    row(
        "extclid",
        Affiliate,
        Certain,
        RECEIVERS,
        "the click id of another tracker, from the link",
        LONG,
    ),
    row(
        "ext_clid",
        Affiliate,
        Unfounded,
        LIST,
        "it was seen once, probably by mistake for `{extclid}`",
        None,
    ),
    row(
        "fbclid",
        Affiliate,
        Fair,
        PARAMETER,
        "Meta's click id, from the link",
        LONG,
    ),
    row("aff_sub1", Affiliate, Certain, LIVE, SUB, SHORT),
    row("aff_sub2", Affiliate, Certain, LIVE, SUB, SHORT),
    row("aff_sub3", Affiliate, Certain, LIVE, SUB, SHORT),
    row("aff_sub4", Affiliate, Certain, LIVE, SUB, SHORT),
    row("aff_sub5", Affiliate, Certain, LIVE, SUB, SHORT),
    row("unique_aff_sub1", Affiliate, Low, REPORT, UNIQUE_SUB, LONG),
    row("unique_aff_sub2", Affiliate, Low, REPORT, UNIQUE_SUB, LONG),
    row("unique_aff_sub3", Affiliate, Low, REPORT, UNIQUE_SUB, LONG),
    row("unique_aff_sub4", Affiliate, Low, REPORT, UNIQUE_SUB, LONG),
    row("unique_aff_sub5", Affiliate, Low, REPORT, UNIQUE_SUB, LONG),
    row("campaign", Affiliate, Fair, STUDY, "the campaign, from the link", SHORT),
    row("adgroup", Affiliate, Fair, STUDY, "the ad group, from the link", SHORT),
    row("creative", Affiliate, Fair, STUDY, "the creative, from the link", SHORT),
    row(
        "traffic_source",
        Affiliate,
        Fair,
        STUDY,
        "the source of the traffic, from the link",
        SHORT,
    ),
    row(
        "traffic_type",
        Affiliate,
        Fair,
        STUDY,
        "the kind of traffic, from the link",
        SHORT,
    ),
    row("ad", Affiliate, Low, LINK, NO_MACRO, SHORT),
    row("offer", Affiliate, Low, LINK, NO_MACRO, SHORT),
    row("network_aff", Affiliate, Low, LINK, NO_MACRO, SHORT),
    row("contact_id", Affiliate, Low, LINK, NO_MACRO, LONG),
    row(
        "account",
        Both,
        Fair,
        STUDY,
        "the account that owns the integration",
        NICKNAME,
    ),
    row("role", Both, Fair, STUDY, "that account's role", None),
    row("affiliate", Both, Fair, STUDY, "the affiliate's nickname", NICKNAME),
    row("vendor", Both, Fair, LIVE, "the seller's nickname", NICKNAME),
    row(
        "country",
        Both,
        Fair,
        STUDY,
        "the customer's country",
        Some("presumably two letters"),
    ),
    row("state", Both, Fair, STUDY, "the customer's state", None),
    row("postal_code", Both, Fair, GUIDE, "the customer's postal code", None),
    row("device_type", Both, Fair, STUDY, "the visitor's kind of device", None),
    row("browser", Both, Fair, STUDY, "the visitor's browser", None),
    row(
        "click_timestamp",
        Both,
        Low,
        FIELD,
        "the time of the first hop or visit of the order form",
        Some("presumably ISO 8601"),
    ),
    row("first_name", Both, Unfounded, NOWHERE, BY_NOTIFICATION, None),
    row("email", Both, Unfounded, NOWHERE, BY_NOTIFICATION, None),
    row("city", Both, Unfounded, NOWHERE, BY_NOTIFICATION, None),
    row(
        "product_id",
        Both,
        Unfounded,
        NOWHERE,
        "products come by notification (INS) alone",
        None,
    ),
    row(
        "gclid",
        Both,
        Unfounded,
        NOWHERE,
        "it is a parameter of the link, for ClickBank's own integration of Google Ads",
        None,
    ),
    row(
        "order_total",
        Both,
        Unfounded,
        NOWHERE,
        "what the customer paid is `{total_transaction_amount}`",
        None,
    ),
    row(
        "receipt",
        Both,
        Unfounded,
        GENERATED,
        "the receipt is `{receipt_id}`",
        None,
    ),
    row(
        "amount",
        Both,
        Unfounded,
        GENERATED,
        "earnings are `{affiliate_earnings}` or `{vendor_earnings}`",
        None,
    ),
    row(
        "transactionType",
        Both,
        Unfounded,
        GENERATED,
        "the event's word is `{event_type}`",
        None,
    ),
];
