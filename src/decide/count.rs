//! Changes the conversions of a click by an entry, and fires the postbacks that follow.

use super::tallies::{self, MAX_TALLIES};
use super::update::says_the_same;
use super::work::Work;
use crate::event::Event;
use crate::fire::{Change, FireInto, Seconds};
use crate::model::{Basis, Click, Conversion, Duplicates, Entry, Revenue};
use crate::plan::{DuplicateDecision, EventRow, Fired, Outcome, Reason, Tally, TallyKey, Trace, rows};
use crate::value::{Money, Shared};
use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// A conversion before and after an entry.
struct Made {
    /// What the duplicate policy did.
    decision: DuplicateDecision,
    before: Option<Conversion>,
    after: Conversion,
    /// The tally with the entry in it; none if the entry has no tally.
    tally: Option<Tally>,
}

/// The outcome of an entry that makes no conversion, and the reason.
pub(super) type Refused = (Outcome, Reason);

/// Returns the reason for an entry that leaves its conversion as it is. `added_to` is its amount
/// with the tally that it would be added to.
fn repeated(policy: Option<Duplicates>, added_to: Option<(Money, &Tally)>) -> Reason {
    let is_other = || added_to.is_some_and(|(money, tally)| tallies::is_other_currency(tally, money));
    match policy {
        Some(Duplicates::IgnoreEventId) => Reason::DuplicateEventId,
        Some(Duplicates::Edit | Duplicates::Update) => Reason::Superseded,
        None => Reason::TakenBack,
        Some(Duplicates::Increment) if is_other() => Reason::OtherCurrency,
        _ => Reason::Duplicate,
    }
}

impl<'a> Work<'a> {
    /// Makes or changes a conversion by an entry, and fires the postbacks that follow from it.
    pub(super) fn count(
        &mut self,
        row: &mut EventRow,
        event: &Event,
        click: &'a Click,
        entry: Shared<Entry>,
        policy: Option<Duplicates>,
    ) {
        let signed = self.decision.signed(&entry);
        let refund = match policy {
            None => self.refunds(event, &entry),
            Some(_) => None,
        };
        let order = entry.event_id.as_ref();
        let order = order.filter(|_| refund.is_some() || policy == Some(Duplicates::Update));
        let made = match policy {
            Some(Duplicates::Update) => self.followed(click, event, &entry, signed),
            _ => self.made(click, policy, &entry, signed),
        };
        let Made {
            mut decision,
            before,
            mut after,
            mut tally,
        } = match made {
            Ok(made) => made,
            Err((outcome, reason)) => {
                row.outcome = outcome;
                row.reason = Some(reason);
                return;
            }
        };
        // A type that is no money any more may have been some when its conversion was booked.
        let loses = || {
            self.booked(&after.id)
                .is_some_and(|known| known.revenue != after.revenue)
        };
        let mut taken_back = match self.decision.may_change_worth(&entry, policy) || loses() {
            true => self.reversals(click),
            false => BTreeMap::new(),
        };
        row.conversion = Some(after.id.clone());
        let is_other = |tally: &Tally| !matches!(tally.key, TallyKey::Order(..));
        if tally.as_ref().is_some_and(is_other)
            && let Some(known) = before.as_ref().filter(|known| self.is_corrected(click, &known.id))
        {
            // Uploaded rows have corrected it, and only further rows change it.
            after = known.clone();
            decision = DuplicateDecision::Kept;
        }
        row.share = tally
            .as_ref()
            .and_then(|tally| self.decision.share(tally, &entry, policy))
            .map(Box::new);
        let unchanged = before.as_ref().is_some_and(|before| match policy {
            Some(Duplicates::Update) => says_the_same(before, &after),
            _ => before.shown == after.shown && before.sum == after.sum && before.revenue == after.revenue,
        });
        if unchanged && decision == DuplicateDecision::Edited {
            decision = DuplicateDecision::Unchanged;
        }
        row.trace.duplicate = Some(decision);
        if unchanged {
            row.outcome = Outcome::Ignored;
            row.reason = Some(match policy {
                Some(Duplicates::Update) if decision == DuplicateDecision::Unchanged => Reason::Unchanged,
                _ => repeated(policy, signed.zip(tally.as_ref())),
            });
        } else {
            row.outcome = if entry.test { Outcome::Test } else { Outcome::Applied };
            // A conversion that belongs to this event alone has not been reported to the channel
            // yet.
            let shared = tally.as_ref().filter(|_| policy != Some(Duplicates::CreateMarked));
            let mut fired = shared.map(|tally| tally.fired.clone()).unwrap_or_default();
            let change = Change {
                now: self.now,
                event,
                click,
                before: before.as_ref(),
                after: &after,
                valued: false,
            };
            row.trace.silent = event.silent;
            let lacks_amount = !event.silent && self.fire(&change, &mut fired, &mut row.trace);
            row.reason = self.reason_of(&entry, signed, click, event, lacks_amount).or_else(|| {
                let is_unsaid = tally
                    .as_ref()
                    .is_some_and(|tally| matches!(tally.key, TallyKey::Reversal(_)));
                let taken = (after.basis == Basis::TakenBack).then_some(Reason::TakenBack);
                let left = nothing_left(&after).filter(|_| is_unsaid);
                left.or(taken).or(lacks_amount.then_some(Reason::NoAmount))
            });
            // If each event makes a conversion of its own, the tally keeps what was reported of the
            // first, since another policy may continue with that one.
            let keeps = |tally: &&mut Tally| match policy {
                Some(Duplicates::CreateMarked) => tally.conversion.is_none() && tally.first.event == entry.event,
                _ => tally.conversion.is_some(),
            };
            if let Some(tally) = tally.as_mut().filter(keeps) {
                tally.fired = fired;
            }
        }
        taken_back.retain(|_, known| known.id != after.id);
        if before.as_ref() != Some(&after) {
            self.put_conversion(after);
        }
        if let Some(tally) = tally {
            self.put_tally(tally);
        }
        if let Some(key) = &refund {
            self.note_refund(click, key, &entry);
        }
        if let Some(id) = order {
            for order in self.refunded_orders(click, id) {
                self.put_conversion(order);
            }
        }
        self.note_decided(row, click);
        let caps = self.cap(click);
        if row.reason.is_none() {
            row.reason = self.reason_of_caps(&caps, refund.as_ref(), row, &entry);
        }
        self.correct(&taken_back, event, click);
    }

