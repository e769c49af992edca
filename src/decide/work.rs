//! The facts that were read, and the rows as they change while one plan is made.

use super::attribute::{Attribution, attribute, by_receipt_alone};
use super::plan::{Plan, Reply};
use crate::delivery::Delivery;
use crate::event::{Event, Interface, Kind};
use crate::meaning::{Decision, Meaning};
use crate::model::{Click, Conversion, Duplicates};
use crate::plan::{
    Commit, EventRow, Facts, Found, Guard, GuardKey, Outcome, Reason, Receipts, Standing, Tally, Trace, Write, rows,
};
use crate::take_back::Decided;
use crate::tracker::Source;
use crate::value::{ConversionId, Shared, Timestamp};
use alloc::vec::Vec;
use core::iter::once;

/// The facts that were read, and the rows as they change while one plan is made.
pub(super) struct Work<'a> {
    pub(super) decision: Decision<'a>,
    pub(super) source: &'a Source,
    pub(super) facts: &'a Facts,
    pub(super) now: Timestamp,
    pub(super) receipts: Receipts<'a>,
    /// The tallies that have changed, ordered by click and key. The other lists are ordered by the
    /// ids of their rows.
    pub(super) tallies: Vec<Tally>,
    pub(super) conversions: Vec<Conversion>,
    pub(super) outbox: Vec<Delivery>,
    /// The events of this plan that have a click. They are kept only where a decision depends on
    /// the events of the click.
    pub(super) decided: Vec<EventRow>,
    /// The stored outcome of the event, if a person has it decided again.
    again: Option<Outcome>,
}

impl<'a> Work<'a> {
    pub(super) fn new(decision: Decision<'a>, source: &'a Source, facts: &'a Facts, now: Timestamp) -> Self {
        Self {
            decision,
            source,
            facts,
            now,
            receipts: Receipts::new(&source.id, facts),
            tallies: Vec::new(),
            conversions: Vec::new(),
            outbox: Vec::new(),
            decided: Vec::new(),
            again: None,
        }
    }

    /// Returns the work on an event that was decided before, with this outcome.
    pub(super) fn again(mut self, outcome: Outcome) -> Self {
        self.again = Some(outcome);
        self
    }

    /// Decides one event on the basis of what was decided before it.
    pub(super) fn decide_one(&mut self, event: &Shared<Event>) -> EventRow {
        let meaning = self.decision.meaning(self.source, event);
        let kind = self.decision.kind(self.source, event, &meaning);
        let mut row = EventRow {
            event: event.clone(),
            outcome: Outcome::Unattributed,
            reason: None,
            click: None,
            conversion: None,
            share: None,
            decided_at: self.now,
            configuration: self.decision.fingerprint.clone(),
            trace: Trace::default(),
            revised: None,
        };
        let open = self.is_open(&meaning);
        if !open {
            self.receipts.note_parent(event);
        }
        if let Some(truth) = self.source.truth.filter(|truth| counts_for(*truth, event, &kind)) {
            row.outcome = Outcome::Ignored;
            row.reason = Some(Reason::counted_by(truth));
            return row;
        }
        let id = self.decision.leading_id(self.source, event, &meaning, &kind);
        match attribute(event, &kind, id.as_ref(), self.facts, &self.receipts) {
            Attribution::Unattributed(reason) => {
                // A test has no click to wait for, and an event that has no meaning here would have
                // none with a click either. Such an event waits only if its receipt may still learn
                // the click from it.
                let teaches = !open && event.receipt.is_some() && event.names_click();
                (row.outcome, row.reason) = match nothing(&meaning).filter(|_| !teaches) {
                    _ if event.test => (Outcome::Test, Some(reason)),
                    Some((outcome, reason)) => (outcome, Some(reason)),
                    None => (Outcome::Unattributed, Some(reason)),
                };
            }
            Attribution::Click { click, found } => {
                row.click = Some(click.id.clone());
                if let Some(id) = id.filter(|_| found.is_named()) {
                    self.receipts.note_click_of_id(event, &id, click);
                }
                self.attributed(&mut row, event, &meaning, &kind, click, found);
                if row.conversion.is_none() {
                    self.left_out(&row, event, click);
                }
            }
        }
        row
    }

