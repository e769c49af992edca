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
    let mut refunds: BTreeMap<(&str, Key<'_>), i64> = BTreeMap::new();
    for (spec, cents) in taken.filter_map(|spec| Some((spec, value(spec)?))) {
        if let Some(key) = Key::of(spec) {
            *refunds.entry((spec.click(), key)).or_default() += cents;
        }
    }

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
    // The messages whose amounts count in the end.
    let counted = groups.iter().flat_map(|(key, group)| {
        let currency = group.iter().min_by_key(|one| first(one)).unwrap().1.currency;
        match story.policy {
            "increment" if !key.ends_with(" edit") => {
                let same = group.iter().filter(|(_, spec)| spec.currency == currency);
                same.copied().collect()
            }
            _ if key.ends_with(" edit") || story.policy == "edit" => {
                vec![*group.iter().max_by_key(|one| last(one)).unwrap()]
            }
            _ => vec![*group.iter().min_by_key(|one| first(one)).unwrap()],
        }
    });
    let counted: Vec<&Spec> = counted.map(|(_, spec)| spec).collect();
    let shown: i64 = counted.iter().filter_map(|spec| earned(spec)).sum();
    // What was told with the click, whether it counts or not.
    let told: Vec<&Spec> = specs
        .iter()
        .filter(|spec| !reverses(spec.what) && (spec.tracked || inherits(spec)))
        .collect();
    let is_further = |spec: &Spec| matches!(spec.type_name(story.one_type), "Upsell" | "Rebill");
    let taken = refunds.into_iter().map(|((click, key), refunded)| {
        let mut rest = refunded;
        let mut taken = 0;
        for further in [false, true] {
            let its = |spec: &&&Spec| spec.click() == click && key.names(spec) && is_further(spec) == further;
            let counts: i64 = counted.iter().filter(its).filter_map(|spec| earned(spec)).sum();
            let most = told.iter().filter(its).filter_map(|spec| value(spec)).max();
            let part = rest.min(counts.max(most.unwrap_or_default()));
            rest -= part;
            taken += part.min(counts);
        }
        taken + rest
    });
    let taken: i64 = taken.sum();
    Amount::from_minor_units(shown - taken, 2).unwrap()
}

/// What a refund takes back: its receipt, else its event id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Id(&'a str),
    Receipt(u8),
}

impl<'a> Key<'a> {
    fn of(spec: &'a Spec) -> Option<Self> {
        let by_id = (!spec.event_id.is_empty()).then_some(Self::Id(spec.event_id));
        spec.receipt.map(Self::Receipt).or(by_id)
    }

    fn names(self, spec: &Spec) -> bool {
        match self {
            Self::Id(id) => spec.event_id == id,
            Self::Receipt(receipt) => spec.receipt == Some(receipt),
        }
    }
}
