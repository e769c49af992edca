//! ClickBank's words under `[offer_source.events]`, and the neutral kinds of event for which they
//! stand.

use super::ins::TransactionType;
use super::s2s::event_kind;
use crate::event::Kind;

/// The events that the guide "ClickBank and RedTrack (INS integration)" matches, and the returned
/// cheque (`INSF`).
pub(super) const MATCHED: &[&str] = &[
    "SALE",
    "UPSELL",
    "BILL",
    "RFND",
    "CGBK",
    "INSF",
    "CANCEL-REBILL",
    "UNCANCEL-REBILL",
    "SUBSCRIPTION-CHG",
    "ABANDONED_ORDER",
];

/// The kind of event that a row is for. Its word is a kind itself, a word of the notifications
/// (tests included), or a word of the postbacks.
pub(crate) fn kind_of(word: &str) -> Option<Kind> {
    let tested = word.strip_prefix("TEST_").unwrap_or(word);
    let notified = TransactionType::known(tested).map(|word| word.kind());
    let moves = |kind: &Kind| !matches!(kind, Kind::Test | Kind::Other(_));
    Kind::known(word)
        .or_else(|| notified.filter(moves))
        .or_else(|| event_kind(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_the_guide_matches_has_a_kind_and_so_has_its_test() {
        let kinds = [
            Kind::Sale,
            Kind::Upsell,
            Kind::Rebill,
            Kind::Refund,
            Kind::Chargeback,
            Kind::EcheckReturn,
            Kind::Cancel,
            Kind::Uncancel,
            Kind::Change,
            Kind::Abandoned,
        ];
        assert_eq!(MATCHED.len(), kinds.len());
        for (word, kind) in MATCHED.iter().zip(kinds) {
            assert_eq!(kind_of(word), Some(kind), "{word}");
        }
        for (word, kind) in [
            ("TEST_SALE", Kind::Sale),
            ("TEST_RFND", Kind::Refund),
            ("rebill", Kind::Rebill),
            ("PURCHASE", Kind::Sale),
        ] {
            assert_eq!(kind_of(word), Some(kind), "{word}");
        }
    }

    #[test]
    fn a_word_that_moves_no_money_that_is_known_has_no_kind() {
        for word in [
            "TEST",
            "TEST_TEST",
            "CANCEL-TEST-REBILL",
            "CUSTOMER_EMAIL_UPDATE",
            "JV_SALE",
            "sold",
            "",
        ] {
            assert_eq!(kind_of(word), None, "{word}");
        }
    }
}
