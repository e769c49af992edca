//! Doubts about an offer source.

use super::Warning;
use crate::clickbank::ins::TransactionType;
use crate::config::{Node, Problem};
use crate::event::Kind;
use crate::model::Role;
use crate::network::{Meaning, clickbank_kind};
use crate::tracker::compiled::Source;
use crate::value::nearest;
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

pub(super) fn lint(path: &str, row: &Node, source: &Source, found: &mut Vec<Warning>) {
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
        words(path, source, found);
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
