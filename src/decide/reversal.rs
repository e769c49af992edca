//! What is taken back without saying how much: what its receipt or event id was worth.
//!
//! All such reversals of one receipt or id share a conversion, which shows the first of them. What
//! it takes back is read off the click's events and tallies as they are, so that a payment that
//! comes later, or a corrected amount, corrects it too.

use super::decision::Decision;
use super::fire::Change;
use super::tallies;
use super::work::Work;
use crate::event::Event;
use crate::model::{Click, Conversion, Duplicates, Entry, Revenue};
use crate::plan::{Tally, TallyKey, Trace};
use crate::value::{Amount, Currency, Money, Receipt};
use alloc::{collections::BTreeMap, vec::Vec};

/// What the payments of a receipt or an event id come to, less what was taken back of it by an
/// amount.
#[derive(Default)]
struct Worth {
    sums: BTreeMap<Currency, Amount>,
    /// In the account's currency; none without a rate.
    revenue: Option<Amount>,
    /// Whether anything was paid.
    paid: bool,
}

impl Worth {
    fn add(&mut self, sum: Money, revenue: Option<Money>) {
        let known = self.sums.entry(sum.currency).or_default();
        *known = known.checked_add(sum.amount).unwrap_or(*known);
        if let Some(money) = revenue {
            let known = self.revenue.unwrap_or_default();
            self.revenue = Some(known.checked_add(money.amount).unwrap_or(known));
        }
    }

    /// What is left to take back, in the currency in which it was paid, or where there are several
    /// in the account's.
    fn left(&self, account: Currency) -> Option<Money> {
        let mut sums = self.sums.iter();
        let (amount, currency) = match (sums.next(), sums.next()) {
            (Some((currency, amount)), None) => (*amount, *currency),
            _ => (self.revenue?, account),
        };
        Some(Money {
            amount: positive(amount),
            currency,
        })
    }
}

/// An amount that is not below zero.
fn positive(amount: Amount) -> Amount {
    if amount.is_negative() { Amount::ZERO } else { amount }
}

impl Decision<'_> {
    /// What an entry takes back without saying how much.
    pub(super) fn takes_back(&self, entry: &Entry) -> Option<Receipt> {
        if entry.sum.is_some() || self.adds(entry) != Some(false) {
            return None;
        }
        let by_id = || entry.event_id.as_deref().map(Receipt::of_event_id);
        entry.receipt.clone().or_else(by_id)
    }

    /// Whether an event may be a reversal that does not say how much.
    pub(super) fn may_take_back(&self, event: &Event) -> bool {
        let names = event.sum.is_none() && (event.receipt.is_some() || event.event_id.is_some());
        let source = self.sources.get(&event.source).filter(|_| names);
        source.is_some_and(|source| {
            let meaning = self.meaning(source, event);
            self.kind(source, event, &meaning).subtracts()
        })
    }
}

impl<'a> Work<'a> {
    /// The conversion of a tally of reversals.
    pub(super) fn taken_back(&self, click: &Click, tally: &Tally) -> Option<Conversion> {
        let TallyKey::Reversal(key) = &tally.key else {
            return None;
        };
        let worth = self.worth(click, key);
        let account = self.decision.currency;
        let negative = |money: Money| Money {
            amount: money.amount.neg(),
            currency: money.currency,
        };
        let sum = worth.left(account).filter(|_| worth.paid).map(negative);
        let id = tallies::conversion_id(click, &tally.key);
        let mut made = self.decision.conversion(id, click, tally.first.clone(), sum, 1);
        made.revenue = match (sum, worth.revenue) {
            (None, _) => Revenue::Nothing,
            (Some(_), None) => Revenue::NoRate,
            (Some(_), Some(amount)) => Revenue::Counted {
                money: Money {
                    amount: positive(amount).neg(),
                    currency: account,
                },
            },
        };
        Some(made)
    }

    /// Every conversion of a click that takes back what is not said.
    pub(super) fn reversals(&self, click: &Click) -> Vec<Conversion> {
        let tallies = self
            .tallies_of(click)
            .filter(|tally| matches!(tally.key, TallyKey::Reversal(_)));
        tallies.filter_map(|tally| self.taken_back(click, tally)).collect()
    }

