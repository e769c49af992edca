//! The decision: an event and the facts become one plan.

use super::attribute::{Attribution, Receipts, attribute, by_receipt_alone};
use super::compiled::{Source, Tracker};
use super::facts::{Claimed, FactQuery, Facts, ReceiptRecord, Slot, SlotKey};
use super::fire::Change;
use super::plan::{Commit, EventRow, Guard, GuardKey, Outcome, Plan, Reason, Reply, ReplyOutcome, Write};
use super::resolve::Meaning;
use super::slots::{self, MAX_SLOTS};
use super::trace::{DuplicateDecision, Found, Trace};
use crate::delivery::Delivery;
use crate::event::{Event, Interface, Kind};
use crate::model::{Click, Conversion, Duplicates, Entry, Revenue};
use crate::value::{ClickId, ConversionId, DeliveryId, OfferSourceId, Timestamp};
use alloc::{collections::BTreeMap, vec, vec::Vec};
use thiserror::Error;

/// An event of a source that the configuration does not know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("offer source `{0}` is not configured")]
pub struct UnknownSource(OfferSourceId);

impl Tracker {
    /// Which rows the decision over `event` needs.
    #[must_use]
    pub fn needs(&self, event: &Event) -> FactQuery {
        FactQuery {
            source: event.source.clone(),
            event: event.id.clone(),
            clicks: event.clicks.clone(),
            receipts: event.receipt.iter().chain(&event.parent).cloned().collect(),
        }
    }

    /// Decides what an event means, and with it every waiting event that it resolves. Pure and total: the same arguments give the same
    /// plan, and a rule that cannot be evaluated does not stop the others.
    ///
    /// # Errors
    /// [`UnknownSource`] when the event's source is not configured.
    pub fn decide(&self, event: &Event, facts: &Facts, now: Timestamp) -> Result<Plan, UnknownSource> {
        let source = self
            .sources
            .get(&event.source)
            .ok_or_else(|| UnknownSource(event.source.clone()))?;
        let mut work = Work::new(self, source, facts, now);
        let mut row = work.decide_one(event);
        let others = facts.orphans.iter().filter(|orphan| orphan.id != event.id);
        let mut waiting: Vec<&Event> = others.filter(|orphan| work.knows_clicks_of(orphan)).collect();
        waiting.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.id.cmp(&b.id)));
        let mut resolved = Vec::new();
        // Each round resolves what the round before made resolvable, so the order among waiting events does not matter.
        loop {
            let before = resolved.len();
            waiting.retain(|orphan| {
                let decided = work.decide_one(orphan);
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
        let trace = row.trace.clone();
        let reply = reply(&row);
        let waits = facts.event == Some(Outcome::Unattributed);
        let identity = (!waits).then(|| event.id.clone());
        let mut waiting: Vec<_> = resolved.iter().map(|row| row.event.id.clone()).collect();
        if waits {
            waiting.push(event.id.clone());
        }
        let mut commit = work.into_commit(&event.source);
        commit.identity = identity;
        commit.waiting = waiting;
        commit.writes.insert(0, Write::Event(row));
        commit.writes.extend(resolved.into_iter().map(Write::Event));
        Ok(Plan { commit, reply, trace })
    }
}

fn reply(row: &EventRow) -> Reply {
    let outcome = match row.outcome {
        _ if row.event.test => ReplyOutcome::Test,
        Outcome::Counted => ReplyOutcome::Applied,
        Outcome::Chosen | Outcome::Unmapped | Outcome::Ignored | Outcome::Expired => ReplyOutcome::Ignored,
        Outcome::Unattributed => ReplyOutcome::Unattributed,
        Outcome::Test => ReplyOutcome::Test,
    };
    Reply {
        outcome,
        reason: row.reason,
    }
}

/// The rows as they change while one plan is made.
struct Work<'a> {
    tracker: &'a Tracker,
    source: &'a Source,
    facts: &'a Facts,
    now: Timestamp,
    receipts: Receipts,
    changed_receipts: Receipts,
    slots: BTreeMap<(ClickId, SlotKey), Slot>,
    changed_slots: BTreeMap<(ClickId, SlotKey), Slot>,
    conversions: BTreeMap<ConversionId, Conversion>,
    outbox: BTreeMap<DeliveryId, Delivery>,
}

