//! Warnings about an offer source.

use super::{order, pasted};
use crate::config::Place;
use crate::definition::OfferSource;
use crate::model::{Counts, Duplicates, Status};
use crate::network::Meaning;
use crate::network::format::Symbol;
use crate::protocol::Protocol;
use crate::tracker::compiled::{Source, Tracker};
use crate::value::Currency;
use alloc::{collections::BTreeSet, format, vec::Vec};

pub(super) fn lint(row: &OfferSource, place: &Place<'_>, source: &Source, tracker: &Tracker) {
    open_types(row, place, source, tracker);
    if source.tokens.is_empty() && source.allow_ips.is_empty() {
        let said = "anyone may send postbacks: there are neither tokens nor `allow_ips`";
        place.at("tokens").problem(said);
    }
    let view = source.view();
    if source.protocol.is_notified(&view) {
        source.protocol.lint_notifications(place, &view);
    } else if !sends_identity(row, source) {
        place.problem(format!(
            "source `{}` sends no event id: a network's retry cannot be told from a new conversion{}; if it \
             sends one, name its parameter, as in `names = {{ event_id = \"txid\" }}`",
            source.id,
            unfollowed(source.duplicates)
        ));
    }
    // ClickBank's earnings have a currency of their own, whatever the row says.
    if matches!(source.protocol, Protocol::Generic) {
        rates(row, place, tracker);
    }
    pasted::words(row.statuses.keys(), &place.at("statuses"));
    pasted::words(row.events.keys(), &place.at("events"));
    macros(source, place, tracker);
    if !order::lint(row, place, source, tracker) {
        lives(source, place, tracker);
    }
    let is_type = |name: &str| tracker.tables.types.contains_key(name);
    source.protocol.lint_postbacks(place, &view, &is_type);
}

/// Warns of currencies that the row names and that no `[[rate]]` converts to the account's.
fn rates(row: &OfferSource, place: &Place<'_>, tracker: &Tracker) {
    let symbols = row.amounts.iter().flat_map(|amounts| &amounts.symbols);
    let symbols = symbols.filter_map(|symbol| Symbol::new(symbol, row.currencies.get(symbol).copied())?.currency());
    let named = row.currency.into_iter().chain(row.currencies.values().copied());
    let named: BTreeSet<Currency> = named.chain(symbols).collect();
    let own = tracker.tables.currency;
    for from in named {
        if from != own && !tracker.tables.rates.knows(from, own) {
            place.problem(format!(
                "amounts in {from} have no rate into the account's {own}, so they earn nothing and no channel is told of them; add \
                 `[[rate]]` with `from = \"{from}\"` and `to = \"{own}\"`"
            ));
        }
    }
}

/// Warns of open types that let anyone do harm, and of those that are not open after all.
fn open_types(row: &OfferSource, place: &Place<'_>, source: &Source, tracker: &Tracker) {
    for (place, name) in place.rows("open_types", &row.open_types) {
        let Some(known) = tracker.tables.types.get(name) else {
            continue;
        };
        if !source.is_open(name.as_str()) {
            let said = format!(
                "`events` matches the word `{name}` to something else, so the type is not open; rename the type"
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

/// Warns when the URL to paste lacks a macro without which nothing is attributed, or is worth
/// anything.
fn macros(source: &Source, place: &Place<'_>, tracker: &Tracker) {
    if source.pasted.is_empty() {
        return;
    }
    let place = place.at("postback");
    let view = source.view();
    let asked: Vec<Meaning> = view
        .pasted_pairs()
        .into_iter()
        .filter_map(|(name, _)| source.names.meaning(name))
        .collect();
    if !asked.contains(&Meaning::ClickId) {
        place.problem(
            "the URL to paste asks for no click id, so nothing can be attributed; add `clickid` with the network's macro for it, as in \
             `clickid = \"{sub1}\"`",
        );
    }
    let mut offers = tracker.tables.offers.values().filter(|offer| offer.source == source.id);
    if !asked.contains(&Meaning::Sum) && offers.any(|offer| offer.payout.is_none()) {
        place.problem(
            "the URL to paste asks for no amount, and an offer without a `payout` is then worth nothing, nor is a share of it told to a channel; add `sum` with the network's macro for \
             it, as in `sum = \"{payout}\"`",
        );
    }
}

/// Warns of orders that wait and are decided later, under a policy that does not follow them.
fn lives(source: &Source, place: &Place<'_>, tracker: &Tracker) {
    let tells = |status| source.statuses.values().any(|known| *known == status);
    let creates = tracker.tables.types.values().any(|known| {
        let policy = known.duplicates.unwrap_or(source.duplicates);
        matches!(known.counts, Counts::Sale | Counts::Revenue) && policy == Duplicates::Create
    });
    if creates && tells(Status::Pending) && tells(Status::Declined) {
        place.at("duplicates").problem(LIVES);
    }
}

/// The warning for such orders.
const LIVES: &str = "`statuses` tells pending from declined, and under the policy `create` each status of an order makes a conversion of its \
                     own, so a pending one that is approved counts twice and one that is declined stays; have the \
                     network send its event id and write `duplicates = \"update\"`";

/// What a missing event id also means, where each message then makes a conversion.
fn unfollowed(policy: Duplicates) -> &'static str {
    match policy {
        Duplicates::Create | Duplicates::CreateMarked | Duplicates::Update => {
            ", and each message makes a conversion: an order that is confirmed or declined later becomes two"
        }
        _ => "",
    }
}

/// Whether the URL that is pasted into the network carries an id of the event or a receipt, as far
/// as the configuration says it.
fn sends_identity(row: &OfferSource, source: &Source) -> bool {
    let by_row = source
        .parameters
        .iter()
        .any(|row| source.names.meaning(&row.name) == Some(Meaning::Receipt));
    // A name that is also the default one is as good as another.
    let is_named = |word| row.names.contains_key(word);
    let mut receipts = source.names.names(Meaning::Receipt);
    order::names_event_id(source)
        || is_named("event_id")
        || is_named("receipt")
        || by_row
        || source.pasted.contains_key("receipt")
        || receipts.any(|name| name != "receipt")
}
