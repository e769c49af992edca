//! The events and tallies of a click from which the value of a reversal without an amount follows.
//! They are kept in an order in which each can be looked up.

use super::work::Work;
use crate::model::Click;
use crate::plan::{EventRow, Tally, TallyKey};
use crate::value::{ConversionId, Receipt};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// The events of a click by receipt and event id, and the conversions of its orders.
pub(super) struct Ledger<'w> {
    events: BTreeMap<Receipt, Vec<&'w EventRow>>,
    tallies: BTreeMap<&'w TallyKey, &'w Tally>,
    /// The conversions of those orders that are followed by their event ids.
    orders: BTreeSet<&'w ConversionId>,
}

impl Ledger<'_> {
    /// Returns the events with this receipt or event id.
    pub(super) fn events(&self, key: &Receipt) -> impl Iterator<Item = &EventRow> {
        self.events.get(key).into_iter().flatten().copied()
    }

    pub(super) fn tally(&self, key: &TallyKey) -> Option<&Tally> {
        self.tallies.get(key).copied()
    }

    pub(super) fn tallies(&self) -> impl Iterator<Item = &Tally> {
        self.tallies.values().copied()
    }

    pub(super) fn is_order(&self, conversion: &ConversionId) -> bool {
        self.orders.contains(conversion)
    }
}

impl Work<'_> {
    pub(super) fn ledger(&self, click: &Click) -> Ledger<'_> {
        let stored = self.facts.told.get(&click.id).into_iter().flatten();
        let decided = self.applied.iter().filter(|row| row.click.as_ref() == Some(&click.id));
        let mut events: BTreeMap<Receipt, Vec<&EventRow>> = BTreeMap::new();
        for row in stored.chain(decided) {
            for key in row.event.keys().into_iter().flatten().filter(|_| !row.event.test) {
                events.entry(key).or_default().push(row);
            }
        }
        let tallies: BTreeMap<_, _> = self.tallies_of(click).map(|tally| (&tally.key, tally)).collect();
        let orders = tallies
            .values()
            .filter(|tally| matches!(tally.key, TallyKey::Order(..)));
        let orders = orders.filter_map(|tally| tally.conversion.as_ref()).collect();
        Ledger {
            events,
            tallies,
            orders,
        }
    }
}