impl<'a> Work<'a> {
    fn new(tracker: &'a Tracker, source: &'a Source, facts: &'a Facts, now: Timestamp) -> Self {
        let receipts = facts
            .receipts
            .iter()
            .filter_map(|(id, known)| Some((id.clone(), known.record.clone()?)));
        let slots = facts.clicks.values().flat_map(|known| &known.slots);
        Self {
            tracker,
            source,
            facts,
            now,
            receipts: receipts.collect(),
            changed_receipts: BTreeMap::new(),
            slots: slots
                .map(|slot| ((slot.click.clone(), slot.key.clone()), slot.clone()))
                .collect(),
            changed_slots: BTreeMap::new(),
            conversions: BTreeMap::new(),
            outbox: BTreeMap::new(),
        }
    }

    /// Decides one event on top of what was decided before it.
    fn decide_one(&mut self, event: &Event) -> EventRow {
        let meaning = self.tracker.meaning(self.source, event);
        let kind = self.tracker.kind(self.source, event, &meaning);
        let mut row = EventRow {
            event: event.clone(),
            outcome: Outcome::Unattributed,
            reason: None,
            click: None,
            conversion: None,
            decided_at: self.now,
            configuration: self.tracker.fingerprint.clone(),
            trace: Trace::default(),
        };
        let open = self.is_open(&meaning);
        if !open {
            self.note_parent(event);
        }
        if let Some(truth) = self.source.truth.filter(|truth| counts_for(*truth, event, &kind)) {
            row.outcome = Outcome::Ignored;
            row.reason = Some(Reason::counted_by(truth));
            return row;
        }
        match attribute(event, &kind, self.facts, &self.receipts) {
            Attribution::Unattributed(reason) => {
                // A test has no click to wait for, and what means nothing here would mean nothing with a click.
                // Only one that may still teach its receipt the click goes on waiting.
                let teaches = !open && event.receipt.is_some() && !event.clicks.is_empty();
                (row.outcome, row.reason) = match nothing(&meaning).filter(|_| !teaches) {
                    _ if event.test => (Outcome::Test, Some(reason)),
                    Some((outcome, reason)) => (outcome, Some(reason)),
                    None => (Outcome::Unattributed, Some(reason)),
                };
            }
            Attribution::Click { click, found } => self.attributed(&mut row, event, &meaning, &kind, click, found),
        }
        row
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
        row.click = Some(click.id.clone());
        let by_id = matches!(found, Found::Candidate { .. });
        row.trace.found = Some(found);
        let expired = by_id && !kind.follows() && !event.test && self.expired(event, click);
        if expired {
            self.note(event, |record| record.expired |= kind.adds());
            row.outcome = Outcome::Expired;
            row.reason = Some(Reason::Expired);
            return;
        }
        if by_id && !self.is_open(meaning) {
            self.note_click(event, click);
        }
        let offer = self.tracker.offers.get(&click.offer);
        let Some(entry) = self.tracker.entry(self.source, offer, event, meaning) else {
            let (outcome, reason) = nothing(meaning).unwrap_or((Outcome::Unmapped, Reason::Unmapped));
            row.outcome = if event.test { Outcome::Test } else { outcome };
            row.reason = Some(reason);
            return;
        };
        let pays = self.tracker.pays(&entry);
        self.count(row, event, click, entry);
        if pays && row.conversion.is_some() {
            self.note(event, |record| record.paid = true);
        }
    }

    /// Whether anyone may have sent it: what it says of receipts is not believed.
    fn is_open(&self, meaning: &Meaning<'_>) -> bool {
        matches!(meaning, Meaning::Type(known) if self.source.open_types.contains(&known.name))
    }

