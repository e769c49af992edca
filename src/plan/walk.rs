//! The walk over receipts: up from the receipts of the query to their sales, down to the events
//! that wait for them, and on to the clicks that they name.

use super::event_row::EventRow;
use super::facts::{ClickFacts, FactQuery, Facts, MAX_HOPS, MAX_ORPHANS, ReceiptFacts, Reported};
use super::outcome::Outcome;
use super::records::{Tally, TallyKey};
use crate::event::Event;
use crate::model::Conversion;
use crate::value::{ClickId, ConversionId, EventId, OfferSourceId, Receipt};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// How many waiting events of one receipt are read. It is enough even if [`MAX_ORPHANS`] of them
/// were found before and one is the event itself.
const WAITING_LIMIT: usize = 2 * MAX_ORPHANS + 1;

/// The reads from which [`Facts::read`] makes an answer. All must see the store as of one moment. A
/// store that has them needs to know nothing about how receipts hang together.
pub trait PointReads {
    /// The error of a read.
    type Error;

    /// The outcome of an event; none if it is not stored.
    ///
    /// # Errors
    /// The store cannot be read.
    fn outcome(&self, event: &EventId) -> Result<Option<Outcome>, Self::Error>;

    /// What is known of a receipt, with its guard's version: no record and version 0 when nothing
    /// is.
    ///
    /// # Errors
    /// The store cannot be read.
    fn receipt(&self, source: &OfferSourceId, receipt: &Receipt) -> Result<ReceiptFacts, Self::Error>;

    /// The first `limit` events of a source, by event id, that are stored as unattributed and wait
    /// by this receipt ([`Event::waits_by`]), with their personal values. Returning more is
    /// allowed.
    ///
    /// # Errors
    /// The store cannot be read.
    fn waiting(&self, source: &OfferSourceId, receipt: &Receipt, limit: usize) -> Result<Vec<Event>, Self::Error>;

    /// Every event of a click that names one of `keys` ([`Event::keys`]), with what became of it,
    /// whatever that was.
    ///
    /// # Errors
    /// The store cannot be read.
    fn told(&self, click: &ClickId, keys: &BTreeSet<Receipt>) -> Result<Vec<EventRow>, Self::Error>;

    /// A conversion; none if it is not stored.
    ///
    /// # Errors
    /// The store cannot be read.
    fn conversion(&self, conversion: &ConversionId) -> Result<Option<Conversion>, Self::Error>;

    /// What is known of a click id: the click with its personal values, its tallies, and the
    /// version of its guard.
    ///
    /// # Errors
    /// The store cannot be read.
    fn click(&self, click: &ClickId) -> Result<ClickFacts, Self::Error>;

    /// Every delivery of a click whose cause is
    /// [`Cause::ConversionApi`](crate::delivery::Cause::ConversionApi), with its personal values
    /// and how far it has come ([`Progress::of`](crate::delivery::Progress::of)).
    ///
    /// # Errors
    /// The store cannot be read.
    fn reported(&self, click: &ClickId) -> Result<Vec<Reported>, Self::Error>;
}

/// The receipt or event id that the events of this tally take back. A rebill's stands with its
/// number, which is no part of the receipt that its events name.
fn taken_back(tally: &Tally) -> Option<[Receipt; 2]> {
    match &tally.key {
        TallyKey::Reversal(key) | TallyKey::Refunded(key) => Some([key.clone(), key.of_sale()]),
        _ => None,
    }
}

#[cfg(feature = "std")]
impl FactQuery {
    /// Adds every key that the answer to a query like this has led to, and returns whether anything
    /// is new.
    pub(crate) fn widen(&mut self, found: &Facts) -> bool {
        let tallies = found.clicks.values().flat_map(|known| &known.tallies);
        let waiting = found.orphans.iter().flat_map(Event::keys).flatten();
        let told = tallies.filter_map(taken_back).flatten().chain(waiting);
        let receipts = add(&mut self.receipts, found.receipts.keys().cloned());
        let clicks = add(&mut self.clicks, found.clicks.keys().cloned());
        add(&mut self.told, told) || receipts || clicks
    }
}

/// Adds what a list does not have yet, and returns whether there was any.
#[cfg(feature = "std")]
fn add<T: Clone + Ord>(list: &mut Vec<T>, found: impl Iterator<Item = T>) -> bool {
    let mut known: BTreeSet<T> = list.iter().cloned().collect();
    let before = list.len();
    list.extend(found.filter(|item| known.insert(item.clone())));
    list.len() > before
}

