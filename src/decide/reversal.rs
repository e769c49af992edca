//! Reversals without an amount: they take back what their receipt or event id was worth.
//!
//! All such reversals of one receipt or event id share one conversion, which shows the first of
//! them. Its amount is computed from the conversions of the click's events as they were booked,
//! whatever the present configuration would make of these events. So a later payment or a corrected
//! amount corrects it too.

use super::amounts::{plus, positive};
use super::ledger::Ledger;
use super::tallies;
use super::work::Work;
use crate::event::{Event, Kind};
use crate::fire::Change;
use crate::meaning::Decision;
use crate::model::{Basis, Click, Conversion, Counts, Duplicates, Entry, Revenue};
use crate::plan::{Tally, TallyKey, Trace};
use crate::value::{Amount, ConversionId, Currency, Money, Receipt};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// What the payments of a receipt or an event id add up to, less the reversals that name an amount.
#[derive(Default)]
struct Worth {
    sums: BTreeMap<Currency, Amount>,
    /// The total in the account's currency; none without a rate.
    revenue: Option<Amount>,
    /// Whether anything was paid.
    paid: bool,
}

impl Worth {
    fn add(&mut self, sum: Money, revenue: Option<Money>) {
        let known = self.sums.entry(sum.currency).or_default();
        *known = plus(*known, sum.amount);
        if let Some(money) = revenue {
            let known = self.revenue.unwrap_or_default();
            self.revenue = Some(plus(known, money.amount));
        }
    }

    /// Returns what is left to take back: in the currency in which it was paid, or in the account's
    /// currency if there are several.
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

impl Decision<'_> {
    /// Returns the key of what an entry takes back, if it is a reversal without an amount.
    pub(super) fn takes_back(&self, entry: &Entry) -> Option<Receipt> {
        if entry.sum.is_some() || self.adds(entry) != Some(false) {
            return None;
        }
        let by_id = || entry.event_id.as_deref().map(Receipt::of_event_id);
        entry.payment().or_else(by_id)
    }

    /// Whether an entry may change what another entry takes back. A type that is never money does
    /// not, unless it edits the money of other types. A reversal without an amount does not either.
    pub(super) fn may_change_worth(&self, entry: &Entry, policy: Option<Duplicates>) -> bool {
        let is_money = !matches!(self.counts(&entry.type_name), Counts::Step | Counts::Info);
        let edits = || policy.and_then(|policy| self.tally_key(policy, entry)) == Some(TallyKey::Edit);
        (is_money || edits()) && self.takes_back(entry).is_none()
    }
}

/// Returns the keys of an event that may be a reversal, by its kind, or that a person has uploaded
/// to correct one.
pub(super) fn taken_keys(event: &Event, kind: &Kind) -> Vec<Receipt> {
    match event.uploaded || kind.subtracts() {
        true => event.keys().into_iter().flatten().collect(),
        false => Vec::new(),
    }
}

impl<'a> Work<'a> {
    /// Computes the conversion of a tally of reversals.
    pub(super) fn taken_back(&self, ledger: &Ledger<'_>, click: &Click, tally: &Tally) -> Option<Conversion> {
        let TallyKey::Reversal(key) = &tally.key else {
            return None;
        };
        let worth = self.worth(ledger, key);
        let account = self.decision.currency;
        let negative = |money: Money| Money {
            amount: money.amount.neg(),
            currency: money.currency,
        };
        let sum = worth.left(account).filter(|_| worth.paid).map(negative);
        let known = tally.conversion.clone();
        let id = known.unwrap_or_else(|| tallies::conversion_id(click, &tally.key));
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

    /// Computes the conversions of all reversals without an amount of a click, by their tallies.
    pub(super) fn reversals(&self, click: &Click) -> BTreeMap<TallyKey, Conversion> {
        let is_reversal = |key: &TallyKey| matches!(key, TallyKey::Reversal(_));
        if !self.tallies_of(click).any(|tally| is_reversal(&tally.key)) {
            return BTreeMap::new();
        }
        let ledger = self.ledger(click);
        let tallies = ledger.tallies().filter(|tally| is_reversal(&tally.key));
        let made = tallies.filter_map(|tally| Some((tally.key.clone(), self.taken_back(&ledger, click, tally)?)));
        made.collect()
    }

    /// Corrects the conversions of reversals that differ from what they were `before`, and fires
    /// what follows.
    pub(super) fn correct(&mut self, before: &BTreeMap<TallyKey, Conversion>, event: &Event, click: &'a Click) {
        if before.is_empty() {
            return;
        }
        for (key, after) in self.reversals(click) {
            let Some(known) = before.get(&key).filter(|known| **known != after) else {
                continue;
            };
            let Some(mut tally) = self.tally(click, &key).cloned() else {
                continue;
            };
            if !event.silent {
                let change = Change {
                    now: self.now,
                    event,
                    click,
                    before: Some(known),
                    after: &after,
                    valued: false,
                };
                self.fire(&change, &mut tally.fired, &mut Trace::default());
            }
            self.put_conversion(after);
            self.put_tally(tally);
        }
    }

    /// Adds up what was booked for the events of a receipt or an event id.
    fn worth(&self, ledger: &Ledger<'_>, key: &Receipt) -> Worth {
        let mut worth = Worth::default();
        let mut seen: BTreeSet<&ConversionId> = BTreeSet::new();
        for row in ledger.events(key) {
            let booked = row.conversion.as_ref().and_then(|id| self.booked(id));
            let Some(booked) = booked.filter(|booked| !is_unsaid(&booked.shown)) else {
                continue;
            };
            if booked.basis == Basis::Added {
                if let Some(share) = ledger.share(booked, row) {
                    worth.paid = true;
                    self.add(&mut worth, &booked.shown, share.sum, share.revenue);
                }
            } else if (is_shown(&booked.shown, key) || ledger.is_order(&booked.id)) && seen.insert(&booked.id) {
                self.add_booked(&mut worth, booked);
            }
        }
        worth
    }

    fn add_booked(&self, worth: &mut Worth, booked: &Conversion) {
        let shown = &booked.shown;
        match (booked.revenue, booked.sum) {
            (Revenue::Counted { money }, Some(sum)) => {
                worth.paid |= shown.kind.adds();
                // Only a part of a declined order, and of a refund that was cut, counts.
                let is_part = matches!(booked.basis, Basis::TakenBack | Basis::Capped);
                let sum = if is_part { money } else { sum };
                self.add(worth, shown, sum, Some(money));
            }
            (Revenue::NoRate, Some(sum)) if shown.kind.subtracts() => self.add(worth, shown, sum, None),
            _ => {}
        }
    }

    /// Adds an amount. The revenue is converted, since the account's currency may have changed
    /// after it was booked.
    fn add(&self, worth: &mut Worth, shown: &Entry, sum: Money, revenue: Option<Money>) {
        let account = self.decision.currency;
        worth.add(
            sum,
            revenue.and_then(|money| self.decision.convert(money, account, shown.at)),
        );
    }
}

/// Whether an entry is a reversal without an amount. Such a reversal is computed from what was
/// booked, so that it is no part of that.
fn is_unsaid(entry: &Entry) -> bool {
    entry.kind.subtracts() && entry.sum.is_none()
}

pub(super) fn is_shown(entry: &Entry, key: &Receipt) -> bool {
    let by_id = || entry.event_id.as_deref().map(Receipt::of_event_id);
    entry.payment().as_ref() == Some(key) || by_id().as_ref() == Some(key)
}
