//! Decides events one after another without writing anything. What each one would write is kept in
//! memory, where the next one finds it.

use super::again::decide_again;
use super::deciding::of_one_tenant;
use super::error::IngestError;
use super::ingest::ingest_with_plan;
use crate::decide::{Decision, Plan};
use crate::event::Event;
use crate::memory::MemoryStore;
use crate::plan::{Commit, FactQuery, Facts, TallyKey, Write};
use crate::port::{Inspect, Store, StoreError};
use crate::tracker::Tracker;
use crate::value::{ClickId, ConversionId, EventId, OfferSourceId, Receipt, Timestamp};
use alloc::{collections::BTreeSet, vec::Vec};

/// Decides events one after another, as [`decide_again`] and [`ingest`](super::ingest) would, and
/// writes nothing into the store. An event is decided as if those before it had been committed, so
/// that what several events would do together is told as it would be: of two messages of one order
/// only one fires.
#[derive(Debug)]
pub struct Rehearsal<'s> {
    store: &'s dyn Store,
    inspect: &'s dyn Inspect,
    /// The rows that were read, as the plans so far would have changed them.
    memory: MemoryStore,
    /// The keys of the rows in the memory. What is read again does not take their place.
    known: BTreeSet<Key>,
}

/// The key of a row that a plan reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Event(EventId),
    Conversion(ConversionId),
    Tally(ClickId, TallyKey),
    Receipt(OfferSourceId, Receipt),
}

impl Key {
    /// The key of a row; none if no decision reads such rows.
    fn of(write: &Write) -> Option<Self> {
        Some(match write {
            Write::Event(row) => Self::Event(row.event.id.clone()),
            Write::Conversion(row) => Self::Conversion(row.id.clone()),
            Write::Tally(row) => Self::Tally(row.click.clone(), row.key.clone()),
            Write::Receipt(row) => Self::Receipt(row.source.clone(), row.receipt.clone()),
            Write::Configuration(_) | Write::Refused { .. } => return None,
        })
    }
}

impl<'s> Rehearsal<'s> {
    /// Begins with what is stored now.
    #[must_use]
    pub fn new(store: &'s dyn Store, inspect: &'s dyn Inspect) -> Self {
        Self {
            store,
            inspect,
            memory: MemoryStore::with_namespace(store.namespace().clone()),
            known: BTreeSet::new(),
        }
    }

    /// Decides a stored event again, as [`decide_again`] would. None if nothing would change, or
    /// the event is not stored.
    ///
    /// # Errors
    /// [`IngestError`].
    pub async fn decide_again(
        &mut self,
        tracker: &Tracker,
        event: &EventId,
        now: Timestamp,
    ) -> Result<Option<Plan>, IngestError> {
        of_one_tenant(tracker, self.store)?;
        self.read_event(event, now).await?;
        let Some(was) = Inspect::event(&self.memory, event).await? else {
            return Ok(None);
        };
        self.read(&Decision::new(tracker).needs_again(&was), now).await?;
        let plan = decide_again(tracker, &self.memory, &self.memory, event, now).await?;
        self.note(plan.as_ref());
        Ok(plan)
    }

    /// Takes in an event, as [`ingest`](super::ingest) would. None if it would be a duplicate.
    ///
    /// # Errors
    /// [`IngestError`].
    pub async fn ingest(
        &mut self,
        tracker: &Tracker,
        event: &Event,
        now: Timestamp,
    ) -> Result<Option<Plan>, IngestError> {
        of_one_tenant(tracker, self.store)?;
        let decision = Decision::new(tracker);
        let query = decision.needs(event);
        self.read_event(&event.id, now).await?;
        self.read(&query, now).await?;
        let facts = self.memory.facts(&query).await?;
        if let Some(renewed) = facts.event.and_then(|_| decision.renewed(event, &facts)) {
            self.read_event(&renewed.id, now).await?;
        }
        let (_, plan) = ingest_with_plan(tracker, &self.memory, event, now).await?;
        self.note(plan.as_ref());
        Ok(plan)
    }

    /// Reads an event into the memory, if it is stored.
    async fn read_event(&mut self, event: &EventId, now: Timestamp) -> Result<(), StoreError> {
        let stored = self.inspect.event(event).await?;
        self.keep(stored.into_iter().map(Write::Event).collect(), now).await
    }

    /// Reads into the memory what the decision about an event needs. What an earlier plan would
    /// write may lead to further rows, so it goes on until nothing new is found.
    async fn read(&mut self, query: &FactQuery, now: Timestamp) -> Result<(), StoreError> {
        let mut wide = query.clone();
        loop {
            let facts = self.store.facts(&wide).await?;
            self.keep_facts(facts, now).await?;
            let found = self.memory.facts(query).await?;
            if !wide.widen(&found) {
                return Ok(());
            }
        }
    }

    async fn keep_facts(&mut self, facts: Facts, now: Timestamp) -> Result<(), StoreError> {
        let mut writes = Vec::new();
        writes.extend(facts.told.into_values().flatten().map(Write::Event));
        writes.extend(facts.booked.into_values().map(Write::Conversion));
        self.memory.keep_reported(facts.reported.into_values().flatten());
        let records = facts.receipts.into_values().filter_map(|known| known.record);
        writes.extend(records.map(Write::Receipt));
        for known in facts.clicks.into_values() {
            writes.extend(known.tallies.into_iter().map(Write::Tally));
            self.memory.record(known.click.as_slice()).await?;
        }
        self.keep(writes, now).await?;
        // A waiting event comes without the rest of its row.
        for waiting in facts.orphans {
            if !self.known.contains(&Key::Event(waiting.id.clone())) {
                self.read_event(&waiting.id, now).await?;
            }
        }
        Ok(())
    }

    /// Writes the rows into the memory that are not known yet.
    async fn keep(&mut self, mut writes: Vec<Write>, now: Timestamp) -> Result<(), StoreError> {
        writes.retain(|write| Key::of(write).is_some_and(|key| self.known.insert(key)));
        self.memory.commit(&Commit::of(writes, now)).await.map(drop)
    }

    /// Notes what a plan has written into the memory.
    fn note(&mut self, plan: Option<&Plan>) {
        let writes = plan.into_iter().flat_map(|plan| &plan.commit.writes);
        self.known.extend(writes.filter_map(Key::of));
    }
}
