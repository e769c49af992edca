//! Offer sources.

use super::rows::{is_default, named, refer, references, title};
use super::words::kind_of;
use super::{Context, MAX_ROWS, parameter};
use crate::config::{MAX_ENTRIES, Refusal, Table, duration, one_of};
use crate::event::{Interface, Kind};
use crate::model::{Counts, Duplicates, Status};
use crate::network::Meaning;
use crate::tracker::{Protocol, Source};
use crate::value::{OfferSourceId, TypeName, ip_range};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
};

const KEYS: &[&str] = &[
    "id",
    "title",
    "template",
    "default",
    "protocol",
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
    const INTERFACES: &[(&str, Interface)] = &[("ins", Interface::Ins), ("s2s", Interface::Postback)];
    let protocol = Protocol::read(row, references(row, "secrets"));
    let status = |key| row.word(key, "a status", Status::ALL);
    let reversal_status = status("reversal_status").unwrap_or(Status::Declined);
    if reversal_status == Status::Approved {
        row.problem("reversal_status", "money that is taken back is never `approved`");
    }
    let (parameters, names) = parameter::read(row, protocol.parameter_map());
    Some(Source {
        title: title(row, id),
        domain: row.parsed("domain", |text| refer(text, "domain", &context.known.domains)),
        tokens: references(row, "tokens"),
        allow_ips: row.parsed_list("allow_ips", MAX_ENTRIES, ip_range),
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
        names,
        pasted: row.parsed_entries("postback", |word, text| {
            Meaning::parse(word)
                .map_err(Refusal::from)
                .and_then(|_| parameter::macro_text(text))
        }),
        protocol,
        truth: row.choice("truth", "an interface", INTERFACES),
        id: id?.clone(),
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
