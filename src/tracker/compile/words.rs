//! ClickBank's words under `[offer_source.events]`, and the neutral kinds that they stand for.

use crate::clickbank::ins::TransactionType;
use crate::event::Kind;
use crate::network::clickbank_kind;

/// The events that the guide "ClickBank and RedTrack (INS integration)" matches, with the returned cheque.
pub(in crate::tracker) const MATCHED: &[&str] = &[
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

/// The kind of events that a row is for: its word is a kind itself, or one of ClickBank's notifications, tests among them, or postbacks.
pub(in crate::tracker) fn kind_of(word: &str) -> Option<Kind> {
    let tested = word.strip_prefix("TEST_").unwrap_or(word);
    let notified = TransactionType::known(tested).map(|word| word.kind());
    let moves = |kind: &Kind| !matches!(kind, Kind::Test | Kind::Other(_));
    Kind::known(word)
        .or_else(|| notified.filter(moves))
        .or_else(|| clickbank_kind(word))
}
