//! What an entry is worth: signed, in the account's currency, in the channel's.

use super::compiled::{PayoutRule, Tracker};
use crate::model::{Counts, Entry, Revenue};
use crate::scope::Payout;
use crate::value::{Amount, Currency, Money, Timestamp, TypeName};

impl Tracker {
    /// What a type counts as; an unknown type is never money.
    pub(super) fn counts(&self, name: &TypeName) -> Counts {
        self.types.get(name).map_or(Counts::Info, |known| known.counts)
    }

    /// An entry's amount with its sign: sales, upsells and rebills add what came, refunds and chargebacks take its size away, everything
    /// else is no money whatever it carries.
    pub(super) fn signed(&self, entry: &Entry) -> Option<Money> {
        let money = entry.sum?;
        match self.counts(&entry.type_name) {
            Counts::Step | Counts::Info => None,
            _ if entry.kind.adds() => Some(money),
            _ if entry.kind.subtracts() => Some(Money {
                amount: money.amount.abs().neg(),
                currency: money.currency,
            }),
            _ => None,
        }
    }

    /// A conversion's money in the account's currency, rounded only if it was converted.
    pub(super) fn revenue(&self, entry: &Entry, sum: Option<Money>) -> Revenue {
        let Some(sum) = sum else { return Revenue::Nothing };
        let Some(money) = self.convert(sum, self.currency, entry.at) else {
            return Revenue::NoRate;
        };
        let counts = !entry.test && (entry.kind.subtracts() || self.revenue_statuses.contains(&entry.status));
        if counts {
            Revenue::Counted { money }
        } else {
            Revenue::NotCounted { money }
        }
    }

    fn convert(&self, money: Money, to: Currency, at: Timestamp) -> Option<Money> {
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

    /// What a channel is told of `sum`: percent or fixed, in its currency, half-even at that currency's digits. Nothing is zero.
    pub(super) fn payout(&self, rule: PayoutRule, sum: Option<Money>, currency: Currency, at: Timestamp) -> Payout {
        let zero = Money {
            amount: Amount::ZERO,
            currency,
        };
        let Some(sum) = sum else { return Payout::Known(zero) };
        match rule {
            PayoutRule::Fixed(fixed) if sum.amount.is_negative() => Payout::Known(Money {
                amount: fixed.amount.neg(),
                ..fixed
            }),
            PayoutRule::Fixed(fixed) => Payout::Known(fixed),
            PayoutRule::Percent(percent) => {
                // The share is taken before the conversion, so that rounding happens once.
                let share = percent.of(sum.amount).map(|amount| Money {
                    amount,
                    currency: sum.currency,
                });
                let told = share.and_then(|share| self.convert(share, currency, at));
                told.map_or(Payout::NoRate, |money| Payout::Known(money.rounded()))
            }
        }
    }
}

/// What was added between two payouts; `before` absent is zero.
pub(super) fn delta(before: Option<Payout>, after: Payout) -> Payout {
    match (before, after) {
        (None, after) => after,
        (Some(Payout::Known(before)), Payout::Known(after)) if before.currency == after.currency => {
            let amount = after.amount.checked_sub(before.amount);
            amount.map_or(Payout::NoRate, |amount| {
                Payout::Known(Money {
                    amount,
                    currency: after.currency,
                })
            })
        }
        _ => Payout::NoRate,
    }
}