    /// Lets an entry make or change a conversion, and fires what follows from it.
    fn count(&mut self, row: &mut EventRow, event: &Event, click: &'a Click, entry: Entry) {
        let signed = self.tracker.signed(&entry);
        let policy = self.tracker.policy(self.source, &entry);
        let key = policy.and_then(|policy| self.tracker.slot_key(policy, &entry));
        let (before, after, mut slot) = match (policy, key) {
            (Some(policy), Some(key)) => match self.merged(click, policy, key, &entry, signed) {
                Ok((slot, decision, before, after)) => {
                    row.trace.duplicate = Some(decision);
                    (before, after, Some(slot))
                }
                Err(reason) => {
                    row.outcome = Outcome::Ignored;
                    row.reason = Some(reason);
                    return;
                }
            },
            (policy, _) => {
                row.trace.duplicate = Some(policy.map_or(DuplicateDecision::Bypassed, |_| DuplicateDecision::Created));
                (None, Some(self.own_conversion(click, &entry, signed)), None)
            }
        };
        row.outcome = if entry.test { Outcome::Test } else { Outcome::Counted };
        if let Some(after) = after {
            row.conversion = Some(after.id.clone());
            let own = self.tracker.revenue(&entry, signed, true);
            row.reason = reason_of(&entry, own, self.tracker.campaigns.contains_key(&click.campaign));
            let unchanged = before.as_ref().is_some_and(|before| {
                before.shown == after.shown && before.sum == after.sum && before.revenue == after.revenue
            });
            if unchanged {
                row.outcome = Outcome::Ignored;
                let other = || {
                    signed
                        .zip(slot.as_ref())
                        .is_some_and(|(money, slot)| slots::is_other_currency(slot, money))
                };
                row.reason = Some(match policy {
                    Some(Duplicates::IgnoreEventId) => Reason::DuplicateEventId,
                    Some(Duplicates::Edit) => Reason::Superseded,
                    Some(Duplicates::Increment) if other() => Reason::OtherCurrency,
                    _ => Reason::Duplicate,
                });
                if before.as_ref() != Some(&after) {
                    self.conversions.insert(after.id.clone(), after);
                }
            } else {
                // A conversion of the event's own has told nothing yet.
                let shared = slot.as_ref().filter(|_| policy != Some(Duplicates::CreateMarked));
                let mut fired = shared.map(|slot| slot.fired.clone()).unwrap_or_default();
                let change = Change {
                    event,
                    click,
                    before: before.as_ref(),
                    after: &after,
                };
                for delivery in self.tracker.fire(&change, &mut fired, self.now, &mut row.trace) {
                    self.outbox.entry(delivery.id.clone()).or_insert(delivery);
                }
                // Of conversions of their own the slot keeps what the first has told: another policy may go on with it.
                let keeps = |slot: &&mut Slot| match policy {
                    Some(Duplicates::CreateMarked) => slot.conversion.is_none() && slot.first.event == entry.event,
                    _ => slot.conversion.is_some(),
                };
                if let Some(slot) = slot.as_mut().filter(keeps) {
                    slot.fired = fired;
                }
                self.conversions.insert(after.id.clone(), after);
            }
        }
        if let Some(slot) = slot {
            let place = (click.id.clone(), slot.key.clone());
            self.slots.insert(place.clone(), slot.clone());
            self.changed_slots.insert(place, slot);
        }
    }

    /// The slot with the entry in it, what that did, and the conversion before and after.
    fn merged(
        &self,
        click: &Click,
        policy: Duplicates,
        key: SlotKey,
        entry: &Entry,
        signed: Option<crate::value::Money>,
    ) -> Result<(Slot, DuplicateDecision, Option<Conversion>, Option<Conversion>), Reason> {
        let marked = policy == Duplicates::CreateMarked;
        let own = marked.then(|| self.own_conversion(click, entry, signed));
        let place = (click.id.clone(), key.clone());
        let (slot, decision, before) = match self.slots.get(&place) {
            Some(known) => {
                let mut slot = known.clone();
                if !marked && slot.conversion.is_none() {
                    // The policy was `create_marked` before. The conversion that the first event made goes on; the others stay.
                    let own = slots::event_conversion_id(&known.first);
                    slot = self.tracker.open_slot(click, key, Some(own), &known.first);
                    slot.fired = known.fired.clone();
                }
                let before = if marked {
                    None
                } else {
                    self.tracker.shown(&slot, policy, click)
                };
                let decision = self.tracker.merge(&mut slot, policy, entry);
                (slot, decision, before)
            }
            None => {
                if matches!(key, SlotKey::TypeAndId(..)) && self.held(click) >= MAX_SLOTS {
                    return Err(Reason::TooManySlots);
                }
                let conversion = (!marked).then(|| slots::conversion_id(click, &key));
                (
                    self.tracker.open_slot(click, key, conversion, entry),
                    DuplicateDecision::Created,
                    None,
                )
            }
        };
        let after = own.or_else(|| self.tracker.shown(&slot, policy, click));
        Ok((slot, decision, before, after))
    }

    fn own_conversion(&self, click: &Click, entry: &Entry, signed: Option<crate::value::Money>) -> Conversion {
        self.tracker
            .conversion(slots::event_conversion_id(entry), click, entry.clone(), signed, 1)
    }

    /// How many slots with network ids of their own a click has. Those of open types, left from before they were open, do not count.
    fn held(&self, click: &Click) -> usize {
        let counts = |key: &SlotKey| match key {
            SlotKey::TypeAndId(name, _) => !self.source.open_types.contains(name),
            _ => false,
        };
        let held = self.slots.keys().filter(|(id, key)| *id == click.id && counts(key));
        held.count()
    }

