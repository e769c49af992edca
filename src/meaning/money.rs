//! What an entry is worth: signed, in the account's currency, in the channel's.

use super::decision::Decision;
use crate::model::{Conversion, Counts, Entry, Revenue};
use crate::scope::ToldPayout;
use crate::tracker::PayoutRule;
use crate::value::{Amount, Currency, Money, Timestamp, TypeName};

impl Decision<'_> {
    /// What a type counts as; an unknown type is never money.
    pub(crate) fn counts(&self, name: &TypeName) -> Counts {
        self.types.get(name).map_or(Counts::Info, |known| known.counts)
    }

    /// An entry's amount with its sign: sales, upsells and rebills add what came, refunds and
    /// chargebacks take its size away, everything else is no money whatever it carries.
    pub(crate) fn signed(&self, entry: &Entry) -> Option<Money> {
        self.signed_as(entry, entry.sum?)
    }

    /// An amount with the sign of an entry.
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

    /// Whether an entry adds money or takes it away; none where it is never money, as a test.
    pub(crate) fn adds(&self, entry: &Entry) -> Option<bool> {
        match self.counts(&entry.type_name) {
            _ if entry.test => None,
            Counts::Step | Counts::Info => None,
            _ if entry.kind.adds() => Some(true),
            _ if entry.kind.subtracts() => Some(false),
            _ => None,
        }
    }

    /// Whether an entry's money is revenue: its status is one that counts. What is taken back
    /// always is.
    pub(crate) fn earns(&self, entry: &Entry) -> bool {
        entry.kind.subtracts() || self.revenue_statuses.contains(&entry.status)
    }

    /// Whether an entry is a payment that a reversal can take back: its amount counts as revenue
    /// and has a rate. Says nothing of what became of the entry, so that no order of arrival can
    /// change it.
    pub(crate) fn pays(&self, entry: &Entry) -> bool {
        let revenue = || self.revenue(entry, self.signed(entry), self.earns(entry));
        self.adds(entry) == Some(true) && matches!(revenue(), Revenue::Counted { .. })
    }

    /// A conversion's money in the account's currency, rounded only if it was converted.
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

    /// What a channel is told of a conversion: percent or fixed, in its currency, half-even at that
    /// currency's digits. What is never money is zero; a fixed payout needs no amount. `adds` is
    /// [`Tracker::adds`] of what the conversion shows.
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
            (PayoutRule::Fixed(_), None, _) | (PayoutRule::Percent(_), _, None) => ToldPayout::Known(zero),
            (PayoutRule::Percent(percent), _, Some(sum)) => {
                // The share is taken before the conversion, so that rounding happens once.
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

/// What was added between two payouts; `before` absent is zero.
pub(crate) fn delta(before: Option<ToldPayout>, after: ToldPayout) -> ToldPayout {
    match (before, after) {
        (None, after) => after,
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
