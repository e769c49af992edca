//! ClickBank's words under `[offer_source.events]`, and the neutral kinds that they stand for.

use crate::event::Kind;
use crate::network::clickbank_kind;

/// The events that the guide "ClickBank and RedTrack (INS integration)" matches, with the returned cheque, and their neutral kinds.
pub(in crate::tracker) const MATCHED: &[(&str, Kind)] = &[
    ("SALE", Kind::Sale),
    ("UPSELL", Kind::Upsell),
    ("BILL", Kind::Rebill),
    ("RFND", Kind::Refund),
    ("CGBK", Kind::Chargeback),
    ("INSF", Kind::EcheckReturn),
    ("CANCEL-REBILL", Kind::Cancel),
    ("UNCANCEL-REBILL", Kind::Uncancel),
    ("SUBSCRIPTION-CHG", Kind::Change),
    ("ABANDONED_ORDER", Kind::Abandoned),
];

/// The kind of events that a row is for: its word is a kind itself, or one of ClickBank's notifications, tests among them, or postbacks.
pub(super) fn kind_of(word: &str) -> Option<Kind> {
    let tested = word.strip_prefix("TEST_").unwrap_or(word);
    let notified = MATCHED.iter().find(|(known, _)| *known == tested);
    Kind::known(word)
        .or_else(|| notified.map(|(_, kind)| kind.clone()))
        .or_else(|| clickbank_kind(word))
}
