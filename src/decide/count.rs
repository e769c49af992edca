//! What an entry makes of the conversions of its click, and what follows from that.

use super::fire::Change;
use super::rows;
use super::tallies::{self, MAX_TALLIES};
use super::work::Work;
use crate::event::Event;
use crate::model::{Click, Conversion, Duplicates, Entry, Revenue};
use crate::plan::{DuplicateDecision, EventRow, Outcome, Reason, Tally, TallyKey};
use crate::value::{Money, Shared};

/// A conversion before and after an entry.
struct Made {
    /// What the duplicate policy did.
    decision: DuplicateDecision,
    before: Option<Conversion>,
    after: Conversion,
    /// The tally with the entry in it; absent where nothing falls together.
    tally: Option<Tally>,
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
            mut tally,
        } = made;
        row.trace.duplicate = Some(decision);
        row.conversion = Some(after.id.clone());
        let unchanged = before.as_ref().is_some_and(|before| {
            before.shown == after.shown && before.sum == after.sum && before.revenue == after.revenue
        });
        if unchanged {
            row.outcome = Outcome::Ignored;
            let other = || {
                let added_to = signed.zip(tally.as_ref());
                added_to.is_some_and(|(money, tally)| tallies::is_other_currency(tally, money))
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
            let shared = tally.as_ref().filter(|_| policy != Some(Duplicates::CreateMarked));
            let mut fired = shared.map(|tally| tally.fired.clone()).unwrap_or_default();
            let change = Change {
                now: self.now,
                event,
                click,
                before: before.as_ref(),
                after: &after,
            };
            let tracker = self.decision;
            tracker.fire(&change, &mut fired, &mut row.trace, &mut self.outbox);
            // Of conversions of their own the tally keeps what the first has told: another policy
            // may go on with it.
            let keeps = |tally: &&mut Tally| match policy {
                Some(Duplicates::CreateMarked) => tally.conversion.is_none() && tally.first.event == entry.event,
                _ => tally.conversion.is_some(),
            };
            if let Some(tally) = tally.as_mut().filter(keeps) {
                tally.fired = fired;
            }
        }
        if before.as_ref() != Some(&after) {
            rows::put(&mut self.conversions, after, |one, other| one.id.cmp(&other.id));
        }
        if let Some(tally) = tally {
            rows::put(&mut self.tallies, tally, |one, other| {
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
            let id = tallies::event_conversion_id(entry);
            self.decision.conversion(id, click, entry.clone(), signed, 1)
        };
        let alone = |decision| Made {
            decision,
            before: None,
            after: own(),
            tally: None,
        };
        let Some(policy) = policy else {
            return Ok(alone(DuplicateDecision::Bypassed));
        };
        let Some(key) = self.decision.tally_key(policy, entry) else {
            return Ok(alone(DuplicateDecision::Created));
        };
        if policy == Duplicates::CreateMarked {
            let (tally, decision) = match self.tally(click, &key) {
                Some(known) => {
                    let mut tally = known.clone();
                    let decision = self.decision.merge(&mut tally, policy, entry);
                    (tally, decision)
                }
                None => (
                    self.decision.open_tally(click, key, None, entry),
                    DuplicateDecision::Created,
                ),
            };
            return Ok(Made {
                decision,
                before: None,
                after: own(),
                tally: Some(tally),
            });
        }
        let Some(known) = self.tally(click, &key) else {
            if matches!(key, TallyKey::TypeAndId(..)) && self.held(click) >= MAX_TALLIES {
                return Err(Reason::TooManyTallies);
            }
            let id = tallies::conversion_id(click, &key);
            let tally = self.decision.open_tally(click, key, Some(id.clone()), entry);
            return Ok(Made {
                decision: DuplicateDecision::Created,
                before: None,
                after: self.decision.shown(&tally, id, policy, click),
                tally: Some(tally),
            });
        };
        let (mut tally, id) = match &known.conversion {
            Some(id) => (known.clone(), id.clone()),
            None => {
                // The policy was `create_marked` before. The conversion that the first event made
                // goes on; the others stay.
                let id = tallies::event_conversion_id(&known.first);
                let mut tally = self.decision.open_tally(click, key, Some(id.clone()), &known.first);
                tally.fired = known.fired.clone();
                (tally, id)
            }
        };
        let before = self.decision.shown(&tally, id.clone(), policy, click);
        let decision = self.decision.merge(&mut tally, policy, entry);
        Ok(Made {
            decision,
            before: Some(before),
            after: self.decision.shown(&tally, id, policy, click),
            tally: Some(tally),
        })
    }

    /// A tally of a click as it is now.
    fn tally(&self, click: &Click, key: &TallyKey) -> Option<&Tally> {
        let changed = rows::get(&self.tallies, |tally| (&tally.click, &tally.key).cmp(&(&click.id, key)));
        changed.or_else(|| self.stored(click).iter().find(|tally| tally.key == *key))
    }

    fn stored(&self, click: &Click) -> &'a [Tally] {
        self.facts.clicks.get(&click.id).map_or(&[], |known| &known.tallies)
    }

    /// How many tallies with network ids of their own a click has. Those of open types, left from
    /// before they were open, do not count.
    fn held(&self, click: &Click) -> usize {
        let counts = |key: &TallyKey| match key {
            TallyKey::TypeAndId(name, _) => !self.source.open_types.contains(name),
            _ => false,
        };
        let stored = self.stored(click);
        let is_new = |tally: &&Tally| tally.click == click.id && stored.iter().all(|known| known.key != tally.key);
        let new = self.tallies.iter().filter(is_new);
        stored.iter().chain(new).filter(|tally| counts(&tally.key)).count()
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