    /// Fires the postbacks of a change. Returns whether one does not fire just because no amount
    /// came.
    pub(super) fn fire(&mut self, change: &Change<'_>, fired: &mut Vec<Fired>, trace: &mut Trace) -> bool {
        let decision = self.decision;
        let mut seconds = Seconds::of(self.tallies_of(change.click));
        let mut to = FireInto {
            fired,
            seconds: &mut seconds,
            trace,
            outbox: &mut self.outbox,
        };
        let lacks_amount = decision.fire(change, &mut to);
        seconds.into_changed().for_each(|tally| self.put_tally(tally));
        lacks_amount
    }

    /// Compares what was taken back with what counts after an event that makes no conversion: what
    /// it was told with is then left out.
    pub(super) fn left_out(&mut self, row: &EventRow, event: &Event, click: &'a Click) {
        if self.facts.told.contains_key(&click.id) {
            let before = self.reversals(click);
            self.note_decided(row, click);
            self.cap(click);
            self.correct(&before, event, click);
        }
    }

    /// Keeps a row where later decisions depend on the events of the click.
    pub(super) fn note_decided(&mut self, row: &EventRow, click: &Click) {
        if self.facts.told.contains_key(&click.id) {
            self.decided.push(row.clone());
        }
    }

    pub(super) fn put_conversion(&mut self, row: Conversion) {
        rows::put(&mut self.conversions, row, |one, other| one.id.cmp(&other.id));
    }

    pub(super) fn put_tally(&mut self, row: Tally) {
        rows::put(&mut self.tallies, row, |one, other| {
            (&one.click, &one.key).cmp(&(&other.click, &other.key))
        });
    }

    /// Adds a message to the order that its event id names. A message without an id makes a
    /// conversion of its own. If the first message of the order came after the click had expired,
    /// there is no conversion until an earlier message is known.
    fn followed(
        &mut self,
        click: &Click,
        event: &Event,
        entry: &Shared<Entry>,
        signed: Option<Money>,
    ) -> Result<Made, Refused> {
        let policy = Duplicates::Update;
        let Some(key) = self.decision.tally_key(policy, entry) else {
            return self.made(click, Some(policy), entry, signed);
        };
        let id = tallies::conversion_id(click, &key);
        let decision = self.decision;
        let known = self.tally(click, &key).cloned();
        let before = known.as_ref().and_then(|known| self.order(click, known));
        let (mut tally, did) = match known {
            Some(mut tally) => {
                let did = decision.merge(&mut tally, policy, entry);
                (tally, did)
            }
            None if self.is_full(click) => return Err((Outcome::Ignored, Reason::TooManyTallies)),
            None => {
                let tally = decision.open_tally(click, key, Some(id.clone()), entry);
                (tally, DuplicateDecision::Created)
            }
        };
        decision.tell(&mut tally, event, entry);
        let Some(after) = self.order(click, &tally) else {
            self.put_tally(tally);
            return Err((Outcome::Expired, Reason::Expired));
        };
        Ok(Made {
            decision: before.as_ref().map_or(DuplicateDecision::Created, |_| did),
            before,
            after,
            tally: Some(tally),
        })
    }

