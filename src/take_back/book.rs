//! What a decision knows of a click, and what is left of its sales.

use super::history::History;
use super::rest::{Rest, rest};
use crate::delivery::{Attempt, Delivery, Progress, Withdrawal};
use crate::event::Event;
use crate::fire::Scopes;
use crate::meaning::Decision;
use crate::model::{Click, Conversion, Status};
use crate::plan::{Correction, CorrectionTrace, EventRow, Reported, RuleVerdict, Tally};
use crate::rule::evaluate;
use crate::scope::ToldPayout;
use crate::tracker::{Campaign, Channel, EventRule, PostbackRule};
use crate::value::{Amount, ConversionId, Money, Timestamp};
use alloc::{collections::BTreeMap, vec::Vec};

/// What a decision knows of a click when all its events are decided.
pub(crate) struct Book<'a> {
    pub(crate) decision: Decision<'a>,
    pub(crate) now: Timestamp,
    /// The event that is decided.
    pub(crate) event: &'a Event,
    pub(crate) click: &'a Click,
    /// The conversions as they are stored, as far as they were read.
    pub(crate) before: BTreeMap<&'a ConversionId, &'a Conversion>,
    /// The same conversions after the decision, and those that it has made or changed.
    pub(crate) after: BTreeMap<&'a ConversionId, &'a Conversion>,
    /// The events of the click that were read or decided.
    pub(crate) rows: Vec<&'a EventRow>,
    /// The stored deliveries that tell ad platforms of the click.
    pub(crate) reported: &'a [Reported],
    /// What the decision queues.
    pub(crate) outbox: &'a [Delivery],
    /// The tallies of the click; of two with the same key the last is the present one.
    pub(crate) tallies: Vec<&'a Tally>,
}

/// What follows from money that was taken back.
#[derive(Debug, Default)]
pub(crate) struct TakenBack {
    pub(crate) traces: Vec<CorrectionTrace>,
    pub(crate) outbox: Vec<Delivery>,
    pub(crate) withdrawals: Vec<Withdrawal>,
    /// The conversions that take money back, as far as the decision has made or changed them.
    pub(crate) taking: Vec<ConversionId>,
}

/// A sale with the rule that tells an account of it.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) campaign: &'a Campaign,
    pub(super) channel: &'a Channel,
    pub(super) rule: &'a PostbackRule,
    pub(super) event: &'a EventRule,
    pub(super) sale: &'a Conversion,
}

/// What an account should know of a sale.
pub(super) enum Left {
    /// It is worth so much. If it is less than the sale was, the conversion says so.
    Value(Money, Option<Conversion>),
    /// Nothing is left of it.
    Nothing,
    /// It is not money, or its amount is not known.
    NoMoney,
    /// There is no rate.
    NoRate,
}

impl Left {
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// The value, in the currency of `like` where it is zero.
    pub(super) fn money(&self, like: Option<Money>) -> Option<Money> {
        match self {
            Self::Value(money, _) => Some(*money),
            Self::Nothing => like.map(|money| Money {
                amount: Amount::ZERO,
                ..money
            }),
            Self::NoMoney | Self::NoRate => None,
        }
    }
}

impl<'a> Book<'a> {
    /// What an account should know of a sale, by these conversions.
    pub(super) fn left(
        &self,
        case: &Case<'_>,
        history: &History<'_>,
        all: &BTreeMap<&ConversionId, &Conversion>,
    ) -> Left {
        let sale = case.sale;
        // A rule may tell of declined orders on purpose: then the order was told in this state.
        let is_declined = sale.shown.status == Status::Declined
            && !case.rule.conditions.statuses.contains(&Status::Declined)
            && history.told_by() != Some(&sale.shown.event);
        if is_declined {
            return Left::Nothing;
        }
        let all: Vec<&Conversion> = all.values().copied().collect();
        let part = match rest(&self.decision, &all, sale) {
            Rest::Nothing => return Left::Nothing,
            Rest::NoRate => return Left::NoRate,
            Rest::Whole => None,
            Rest::Part(part) => Some(part),
        };
        match self.value(case, part.as_ref().unwrap_or(sale)) {
            Some(ToldPayout::Known(money)) if money.amount < Amount::ZERO => Left::Nothing,
            Some(ToldPayout::Known(money)) => Left::Value(money, part),
            Some(ToldPayout::NoRate) => Left::NoRate,
            Some(ToldPayout::NoAmount(_)) | None => Left::NoMoney,
        }
    }

    /// Whether the rule asks for the sale as it is now.
    pub(super) fn matches(&self, case: &Case<'_>, left: &Left) -> bool {
        let conversion = match left {
            Left::Value(_, Some(part)) => part,
            _ => case.sale,
        };
        let mut scopes = Scopes::new(self.decision, case.campaign, case.channel, self.click, conversion);
        let payout = scopes.payout(case.rule);
        evaluate(&case.rule.conditions, scopes.of(case.rule, payout)).fires()
    }

    /// The value that an account is told of a conversion.
    pub(super) fn value(&self, case: &Case<'_>, conversion: &Conversion) -> Option<ToldPayout> {
        let scopes = Scopes::new(self.decision, case.campaign, case.channel, self.click, conversion);
        let payout = scopes.payout(case.rule);
        self.decision.value(case.event.value, conversion, Some(payout))
    }

    /// Whether the trace of an event says that the account was told of the sale.
    pub(super) fn has_fired(&self, case: &Case<'_>) -> bool {
        let mut its = self
            .rows
            .iter()
            .filter(|row| row.conversion.as_ref() == Some(&case.sale.id));
        its.any(|row| {
            let mut rules = row.trace.rules.pairs();
            rules.any(|(rule, verdict)| *rule == case.rule.id && *verdict == RuleVerdict::Fired)
        })
    }
}

impl TakenBack {
    pub(super) fn trace(&mut self, case: &Case<'_>, what: Correction, value: Option<Money>) {
        let mut trace = CorrectionTrace::new(case.rule.id.clone(), case.sale.id.clone(), what);
        trace.value = value;
        self.traces.push(trace);
    }

    /// Writes what was done into the trace of the event that took the money back: of the waiting
    /// events that were decided because of the event, the last one that did, else the event itself.
    pub(crate) fn note(&mut self, event: &mut EventRow, resolved: &mut [EventRow]) {
        let takes = |row: &EventRow| row.conversion.as_ref().is_some_and(|id| self.taking.contains(id));
        let row = resolved.iter_mut().rev().find(|row| takes(row));
        row.unwrap_or(event).trace.corrections = core::mem::take(&mut self.traces);
    }

    /// Withdraws a delivery, for a reason that a person reads.
    pub(super) fn withdraw(&mut self, (delivery, from): (&Delivery, Progress), at: Timestamp, why: &str) {
        self.withdrawals.push(Withdrawal {
            delivery: delivery.id.clone(),
            from,
            attempt: Attempt::withdrawn(at, why),
        });
    }
}
