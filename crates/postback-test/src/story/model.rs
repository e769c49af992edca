//! Computes the results of a set of events, without any order: a second, slower implementation of
//! the rules, in whole cents.

use super::{Spec, Story, What};
use postback::Event;
use postback::value::Amount;
use std::collections::{BTreeMap, BTreeSet};

/// One event with its index.
type Indexed<'a> = (usize, &'a Spec);

fn adds(what: What) -> bool {
    matches!(what, What::Sale | What::Upsell | What::Rebill)
}

fn reverses(what: What) -> bool {
    matches!(what, What::Refund | What::Chargeback)
}

/// The amount in the account's currency; none if there is no rate yet.
fn value(spec: &Spec) -> Option<i64> {
    match (spec.currency, spec.at) {
        ("USD", _) => Some(spec.cents),
        (_, 0..=2) => (spec.cents == 0).then_some(0),
        (_, 3..=4) => Some(spec.cents * 3 / 2),
        _ => Some(spec.cents * 2),
    }
}

/// Returns the amount if it counts: the message is approved, and there is a rate.
fn earned(spec: &Spec) -> Option<i64> {
    value(spec).filter(|_| spec.status == "approved")
}

/// Whether it is a first conversion, which must come before the click expires. A postback that is
/// known only by its type cannot say that it is a rebill of the same type, or a cancellation.
fn is_first(spec: &Spec, story: &Story) -> bool {
    match spec.what {
        What::Sale => true,
        What::Upsell | What::Rebill => story.by_type && story.one_type,
        What::Cancel => story.by_type,
        What::Refund | What::Chargeback => false,
    }
}

/// Returns the receipt and those above it: 3 is the child of 2, and 2 of 1, if an event said so.
fn line_of(receipt: u8, specs: &[Spec]) -> Vec<u8> {
    match receipt {
        3 => [vec![3], line_of(2, specs)].concat(),
        2 if specs.iter().any(|spec| spec.receipt == Some(2)) => vec![2, 1],
        other => vec![other],
    }
}

/// Computes the revenue of all conversions.
pub fn revenue(story: &Story, specs: &[Spec], events: &[Event]) -> Amount {
    let expired = |spec: &Spec| is_first(spec, story) && story.expiration.is_some_and(|longest| spec.at > longest);
    // An event that names a click gives its receipt the click, unless the event came too late.
    let claimed: BTreeSet<u8> = specs
        .iter()
        .filter(|spec| spec.tracked && !expired(spec) && !reverses(spec.what))
        .filter_map(|spec| spec.receipt)
        .collect();
    let inherits = |spec: &Spec| {
        spec.receipt
            .is_some_and(|own| line_of(own, specs).iter().any(|receipt| claimed.contains(receipt)))
    };
    let counts = |spec: &Spec| if spec.tracked { !expired(spec) } else { inherits(spec) };
    let payments: Vec<Indexed<'_>> = specs
        .iter()
        .enumerate()
        .filter(|(_, spec)| adds(spec.what) && counts(spec))
        .collect();
    let paid: BTreeSet<u8> = payments
        .iter()
        .filter(|(_, spec)| earned(spec).is_some())
        .filter_map(|(_, spec)| spec.receipt)
        .collect();
    let taken = specs
        .iter()
        .filter(|spec| reverses(spec.what))
        .filter(|spec| match spec.receipt {
            Some(receipt) => paid.contains(&receipt),
            None => spec.tracked,
        });
    let taken: i64 = taken.filter_map(value).sum();

    let mut groups: BTreeMap<String, Vec<Indexed<'_>>> = BTreeMap::new();
    for (index, spec) in payments {
        let type_name = spec.type_name(story.one_type);
        let edited = story.own_edit && matches!(type_name, "Purchase" | "Upsell");
        let key = match story.policy {
            _ if edited => "edit".into(),
            "create" | "create_marked" => format!("event {index}"),
            "ignore_event_id" if spec.event_id.is_empty() => format!("event {index}"),
            "ignore_event_id" => format!("{type_name} {}", spec.event_id),
            _ => type_name.to_owned(),
        };
        groups
            .entry(format!("{} {key}", spec.click()))
            .or_default()
            .push((index, spec));
    }
    let first = |(index, spec): &Indexed<'_>| (spec.at, events[*index].id.clone());
    let last = |(index, spec): &Indexed<'_>| {
        let event = &events[*index];
        (spec.at, spec.status != "pending", event.received_at, event.id.clone())
    };
    let shown: i64 = groups
        .iter()
        .map(|(key, group)| {
            let of = |found: Option<&Indexed<'_>>| earned(found.unwrap().1).unwrap_or_default();
            let currency = group.iter().min_by_key(|one| first(one)).unwrap().1.currency;
            match story.policy {
                _ if key.ends_with(" edit") => of(group.iter().max_by_key(|one| last(one))),
                "increment" => {
                    let same = group.iter().filter(|(_, spec)| spec.currency == currency);
                    same.filter_map(|(_, spec)| earned(spec)).sum()
                }
                "edit" => of(group.iter().max_by_key(|one| last(one))),
                _ => of(group.iter().min_by_key(|one| first(one))),
            }
        })
        .sum();
    Amount::from_minor_units(shown - taken, 2).unwrap()
}
