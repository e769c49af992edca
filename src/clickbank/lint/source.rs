//! Doubts about a source that speaks ClickBank's protocol.

use crate::clickbank::events::{MATCHED, kind_of};
#[cfg(feature = "legacy-ins")]
use crate::clickbank::form::FormVersion;
use crate::clickbank::s2s::{EVENTS, event_kind};
use crate::clickbank::{AmountField, Settings, ins::TransactionType};
use crate::config::{Place, Refusal};
use crate::event::Kind;
use crate::network::SourceView;
use crate::value::Currency;
use alloc::{format, string::String, vec::Vec};

/// Words that are not transaction types but may be matched: the empty row of the guide, and the
/// postback's own words.
const OTHER_WORDS: &[&str] = &[
    "INITIATE_CHECKOUT",
    "UPSELL",
    "PURCHASE",
    "ORDER_IMPRESSION",
    "COMBINED_CONVERSION",
];

/// The words of a postback's `{event_type}` that carry money, each with the rows of `events` that
/// cover it. [`event_kind`] says where the words come from. The word of ClickBank's combined event
/// is not known for certain.
const POSTBACKS: &[(&str, &[&str])] = &[
    ("PURCHASE", &["PURCHASE", "SALE", "sale"]),
    ("UPSELL", &["UPSELL", "upsell"]),
];

/// Reports doubts about how the source's notifications are read.
pub(super) fn notifications(place: &Place<'_>, source: &SourceView<'_>, settings: &Settings) {
    if settings.secrets.is_empty() {
        let said = "without a secret no notification can be read";
        place.at("secrets").problem(said);
    }
    unmatched(place, source);
    #[cfg(feature = "legacy-ins")]
    old_versions(place, settings);
}

/// Reports doubts about how the source's postbacks are read, and about its currency.
pub(super) fn postbacks(
    place: &Place<'_>,
    source: &SourceView<'_>,
    settings: &Settings,
    is_type: &dyn Fn(&str) -> bool,
) {
    uncovered(place, source, is_type);
    // The currency of an order may be missing; then this one is used.
    if source.currency != Currency::USD && settings.amount != AmountField::Order {
        let said = "does not apply to the amounts that ClickBank sends: earnings are in USD; only the offers' own payouts are read in this currency";
        place.at("currency").problem(said);
    }
}

/// Reports versions whose check can be guessed.
#[cfg(feature = "legacy-ins")]
fn old_versions(place: &Place<'_>, settings: &Settings) {
    let old: Vec<String> = settings
        .forms
        .versions
        .iter()
        .map(|version| format!("`{version}`"))
        .collect();
    if !old.is_empty() {
        let said = format!(
            "{}: only a check of 32 bits protects them, and they hold less data; choose 6.0 or later in ClickBank where you can",
            old.join(", ")
        );
        place.at("ins_versions").problem(said);
    }
    let others = settings
        .forms
        .versions
        .len()
        .saturating_add(settings.ins_versions.len());
    if settings.forms.versions.contains(&FormVersion::V1) && others > 1 {
        let said = "`1.0` and another version: in 1.0 nothing shows that two notifications report the same sale, so an account with both URLs \
         counts each order twice; have ClickBank send only one of the two";
        place.at("ins_versions").problem(said);
    } else if !old.is_empty() && !settings.ins_versions.is_empty() {
        let said = "old and new versions: for an order of several products an old version sends a notification for each product and a new one \
         sends one for all, so an account with both URLs counts the order twice; have ClickBank send only one of the two";
        place.at("ins_versions").problem(said);
    }
}

fn uncovered(place: &Place<'_>, source: &SourceView<'_>, is_type: &dyn Fn(&str) -> bool) {
    let is_covered = |word: &str, rows: &[&str]| {
        // In the guide, one adds types with the titles of the events and names one of them in each
        // URL.
        let title = EVENTS.iter().find(|event| event.word == word).map(|event| event.title);
        is_type(word) || title.is_some_and(is_type) || rows.iter().any(|row| source.events.contains_key(*row))
    };
    let missing = POSTBACKS.iter().filter(|(word, rows)| !is_covered(word, rows));
    let missing: Vec<String> = missing.map(|(word, _)| format!("`{word}`")).collect();
    if !missing.is_empty() {
        let said = format!(
            "postbacks with {}, ClickBank's own words, are kept under unknown types; match each to a type, or to \"\" if that is meant",
            missing.join(" and ")
        );
        place.at("events").problem(said);
    }
}

fn unmatched(place: &Place<'_>, source: &SourceView<'_>) {
    let is_matched = |word: &str| {
        let by_kind = || kind_of(word).is_some_and(|kind| source.events.contains_key(kind.as_str()));
        source.events.contains_key(word) || by_kind()
    };
    let missing = MATCHED.iter().filter(|word| !is_matched(word));
    let missing: Vec<String> = missing.map(|word| format!("`{word}`")).collect();
    if !missing.is_empty() {
        let said = format!(
            "not matched, so stored without a conversion: {}; match each to a type, or to \"\" if that is meant",
            missing.join(", ")
        );
        place.at("events").problem(said);
    }
}

/// Reports words under `events` that ClickBank does not send.
pub(super) fn words(place: &Place<'_>, source: &SourceView<'_>) {
    let place = place.at("events");
    for word in source.events.keys() {
        let sent = TransactionType::known(word).is_some() || TransactionType::parse(word).is_test();
        if sent || Kind::known(word).is_some() || event_kind(word).is_some() || OTHER_WORDS.contains(&word.as_str()) {
            continue;
        }
        let known = [TransactionType::KNOWN, OTHER_WORDS, Kind::KNOWN].into_iter().flatten();
        let message = "is not a word of ClickBank's, as far as is known";
        place.at(word).refuse(Refusal::near(message, word, known.copied()));
    }
}
