//! The decision: an event and the facts become one plan.

use super::attribute::{Attribution, Receipts, attribute};
use super::compiled::{Source, Tracker};
use super::facts::{Claimed, FactQuery, Facts, ReceiptRecord, Slot, SlotKey};
use super::fire::{Change, fired_of};
use super::plan::{Commit, EventRow, Guard, GuardKey, Outcome, Plan, Reason, Reply, ReplyOutcome, Write};
use super::resolve::Meaning;
use super::slots::{self, MAX_SLOTS};
use super::trace::{DuplicateDecision, Found, Trace};
use crate::delivery::Delivery;
use crate::event::{Event, Kind};
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
        let mut waiting: Vec<&Event> = facts.orphans.iter().filter(|orphan| orphan.id != event.id).collect();
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
        if let Some(truth) = self
            .source
            .truth
            .filter(|truth| *truth != event.interface && is_of_one_sale(event, &kind))
        {
            row.outcome = Outcome::Ignored;
            row.reason = Some(Reason::counted_by(truth));
            return row;
        }
        match attribute(event, &kind, self.facts, &self.receipts) {
            Attribution::Unattributed(reason) => {
                // A test has no click to wait for.
                row.outcome = if event.test {
                    Outcome::Test
                } else {
                    Outcome::Unattributed
                };
                row.reason = Some(reason);
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
            let (outcome, reason) = match meaning {
                Meaning::Chosen => (Outcome::Chosen, Reason::ChosenNone),
                _ => (Outcome::Unmapped, Reason::Unmapped),
            };
            row.outcome = if event.test { Outcome::Test } else { outcome };
            row.reason = Some(reason);
            return;
        };
        let pays = self.tracker.adds(&entry) == Some(true);
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
            row.reason = reason_of(&after, self.tracker.campaigns.contains_key(&click.campaign));
            let unchanged = before
                .as_ref()
                .is_some_and(|before| before.shown == after.shown && before.sum == after.sum);
            if unchanged {
                row.outcome = Outcome::Ignored;
                let added = signed.filter(|_| policy == Some(Duplicates::Increment));
                row.reason = Some(match (policy, &after.sum, added) {
                    (Some(Duplicates::IgnoreEventId), ..) => Reason::DuplicateEventId,
                    (Some(Duplicates::Edit), ..) => Reason::Superseded,
                    (_, Some(sum), Some(added)) if sum.currency != added.currency => Reason::OtherCurrency,
                    _ => Reason::Duplicate,
                });
                if before.as_ref() != Some(&after) {
                    self.conversions.insert(after.id.clone(), after);
                }
            } else {
                let mut fired = fired_of(slot.as_ref());
                let change = Change {
                    event,
                    click,
                    before: before.as_ref(),
                    after: &after,
                };
                for delivery in self.tracker.fire(&change, &mut fired, self.now, &mut row.trace) {
                    self.outbox.entry(delivery.id.clone()).or_insert(delivery);
                }
                if let Some(slot) = slot.as_mut().filter(|slot| slot.conversion.is_some()) {
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
                let held = self.slots.keys().filter(|(id, _)| *id == click.id).count();
                if matches!(key, SlotKey::TypeAndId(..)) && held >= MAX_SLOTS {
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

/// Whether a notification and a postback may both tell of it: a receipt, and money on the move.
fn is_of_one_sale(event: &Event, kind: &Kind) -> bool {
    event.receipt.is_some() && !event.test && (kind.adds() || kind.subtracts())
}

fn reason_of(conversion: &Conversion, campaign_known: bool) -> Option<Reason> {
    if !conversion.shown.known {
        Some(Reason::UnknownType)
    } else if conversion.revenue == Revenue::NoRate {
        Some(Reason::NoRate)
    } else if !campaign_known {
        Some(Reason::UnknownCampaign)
    } else {
        None
    }
}
