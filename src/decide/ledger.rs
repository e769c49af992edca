//! What the events and tallies of a click have to say of what is taken back without saying how
//! much, in an order in which each is looked up and none is searched for.

use super::work::Work;
use crate::event::Event;
use crate::model::Click;
use crate::plan::{Tally, TallyKey};
use crate::value::Receipt;
use alloc::{collections::BTreeMap, vec::Vec};

/// The events of a click by receipt and event id, and its tallies by key.
pub(super) struct Ledger<'w> {
    events: BTreeMap<Receipt, Vec<&'w Event>>,
    tallies: BTreeMap<&'w TallyKey, &'w Tally>,
}

impl Ledger<'_> {
    /// The events that name a receipt or an event id.
    pub(super) fn events(&self, key: &Receipt) -> impl Iterator<Item = &Event> {
        self.events.get(key).into_iter().flatten().copied()
    }

    pub(super) fn tally(&self, key: &TallyKey) -> Option<&Tally> {
        self.tallies.get(key).copied()
    }

    pub(super) fn tallies(&self) -> impl Iterator<Item = &Tally> {
        self.tallies.values().copied()
    }
}

impl Work<'_> {
    pub(super) fn ledger(&self, click: &Click) -> Ledger<'_> {
        let stored = self.facts.told.get(&click.id).into_iter().flatten();
        let decided = self.applied.iter().filter(|(of, _)| *of == click.id);
        let mut events: BTreeMap<Receipt, Vec<&Event>> = BTreeMap::new();
        for event in stored.chain(decided.map(|(_, event)| event)) {
            for key in event.keys().into_iter().flatten().filter(|_| !event.test) {
                events.entry(key).or_default().push(event);
            }
        }
        Ledger {
            events,
            tallies: self.tallies_of(click).map(|tally| (&tally.key, tally)).collect(),
        }
    }
}
