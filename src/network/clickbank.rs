//! What ClickBank's Postback/Pixel (S2S) sends: its macros, its event words and the form of its receipts.

use super::Meaning;
use crate::event::Kind;
use crate::model::AccountRole;

/// A row of the URL that is pasted into ClickBank: the query name, what it means and the macro.
pub(super) type Row = (&'static str, Option<Meaning>, &'static str);

/// The guide "ClickBank and RedTrack (S2S postback integration)" has the rows in this order: the click id and the sum, which are others "for
/// vendors only", then step 2.2's additional parameters. The receipt is ours: without it a postback could not be told to be the sale that
/// a notification reports too.
pub(super) const fn rows(role: AccountRole) -> [Row; 6] {
    let (click_id, sum) = match role {
        AccountRole::Affiliate => ("{tid}", "{affiliate_earnings}"),
        AccountRole::Vendor => ("{vtid}", "{vendor_earnings}"),
    };
    [
        ("clickid", Some(Meaning::ClickId), click_id),
        ("sum", Some(Meaning::Sum), sum),
        ("eventid", Some(Meaning::EventId), "{event_id}"),
        ("zip", None, "{postal_code}"),
        ("order_id", Some(Meaning::OrderId), "{order_id}"),
        ("receipt", Some(Meaning::Receipt), "{receipt_id}"),
    ]
}

/// The kind of a ClickBank S2S event by its `{event_type}`, in any case; none for a word that is not known here.
///
/// `PURCHASE`, `UPSELL` and `ORDER_IMPRESSION` stand in Keitaro's exported ClickBank template; receivers in the field compare them in
/// lower case. ClickBank's "Combined Conversion" (the first purchase and its upsells as one event) is a sale; how its word is spelled is
/// known from one receiver only, which takes `combined conversion`, so an underscore is read as a space there.
#[must_use]
pub fn clickbank_kind(word: &str) -> Option<Kind> {
    const WORDS: &[(&str, Kind)] = &[
        ("PURCHASE", Kind::Sale),
        ("UPSELL", Kind::Upsell),
        ("ORDER_IMPRESSION", Kind::Impression),
        ("COMBINED CONVERSION", Kind::Sale),
        ("COMBINED_CONVERSION", Kind::Sale),
    ];
    WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map(|(_, kind)| kind.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(clickbank_kind(word), Some(kind), "{word}");
        }
        for word in ["", "SALE", "RFND", "PURCHASE ", "ORDER IMPRESSION"] {
            assert_eq!(clickbank_kind(word), None, "{word}");
        }
    }
}
