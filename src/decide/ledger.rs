//! The events and tallies of a click from which the value of a reversal without an amount follows.
//! They are kept in an order in which each can be looked up.

use super::work::Work;
use crate::model::{Click, Conversion};
use crate::plan::{EventRow, Share, Tally, TallyKey};
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

    /// Returns what an event is worth to a conversion that adds its messages up: none if the amount
    /// is not in the conversion's sum.
    pub(super) fn share<'r>(&self, booked: &Conversion, row: &'r EventRow) -> Option<&'r Share> {
        let share = row.share.as_deref()?;
        let is_in_sum = || {
            let mut tallies = self.tallies();
            let its = tallies.find(|tally| tally.conversion.as_ref() == Some(&booked.id));
            let base = its.and_then(|tally| tally.base.as_ref());
            base.is_none_or(|base| *base == row.event.id)
        };
        let same_currency = booked.sum.is_some_and(|sum| sum.currency == share.sum.currency);
        (same_currency && (!share.alone || is_in_sum())).then_some(share)
    }

    pub(super) fn is_order(&self, conversion: &ConversionId) -> bool {
        self.orders.contains(conversion)
    }
}

impl Work<'_> {
    pub(super) fn ledger(&self, click: &Click) -> Ledger<'_> {
        let stored = self.facts.told.get(&click.id).into_iter().flatten();
        let decided = self.decided.iter().filter(|row| row.click.as_ref() == Some(&click.id));
        let mut events: BTreeMap<Receipt, Vec<&EventRow>> = BTreeMap::new();
        // If this plan decides an event, its new outcome counts and not the stored one.
        let is_old = |row: &&EventRow| self.decided.iter().all(|known| known.event.id != row.event.id);
        for row in stored.filter(is_old).chain(decided) {
            let by_id = row.event.event_id.as_deref().map(Receipt::of_event_id);
            let keys = [row.event.payment(), by_id];
            for key in keys.into_iter().flatten().filter(|_| !row.event.test) {
                events.entry(key).or_default().push(row);
            }
        }
        let tallies = self.present_tallies(click);
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
