//! Offer sources.

use super::{format as formats, parameter, reply};
use crate::config::{Place, Refusal};
use crate::definition::{Definition, OfferSource, Protocol};
use crate::event::Kind;
use crate::lookup::{Context, is_default, named, refer, title};
use crate::model::{Counts, Duplicates, Status, TypeCase};
use crate::network::Meaning;
use crate::plan::{DEFAULT_REFUSED_DAYS, RefusedBounds};
use crate::tracker::compiled::{Offer, Source};
use crate::value::{OfferSourceId, TypeName};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

type Sources = BTreeMap<OfferSourceId, Source>;

pub(super) fn resolve(
    definition: &Definition,
    root: &Place<'_>,
    context: &Context<'_>,
) -> (Sources, Option<OfferSourceId>) {
    let mut default = None;
    let mut has_default = false;
    let rows = (root, "offer_source", definition.offer_sources.as_slice());
    let sources: Sources = named(rows, ("id", |row| &row.id), |row, place| {
        if is_default(row.default, "source", &mut has_default, place) {
            default = Some(row.id.clone());
        }
        Some(source(row, place, context))
    });
    if !has_default {
        if context.known.sources.len() > 1 {
            let ids: Vec<String> = sources.keys().map(|id| format!("`{id}`")).collect();
            root.at("offer_source").problem(format!(
                "none of them has `default = true`; a bare `/postback` needs one; write it in one of {}",
                ids.join(", ")
            ));
        }
        default = sources.keys().next().cloned();
    }
    (sources, default)
}

fn source(row: &OfferSource, place: &Place<'_>, context: &Context<'_>) -> Source {
    let reversal_status = row.reversal_status.unwrap_or(Status::Declined);
    if reversal_status == Status::Approved {
        let place = place.at("reversal_status");
        place.problem("money that is taken back is never `approved`");
    }
    let (parameters, names) = parameter::resolve(row, place, row.protocol.parameter_map());
    if let Some(unread) = row.protocol.unread_names(row.truth, &row.names) {
        place.at("names").problem(unread);
    }
    let currency = row.currency.unwrap_or(context.currency);
    let domain = row.domain.as_ref();
    let refused = row.refused.unwrap_or_default();
    let default_status = row.default_status.unwrap_or(Status::Approved);
    let duplicates = row.duplicates.unwrap_or(row.protocol.usual_duplicates());
    let open_types = open_types(row, place, context);
    let exact_types = row.type_case == Some(TypeCase::Exact);
    let mut updated = context.types.values().map(|known| known.duplicates);
    Source {
        title: title(row.title.as_ref(), &row.id),
        domain: domain.and_then(|id| refer(id, "domain", &context.known.domains, &place.at("domain"))),
        tokens: row.tokens.clone(),
        allow_ips: row.allow_ips.clone(),
        currency,
        default_status,
        reversal_status,
        duplicates,
        follows_ids: duplicates == Duplicates::Update || updated.any(|policy| policy == Some(Duplicates::Update)),
        click_expiration: row.click_expiration,
        open_in_any_case: match exact_types {
            true => BTreeSet::new(),
            false => in_any_case(&open_types, context),
        },
        open_types,
        exact_types,
        default_type: context.default_type.clone(),
        implied_status: Some(default_status),
        events: events(row, place, context),
        statuses: statuses(row, reversal_status, context),
        parameters,
        names: names.with_formats(formats::resolve(row, place, currency, context)),
        pasted: pasted(row, place),
        protocol: row.protocol.clone(),
        truth: row.truth,
        replies: row.reply.as_ref().map(|row| reply::resolve(row, &place.at("reply"))),
        refused_bounds: RefusedBounds::new(refused.keep, refused.mib.map(bytes)),
        refused_days: refused.days.unwrap_or(DEFAULT_REFUSED_DAYS),
        id: row.id.clone(),
    }
}

fn bytes(mib: u32) -> u64 {
    u64::from(mib).saturating_mul(1024 * 1024)
}

