//! Doubts about an offer source.

use super::Warning;
use crate::clickbank::ins::TransactionType;
use crate::config::{Node, Problem};
use crate::event::Kind;
use crate::model::{Duplicates, Role};
use crate::network::{Meaning, clickbank_kind};
use crate::tracker::compiled::{AmountField, Source, Tracker};
use crate::value::{Currency, nearest};
use alloc::{format, string::String, vec::Vec};

/// The events that the guide "ClickBank and RedTrack (INS integration)" matches, with the returned cheque, and their neutral kinds.
const MATCHED: &[(&str, Kind)] = &[
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

/// Words that are no transaction type and may be matched all the same: the guide's empty row, and the postback's own words.
const OTHER_WORDS: &[&str] = &[
    "INITIATE_CHECKOUT",
    "UPSELL",
    "PURCHASE",
    "ORDER_IMPRESSION",
    "COMBINED_CONVERSION",
];

/// The words of a postback's `{event_type}` that carry money, each with the rows of `events` that cover it (clickbank-s2s facts, section
/// 1.2). The word of ClickBank's combined event is not known for certain.
const POSTBACKS: &[(&str, &[&str])] = &[
    ("PURCHASE", &["PURCHASE", "SALE", "sale"]),
    ("UPSELL", &["UPSELL", "upsell"]),
];

pub(super) fn lint(path: &str, row: &Node, source: &Source, tracker: &Tracker, found: &mut Vec<Warning>) {
    open_types(path, row, source, tracker, found);
    if source.tokens.is_empty() && source.allow_ips.is_empty() {
        let said = "anyone may send postbacks: there are neither tokens nor `allow_ips`";
        found.push(Warning::new(format!("{path}.tokens"), said));
    }
    let notified = row.get("template").and_then(Node::text) == Some("clickbank-ins") || !source.secrets.is_empty();
    if notified {
        if source.secrets.is_empty() {
            found.push(Warning::new(
                format!("{path}.secrets"),
                "without a secret no notification can be read",
            ));
        }
        unmatched(path, source, found);
    } else if !sends_identity(source) {
        let said = format!(
            "source `{}` sends no event id: a network's retry cannot be told from a new conversion",
            source.id
        );
        found.push(Warning::new(path, said));
    }
    if source.clickbank_words {
        postbacks(path, source, tracker, found);
        words(path, source, found);
        // The currency of an order may be missing, and this one stands in.
        if source.currency != Currency::USD && source.amount != AmountField::Order {
            let said = "changes no amount that ClickBank sends: earnings are in USD; only the offers' own payouts are read in it";
            found.push(Warning::new(format!("{path}.currency"), said));
        }
    }
}

/// Open types that are worse than a word of anyone's.
fn open_types(path: &str, row: &Node, source: &Source, tracker: &Tracker, found: &mut Vec<Warning>) {
    let Some(Node::List(names)) = row.get("open_types") else {
        return;
    };
    for (index, name) in names.iter().enumerate() {
        let Some(known) = name.text().and_then(|name| tracker.types.get(name)) else {
            continue;
        };
        let policy = known.duplicates.unwrap_or(source.duplicates);
        let can = match policy {
            Duplicates::Edit => "rewrite what the network said",
            Duplicates::IgnoreEventId => "use up an event id before the network sends it",
            _ => continue,
        };
        let said = format!(
            "`{}` is open under the policy `{policy}`, so anyone could {can}; give the type `duplicates = \"ignore\"`",
            known.name
        );
        found.push(Warning::new(format!("{path}.open_types[{index}]"), said));
    }
}

fn postbacks(path: &str, source: &Source, tracker: &Tracker, found: &mut Vec<Warning>) {
    let covered = |word: &str, rows: &[&str]| {
        tracker.types.contains_key(word) || rows.iter().any(|row| source.events.contains_key(*row))
    };
    let missing = POSTBACKS.iter().filter(|(word, rows)| !covered(word, rows));
    let missing: Vec<String> = missing.map(|(word, _)| format!("`{word}`")).collect();
    if !missing.is_empty() {
        let said = format!(
            "postbacks with {}, ClickBank's own words, are kept under unknown types; match each to a type, or to \"\" if that is meant",
            missing.join(" and ")
        );
        found.push(Warning::new(format!("{path}.events"), said));
    }
}

/// Whether the URL that is pasted into the network carries an id of the event or a receipt, as far as the table says it.
fn sends_identity(source: &Source) -> bool {
    let identifies = |name: &str| matches!(source.names.meaning(name), Some(Meaning::EventId | Meaning::Receipt));
    let by_row = source
        .parameters
        .iter()
        .any(|row| row.role == Some(Role::EventId) || identifies(&row.name));
    let own = |meaning, usual: &[&str]| source.names.names(meaning).any(|name| !usual.contains(&name));
    by_row || own(Meaning::EventId, &["rdtk_event_id", "eventid"]) || own(Meaning::Receipt, &["receipt"])
}

fn unmatched(path: &str, source: &Source, found: &mut Vec<Warning>) {
    let known = |word: &str, kind: &Kind| source.events.contains_key(word) || source.events.contains_key(kind.as_str());
    let missing = MATCHED.iter().filter(|(word, kind)| !known(word, kind));
    let missing: Vec<String> = missing.map(|(word, _)| format!("`{word}`")).collect();
    if !missing.is_empty() {
        let said = format!(
            "not matched, so stored without a conversion: {}; match each to a type, or to \"\" if that is meant",
            missing.join(", ")
        );
        found.push(Warning::new(format!("{path}.events"), said));
    }
}

fn words(path: &str, source: &Source, found: &mut Vec<Warning>) {
    for word in source.events.keys() {
        let sent = TransactionType::known(word).is_some() || TransactionType::parse(word).is_test();
        if sent || Kind::known(word).is_some() || clickbank_kind(word).is_some() || OTHER_WORDS.contains(&word.as_str())
        {
            continue;
        }
        let known = TransactionType::KNOWN
            .iter()
            .chain(OTHER_WORDS)
            .chain(Kind::KNOWN)
            .copied();
        let message = "is not a word of ClickBank's, as far as is known";
        found.push(Warning(Problem::new(
            format!("{path}.events.{word}"),
            message,
            nearest(word, known).map(Into::into),
        )));
    }
}