impl Facts {
    /// Reads the answer to a query.
    ///
    /// # Errors
    /// The first error of `reads`.
    pub fn read<R: PointReads + ?Sized>(reads: &R, query: &FactQuery) -> Result<Self, R::Error> {
        let mut facts = Self {
            event: reads.outcome(&query.event)?,
            ..Self::default()
        };
        facts.climb(reads, query)?;
        facts.descend(reads, query)?;
        let records = facts.receipts.values().filter_map(|found| found.record.as_ref());
        let named = records.filter_map(|record| Some(record.click.as_ref()?.click.clone()));
        let clicks: BTreeSet<ClickId> = query.clicks.iter().cloned().chain(named).collect();
        // A waiting event may take money back as well.
        let waiting = facts.orphans.iter().flat_map(Event::keys).flatten();
        let asked: BTreeSet<Receipt> = query.told.iter().cloned().chain(waiting).collect();
        facts.book(reads, query.conversions.iter())?;
        for id in clicks {
            let found = reads.click(&id)?;
            let mut keys = asked.clone();
            keys.extend(found.tallies.iter().filter_map(taken_back).flatten());
            if !keys.is_empty() {
                let mut told = reads.told(&id, &keys)?;
                told.sort_by(|one, other| one.event.id.cmp(&other.event.id));
                facts.book(reads, told.iter().filter_map(|row| row.conversion.as_ref()))?;
                facts.told.insert(id.clone(), told);
            }
            if query.reported {
                let mut reported = reads.reported(&id)?;
                reported.sort_by(|one, other| one.delivery.id.cmp(&other.delivery.id));
                facts.reported.insert(id.clone(), reported);
            }
            facts.clicks.insert(id, found);
        }
        Ok(facts)
    }

    /// Reads conversions.
    fn book<'i, R: PointReads + ?Sized>(
        &mut self,
        reads: &R,
        ids: impl Iterator<Item = &'i ConversionId>,
    ) -> Result<(), R::Error> {
        for id in ids {
            if !self.booked.contains_key(id)
                && let Some(found) = reads.conversion(id)?
            {
                self.booked.insert(id.clone(), found);
            }
        }
        Ok(())
    }

    /// Reads the receipts of the query, their parents, and so on.
    fn climb<R: PointReads + ?Sized>(&mut self, reads: &R, query: &FactQuery) -> Result<(), R::Error> {
        let mut level = query.receipts.clone();
        for _ in 0..=MAX_HOPS {
            let mut parents = Vec::new();
            for receipt in level {
                if self.receipts.contains_key(&receipt) {
                    continue;
                }
                let found = reads.receipt(&query.source, &receipt)?;
                parents.extend(found.record.as_ref().and_then(|record| record.parent.clone()));
                self.receipts.insert(receipt, found);
            }
            level = parents;
        }
        Ok(())
    }

    /// Reads the other events that wait for one of these receipts, those that wait for theirs, and
    /// so on.
    fn descend<R: PointReads + ?Sized>(&mut self, reads: &R, query: &FactQuery) -> Result<(), R::Error> {
        let mut level: BTreeSet<Receipt> = self.receipts.keys().cloned().collect();
        let mut found: BTreeMap<EventId, Event> = BTreeMap::new();
        for _ in 0..MAX_HOPS {
            let mut new: BTreeMap<EventId, Event> = BTreeMap::new();
            for receipt in &level {
                let waiting = reads.waiting(&query.source, receipt, WAITING_LIMIT)?;
                let others = waiting
                    .into_iter()
                    .filter(|event| event.id != query.event && !found.contains_key(&event.id));
                new.extend(others.map(|event| (event.id.clone(), event)));
            }
            level.clear();
            let room = MAX_ORPHANS.saturating_sub(found.len());
            for (id, event) in new.into_iter().take(room) {
                if let Some(receipt) = event
                    .receipt
                    .as_ref()
                    .filter(|known| !self.receipts.contains_key(*known))
                {
                    self.receipts
                        .insert(receipt.clone(), reads.receipt(&query.source, receipt)?);
                    level.insert(receipt.clone());
                }
                found.insert(id, event);
            }
            if level.is_empty() {
                break;
            }
        }
        self.orphans = found.into_values().collect();
        Ok(())
    }
}
