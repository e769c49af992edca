//! Offer sources.
//!
//! `account_role` chooses what is pasted into ClickBank's postback, `{tid}` and
//! `{affiliate_earnings}` or `{vtid}` and `{vendor_earnings}`, and changes nothing else: a
//! notification says its own role, its amount is the one that `amount` names, and a click id is
//! looked for at every path of `click_id_from`. A source for notifications alone can leave it out.

use super::rows::{is_default, named, refer, references, title};
use super::words::kind_of;
use super::{Context, MAX_ROWS, parameter};
use crate::clickbank::{
    form::{FormCharset, FormVersion, ZeroDecimal},
    ins::{Path, Version},
};
use crate::config::{MAX_ENTRIES, Node, Refusal, Table, duration, one_of};
use crate::event::{Interface, Kind};
use crate::model::{AccountRole, Counts, Duplicates, Status};
use crate::network::Meaning;
use crate::tracker::compiled::{AmountField, Source};
use crate::value::{OfferSourceId, TypeName, ip_range};
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
    "legacy_charset",
    "legacy_zero_decimal",
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

/// Where ClickBank gives a click id back, best first: the tracking codes of the order, a seller's
/// variables, and version 8's affiliate parameters (the support article on Instant Notifications
/// and 26455062697620, "Affiliate Tracking Parameters"; the keys inside the last ones are named as
/// in ClickBank's Orders API).
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

type Sources = BTreeMap<OfferSourceId, Source>;

pub(super) fn read(root: &Table<'_>, context: &Context<'_>) -> (Sources, Option<OfferSourceId>) {
    let mut default = None;
    let mut has_default = false;
    let sources: Sources = named(
        root,
        "offer_source",
        MAX_ROWS,
        KEYS,
        |row, id: Option<&OfferSourceId>| {
            if is_default(row, "source", &mut has_default) {
                default = id.cloned();
            }
            source(row, context, id)
        },
    );
    if !has_default {
        if context.known.sources.len() > 1 {
            root.problem(
                "offer_source",
                "none of them has `default = true`; a bare `/postback` needs one",
            );
        }
        default = sources.keys().next().cloned();
    }
    (sources, default)
}

fn source(row: &Table<'_>, context: &Context<'_>, id: Option<&OfferSourceId>) -> Option<Source> {
    const AMOUNTS: &[(&str, AmountField)] = &[("account", AmountField::Account), ("order", AmountField::Order)];
    const CHARSETS: &[(&str, FormCharset)] = &[("utf-8", FormCharset::Utf8), ("latin-1", FormCharset::Latin1)];
    const SCALES: &[(&str, ZeroDecimal)] = &[("minor", ZeroDecimal::Minor), ("hundredths", ZeroDecimal::Hundredths)];
    const INTERFACES: &[(&str, Interface)] = &[("ins", Interface::Ins), ("s2s", Interface::Postback)];
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
    let clickbank = clickbank_words.then(|| role.unwrap_or(AccountRole::Affiliate));
    let (parameters, names) = parameter::read(row, clickbank);
    let (ins_versions, form_versions) = versions(row);
    Some(Source {
        title: title(row, id),
        domain: row.parsed("domain", |text| refer(text, "domain", &context.known.domains)),
        secrets: references(row, "secrets"),
        allow_short_secret: row.flag("allow_short_secret").unwrap_or(false),
        tokens: references(row, "tokens"),
        allow_ips: row.parsed_list("allow_ips", MAX_ENTRIES, ip_range),
        ins_versions,
        form_versions,
        form_charset: row
            .choice("legacy_charset", "a charset of the old notifications", CHARSETS)
            .unwrap_or_default(),
        zero_decimal: row
            .choice("legacy_zero_decimal", "a scale of yen in the old notifications", SCALES)
            .unwrap_or_default(),
        amount: row
            .choice("amount", "an amount of a notification", AMOUNTS)
            .unwrap_or(AmountField::Account),
        currency: row.parsed("currency", str::parse).unwrap_or(context.currency),
        default_status: status("default_status").unwrap_or(Status::Approved),
        reversal_status,
        duplicates: row
            .word("duplicates", "a duplicate policy", Duplicates::ALL)
            .unwrap_or(Duplicates::Create),
        click_expiration: row.parsed("click_expiration", duration),
        open_types: open_types(row, context),
        events: events(row, context),
        statuses: row.parsed_entries("statuses", |_, word| one_of(word, "a status", Status::ALL)),
        parameters,
        click_id_paths: click_id_paths(row),
        names,
        pasted: row.parsed_entries("postback", |word, text| {
            Meaning::parse(word)
                .map_err(Refusal::from)
                .and_then(|_| parameter::macro_text(text))
        }),
        clickbank_words,
        truth: row.choice("truth", "an interface", INTERFACES),
        role,
        id: id?.clone(),
    })
}

/// The versions that are taken: encrypted ones, and older ones, which must be named.
fn versions(row: &Table<'_>) -> (Vec<Version>, Vec<FormVersion>) {
    const KNOWN: &str = "1.0, 2.0, 2.1, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0";
    if !row.has("ins_versions") {
        return ([Version::V6, Version::V7, Version::V8].into(), Vec::new());
    }
    let secrets = matches!(row.node("secrets"), Some(Node::List(secrets)) if !secrets.is_empty());
    if secrets && matches!(row.node("ins_versions"), Some(Node::List(versions)) if versions.is_empty()) {
        row.problem("ins_versions", "is empty, so every notification would be refused");
    }
    let (mut encrypted, mut forms) = (Vec::new(), Vec::new());
    row.parsed_list("ins_versions", MAX_ENTRIES, |text| {
        match (Version::parse(text), FormVersion::parse(text)) {
            // Without a suggestion: the nearest text may be a version with a weaker check.
            (Version::Other(_), FormVersion::Other(_)) => {
                let text = text.escape_debug();
                return Err(format!(
                    "`{text}` is not a version of the notifications; there are {KNOWN}"
                ));
            }
            (Version::Other(_), form) => forms.push(form),
            (known, _) => encrypted.push(known),
        }
        Ok(())
    });
    (encrypted, forms)
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
    row.parsed_entries("events", |word, text| {
        if text.is_empty() {
            return Ok(None);
        }
        let name = context.type_name(text)?;
        let kind = kind_of(word);
        let takes_back = kind.as_ref().is_some_and(Kind::subtracts);
        let brings = kind.as_ref().is_some_and(Kind::adds);
        match context.types.get(&name).map(|known| known.counts) {
            Some(Counts::Reversal) if brings => Err(Refusal::from(format!(
                "`{word}` brings money, and `{name}` counts as reversal; match it to a type that does not"
            ))),
            Some(counts) if takes_back && counts != Counts::Reversal => Err(Refusal::from(format!(
                "`{word}` takes money back, and `{name}` counts as {counts}; match it to a type that counts as reversal"
            ))),
            _ => Ok(Some(name)),
        }
    })
}

fn click_id_paths(row: &Table<'_>) -> Vec<Path> {
    if row.has("click_id_from") {
        return row.parsed_list("click_id_from", MAX_ENTRIES, str::parse);
    }
    CLICK_ID_FROM.iter().filter_map(|path| path.parse().ok()).collect()
}
