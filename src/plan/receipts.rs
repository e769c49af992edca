//! What is known of receipts while a plan is made: the records that were read, and what the plan's
//! events have added.

use super::facts::Facts;
use super::records::{ReceiptClick, ReceiptRecord};
use super::rows;
use crate::event::Event;
use crate::model::Click;
use crate::value::{OfferSourceId, Receipt};
use alloc::vec::Vec;

/// The receipts of one source.
pub(crate) struct Receipts<'a> {
    source: &'a OfferSourceId,
    facts: &'a Facts,
    changed: Vec<ReceiptRecord>,
}

impl<'a> Receipts<'a> {
    pub(crate) fn new(source: &'a OfferSourceId, facts: &'a Facts) -> Self {
        Self {
            source,
            facts,
            changed: Vec::new(),
        }
    }

    pub(crate) fn get(&self, receipt: &Receipt) -> Option<&ReceiptRecord> {
        let changed = rows::get(&self.changed, |known| known.receipt.cmp(receipt));
        changed.or_else(|| self.facts.receipts.get(receipt)?.record.as_ref())
    }

    /// Records the parent of an event's receipt, whether or not the event's click is known.
    pub(crate) fn note_parent(&mut self, event: &Event) {
        let Some(parent) = &event.parent else { return };
        self.note(event, |record| match &record.parent {
            // Of two parents the smaller one is kept, so that the order of arrival does not matter.
            Some(known) if known <= parent => {}
            _ => record.parent = Some(parent.clone()),
        });
    }

    /// Records that an event itself named the click of its receipt.
    pub(crate) fn note_click(&mut self, event: &Event, click: &Click) {
        self.note(event, |record| claim(record, event, click));
    }

    /// Records that an event itself named the click of its event id. Different networks' order
    /// numbers are their own, so two clicks may have the same id; then the id leads to neither.
    pub(crate) fn note_click_of_id(&mut self, event: &Event, key: &Receipt, click: &Click) {
        self.note_key(event, key, |record| {
            let other = record.click.as_ref().is_some_and(|known| known.click != click.id);
            record.contested |= other;
            claim(record, event, click);
        });
    }

    /// Changes the record of an event's receipt.
    pub(crate) fn note(&mut self, event: &Event, change: impl FnOnce(&mut ReceiptRecord)) {
        if let Some(receipt) = &event.receipt {
            self.note_key(event, receipt, change);
        }
    }

    /// Changes the record of a receipt or an event id. A test changes no record.
    fn note_key(&mut self, event: &Event, receipt: &Receipt, change: impl FnOnce(&mut ReceiptRecord)) {
        if event.test {
            return;
        }
        let known = self.get(receipt);
        let mut record = known.cloned().unwrap_or_else(|| ReceiptRecord {
            source: self.source.clone(),
            receipt: receipt.clone(),
            parent: None,
            click: None,
            paid: false,
            expired: false,
            contested: false,
        });
        change(&mut record);
        if known != Some(&record) {
            rows::put(&mut self.changed, record, |one, other| one.receipt.cmp(&other.receipt));
        }
    }

    /// Returns the records that are to be written, by receipt.
    pub(crate) fn into_changed(self) -> Vec<ReceiptRecord> {
        self.changed
    }
}

/// Of several events that name a click the earliest counts, in whatever order they came.
fn claim(record: &mut ReceiptRecord, event: &Event, click: &Click) {
    let claim = ReceiptClick {
        at: event.at,
        event: event.id.clone(),
        click: click.id.clone(),
    };
    if record.click.as_ref().is_none_or(|known| claim < *known) {
        record.click = Some(claim);
    }
}