    /// Whether every click that a waiting event names was asked for. One that was not might be its click; it is decided when its own
    /// facts are read. A reversal that goes by its receipt needs none.
    fn knows_clicks_of(&self, event: &Event) -> bool {
        let meaning = self.tracker.meaning(self.source, event);
        let kind = self.tracker.kind(self.source, event, &meaning);
        by_receipt_alone(event, &kind) || event.clicks.iter().all(|id| self.facts.clicks.contains_key(id))
    }

    fn expired(&self, event: &Event, click: &Click) -> bool {
        self.source
            .click_expiration
            .is_some_and(|longest| event.at.saturating_since(click.at) > longest)
    }

    /// Keeps what an event says of its receipt's parent, whether or not its click is known.
    fn note_parent(&mut self, event: &Event) {
        let Some(parent) = &event.parent else { return };
        self.note(event, |record| match &record.parent {
            // Of two answers the smaller one stays, whatever came first.
            Some(known) if known <= parent => {}
            _ => record.parent = Some(parent.clone()),
        });
    }

    /// Keeps that an event named the click of its receipt itself.
    fn note_click(&mut self, event: &Event, click: &Click) {
        let claim = Claimed {
            at: event.at,
            event: event.id.clone(),
            click: click.id.clone(),
        };
        self.note(event, |record| {
            if record.click.as_ref().is_none_or(|known| claim < *known) {
                record.click = Some(claim);
            }
        });
    }

    /// Changes what is known of an event's receipt. Nothing is learnt from a test.
    fn note(&mut self, event: &Event, change: impl FnOnce(&mut ReceiptRecord)) {
        let Some(receipt) = event.receipt.clone().filter(|_| !event.test) else {
            return;
        };
        let mut record = self.receipts.get(&receipt).cloned().unwrap_or_else(|| ReceiptRecord {
            source: self.source.id.clone(),
            receipt: receipt.clone(),
            parent: None,
            click: None,
            paid: false,
            expired: false,
        });
        let before = record.clone();
        change(&mut record);
        if record != before || !self.receipts.contains_key(&receipt) {
            self.receipts.insert(receipt.clone(), record.clone());
            self.changed_receipts.insert(receipt, record);
        }
    }

    fn into_commit(self, source: &OfferSourceId) -> Commit {
        let clicks = self
            .facts
            .clicks
            .iter()
            .map(|(id, known)| (GuardKey::Click(id.clone()), known.version));
        let receipts = self.facts.receipts.iter();
        let receipts = receipts.map(|(id, known)| (GuardKey::Receipt(source.clone(), id.clone()), known.version));
        let mut commit = Commit::of(vec![], self.now);
        commit.guards = clicks
            .chain(receipts)
            .map(|(key, version)| Guard { key, version })
            .collect();
        commit
            .writes
            .extend(self.changed_receipts.into_values().map(Write::Receipt));
        commit.writes.extend(self.changed_slots.into_values().map(Write::Slot));
        commit
            .writes
            .extend(self.conversions.into_values().map(Write::Conversion));
        commit.outbox = self.outbox.into_values().collect();
        commit
    }
}

/// Whether an event is told by the other interface too, which counts: it has a receipt, and money is on the move. Notifications tell of all
/// money, ClickBank's postbacks of sales and upsells alone (clickbank-s2s facts 1.2), so rebills and reversals go by the notifications.
fn counts_for(truth: Interface, event: &Event, kind: &Kind) -> bool {
    let told = match truth {
        Interface::Ins => kind.adds() || kind.subtracts(),
        Interface::Postback => matches!(kind, Kind::Sale | Kind::Upsell),
    };
    truth != event.interface && event.receipt.is_some() && !event.test && told
}

/// What an event comes to that has no conversion type here.
fn nothing(meaning: &Meaning<'_>) -> Option<(Outcome, Reason)> {
    match meaning {
        Meaning::Chosen => Some((Outcome::Chosen, Reason::ChosenNone)),
        Meaning::Unmapped => Some((Outcome::Unmapped, Reason::Unmapped)),
        Meaning::Type(_) | Meaning::Unknown(_) => None,
    }
}

fn reason_of(entry: &Entry, own: Revenue, campaign_known: bool) -> Option<Reason> {
    if !entry.known {
        Some(Reason::UnknownType)
    } else if own == Revenue::NoRate {
        Some(Reason::NoRate)
    } else if !campaign_known {
        Some(Reason::UnknownCampaign)
    } else {
        None
    }
}
