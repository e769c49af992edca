//! Doubts about an offer source.

use crate::clickbank::s2s::{EVENTS, event_kind};
use crate::clickbank::{AmountField, Settings, form::FormVersion, ins::TransactionType};
use crate::compile::{MATCHED, kind_of};
use crate::config::{MAX_ENTRIES, Refusal, Table};
use crate::event::{Interface, Kind};
use crate::model::{Duplicates, Role};
use crate::network::Meaning;
use crate::tracker::{Protocol, Source, Tracker};
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

pub(super) fn lint(row: &Table<'_>, source: &Source, tracker: &Tracker) {
    open_types(row, source, tracker);
    if source.tokens.is_empty() && source.allow_ips.is_empty() {
        row.problem(
            "tokens",
            "anyone may send postbacks: there are neither tokens nor `allow_ips`",
        );
    }
    if let Protocol::ClickBank(settings) = &source.protocol
        && (!settings.secrets.is_empty() || source.truth == Some(Interface::Ins))
    {
        if settings.secrets.is_empty() {
            row.problem("secrets", "without a secret no notification can be read");
        }
        unmatched(row, source);
        old_versions(row, settings);
    } else if !sends_identity(source) {
        row.problem_here(format!(
            "source `{}` sends no event id: a network's retry cannot be told from a new conversion",
            source.id
        ));
    }
    if let Protocol::ClickBank(settings) = &source.protocol {
        postbacks(row, source, tracker);
        words(row);
        // The currency of an order may be missing, and this one stands in.
        if source.currency != Currency::USD && settings.amount != AmountField::Order {
            let said = "changes no amount that ClickBank sends: earnings are in USD; only the offers' own payouts are read in it";
            row.problem("currency", said);
        }
    }
}

/// Versions whose check can be guessed.
fn old_versions(row: &Table<'_>, settings: &Settings) {
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
        row.problem("ins_versions", said);
    }
    let others = settings.form_versions.len().saturating_add(settings.ins_versions.len());
    if settings.form_versions.contains(&FormVersion::V1) && others > 1 {
        let said = "`1.0` and another version: nothing in 1.0 says that two notifications are of one sale, so an account with both URLs counts each \
                    order twice; have ClickBank send one of the two";
        row.problem("ins_versions", said);
    } else if !old.is_empty() && !settings.ins_versions.is_empty() {
        let said = "old and new versions: of an order of several products an old one has a notification for each product and a new one has one \
                    for all, so an account with both URLs counts it twice; have ClickBank send one of the two";
        row.problem("ins_versions", said);
    }
}

/// Open types that are worse than a word of anyone's.
fn open_types(row: &Table<'_>, source: &Source, tracker: &Tracker) {
    for (path, name) in row.texts("open_types", MAX_ENTRIES) {
        let Some(known) = tracker.types.get(name) else { continue };
        if !source.is_open(name) {
            let said = format!(
                "`{name}` is matched to something else by `events`, so it is not open; call the type otherwise"
            );
            row.refuse(path, said);
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
        row.refuse(path, said);
    }
}

fn postbacks(row: &Table<'_>, source: &Source, tracker: &Tracker) {
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
        row.problem("events", said);
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

fn unmatched(row: &Table<'_>, source: &Source) {
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
        row.problem("events", said);
    }
}

/// Words under `events` that nobody sends.
fn words(row: &Table<'_>) {
    for (path, word, _) in row.text_entries("events") {
        let sent = TransactionType::known(word).is_some() || TransactionType::parse(word).is_test();
        if sent || Kind::known(word).is_some() || event_kind(word).is_some() || OTHER_WORDS.contains(&word) {
            continue;
        }
        let known = [TransactionType::KNOWN, OTHER_WORDS, Kind::KNOWN].into_iter().flatten();
        let message = "is not a word of ClickBank's, as far as is known";
        row.refuse(path, Refusal::near(message, word, known.copied()));
    }
}