    /// Returns a conversion as it was booked, in this plan or earlier. Of the earlier ones it knows
    /// those in [`Facts::booked`].
    pub(super) fn booked(&self, id: &ConversionId) -> Option<&Conversion> {
        let changed = rows::get(&self.conversions, |known| known.id.cmp(id));
        changed.or_else(|| self.facts.booked.get(id))
    }

    fn attributed(
        &mut self,
        row: &mut EventRow,
        event: &Event,
        meaning: &Meaning<'_>,
        kind: &Kind,
        click: &'a Click,
        found: Found,
    ) {
        let by_id = found.is_named();
        row.trace.found = Some(found);
        let offer = self.decision.offers.get(&click.offer);
        let entry = self.decision.entry(self.source, offer, event, meaning, kind);
        let entry = entry.map(Shared::from);
        let policy = entry
            .as_ref()
            .and_then(|entry| self.decision.policy(self.source, event, entry));
        let policy = match entry.as_ref().filter(|_| event.uploaded) {
            None => policy,
            Some(entry) => match self.corrects(click, event, entry, policy) {
                Ok(policy) => policy,
                Err((outcome, reason)) => {
                    (row.outcome, row.reason) = (outcome, Some(reason));
                    return;
                }
            },
        };
        let expired = by_id && !kind.follows() && !event.test && self.expired(event, click);
        // The first message of an order by time must be in time, in whatever order the messages
        // arrive.
        let is_followed = policy == Some(Duplicates::Update) && event.event_id.is_some();
        if expired && !is_followed {
            self.receipts.note(event, |record| record.expired |= kind.adds());
            row.outcome = Outcome::Expired;
            row.reason = Some(Reason::Expired);
            return;
        }
        if by_id && !expired && !self.is_open(meaning) {
            self.receipts.note_click(event, click);
        }
        let Some(entry) = entry else {
            let (outcome, reason) = nothing(meaning).unwrap_or((Outcome::Unmapped, Reason::Unmapped));
            row.outcome = if event.test { Outcome::Test } else { outcome };
            row.reason = Some(reason);
            return;
        };
        let pays = event.receipt.is_some() && self.decision.pays(&entry);
        self.count(row, event, click, entry, policy);
        if pays && row.conversion.is_some() {
            self.receipts.note(event, |record| record.paid = true);
        }
    }

    /// Whether anyone may have sent the event. Then what it says about receipts is not believed.
    pub(super) fn is_open(&self, meaning: &Meaning<'_>) -> bool {
        matches!(meaning, Meaning::Type(known) if self.source.open_types.contains(&known.name))
    }

    /// Whether the facts include every click that a waiting event names. A click that was not read
    /// might be the right one; the event is then decided when its own facts are read. A reversal
    /// that goes by its receipt needs no click.
    fn knows_clicks_of(&self, event: &Event) -> bool {
        let meaning = self.decision.meaning(self.source, event);
        let kind = self.decision.kind(self.source, event, &meaning);
        by_receipt_alone(event, &kind) || event.candidates().all(|id| self.facts.clicks.contains_key(id))
    }

    fn expired(&self, event: &Event, click: &Click) -> bool {
        self.source
            .click_expiration
            .is_some_and(|longest| event.at.saturating_since(click.at) > longest)
    }

