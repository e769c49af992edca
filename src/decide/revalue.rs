//! Events that count without a rate, once there is one. What was booked stays as it was decided;
//! only the revenue is computed anew, with what follows from it: reversals, orders, postbacks that
//! did not fire.

use super::tallies::leading;
use super::work::Work;
use crate::fire::Change;
use crate::model::{Basis, Click, Conversion, Revenue};
use crate::plan::{DuplicateDecision, EventRow, Reason, RuleTrace, RuleTraces, RuleVerdict, Tally, TallyKey};
use crate::value::Receipt;
use alloc::vec::Vec;

impl<'a> Work<'a> {
    /// Returns the row of an event that counts without a rate, with the revenue of the present
    /// rates; none if there still is no rate.
    pub(super) fn revalue(&mut self, was: &EventRow) -> Option<EventRow> {
        let click = self.facts.clicks.get(was.click.as_ref()?)?.click.as_ref()?;
        let before = self.booked(was.conversion.as_ref()?)?.clone();
        let reversals = self.reversals(click);
        let mut row = was.clone();
        let mut tally = self.tally_of(click, &before, was);
        self.value_share(&mut row, &before, tally.as_mut())?;
        let after = self.valued(click, &before, tally.as_ref())?;
        let is_known = self.decision.campaigns.contains_key(&click.campaign);
        row.reason = (!is_known).then_some(Reason::UnknownCampaign);
        (row.decided_at, row.configuration) = (self.now, self.decision.fingerprint.clone());
        self.fire_valued(&mut row, was, click, [&before, &after], tally.as_mut());
        self.note_paid(&row, &after);
        let refund = self.value_refund(&row, click, &after);
        if before != after {
            self.put_conversion(after.clone());
        }
        if let Some(tally) = tally {
            self.put_tally(tally);
        }
        let order = after.shown.event_id.as_ref();
        for order in order.map_or_else(Vec::new, |id| self.refunded_orders(click, id)) {
            self.put_conversion(order);
        }
        self.note_decided(&row, click);
        let caps = self.cap(click);
        if row.reason.is_none() && after.shown.event == row.event.id {
            row.reason = self.reason_of_caps(&caps, refund.as_ref(), &row, &after.shown);
        }
        self.correct(&reversals, &row.event, click);
        Some(row)
    }

    /// Returns the tally that the conversion of an event belongs to; an order that took it over
    /// comes first.
    fn tally_of(&self, click: &Click, booked: &Conversion, was: &EventRow) -> Option<Tally> {
        let is_its = |tally: &&Tally| match &tally.conversion {
            Some(id) => *id == booked.id,
            None => matches!(tally.key, TallyKey::Type(_)) && tally.first.event == was.event.id,
        };
        let found = self.present_tallies(click).into_values().filter(is_its);
        found
            .max_by_key(|tally| matches!(tally.key, TallyKey::Order(..)))
            .cloned()
    }

    /// Gives the share of an event its revenue, and adds it to the sum that has the share in it.
    /// None if there is no rate.
    fn value_share(&self, row: &mut EventRow, booked: &Conversion, tally: Option<&mut Tally>) -> Option<()> {
        let account = self.decision.currency;
        let is_added = booked.basis == Basis::Added;
        let Some(share) = row.share.as_deref_mut().filter(|share| share.revenue.is_none()) else {
            // A share that earned nothing yet is valued when it does.
            let sum = row.event.sum.filter(|_| is_added);
            return sum.map_or(Some(()), |sum| {
                self.decision.convert(sum, account, row.event.at).map(drop)
            });
        };
        let money = self.decision.convert(share.sum, account, row.event.at)?;
        share.revenue = Some(money);
        let currency = share.sum.currency;
        // Where amounts are not added up, the sum begins with one message and has no other.
        let is_in_sum = |tally: &&mut Tally| {
            let begins = tally.base.as_ref().unwrap_or(&tally.first.event);
            !share.alone || *begins == row.event.id
        };
        let counted = tally.filter(is_in_sum);
        if let Some(added) = counted.and_then(|tally| tally.sums.get_mut(&currency)) {
            self.decision.add_revenue(added, money, row.event.at);
        }
        Some(())
    }

