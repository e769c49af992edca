//! What is kept, and how a transaction changes it.

use super::refused::Rings;
use super::rows::{Kept, Private, Sending};
use crate::delivery::{Hold, Lane, Progress};
use crate::event::Event;
use crate::model::{Click, Conversion};
use crate::plan::{Commit, Committed, ConfigurationRow, EventRow, GuardKey, Outcome, ReceiptRecord, Tally, Write};
use crate::port::{Cursor, StoreError, StoreErrorKind, micros};
use crate::value::{ClickId, ConversionId, DeliveryId, EventId, Fingerprint, OfferSourceId, Receipt, cut};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::mem::take;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) written: u64,
    pub(super) guards: BTreeMap<GuardKey, u64>,
    pub(super) clicks: BTreeMap<ClickId, Kept<Click>>,
    pub(super) events: BTreeMap<EventId, Kept<EventRow>>,
    pub(super) conversions: BTreeMap<ConversionId, Kept<Conversion>>,
    pub(super) tallies: BTreeMap<(ClickId, String), Tally>,
    pub(super) receipts: BTreeMap<(OfferSourceId, Receipt), ReceiptRecord>,
    pub(super) configurations: BTreeMap<Fingerprint, String>,
    /// The one that was written last.
    pub(super) last_configuration: Option<Fingerprint>,
    pub(super) refused: Rings,
    pub(super) deliveries: BTreeMap<DeliveryId, Kept<Sending>>,
    /// The lanes that are held, with when each hold ends.
    pub(super) holds: BTreeMap<Lane, Hold>,
}

impl State {
    pub(super) fn number(&mut self) -> u64 {
        self.written = self.written.saturating_add(1);
        self.written
    }

    pub(super) fn version(&self, key: &GuardKey) -> u64 {
        self.guards.get(key).copied().unwrap_or_default()
    }

    fn raise(&mut self, key: GuardKey) {
        let version = self.guards.entry(key).or_default();
        *version = version.saturating_add(1);
    }

    pub(super) fn record(&mut self, clicks: &[Click]) {
        for click in clicks {
            if self.clicks.contains_key(&click.id) {
                continue;
            }
            let mut row = click.clone();
            let kept = Kept {
                number: self.number(),
                private: take(&mut row.private),
                row,
            };
            self.clicks.insert(click.id.clone(), kept);
            self.raise(GuardKey::Click(click.id.clone()));
        }
    }

    pub(super) fn commit(&mut self, commit: &Commit) -> Committed {
        let outcome = |id| self.events.get(id).map(|kept| kept.row.outcome);
        if commit.identity.as_ref().and_then(outcome).is_some() {
            return Committed::Duplicate;
        }
        let all_stand = commit
            .standing
            .iter()
            .all(|stands| outcome(&stands.event) == Some(stands.outcome));
        let all_hold = commit
            .guards
            .iter()
            .all(|guard| self.version(&guard.key) == guard.version);
        let all_wait = commit.withdrawals.iter().all(|withdrawal| {
            let is_new = || commit.outbox.iter().any(|new| new.id == withdrawal.delivery);
            match self.progress(&withdrawal.delivery) {
                Progress::Unknown if is_new() => withdrawal.from == Progress::Unsent,
                known => known == withdrawal.from,
            }
        });
        if !(all_stand && all_hold && all_wait) {
            return Committed::Conflict;
        }
        for guard in &commit.guards {
            self.raise(guard.key.clone());
        }
        for write in &commit.writes {
            self.write(write);
        }
        for delivery in &commit.outbox {
            if !self.deliveries.contains_key(&delivery.id) {
                let number = self.number();
                self.deliveries
                    .insert(delivery.id.clone(), Sending::queued(number, delivery, commit.now));
            }
        }
        for withdrawal in &commit.withdrawals {
            if let Some(kept) = self.deliveries.get_mut(&withdrawal.delivery) {
                kept.row.give_up(&withdrawal.attempt);
            }
        }
        Committed::Applied
    }

