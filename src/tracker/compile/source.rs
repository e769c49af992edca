//! Offer sources.
//!
//! `account_role` chooses what is pasted into ClickBank's postback, `{tid}` and `{affiliate_earnings}` or `{vtid}` and `{vendor_earnings}`,
//! and changes nothing else: a notification says its own role, its amount is the one that `amount` names, and a click id is looked for
//! at every path of `click_id_from`. A source for notifications alone can leave it out.

use super::parameter::{check_meanings, names, parameters};
use super::{Context, MAX_ROWS, name, refer, references, title};
use crate::clickbank::ins::{Path, Version};
use crate::config::{MAX_ENTRIES, Node, Refusal, Table, duration, one_of};
use crate::event::{Interface, Kind};
use crate::model::{AccountRole, Counts, Duplicates, Status};
use crate::network::{Meaning, clickbank_kind};
use crate::tracker::compiled::{AmountField, Source};
use crate::value::nearest;
use crate::value::{IpRange, OfferSourceId, TypeName};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

const KEYS: &[&str] = &[
    "id",
    "title",
    "template",
    "default",
    "account_role",
    "domain",
    "currency",
    "secrets",
    "allow_short_secret",
    "tokens",
    "allow_ips",
    "ins_versions",
    "amount",
    "default_status",
    "reversal_status",
    "duplicates",
    "click_expiration",
    "open_types",
    "events",
    "statuses",
    "parameter",
    "names",
    "postback",
    "click_id_from",
    "truth",
];

/// Where ClickBank gives a click id back, best first: the tracking codes of the order, a seller's variables, and version 8's affiliate
/// parameters (clickbank-s2s facts, section 2.4).
pub(super) const CLICK_ID_FROM: &[&str] = &[
    "trackingCodes",
    "vendorVariables.vtid",
    "vendorVariables.tid",
    "vendorVariables.extclid",
    "vendorVariables.clickid",
    "vendorVariables.aff_sub1",
    "vendorVariables.aff_sub2",
    "vendorVariables.aff_sub3",
    "vendorVariables.aff_sub4",
    "vendorVariables.aff_sub5",
    "affiliateTrackingParameters.extclid",
    "affiliateTrackingParameters.affSub1",
    "affiliateTrackingParameters.affSub2",
    "affiliateTrackingParameters.affSub3",
    "affiliateTrackingParameters.affSub4",
    "affiliateTrackingParameters.affSub5",
    "affiliateTrackingParameters.uniqueAffSub1",
    "affiliateTrackingParameters.uniqueAffSub2",
    "affiliateTrackingParameters.uniqueAffSub3",
    "affiliateTrackingParameters.uniqueAffSub4",
    "affiliateTrackingParameters.uniqueAffSub5",
];

/// ClickBank's words for money that is taken back.
const TAKEN_BACK: &[&str] = &["RFND", "CGBK", "INSF", "TEST_RFND", "TEST_CGBK", "TEST_INSF"];

/// The notifications' words for money that comes; those of the postbacks are [`clickbank_kind`]'s.
const BROUGHT: &[&str] = &["SALE", "BILL", "TEST_SALE", "TEST_BILL"];

type Sources = BTreeMap<OfferSourceId, Source>;

pub(super) fn read(root: &Table<'_>, context: &Context<'_>) -> (Sources, Option<OfferSourceId>) {
    let mut seen = BTreeSet::new();
    let mut sources = BTreeMap::new();
    let mut default = None;
    let mut has_default = false;
    let rows = root.rows("offer_source", MAX_ROWS);
    for row in &rows {
        row.only(KEYS);
        let id: Option<OfferSourceId> = name(row, "id", &mut seen);
        if row.flag("default") == Some(true) {
            if has_default {
                row.problem("default", "a source before this one is the default already");
            }
            has_default = true;
            default.clone_from(&id);
        }
        let source = source(row, context, id.clone());
        if let (Some(id), Some(source)) = (id, source) {
            sources.insert(id, source);
        }
    }
    if rows.len() > 1 && !has_default {
        root.problem(
            "offer_source",
            "none of them has `default = true`; a bare `/postback` needs one",
        );
    }
    if rows.len() == 1 {
        default = sources.keys().next().cloned();
    }
    (sources, default)
}

fn source(row: &Table<'_>, context: &Context<'_>, id: Option<OfferSourceId>) -> Option<Source> {
    let clickbank_words = row
        .node("template")
        .and_then(Node::text)
        .is_some_and(|name| name.starts_with("clickbank-"));
    let role = row.word("account_role", "an account's role", AccountRole::ALL);
    let status = |key| row.word(key, "a status", Status::ALL);
    let reversal_status = status("reversal_status").unwrap_or(Status::Declined);
    if reversal_status == Status::Approved {
        row.problem("reversal_status", "money that is taken back is never `approved`");
    }
    let parameters = parameters(row);
    let names = names(
        row,
        &parameters,
        clickbank_words.then(|| role.unwrap_or(AccountRole::Affiliate)),
    );
    check_meanings(row, &parameters, &names);
    Some(Source {
        title: title(row, id.as_ref()),
        domain: row.parsed("domain", |text| refer(text, "domain", &context.known.domains)),
        secrets: references(row, "secrets"),
        allow_short_secret: row.flag("allow_short_secret").unwrap_or(false),
        tokens: references(row, "tokens"),
        allow_ips: row.parsed_list("allow_ips", MAX_ENTRIES, str::parse::<IpRange>),
        ins_versions: versions(row),
        amount: amount_field(row),
        currency: row.parsed("currency", str::parse).unwrap_or(context.currency),
        default_status: status("default_status").unwrap_or(Status::Approved),
        reversal_status,
        duplicates: row
            .word("duplicates", "a duplicate policy", Duplicates::ALL)
            .unwrap_or(Duplicates::Create),
        click_expiration: row.parsed("click_expiration", duration),
        open_types: open_types(row, context),
        events: events(row, context),
        statuses: statuses(row),
        parameters,
        click_id_paths: click_id_paths(row),
        names,
        pasted: pasted(row),
        clickbank_words,
        truth: truth(row),
        role,
        id: id?,
    })
}

