//! Doubts about an offer source.

use crate::clickbank::s2s::{EVENTS, event_kind};
use crate::clickbank::{AmountField, Settings, form::FormVersion, ins::TransactionType};
use crate::compile::{MATCHED, kind_of};
use crate::config::{Place, Refusal};
use crate::definition::{OfferSource, Protocol};
use crate::event::{Interface, Kind};
use crate::model::{Duplicates, Role};
use crate::network::Meaning;
use crate::tracker::compiled::{Source, Tracker};
use crate::value::Currency;
use alloc::{format, string::String, vec::Vec};

/// Words that are no transaction type and may be matched all the same: the guide's empty row, and
/// the postback's own words.
const OTHER_WORDS: &[&str] = &[
    "INITIATE_CHECKOUT",
    "UPSELL",
    "PURCHASE",
    "ORDER_IMPRESSION",
    "COMBINED_CONVERSION",
];

/// The words of a postback's `{event_type}` that carry money, each with the rows of `events` that
/// cover it. Where they come from says
/// [`event_kind`]; the word of ClickBank's combined event is not known for certain.
const POSTBACKS: &[(&str, &[&str])] = &[
    ("PURCHASE", &["PURCHASE", "SALE", "sale"]),
    ("UPSELL", &["UPSELL", "upsell"]),
];

pub(super) fn lint(row: &OfferSource, place: &Place<'_>, source: &Source, tracker: &Tracker) {
    open_types(row, place, source, tracker);
    if source.tokens.is_empty() && source.allow_ips.is_empty() {
        let said = "anyone may send postbacks: there are neither tokens nor `allow_ips`";
        place.at("tokens").problem(said);
    }
    if let Protocol::ClickBank(settings) = &source.protocol
        && (!settings.secrets.is_empty() || source.truth == Some(Interface::Ins))
    {
        if settings.secrets.is_empty() {
            let said = "without a secret no notification can be read";
            place.at("secrets").problem(said);
        }
        unmatched(place, source);
        old_versions(place, settings);
    } else if !sends_identity(source) {
        place.problem(format!(
            "source `{}` sends no event id: a network's retry cannot be told from a new conversion",
            source.id
        ));
    }
    if let Protocol::ClickBank(settings) = &source.protocol {
        postbacks(place, source, tracker);
        words(row, place);
        // The currency of an order may be missing, and this one stands in.
        if source.currency != Currency::USD && settings.amount != AmountField::Order {
            let said = "changes no amount that ClickBank sends: earnings are in USD; only the offers' own payouts are read in it";
            place.at("currency").problem(said);
        }
    }
}

/// Versions whose check can be guessed.
fn old_versions(place: &Place<'_>, settings: &Settings) {
    let old: Vec<String> = settings
        .form_versions
        .iter()
        .map(|version| format!("`{version}`"))
        .collect();
    if !old.is_empty() {
        let said = format!(
            "{}: a check of 32 bits stands for the secret, and much is not told; choose 6.0 or later in ClickBank where you can",
            old.join(", ")
        );
        place.at("ins_versions").problem(said);
    }
    let others = settings.form_versions.len().saturating_add(settings.ins_versions.len());
    if settings.form_versions.contains(&FormVersion::V1) && others > 1 {
        let said = "`1.0` and another version: nothing in 1.0 says that two notifications are of one sale, so an account with both URLs counts each \
                    order twice; have ClickBank send one of the two";
        place.at("ins_versions").problem(said);
    } else if !old.is_empty() && !settings.ins_versions.is_empty() {
        let said = "old and new versions: of an order of several products an old one has a notification for each product and a new one has one \
                    for all, so an account with both URLs counts it twice; have ClickBank send one of the two";
        place.at("ins_versions").problem(said);
    }
}

/// Open types that are worse than a word of anyone's.
fn open_types(row: &OfferSource, place: &Place<'_>, source: &Source, tracker: &Tracker) {
    for (place, name) in place.rows("open_types", &row.open_types) {
        let Some(known) = tracker.types.get(name) else { continue };
        if !source.is_open(name.as_str()) {
            let said = format!(
                "`{name}` is matched to something else by `events`, so it is not open; call the type otherwise"
            );
            place.problem(said);
            continue;
        }
        let policy = known.duplicates.unwrap_or(source.duplicates);
        let can = match policy {
            Duplicates::Edit => "rewrite what the network said",
            Duplicates::IgnoreEventId => "use up an event id before the network sends it",
            _ => continue,
        };
        let said = format!(
            "`{name}` is open under the policy `{policy}`, so anyone could {can}; give the type `duplicates = \"ignore\"`"
        );
        place.problem(said);
    }
}

fn postbacks(place: &Place<'_>, source: &Source, tracker: &Tracker) {
    let is_covered = |word: &str, rows: &[&str]| {
        // The guide has one add types with the titles of the events, and name one in each URL.
        let title = EVENTS.iter().find(|event| event.word == word).map(|event| event.title);
        let is_type = |name| tracker.types.contains_key(name);
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

/// Whether the URL that is pasted into the network carries an id of the event or a receipt, as far
/// as the table says it.
fn sends_identity(source: &Source) -> bool {
    let identifies = |name: &str| matches!(source.names.meaning(name), Some(Meaning::EventId | Meaning::Receipt));
    let by_row = source
        .parameters
        .iter()
        .any(|row| row.role == Some(Role::EventId) || identifies(&row.name));
    let own = |meaning, usual: &[&str]| source.names.names(meaning).any(|name| !usual.contains(&name));
    by_row || own(Meaning::EventId, &["rdtk_event_id", "eventid"]) || own(Meaning::Receipt, &["receipt"])
}

fn unmatched(place: &Place<'_>, source: &Source) {
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

/// Words under `events` that nobody sends.
fn words(row: &OfferSource, place: &Place<'_>) {
    let place = place.at("events");
    for word in row.events.keys() {
        let sent = TransactionType::known(word).is_some() || TransactionType::parse(word).is_test();
        if sent || Kind::known(word).is_some() || event_kind(word).is_some() || OTHER_WORDS.contains(&word.as_str()) {
            continue;
        }
        let known = [TransactionType::KNOWN, OTHER_WORDS, Kind::KNOWN].into_iter().flatten();
        let message = "is not a word of ClickBank's, as far as is known";
        place.at(word).refuse(Refusal::near(message, word, known.copied()));
    }
}