    fn write(&mut self, write: &Write) {
        match write {
            Write::Event(event) => {
                let mut row = event.clone();
                let private = take(&mut row.event.private);
                let id = row.event.id.clone();
                let known = self.events.get(&id).map(|kept| kept.number);
                let number = known.unwrap_or_else(|| self.number());
                self.events.insert(id, Kept { number, row, private });
            }
            Write::Conversion(row) => {
                let known = self.conversions.get(&row.id).map(|kept| kept.number);
                let kept = Kept {
                    number: known.unwrap_or_else(|| self.number()),
                    row: row.clone(),
                    private: Private::new(),
                };
                self.conversions.insert(row.id.clone(), kept);
            }
            Write::Tally(tally) => {
                self.tallies
                    .insert((tally.click.clone(), tally.key.column()), tally.clone());
            }
            Write::Receipt(record) => {
                self.receipts
                    .insert((record.source.clone(), record.receipt.clone()), record.clone());
            }
            Write::Configuration(row) => {
                self.configurations
                    .entry(row.fingerprint.clone())
                    .or_insert_with(|| row.document.clone());
                self.last_configuration = Some(row.fingerprint.clone());
            }
            Write::Refused { body, keep } => {
                if !self.refused.knows(&body.row.id) {
                    let number = self.number();
                    self.refused.keep(number, body);
                }
                self.refused.trim(&body.row, *keep);
            }
        }
    }

    /// An event with its personal values.
    pub(super) fn event(&self, id: &EventId) -> Option<Event> {
        let kept = self.events.get(id)?;
        Some(Event {
            private: kept.private.clone(),
            ..Event::clone(&kept.row.event)
        })
    }

    /// An event's row with its personal values.
    pub(super) fn event_row(&self, id: &EventId) -> Option<EventRow> {
        let kept = self.events.get(id)?;
        let mut row = kept.row.clone();
        row.event.private = kept.private.clone();
        Some(row)
    }

    pub(super) fn orphans(&self, after: &Cursor, limit: u32) -> Result<Vec<Event>, StoreError> {
        let after = after.waiting()?;
        let rows = self.events.iter().map(|(id, kept)| (id, &kept.row));
        let waiting = rows.filter(|(_, row)| row.outcome == Outcome::Unattributed);
        let mut waiting: Vec<(i64, &str, &EventId)> = waiting
            .map(|(id, row)| (micros(row.event.received_at), id.as_str(), id))
            .filter(|(at, id, _)| (*at, *id) > after)
            .collect();
        waiting.sort_unstable();
        let first = waiting.into_iter().take(limit as usize);
        Ok(first.filter_map(|(_, _, id)| self.event(id)).collect())
    }

    /// A click with its personal values.
    pub(super) fn recorded(&self, id: &ClickId) -> Option<Click> {
        let kept = self.clicks.get(id)?;
        Some(Click {
            private: kept.private.clone(),
            ..kept.row.clone()
        })
    }

    pub(super) fn tallies(&self, click: &ClickId) -> Vec<Tally> {
        let from = (click.clone(), String::new());
        self.tallies
            .range(from..)
            .take_while(|((id, _), _)| id == click)
            .map(|(_, tally)| tally.clone())
            .collect()
    }

    pub(super) fn configuration(&self, fingerprint: &Fingerprint) -> Option<String> {
        self.configurations.get(fingerprint).cloned()
    }

    pub(super) fn last_configuration(&self) -> Option<ConfigurationRow> {
        let fingerprint = self.last_configuration.clone()?;
        let document = self.configurations.get(&fingerprint)?.clone();
        Some(ConfigurationRow { fingerprint, document })
    }
}

pub(super) fn foreign_cursor(text: &str) -> StoreError {
    let shown = cut(text, 40);
    StoreError::new(
        StoreErrorKind::ApiMisuse,
        alloc::format!("cursor `{shown}` was not made for this list"),
    )
}
