//! What ClickBank's Postback/Pixel (S2S) sends: its macros, its event words and the form of its
//! receipts.

mod macros;

pub use macros::{Audience, CLICKBANK_MACROS, ClickBankMacro, Confidence};

use super::{Meaning, Postback};
use crate::event::Kind;
use crate::model::AccountRole;

/// A row of the URL that is pasted into ClickBank: the query name, what it means and the macro.
pub(super) type Row = (&'static str, Option<Meaning>, &'static str);

/// The guide "ClickBank and RedTrack (S2S postback integration)" has the rows in this order: the
/// click id and the sum, which are others "for vendors only", then step 2.2's additional
/// parameters. What follows is ours: without the receipt a postback could not be told to be the
/// sale that a notification reports too, and without an affiliate's `{aff_sub1}` a press of the
/// Test button not to be one ([`is_clickbank_test`]).
pub(super) fn rows(role: AccountRole) -> impl Iterator<Item = Row> {
    let (click_id, sum) = match role {
        AccountRole::Affiliate => ("{tid}", "{affiliate_earnings}"),
        AccountRole::Vendor => ("{vtid}", "{vendor_earnings}"),
    };
    let rows = [
        ("clickid", Some(Meaning::ClickId), click_id),
        ("sum", Some(Meaning::Sum), sum),
        ("eventid", Some(Meaning::EventId), "{event_id}"),
        ("zip", None, "{postal_code}"),
        ("order_id", Some(Meaning::OrderId), "{order_id}"),
        ("receipt", Some(Meaning::Receipt), "{receipt_id}"),
    ];
    let test = ("sub1", Some(Meaning::Sub(1)), "{aff_sub1}");
    rows.into_iter().chain((role == AccountRole::Affiliate).then_some(test))
}

/// An event type of ClickBank's Postback/Pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClickBankEvent {
    /// Its name on ClickBank's page.
    pub title: &'static str,
    /// The text of `{event_type}`.
    pub word: &'static str,
    /// How sure the word is.
    pub confidence: Confidence,
    /// Whether it brings an amount.
    pub has_amount: bool,
    /// What happened.
    pub kind: Kind,
}

/// The five event types, in the order of a visit; that there are these is certain. Rebills, refunds
/// and chargebacks come by notification alone, as far as is known.
///
/// `PURCHASE`, `UPSELL` and `ORDER_IMPRESSION` stand in the ClickBank template that Keitaro
/// exports; receivers in the field compare them in lower case. The word of Add Payment Info was
/// seen nowhere, so its title stands in. The Combined Conversion, the first purchase and its
/// upsells as one event, counts both twice where it is chosen beside them; one receiver takes
/// `combined conversion`.
pub const CLICKBANK_EVENTS: &[ClickBankEvent] = &[
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
) -> ClickBankEvent {
    ClickBankEvent {
        title,
        word,
        confidence,
        has_amount,
        kind,
    }
}

/// The kind of a ClickBank S2S event by its `{event_type}`, in any case; none for a word that is
/// not known here. Where the word is not certain ([`CLICKBANK_EVENTS`]), a space may stand for each
/// underscore.
#[must_use]
pub fn clickbank_kind(word: &str) -> Option<Kind> {
    let is = |event: &&ClickBankEvent| {
        let uncertain = event.confidence < Confidence::Certain;
        event.word.eq_ignore_ascii_case(word) || (uncertain && event.title.eq_ignore_ascii_case(word))
    };
    CLICKBANK_EVENTS.iter().find(is).map(|event| event.kind.clone())
}

/// What `{aff_sub1}` is in a postback of the Test button.
const TEST_SUB: &str = "affsub1";
/// What `{receipt_id}` is in a postback of the Test button. ClickBank's texts have it as an example
/// too, so alone it makes no test; but it is no receipt of any sale either.
pub(crate) const TEST_RECEIPT: &str = "ABC12345";

/// Whether a postback is one of the Test button on ClickBank's page. It fires the real URL with
/// made-up values and no mark of a test; known of them are `affsub1` for `{aff_sub1}` and
/// `ABC12345` for `{receipt_id}` (seen by one affiliate, with the same receipt for each event
/// type).
///
/// Only both together are a test: the receipt where a receipt is read, and the other in a slot or a
/// parameter of the source's own. What a link says comes back in the other parameters, so a visitor
/// could write either text there; nobody but ClickBank writes the receipt. The button is recognised
/// where the URL carries both macros; a test without them has the click id of no click and is
/// stored unattributed.
#[must_use]
pub fn is_clickbank_test(read: &Postback) -> bool {
    read.receipt_text.as_deref() == Some(TEST_RECEIPT) && read.parameters.values().any(|value| value == TEST_SUB)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::ParameterMap;
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
            assert_eq!(clickbank_kind(word), Some(kind), "{word}");
        }
        for word in ["", "SALE", "RFND", "PURCHASE ", "ORDER IMPRESSION", "Initial Purchase"] {
            assert_eq!(clickbank_kind(word), None, "{word}");
        }
    }

    #[test]
    fn only_both_made_up_values_together_are_a_test() {
        let map = ParameterMap::clickbank_s2s(AccountRole::Affiliate);
        let is_test = |query: &str| {
            let query = Query::parse(query.as_bytes()).unwrap();
            is_clickbank_test(&Postback::read(&query, &map, &["aff", "zip"]).unwrap())
        };
        assert!(is_test("clickid=x&sum=10.00&receipt=ABC12345&sub1=affsub1"));
        assert!(is_test("clickid={tid}&aff=affsub1&receipt=ABC12345&type=Upsell"));
        for query in [
            "receipt=ABC12345",
            "sub1=affsub1",
            "sub1=affsub2&receipt=ABC12345",
            "sub1=AFFSUB1&receipt=ABC12345",
            "sub1=affsub1&receipt=ABC123456",
            // What nobody here reads, and what a visitor or a buyer writes.
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