    /// Decides every waiting event that can be decided because of an event, and returns the plan.
    pub(super) fn finish(mut self, mut row: EventRow) -> Plan {
        let others = self.facts.orphans.iter().filter(|orphan| orphan.id != row.event.id);
        let known = others.filter(|orphan| self.knows_clicks_of(orphan));
        let mut waiting: Vec<Shared<Event>> = known.map(Shared::from).collect();
        waiting.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.id.cmp(&b.id)));
        let mut resolved = Vec::new();
        // Each round decides the events that the round before made decidable, so that the order of
        // the waiting events does not matter.
        loop {
            let before = resolved.len();
            waiting.retain(|orphan| {
                let decided = self.decide_one(orphan);
                let stays = decided.outcome == Outcome::Unattributed;
                if !stays {
                    resolved.push(decided);
                }
                stays
            });
            if resolved.len() == before {
                break;
            }
        }
        row.trace.resolved = u32::try_from(resolved.len()).unwrap_or(u32::MAX);
        let mut taken = Decided {
            decision: self.decision,
            now: self.now,
            facts: self.facts,
            rows: once(&row).chain(&resolved).collect(),
            conversions: &self.conversions,
            tallies: &self.tallies,
            outbox: &self.outbox,
        }
        .take_back();
        taken.note(&mut row, &mut resolved);
        self.outbox.append(&mut taken.outbox);
        Plan {
            trace: row.trace.clone(),
            reply: Reply::of(&row),
            commit: Commit {
                withdrawals: taken.withdrawals,
                ..self.into_commit(row, resolved)
            },
        }
    }

    /// Returns the transaction: first the row of the event, then the rows that it changes, then the
    /// rows of the waiting events that are decided because of it.
    fn into_commit(self, row: EventRow, resolved: Vec<EventRow>) -> Commit {
        let source = &self.source.id;
        let waits = (self.facts.event == Some(Outcome::Unattributed)).then_some(Outcome::Unattributed);
        let stored = self.again.or(waits);
        let stands = |row: &EventRow, outcome| Standing::new(row.event.id.clone(), outcome);
        let waiting = resolved.iter().map(|row| stands(row, Outcome::Unattributed));
        let standing = waiting.chain(stored.map(|outcome| stands(&row, outcome))).collect();
        let clicks = self.facts.clicks.iter().map(|(id, known)| Guard {
            key: GuardKey::Click(id.clone()),
            version: known.version,
        });
        let receipts = self.facts.receipts.iter().map(|(id, known)| Guard {
            key: GuardKey::Receipt(source.clone(), id.clone()),
            version: known.version,
        });
        let mut guards: Vec<_> = clicks.collect();
        guards.extend(receipts);
        let identity = stored.is_none().then(|| row.event.id.clone());
        let receipt_rows = self.receipts.into_changed();
        let changed = [
            receipt_rows.len(),
            self.tallies.len(),
            self.conversions.len(),
            resolved.len(),
        ];
        let mut writes = Vec::with_capacity(changed.into_iter().fold(1, usize::saturating_add));
        writes.push(Write::Event(row));
        writes.extend(receipt_rows.into_iter().map(Write::Receipt));
        writes.extend(self.tallies.into_iter().map(Write::Tally));
        writes.extend(self.conversions.into_iter().map(Write::Conversion));
        writes.extend(resolved.into_iter().map(Write::Event));
        Commit {
            identity,
            standing,
            guards,
            writes,
            outbox: self.outbox,
            withdrawals: Vec::new(),
            now: self.now,
        }
    }
}

/// Whether the other interface, the one that counts, reports the event too: the event has a
/// receipt, and money moves. Notifications report all money. ClickBank's postbacks report only
/// sales and upsells (no rebill or reversal was ever seen), so that the rest is counted by the
/// notifications.
fn counts_for(truth: Interface, event: &Event, kind: &Kind) -> bool {
    let told = match truth {
        Interface::Ins => kind.adds() || kind.subtracts(),
        Interface::Postback => matches!(kind, Kind::Sale | Kind::Upsell),
    };
    truth != event.interface && event.receipt.is_some() && !event.test && told
}

/// Returns the outcome of an event that has no conversion type here.
fn nothing(meaning: &Meaning<'_>) -> Option<(Outcome, Reason)> {
    match meaning {
        Meaning::Chosen => Some((Outcome::Chosen, Reason::ChosenNone)),
        Meaning::Unmapped => Some((Outcome::Unmapped, Reason::Unmapped)),
        Meaning::Type(_) | Meaning::Unknown(_) => None,
    }
}
