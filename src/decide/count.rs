//! What an entry makes of the conversions of its click, and what follows from that.

use super::fire::Change;
use super::rows;
use super::slots::{self, MAX_SLOTS};
use super::work::Work;
use crate::event::Event;
use crate::model::{Click, Conversion, Duplicates, Entry, Revenue};
use crate::plan::{DuplicateDecision, EventRow, Outcome, Reason, Slot, SlotKey};
use crate::value::{Money, Shared};

/// A conversion before and after an entry.
struct Made {
    /// What the duplicate policy did.
    decision: DuplicateDecision,
    before: Option<Conversion>,
    after: Conversion,
    /// The slot with the entry in it; absent where nothing falls together.
    slot: Option<Slot>,
}

impl<'a> Work<'a> {
    /// Lets an entry make or change a conversion, and fires what follows from it.
    pub(super) fn count(&mut self, row: &mut EventRow, event: &Event, click: &'a Click, entry: Shared<Entry>) {
        let signed = self.decision.signed(&entry);
        let policy = self.decision.policy(self.source, &entry);
        let made = match self.made(click, policy, &entry, signed) {
            Ok(made) => made,
            Err(reason) => {
                row.outcome = Outcome::Ignored;
                row.reason = Some(reason);
                return;
            }
        };
        let Made {
            decision,
            before,
            after,
            mut slot,
        } = made;
        row.trace.duplicate = Some(decision);
        row.conversion = Some(after.id.clone());
        let unchanged = before.as_ref().is_some_and(|before| {
            before.shown == after.shown && before.sum == after.sum && before.revenue == after.revenue
        });
        if unchanged {
            row.outcome = Outcome::Ignored;
            let other = || {
                let added_to = signed.zip(slot.as_ref());
                added_to.is_some_and(|(money, slot)| slots::is_other_currency(slot, money))
            };
            row.reason = Some(match policy {
                Some(Duplicates::IgnoreEventId) => Reason::DuplicateEventId,
                Some(Duplicates::Edit) => Reason::Superseded,
                Some(Duplicates::Increment) if other() => Reason::OtherCurrency,
                _ => Reason::Duplicate,
            });
        } else {
            row.outcome = if entry.test { Outcome::Test } else { Outcome::Applied };
            row.reason = self.reason_of(&entry, signed, click);
            // A conversion of the event's own has told nothing yet.
            let shared = slot.as_ref().filter(|_| policy != Some(Duplicates::CreateMarked));
            let mut fired = shared.map(|slot| slot.fired.clone()).unwrap_or_default();
            let change = Change {
                now: self.now,
                event,
                click,
                before: before.as_ref(),
                after: &after,
            };
            let tracker = self.decision;
            tracker.fire(&change, &mut fired, &mut row.trace, &mut self.outbox);
            // Of conversions of their own the slot keeps what the first has told: another policy
            // may go on with it.
            let keeps = |slot: &&mut Slot| match policy {
                Some(Duplicates::CreateMarked) => slot.conversion.is_none() && slot.first.event == entry.event,
                _ => slot.conversion.is_some(),
            };
            if let Some(slot) = slot.as_mut().filter(keeps) {
                slot.fired = fired;
            }
        }
        if before.as_ref() != Some(&after) {
            rows::put(&mut self.conversions, after, |one, other| one.id.cmp(&other.id));
        }
        if let Some(slot) = slot {
            rows::put(&mut self.slots, slot, |one, other| {
                (&one.click, &one.key).cmp(&(&other.click, &other.key))
            });
        }
    }

    fn made(
        &self,
        click: &Click,
        policy: Option<Duplicates>,
        entry: &Shared<Entry>,
        signed: Option<Money>,
    ) -> Result<Made, Reason> {
        let own = || {
            let id = slots::event_conversion_id(entry);
            self.decision.conversion(id, click, entry.clone(), signed, 1)
        };
        let alone = |decision| Made {
            decision,
            before: None,
            after: own(),
            slot: None,
        };
        let Some(policy) = policy else {
            return Ok(alone(DuplicateDecision::Bypassed));
        };
        let Some(key) = self.decision.slot_key(policy, entry) else {
            return Ok(alone(DuplicateDecision::Created));
        };
        if policy == Duplicates::CreateMarked {
            let (slot, decision) = match self.slot(click, &key) {
                Some(known) => {
                    let mut slot = known.clone();
                    let decision = self.decision.merge(&mut slot, policy, entry);
                    (slot, decision)
                }
                None => (
                    self.decision.open_slot(click, key, None, entry),
                    DuplicateDecision::Created,
                ),
            };
            return Ok(Made {
                decision,
                before: None,
                after: own(),
                slot: Some(slot),
            });
        }
        let Some(known) = self.slot(click, &key) else {
            if matches!(key, SlotKey::TypeAndId(..)) && self.held(click) >= MAX_SLOTS {
                return Err(Reason::TooManySlots);
            }
            let id = slots::conversion_id(click, &key);
            let slot = self.decision.open_slot(click, key, Some(id.clone()), entry);
            return Ok(Made {
                decision: DuplicateDecision::Created,
                before: None,
                after: self.decision.shown(&slot, id, policy, click),
                slot: Some(slot),
            });
        };
        let (mut slot, id) = match &known.conversion {
            Some(id) => (known.clone(), id.clone()),
            None => {
                // The policy was `create_marked` before. The conversion that the first event made
                // goes on; the others stay.
                let id = slots::event_conversion_id(&known.first);
                let mut slot = self.decision.open_slot(click, key, Some(id.clone()), &known.first);
                slot.fired = known.fired.clone();
                (slot, id)
            }
        };
        let before = self.decision.shown(&slot, id.clone(), policy, click);
        let decision = self.decision.merge(&mut slot, policy, entry);
        Ok(Made {
            decision,
            before: Some(before),
            after: self.decision.shown(&slot, id, policy, click),
            slot: Some(slot),
        })
    }

    /// A slot of a click as it is now.
    fn slot(&self, click: &Click, key: &SlotKey) -> Option<&Slot> {
        let changed = rows::get(&self.slots, |slot| (&slot.click, &slot.key).cmp(&(&click.id, key)));
        changed.or_else(|| self.stored(click).iter().find(|slot| slot.key == *key))
    }

    fn stored(&self, click: &Click) -> &'a [Slot] {
        self.facts.clicks.get(&click.id).map_or(&[], |known| &known.slots)
    }

    /// How many slots with network ids of their own a click has. Those of open types, left from
    /// before they were open, do not count.
    fn held(&self, click: &Click) -> usize {
        let counts = |key: &SlotKey| match key {
            SlotKey::TypeAndId(name, _) => !self.source.open_types.contains(name),
            _ => false,
        };
        let stored = self.stored(click);
        let is_new = |slot: &&Slot| slot.click == click.id && stored.iter().all(|known| known.key != slot.key);
        let new = self.slots.iter().filter(is_new);
        stored.iter().chain(new).filter(|slot| counts(&slot.key)).count()
    }

    /// What is to be said of an entry that counts.
    fn reason_of(&self, entry: &Entry, signed: Option<Money>, click: &Click) -> Option<Reason> {
        if !entry.known {
            Some(Reason::UnknownType)
        } else if self.decision.revenue(entry, signed, true) == Revenue::NoRate {
            Some(Reason::NoRate)
        } else if !self.decision.campaigns.contains_key(&click.campaign) {
            Some(Reason::UnknownCampaign)
        } else {
            None
        }
    }
}
