//! Looks for the sales of a click of which a decision leaves less than an account was told.

use super::book::{Book, Case, Left, TakenBack};
use super::history::{History, Step};
use super::table::{Takes, correction};
use super::tell::Telling;
use crate::delivery::Delivery;
use crate::meaning::Decision;
use crate::model::{Click, Conversion, Updates};
use crate::plan::{Correction, EventRow, Facts, MAX_TRACED_RULES, Tally};
use crate::scope::ToldPayout;
use crate::tracker::Sends;
use crate::value::{Amount, ConversionId, Money, Timestamp};
use alloc::{collections::BTreeMap, vec::Vec};

/// What a decision has read, decided and changed.
pub(crate) struct Decided<'a> {
    pub(crate) decision: Decision<'a>,
    pub(crate) now: Timestamp,
    pub(crate) facts: &'a Facts,
    /// The rows of the events: first that of the event which is decided.
    pub(crate) rows: Vec<&'a EventRow>,
    /// The conversions that were made or changed.
    pub(crate) conversions: &'a [Conversion],
    /// The tallies that have changed.
    pub(crate) tallies: &'a [Tally],
    pub(crate) outbox: &'a [Delivery],
}

impl<'a> Decided<'a> {
    /// What is told because money was taken back. An event that asks for silence tells nothing.
    pub(crate) fn take_back(&self) -> TakenBack {
        let mut found = TakenBack::default();
        let first = self
            .rows
            .first()
            .filter(|row| self.decision.corrects && !row.event.silent);
        let Some(first) = first else { return found };
        let clicks = self.facts.clicks.values().filter_map(|known| known.click.as_ref());
        for click in clicks {
            self.book(click, first).take_back(&mut found);
        }
        found.traces.truncate(MAX_TRACED_RULES);
        let taking = self.conversions.iter().filter(|known| known.shown.kind.subtracts());
        found.taking = taking.map(|known| known.id.clone()).collect();
        found
    }

    fn book(&self, click: &'a Click, first: &'a EventRow) -> Book<'a> {
        fn by_id<'c>(all: impl Iterator<Item = &'c Conversion>) -> BTreeMap<&'c ConversionId, &'c Conversion> {
            all.map(|known| (&known.id, known)).collect()
        }
        let is_its = |known: &&Conversion| known.click == click.id;
        let before = by_id(self.facts.booked.values().filter(is_its));
        let mut after = before.clone();
        after.extend(by_id(self.conversions.iter().filter(is_its)));
        let known = self.facts.clicks.get(&click.id).into_iter();
        let known = known.flat_map(|known| &known.tallies);
        let changed = self.tallies.iter().filter(|tally| tally.click == click.id);
        let stored = self.facts.told.get(&click.id).into_iter().flatten();
        Book {
            decision: self.decision,
            now: self.now,
            event: &first.event,
            click,
            before,
            after,
            rows: self.rows.iter().copied().chain(stored).collect(),
            reported: self.facts.reported.get(&click.id).map_or(&[], Vec::as_slice),
            outbox: self.outbox,
            tallies: known.chain(changed).collect(),
        }
    }
}

impl<'a> Book<'a> {
    fn take_back(&self, found: &mut TakenBack) {
        let Some((campaign, channel)) = self.decision.campaign(&self.click.campaign) else {
            return;
        };
        for rule in &campaign.postbacks {
            let Sends::Event(event) = &rule.sends else { continue };
            if !event.account.refunds {
                continue;
            }
            for sale in self
                .after
                .values()
                .copied()
                .filter(|known| !known.shown.kind.subtracts())
            {
                let case = Case {
                    campaign,
                    channel,
                    rule,
                    event,
                    sale,
                };
                self.look(&case, found);
            }
        }
    }

    /// Compares what an account was told of a sale with what is left of it.
    fn look(&self, case: &Case<'a>, found: &mut TakenBack) {
        let ids = (&case.campaign.id, &case.rule.id);
        let history = History::of(ids, &case.sale.id, self.reported, self.outbox);
        let was = self.before.get(&case.sale.id).filter(|_| !history.is_news());
        let was = was.map(|sale| {
            let case = Case { sale, ..*case };
            (case, self.left(&case, &history, &self.before))
        });
        let left = self.left(case, &history, &self.after);
        // What an older version told does not say its value: it was the whole one.
        let whole = || match self.value(case, case.sale) {
            Some(ToldPayout::Known(money)) => Some(money),
            _ => None,
        };
        let told = history.value().or_else(whole);
        let now = left.money(told);
        let is_asked = || self.matches(case, &left);
        if let Some((case, was)) = was
            && was.money(told) == now
            && was.is_nothing() == left.is_nothing()
            && !matches!(left, Left::NoRate)
            && !(history.is_withdrawn() && is_asked() && !self.matches(&case, &was))
        {
            return;
        }
        let Some(sale) = history.sale() else {
            if self.has_fired(case) && less(now, whole()) {
                found.trace(case, Correction::SaleUnknown, now);
            }
            return;
        };
        let is_told = history.last().is_some();
        match (now, is_told) {
            (None, true) if matches!(left, Left::NoRate) => found.trace(case, Correction::NoRate, None),
            (None, true) if left.is_nothing() => self.take_back_unvalued(case, &history, &left, &sale, found),
            (None, _) => {}
            (Some(now), false) if history.is_withdrawn() => {
                if is_asked() && now.amount > Amount::ZERO {
                    self.tell(case, &history, &left, Correction::SentAgain, now, found);
                }
            }
            (Some(_), false) if less(now, whole()) => found.trace(case, Correction::NothingToTakeBack, now),
            (Some(_), false) => {}
            (Some(now), true) if told == Some(now) => {}
            (Some(now), true) if less(Some(now), told) || history.is_corrected() || tells_rises(case) && is_asked() => {
                let takes = Takes::of_cause(&sale.delivery.cause);
                let what = correction(takes, sale.progress, now.amount > Amount::ZERO);
                self.tell(case, &history, &left, what, now, found);
            }
            (Some(_), true) => {}
        }
    }

    /// What is done when nothing is left of what was never money, such as a lead: the platform has
    /// its value as 0 already, so that only its count can be taken back.
    fn take_back_unvalued(
        &self,
        case: &Case<'a>,
        history: &History<'_>,
        left: &Left,
        sale: &Step<'_>,
        found: &mut TakenBack,
    ) {
        let what = match correction(Takes::of_cause(&sale.delivery.cause), sale.progress, false) {
            Correction::RestatedStillCounted => Correction::Unsupported,
            what => what,
        };
        let zero = Money {
            amount: Amount::ZERO,
            currency: self.decision.currency,
        };
        self.tell(case, history, left, what, zero, found);
    }

    fn tell(
        &self,
        case: &Case<'a>,
        history: &History<'_>,
        left: &Left,
        what: Correction,
        value: Money,
        found: &mut TakenBack,
    ) {
        let telling = Telling {
            book: self,
            case,
            history,
            value,
        };
        telling.tell(what, left, found);
    }
}

/// Whether an account that takes corrections is told every change, also one to a higher value.
fn tells_rises(case: &Case<'_>) -> bool {
    case.rule.updates == Updates::EveryChange && case.rule.sends.is_adjusted()
}

/// Whether one amount is less than another of the same currency.
fn less(one: Option<Money>, other: Option<Money>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.currency != other.currency || one.amount < other.amount,
        _ => false,
    }
}