/// Removes the status that a postback without one implies, where an offer has another default.
/// Whoever reads such a postback does not know the offer.
pub(super) fn compare_statuses<'o>(sources: &mut Sources, offers: impl Iterator<Item = &'o Offer>) {
    for offer in offers {
        let Some(source) = sources.get_mut(&offer.source) else {
            continue;
        };
        if offer
            .default_status
            .is_some_and(|status| status != source.default_status)
        {
            source.implied_status = None;
        }
    }
}

fn open_types(row: &OfferSource, place: &Place<'_>, context: &Context<'_>) -> BTreeSet<TypeName> {
    let open = |(place, name): (Place<'_>, &TypeName)| {
        let name = context.type_name(name, &place)?;
        let known = context.types.get(&name).map(|known| (known.counts, known.duplicates));
        match known {
            Some((counts @ (Counts::Sale | Counts::Revenue | Counts::Reversal), _)) => {
                place.problem(format!(
                    "`{name}` counts as {counts}, and an open type carries no money"
                ));
                None
            }
            // All types with this policy share one tally of the click.
            Some((_, Some(Duplicates::Edit))) => {
                place.problem(format!(
                    "`{name}` has the policy `edit`, so anyone could overwrite what was earned"
                ));
                None
            }
            _ => Some(name),
        }
    };
    place.rows("open_types", &row.open_types).filter_map(open).collect()
}

/// The rows of `statuses`. A word for money that is taken back never earns, whatever its row says.
fn statuses(row: &OfferSource, reversal_status: Status, context: &Context<'_>) -> BTreeMap<String, Status> {
    let entry = |(word, status): (&String, &Status)| {
        let takes_back = Protocol::event_named(word).is_some_and(|kind| kind.subtracts());
        let earns = takes_back && context.revenue_statuses.contains(status);
        (word.clone(), if earns { reversal_status } else { *status })
    };
    row.statuses.iter().map(entry).collect()
}

fn events(row: &OfferSource, place: &Place<'_>, context: &Context<'_>) -> BTreeMap<String, Option<TypeName>> {
    let place = place.at("events");
    let event = |(word, name): (&String, &Option<TypeName>)| {
        let Some(name) = name else {
            return Some((word.clone(), None));
        };
        let place = place.at(word);
        let name = context.type_name(name, &place)?;
        let kind = Protocol::kind_of_row(word);
        let takes_back = kind.as_ref().is_some_and(Kind::subtracts);
        let brings = kind.as_ref().is_some_and(Kind::adds);
        match context.types.get(&name).map(|known| known.counts) {
            Some(Counts::Reversal) if brings => place.problem(format!(
                "`{word}` brings money, and `{name}` counts as reversal; match it to a type that does not"
            )),
            Some(counts) if takes_back && counts != Counts::Reversal => place.problem(format!(
                "`{word}` takes money back, and `{name}` counts as {counts}; match it to a type that counts as reversal"
            )),
            _ => {}
        }
        Some((word.clone(), Some(name)))
    };
    row.events.iter().filter_map(event).collect()
}

/// The macros that are pasted, by the word for what the parameter means.
fn pasted(row: &OfferSource, place: &Place<'_>) -> BTreeMap<String, String> {
    let place = place.at("postback");
    for (word, text) in &row.postback {
        let checked = Meaning::parse(word).map_err(Refusal::from);
        place.at(word).accept(checked.and_then(|_| parameter::macro_text(text)));
    }
    row.postback.clone()
}

/// The open types, in lower case, without those that another conversion type equals but for its
/// case.
fn in_any_case(open_types: &BTreeSet<TypeName>, context: &Context<'_>) -> BTreeSet<String> {
    let alike = |one: &TypeName, other: &TypeName| one.as_str().eq_ignore_ascii_case(other.as_str());
    let alone = |name: &&TypeName| context.types.keys().filter(|known| alike(known, name)).count() == 1;
    let alone = open_types.iter().filter(alone);
    alone.map(|name| name.as_str().to_ascii_lowercase()).collect()
}