    /// Corrects the conversions that took back what has changed since they were `before`.
    pub(super) fn correct(&mut self, before: &[Conversion], event: &Event, click: &'a Click) {
        for known in before {
            let of = |tally: &&Tally| tally.conversion.as_ref() == Some(&known.id);
            let Some(mut tally) = self.tallies_of(click).find(of).cloned() else {
                continue;
            };
            let Some(after) = self.taken_back(click, &tally).filter(|after| after != known) else {
                continue;
            };
            if !event.silent {
                let change = Change {
                    now: self.now,
                    event,
                    click,
                    before: Some(known),
                    after: &after,
                };
                let decision = self.decision;
                decision.fire(&change, &mut tally.fired, &mut Trace::default(), &mut self.outbox);
            }
            self.put_conversion(after);
            self.put_tally(tally);
        }
    }

    fn worth(&self, click: &Click, key: &Receipt) -> Worth {
        let mut worth = Worth::default();
        let mut seen: Vec<TallyKey> = Vec::new();
        let stored = self.facts.told.get(&click.id).into_iter().flatten();
        let decided = self.applied.iter().filter(|(of, _)| *of == click.id);
        for event in stored
            .chain(decided.map(|(_, event)| event))
            .filter(|event| is_of(event, key))
        {
            let meaning = self.decision.meaning(self.source, event);
            let offer = self.decision.offers.get(&click.offer);
            let Some(entry) = self.decision.entry(self.source, offer, event, &meaning) else {
                continue;
            };
            match self.decision.adds(&entry) {
                Some(true) => self.add_payment(&mut worth, &mut seen, click, event, &entry, key),
                Some(false) => self.add_entry(&mut worth, &entry),
                None => {}
            }
        }
        worth
    }

    /// Adds what a payment came to: by itself, or as what its conversion shows.
    fn add_payment(
        &self,
        worth: &mut Worth,
        seen: &mut Vec<TallyKey>,
        click: &Click,
        event: &Event,
        entry: &Entry,
        key: &Receipt,
    ) {
        let policy = self.decision.policy(self.source, event, entry);
        let tally = policy.and_then(|policy| {
            let tally = self.tally(click, &self.decision.tally_key(policy, entry)?)?;
            Some((policy, tally, tally.conversion.clone()?))
        });
        match tally {
            None => self.add_entry(worth, entry),
            Some((Duplicates::Increment, tally, _)) => {
                let added = self.decision.signed(entry);
                if added.is_some_and(|money| !tallies::is_other_currency(tally, money)) {
                    self.add_entry(worth, entry);
                }
            }
            Some((policy, tally, id)) => {
                if seen.contains(&tally.key) {
                    return;
                }
                seen.push(tally.key.clone());
                let is_order = policy == Duplicates::Update;
                let shown = self.decision.shown(tally, id, policy, click);
                let is_its = is_order || is_shown(&shown.shown, key);
                if is_its
                    && (!is_order || self.decision.is_in_time(self.source, tally, click))
                    && let (Revenue::Counted { money }, Some(sum)) = (shown.revenue, shown.sum)
                {
                    worth.paid = true;
                    worth.add(sum, Some(money));
                }
            }
        }
    }

    fn add_entry(&self, worth: &mut Worth, entry: &Entry) {
        let Some(signed) = self.decision.signed(entry).filter(|_| self.decision.earns(entry)) else {
            return;
        };
        worth.paid |= entry.kind.adds();
        worth.add(signed, self.decision.convert(signed, self.decision.currency, entry.at));
    }
}

/// Whether an event names a receipt or an event id.
fn is_of(event: &Event, key: &Receipt) -> bool {
    let by_id = || event.event_id.as_deref().map(Receipt::of_event_id);
    !event.test && (event.receipt.as_ref() == Some(key) || by_id().as_ref() == Some(key))
}

fn is_shown(entry: &Entry, key: &Receipt) -> bool {
    let by_id = || entry.event_id.as_deref().map(Receipt::of_event_id);
    entry.receipt.as_ref() == Some(key) || by_id().as_ref() == Some(key)
}
