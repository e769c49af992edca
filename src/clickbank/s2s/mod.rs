//! This module has what ClickBank's Postback/Pixel (S2S) sends: its macros ([`MACROS`]), its event
//! words ([`EVENTS`]) and the form of its receipts. Begin with [`parameter_map`], which says what
//! each parameter of a pasted URL holds.
//!
//! ```
//! use postback::clickbank::s2s::{EVENTS, Macro, event_kind};
//! use postback::event::Kind;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // The macro that is pasted for what an affiliate earns, and how sure it is.
//!     let earnings = Macro::find("affiliate_earnings").ok_or("not known")?;
//!     assert!(earnings.is_founded());
//!     // Which events there are, and what each is.
//!     assert!(EVENTS.iter().any(|event| event.title == "Upsell Purchase"));
//!     assert_eq!(event_kind("UPSELL"), Some(Kind::Upsell));
//!     Ok(())
//! }
//! ```

mod macros;

pub use macros::{Audience, Confidence, MACROS, Macro};

use crate::event::Kind;
use crate::model::AccountRole;
use crate::network::{Dialect, InboundPostback, Meaning, ParameterMap, PastedRow};
use crate::value::{Currency, Receipt};

/// The rows stand in the order of the guide "ClickBank and RedTrack (S2S postback integration)":
/// the click id and the sum, which are others "for vendors only", then the additional parameters of
/// step 2.2. The last rows are ours. Without the receipt, a postback could not be matched with the
/// notification of the same sale. Without `{aff_sub1}`, an affiliate's postback from the Test
/// button could not be recognised ([`is_test_button`]).
const AFFILIATE: &[PastedRow] = &[
    ("clickid", Some(Meaning::ClickId), "{tid}"),
    ("sum", Some(Meaning::Sum), "{affiliate_earnings}"),
    ("eventid", Some(Meaning::EventId), "{event_id}"),
    ("zip", None, "{postal_code}"),
    ("order_id", Some(Meaning::OrderId), "{order_id}"),
    ("receipt", Some(Meaning::Receipt), "{receipt_id}"),
    ("sub1", Some(Meaning::Sub(1)), "{aff_sub1}"),
];
/// The rows for a seller.
const VENDOR: &[PastedRow] = &[
    ("clickid", Some(Meaning::ClickId), "{vtid}"),
    ("sum", Some(Meaning::Sum), "{vendor_earnings}"),
    ("eventid", Some(Meaning::EventId), "{event_id}"),
    ("zip", None, "{postal_code}"),
    ("order_id", Some(Meaning::OrderId), "{order_id}"),
    ("receipt", Some(Meaning::Receipt), "{receipt_id}"),
];

/// The parameters that ClickBank's Postback/Pixel sends when [`ParameterMap::pasted_query`] was
/// pasted there. Earnings are always in USD, so a `currency` is ignored: ClickBank's `{currency}`
/// is the currency in which the customer paid. A receipt loses the `-Bnnn` of a rebill.
#[must_use]
pub fn parameter_map(role: AccountRole) -> ParameterMap {
    ParameterMap::spoken(Dialect {
        network: "clickbank",
        currency: Currency::USD,
        numbers_rebills: true,
        pasted: match role {
            AccountRole::Affiliate => AFFILIATE,
            AccountRole::Vendor => VENDOR,
        },
    })
}

/// An event type of ClickBank's Postback/Pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventType {
    /// Its name on ClickBank's page.
    pub title: &'static str,
    /// The text that `{event_type}` has for it.
    pub word: &'static str,
    /// How sure the text is.
    pub confidence: Confidence,
    /// Whether the event brings an amount.
    pub has_amount: bool,
    /// The kind of event that it becomes here.
    pub kind: Kind,
}

/// The five event types, in the order of a visit; it is certain that these five exist. As far as is
/// known, rebills, refunds and chargebacks come only by notification.
///
/// `PURCHASE`, `UPSELL` and `ORDER_IMPRESSION` stand in the ClickBank template that Keitaro
/// exports; known receivers compare them in lower case. The word of Add Payment Info was seen
/// nowhere, so its title is used. The Combined Conversion is the first purchase and its upsells as
/// one event, so they are counted twice when it is chosen together with them; one receiver accepts
/// `combined conversion`.
pub const EVENTS: &[EventType] = &[
    event(
        "Order Form Impression",
        "ORDER_IMPRESSION",
        Confidence::Certain,
        false,
        Kind::Impression,
    ),
    event(
        "Add Payment Info",
        "ADD_PAYMENT_INFO",
        Confidence::Low,
        false,
        Kind::PaymentInfo,
    ),
    event("Initial Purchase", "PURCHASE", Confidence::Certain, true, Kind::Sale),
    event("Upsell Purchase", "UPSELL", Confidence::Certain, true, Kind::Upsell),
    event(
        "Combined Conversion",
        "COMBINED_CONVERSION",
        Confidence::Low,
        true,
        Kind::Sale,
    ),
];

const fn event(
    title: &'static str,
    word: &'static str,
    confidence: Confidence,
    has_amount: bool,
    kind: Kind,
) -> EventType {
    EventType {
        title,
        word,
        confidence,
        has_amount,
        kind,
    }
}