    /// Adds a reversal without an amount to the tally of its receipt or event id.
    fn reversed(&self, click: &Click, key: TallyKey, entry: &Shared<Entry>) -> Result<Option<Made>, Refused> {
        let ledger = self.ledger(click);
        let known = ledger.tally(&key);
        let before = known.and_then(|known| self.taken_back(&ledger, click, known));
        let tally = match known {
            Some(known) => {
                let mut tally = known.clone();
                self.decision.merge(&mut tally, Duplicates::Update, entry);
                tally
            }
            None if self.has_most(click, |key| matches!(key, TallyKey::Reversal(_))) => {
                return Err((Outcome::Ignored, Reason::TooManyTallies));
            }
            None => {
                let id = tallies::conversion_id(click, &key);
                self.decision.open_tally(click, key, Some(id), entry)
            }
        };
        let made = |after| Made {
            decision: DuplicateDecision::Bypassed,
            before,
            after,
            tally: Some(tally.clone()),
        };
        Ok(self.taken_back(&ledger, click, &tally).map(made))
    }

    fn made(
        &self,
        click: &Click,
        policy: Option<Duplicates>,
        entry: &Shared<Entry>,
        signed: Option<Money>,
    ) -> Result<Made, Refused> {
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
            let key = self.decision.takes_back(entry).map(TallyKey::Reversal);
            let made = key.map(|key| self.reversed(click, key, entry)).transpose()?.flatten();
            return Ok(made.unwrap_or_else(|| alone(DuplicateDecision::Bypassed)));
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
            if matches!(key, TallyKey::TypeAndId(..)) && self.is_full(click) {
                return Err((Outcome::Ignored, Reason::TooManyTallies));
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
                // The policy was `create_marked` before. The conversion of the first event is
                // continued, and the others stay as they are.
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

    /// Returns a tally of a click in its present state.
    pub(super) fn tally(&self, click: &Click, key: &TallyKey) -> Option<&Tally> {
        let changed = rows::get(&self.tallies, |tally| (&tally.click, &tally.key).cmp(&(&click.id, key)));
        changed.or_else(|| self.stored(click).iter().find(|tally| tally.key == *key))
    }

    pub(super) fn stored(&self, click: &Click) -> &'a [Tally] {
        self.facts.clicks.get(&click.id).map_or(&[], |known| &known.tallies)
    }

    /// Returns all tallies of a click: first the stored ones, then the changed ones, so that of two
    /// with the same key the last is the present one.
    pub(super) fn tallies_of(&self, click: &Click) -> impl Iterator<Item = &Tally> {
        let changed = self.tallies.iter().filter(|tally| tally.click == click.id);
        self.stored(click).iter().chain(changed)
    }

    /// Returns the present tallies of a click by their keys.
    pub(super) fn present_tallies(&self, click: &Click) -> BTreeMap<&TallyKey, &Tally> {
        self.tallies_of(click).map(|tally| (&tally.key, tally)).collect()
    }

    /// Whether a click has reached the limit of tallies with network ids of their own. Tallies of
    /// open types, which remain from before the types were open, do not count.
    fn is_full(&self, click: &Click) -> bool {
        self.has_most(click, |key| match key {
            TallyKey::TypeAndId(name, _) => !self.source.open_types.contains(name),
            TallyKey::Order(..) => true,
            TallyKey::Type(_)
            | TallyKey::Edit
            | TallyKey::Reversal(_)
            | TallyKey::Refunded(_)
            | TallyKey::Seconds(..) => false,
        })
    }

    pub(super) fn has_most(&self, click: &Click, counts: impl Fn(&TallyKey) -> bool) -> bool {
        let keys = self.tallies_of(click).map(|tally| &tally.key);
        let counted: BTreeSet<&TallyKey> = keys.filter(|key| counts(key)).collect();
        counted.len() >= MAX_TALLIES
    }

    /// Returns the reason to report for an entry that counts, if there is one. A sale without an
    /// amount has one if the network meant to send an amount, or if a postback lacks it.
    fn reason_of(
        &self,
        entry: &Entry,
        signed: Option<Money>,
        click: &Click,
        event: &Event,
        lacks_amount: bool,
    ) -> Option<Reason> {
        let is_without = || {
            let is_told = event.no_amount && entry.sum.is_none();
            (is_told || lacks_amount) && self.decision.adds(entry) == Some(true)
        };
        if !entry.known {
            Some(Reason::UnknownType)
        } else if let Some(doubt) = self.decision.doubt(self.source, entry) {
            Some(doubt)
        } else if self.decision.revenue(entry, signed, true) == Revenue::NoRate {
            Some(Reason::NoRate)
        } else if is_without() {
            Some(Reason::NoAmount)
        } else if !self.decision.campaigns.contains_key(&click.campaign) {
            Some(Reason::UnknownCampaign)
        } else if lacks_event_id(event) {
            Some(Reason::NoEventId)
        } else {
            None
        }
    }
}

/// Whether the network meant to send an event id, and nothing else identifies the message. A row of
/// an upload may have no id.
fn lacks_event_id(event: &Event) -> bool {
    event.no_event_id.is_some() && !event.identified && !event.uploaded
}

/// Returns the reason to report if a conversion takes nothing back.
fn nothing_left(after: &Conversion) -> Option<Reason> {
    match after.sum {
        None => Some(Reason::NothingToTakeBack),
        Some(sum) => sum.amount.is_zero().then_some(Reason::TakenBack),
    }
}
