//! The value of an entry: its signed amount, its revenue in the account's currency, and the payout
//! in the channel's.

use super::decision::Decision;
use crate::model::{Conversion, Counts, Entry, Revenue};
use crate::scope::ToldPayout;
use crate::tracker::PayoutRule;
use crate::value::{Amount, Currency, Money, Timestamp, TypeName};

impl Decision<'_> {
    /// Returns what a type counts as. An unknown type is never money.
    pub(crate) fn counts(&self, name: &TypeName) -> Counts {
        self.types.get(name).map_or(Counts::Info, |known| known.counts)
    }

    /// Returns an entry's amount with its sign. Sales, upsells and rebills add the amount as it
    /// came; refunds and chargebacks subtract its size. Everything else is no money, whatever
    /// amount it has.
    pub(crate) fn signed(&self, entry: &Entry) -> Option<Money> {
        self.signed_as(entry, entry.sum?)
    }

    /// Gives an amount the sign of an entry.
    pub(crate) fn signed_as(&self, entry: &Entry, money: Money) -> Option<Money> {
        let amount = if self.adds(entry)? {
            money.amount
        } else {
            money.amount.abs().neg()
        };
        Some(Money {
            amount,
            currency: money.currency,
        })
    }

    /// Whether an entry adds money (true) or subtracts it (false). None if it is never money, as a
    /// test.
    pub(crate) fn adds(&self, entry: &Entry) -> Option<bool> {
        match self.counts(&entry.type_name) {
            _ if entry.test => None,
            Counts::Step | Counts::Info => None,
            _ if entry.kind.adds() => Some(true),
            _ if entry.kind.subtracts() => Some(false),
            _ => None,
        }
    }

    /// Whether an entry's money is revenue: its status is one that counts. The money of a reversal
    /// always is.
    pub(crate) fn earns(&self, entry: &Entry) -> bool {
        entry.kind.subtracts() || self.revenue_statuses.contains(&entry.status)
    }

    /// Whether an entry is a payment that a reversal can take back: its amount counts as revenue
    /// and has a rate. It does not depend on what the entry did to a conversion, so that the order
    /// of arrival cannot change it.
    pub(crate) fn pays(&self, entry: &Entry) -> bool {
        let revenue = || self.revenue(entry, self.signed(entry), self.earns(entry));
        self.adds(entry) == Some(true) && matches!(revenue(), Revenue::Counted { .. })
    }

    /// Returns a conversion's money in the account's currency. It is rounded only if it was
    /// converted.
    pub(crate) fn revenue(&self, entry: &Entry, sum: Option<Money>, counts: bool) -> Revenue {
        let Some(sum) = sum else { return Revenue::Nothing };
        let Some(money) = self.convert(sum, self.currency, entry.at) else {
            return Revenue::NoRate;
        };
        if counts {
            Revenue::Counted { money }
        } else {
            Revenue::NotCounted { money }
        }
    }

    pub(crate) fn convert(&self, money: Money, to: Currency, at: Timestamp) -> Option<Money> {
        if money.currency == to {
            return Some(money);
        }
        let direct = self.rates.convert(money, to, at);
        let through = || {
            let account = self.rates.convert(money, self.currency, at)?;
            self.rates.convert(account, to, at)
        };
        direct.or_else(through).map(Money::rounded)
    }

    /// Returns the payout that a channel is told: a percentage or a fixed amount, in the channel's
    /// currency, rounded half to even at that currency's digits. It is zero for what is never
    /// money. What is money and came without an amount has no share that could be told, and a
    /// channel would take a zero for the amount. A fixed payout needs no amount. `adds` is
    /// [`Decision::adds`] of the entry that the conversion shows.
    pub(crate) fn payout(
        &self,
        rule: PayoutRule,
        adds: Option<bool>,
        conversion: &Conversion,
        currency: Currency,
    ) -> ToldPayout {
        let zero = Money {
            amount: Amount::ZERO,
            currency,
        };
        match (rule, adds, conversion.sum) {
            (PayoutRule::Fixed(fixed), Some(true), _) => ToldPayout::Known(fixed),
            (PayoutRule::Fixed(fixed), Some(false), _) => ToldPayout::Known(Money {
                amount: fixed.amount.neg(),
                ..fixed
            }),
            (PayoutRule::Fixed(_), None, _) | (PayoutRule::Percent(_), None, None) => ToldPayout::Known(zero),
            (PayoutRule::Percent(_), Some(_), None) => ToldPayout::NoAmount(currency),
            (PayoutRule::Percent(percent), _, Some(sum)) => {
                // The share is computed before the currency is converted, so that it is rounded
                // once.
                let share = percent.of(sum.amount).map(|amount| Money {
                    amount,
                    currency: sum.currency,
                });
                let told = share.and_then(|share| self.convert(share, currency, conversion.shown.at));
                told.map_or(ToldPayout::NoRate, |money| ToldPayout::Known(money.rounded()))
            }
        }
    }
}

/// Returns the difference of two payouts; none before counts as zero.
pub(crate) fn delta(before: Option<ToldPayout>, after: ToldPayout) -> ToldPayout {
    match (before, after) {
        (None, after) | (_, after @ ToldPayout::NoAmount(_)) => after,
        (Some(ToldPayout::Known(before)), ToldPayout::Known(after)) if before.currency == after.currency => {
            let amount = after.amount.checked_sub(before.amount);
            amount.map_or(ToldPayout::NoRate, |amount| {
                ToldPayout::Known(Money {
                    amount,
                    currency: after.currency,
                })
            })
        }
        _ => ToldPayout::NoRate,
    }
}