fn versions(row: &Table<'_>) -> Vec<Version> {
    let all = [Version::V6, Version::V7, Version::V8];
    if !row.has("ins_versions") {
        return all.into();
    }
    let secrets = matches!(row.node("secrets"), Some(Node::List(secrets)) if !secrets.is_empty());
    if secrets && matches!(row.node("ins_versions"), Some(Node::List(versions)) if versions.is_empty()) {
        row.problem("ins_versions", "is empty, so every notification would be refused");
    }
    row.parsed_list("ins_versions", MAX_ENTRIES, |text| match Version::parse(text) {
        Version::Other(_) => Err(Refusal::word(
            text,
            "a version of the notifications",
            ["6.0", "7.0", "8.0"],
        )),
        known => Ok(known),
    })
}

fn amount_field(row: &Table<'_>) -> AmountField {
    let read = |word: &str| match word {
        "account" => Ok(AmountField::Account),
        "order" => Ok(AmountField::Order),
        other => Err(Refusal::word(
            other,
            "an amount of a notification",
            ["account", "order"],
        )),
    };
    row.parsed("amount", read).unwrap_or(AmountField::Account)
}

fn truth(row: &Table<'_>) -> Option<Interface> {
    row.parsed("truth", |word| match word {
        "ins" => Ok(Interface::Ins),
        "s2s" => Ok(Interface::Postback),
        other => Err(Refusal::word(other, "an interface", ["ins", "s2s"])),
    })
}

fn open_types(row: &Table<'_>, context: &Context<'_>) -> BTreeSet<TypeName> {
    let read = |text| {
        let name = context.type_name(text)?;
        let known = context.types.get(&name).map(|known| (known.counts, known.duplicates));
        match known {
            Some((counts @ (Counts::Sale | Counts::Revenue | Counts::Reversal), _)) => Err(Refusal::from(format!(
                "`{name}` counts as {counts}, and an open type carries no money"
            ))),
            // All types with this policy share one slot of the click.
            Some((_, Some(Duplicates::Edit))) => Err(Refusal::from(format!(
                "`{name}` has the policy `edit`, so anyone could edit money away"
            ))),
            _ => Ok(name),
        }
    };
    row.parsed_list("open_types", MAX_ENTRIES, read).into_iter().collect()
}

fn events(row: &Table<'_>, context: &Context<'_>) -> BTreeMap<String, Option<TypeName>> {
    let mut events = BTreeMap::new();
    for (path, word, text) in row.text_entries("events") {
        if text.is_empty() {
            events.insert(word.into(), None);
            continue;
        }
        let type_name = match context.type_name(text) {
            Ok(name) => name,
            Err(refusal) => {
                row.refuse(path, refusal);
                continue;
            }
        };
        let kind = Kind::known(word).or_else(|| clickbank_kind(word));
        let takes_back = TAKEN_BACK.contains(&word) || kind.as_ref().is_some_and(Kind::subtracts);
        let brings = BROUGHT.contains(&word) || kind.as_ref().is_some_and(Kind::adds);
        match context.types.get(&type_name).map(|known| known.counts) {
            Some(Counts::Reversal) if brings => row.report().add(
                path,
                format!("`{word}` brings money, and `{type_name}` counts as reversal; match it to a type that does not"),
            ),
            Some(counts) if takes_back && counts != Counts::Reversal => row.report().add(
                path,
                format!(
                    "`{word}` takes money back, and `{type_name}` counts as {counts}; match it to a type that counts as reversal"
                ),
            ),
            _ => {}
        }
        events.insert(word.into(), Some(type_name));
    }
    events
}

fn statuses(row: &Table<'_>) -> BTreeMap<String, Status> {
    let mut statuses = BTreeMap::new();
    for (path, word, text) in row.text_entries("statuses") {
        match one_of(text, "a status", Status::ALL) {
            Ok(status) => {
                statuses.insert(word.into(), status);
            }
            Err(refusal) => row.refuse(path, refusal),
        }
    }
    statuses
}

fn click_id_paths(row: &Table<'_>) -> Vec<Path> {
    if row.has("click_id_from") {
        return row.parsed_list("click_id_from", MAX_ENTRIES, str::parse);
    }
    CLICK_ID_FROM.iter().filter_map(|path| path.parse().ok()).collect()
}

fn pasted(row: &Table<'_>) -> BTreeMap<String, String> {
    let mut pasted = BTreeMap::new();
    for (path, word, text) in row.text_entries("postback") {
        if Meaning::from_word(word).is_none() {
            let words: Vec<&str> = Meaning::words().collect();
            let message = format!("`{}` is not a meaning of a parameter", word.escape_debug());
            row.refuse(
                path,
                Refusal {
                    suggestion: nearest(word, words).map(Into::into),
                    message,
                },
            );
            continue;
        }
        pasted.insert(word.into(), text.into());
    }
    pasted
}