/// The kind of a ClickBank S2S event by its `{event_type}`, in any case; none for a word that is
/// not known here. Where the word is not certain ([`EVENTS`]), a space may stand in place of each
/// underscore.
#[must_use]
pub fn event_kind(word: &str) -> Option<Kind> {
    let is = |event: &&EventType| {
        let uncertain = event.confidence < Confidence::Certain;
        event.word.eq_ignore_ascii_case(word) || (uncertain && event.title.eq_ignore_ascii_case(word))
    };
    EVENTS.iter().find(is).map(|event| event.kind.clone())
}

/// The word in notifications for a kind that postbacks name differently.
pub(crate) fn notified_word(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Sale => Some("SALE"),
        Kind::Upsell => Some("UPSELL"),
        _ => None,
    }
}

/// The value of `{aff_sub1}` in a postback of the Test button.
pub const TEST_SUB: &str = "affsub1";
/// The value of `{receipt_id}` in a postback of the Test button. ClickBank's texts also use it as
/// an example, so the receipt alone does not make a postback a test; but it is not the receipt of
/// any sale either.
pub const TEST_RECEIPT: &str = "ABC12345";

/// Whether a postback was sent by the Test button on ClickBank's page. The button calls the real
/// URL with made-up values and without a mark of a test. Two of the values are known: `affsub1` for
/// `{aff_sub1}` and `ABC12345` for `{receipt_id}` (seen by one affiliate, with the same receipt for
/// each event type).
///
/// Only both values together make a test: the receipt in the place of the receipt, and the other
/// value in a slot or in a parameter of the source's own. The other parameters repeat a link, so a
/// visitor could write either text there, but only ClickBank writes the receipt. The button is
/// recognised where the URL carries both macros. A test without them has a click id of no click and
/// is stored unattributed.
#[must_use]
pub fn is_test_button(read: &InboundPostback) -> bool {
    read.receipt_text.as_deref() == Some(TEST_RECEIPT) && read.parameters.values().any(|value| value == TEST_SUB)
}

/// Whether a postback is a test: by its word, since the transaction types of notifications begin
/// with `TEST`, or by the values of the Test button ([`is_test_button`]).
pub(crate) fn is_test(read: &InboundPostback) -> bool {
    let is_word = |word: &str| {
        let (head, rest) = word.split_at_checked(4).unwrap_or_default();
        head.eq_ignore_ascii_case("TEST") && (rest.is_empty() || rest.starts_with('_'))
    };
    read.type_word.as_ref().is_some_and(|word| is_word(word.as_str())) || is_test_button(read)
}

/// Whether this is the receipt that every press of the Test button sends, which is not the receipt
/// of a sale.
pub(crate) fn is_made_up(receipt: &Receipt) -> bool {
    receipt.as_str() == TEST_RECEIPT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Query;

    #[test]
    fn the_events_of_clickbank_are_known_in_any_case() {
        for (word, kind) in [
            ("PURCHASE", Kind::Sale),
            ("purchase", Kind::Sale),
            ("Upsell", Kind::Upsell),
            ("ORDER_IMPRESSION", Kind::Impression),
            ("order_impression", Kind::Impression),
            ("combined conversion", Kind::Sale),
            ("COMBINED_CONVERSION", Kind::Sale),
            ("ADD_PAYMENT_INFO", Kind::PaymentInfo),
            ("Add Payment Info", Kind::PaymentInfo),
        ] {
            assert_eq!(event_kind(word), Some(kind), "{word}");
        }
        for word in ["", "SALE", "RFND", "PURCHASE ", "ORDER IMPRESSION", "Initial Purchase"] {
            assert_eq!(event_kind(word), None, "{word}");
        }
    }

    #[test]
    fn only_both_made_up_values_together_are_a_test() {
        let map = parameter_map(AccountRole::Affiliate);
        let is_test = |query: &str| {
            let query = Query::parse(query.as_bytes()).unwrap();
            is_test_button(&InboundPostback::read(&query, &map, &["aff", "zip"]).unwrap())
        };
        assert!(is_test("clickid=x&sum=10.00&receipt=ABC12345&sub1=affsub1"));
        assert!(is_test("clickid={tid}&aff=affsub1&receipt=ABC12345&type=Upsell"));
        for query in [
            "receipt=ABC12345",
            "sub1=affsub1",
            "sub1=affsub2&receipt=ABC12345",
            "sub1=AFFSUB1&receipt=ABC12345",
            "sub1=affsub1&receipt=ABC123456",
            // A parameter that nothing here reads, and texts that a visitor or a buyer may write.
            "unknown=affsub1&receipt=ABC12345",
            "clickid=affsub1&receipt=ABC12345",
            "clickid=ABC12345&sub1=affsub1&receipt=P3RGBKGX",
            "sub2=ABC12345&sub1=affsub1&receipt=P3RGBKGX",
            "zip=ABC12345&sub1=affsub1&receipt=P3RGBKGX",
        ] {
            assert!(!is_test(query), "{query}");
        }
    }
}