    /// Returns the conversion with its revenue by the present rates. None if it still has no rate.
    fn valued(&self, click: &Click, before: &Conversion, tally: Option<&Tally>) -> Option<Conversion> {
        let mut after = before.clone();
        if before.basis == Basis::Added {
            let revenue = tally.and_then(leading).and_then(|(_, added)| added.revenue);
            after.revenue = revenue.map_or(before.revenue, |money| Revenue::Counted { money });
            return Some(after);
        }
        // Another event may be what it shows by now.
        if before.revenue != Revenue::NoRate {
            return Some(after);
        }
        let shown = &before.shown;
        match tally.map(|tally| (&tally.key, tally)) {
            Some((TallyKey::Reversal(_), tally)) => after = self.taken_back(&self.ledger(click), click, tally)?,
            Some((TallyKey::Order(..), tally)) => after = self.order(click, tally)?,
            _ => after.revenue = self.decision.revenue(shown, before.sum, self.decision.earns(shown)),
        }
        (after.revenue != Revenue::NoRate).then_some(after)
    }

    /// Evaluates the rules for a conversion that has its revenue now. What has fired once is known:
    /// from the tally, or else from the trace of the event.
    fn fire_valued(
        &mut self,
        row: &mut EventRow,
        was: &EventRow,
        click: &'a Click,
        [before, after]: [&Conversion; 2],
        tally: Option<&mut Tally>,
    ) {
        if was.event.silent || before == after {
            return;
        }
        let decision = self.decision;
        let shared = tally.as_ref().map(|tally| tally.fired.clone());
        let mut fired = shared.unwrap_or_else(|| decision.fired_by(was, click, before));
        let made = [DuplicateDecision::Created, DuplicateDecision::Bypassed];
        let change = Change {
            now: self.now,
            event: &was.event,
            click,
            before: Some(before),
            after,
            valued: was.trace.duplicate.is_some_and(|did| made.contains(&did)),
        };
        self.fire(&change, &mut fired, &mut row.trace);
        row.trace.rules = still_fired(&row.trace.rules, &was.trace.rules);
        if let Some(tally) = tally {
            tally.fired = fired;
        }
    }

    /// Notes that a payment counts, so that what takes it back has something to take.
    fn note_paid(&mut self, row: &EventRow, after: &Conversion) {
        let is_shown = after.shown.event == row.event.id && self.decision.pays(&after.shown);
        let share = row.share.as_deref().and_then(|share| share.revenue);
        let pays = is_shown || share.is_some_and(|money| !money.amount.is_negative() && !money.amount.is_zero());
        if pays && row.event.receipt.is_some() {
            self.receipts.note(&row.event, |record| record.paid = true);
        }
    }

    /// Adds the revenue of a refund to what refunds have taken from its event id or receipt, and
    /// returns that.
    fn value_refund(&mut self, row: &EventRow, click: &Click, after: &Conversion) -> Option<Receipt> {
        let own = &after.shown;
        let key = self.refunds(&row.event, own).filter(|_| own.event == row.event.id)?;
        let mut tally = self.tally(click, &TallyKey::Refunded(key.clone()))?.clone();
        if let (Revenue::Counted { money }, Some(sum)) = (after.revenue, after.sum)
            && let Some(added) = tally.sums.get_mut(&sum.currency)
        {
            self.decision.add_revenue(added, money, own.at);
        }
        self.put_tally(tally);
        Some(key)
    }
}

/// The verdicts of now; what had fired before has fired.
fn still_fired(now: &RuleTraces, then: &RuleTraces) -> RuleTraces {
    let had_fired = |rule: &RuleTrace| {
        then.iter()
            .any(|old| old.postback == rule.postback && old.verdict == RuleVerdict::Fired)
    };
    let merged = now.iter().map(|rule| match had_fired(&rule) {
        true => RuleTrace {
            verdict: RuleVerdict::Fired,
            ..rule
        },
        false => rule,
    });
    merged.collect()
}
