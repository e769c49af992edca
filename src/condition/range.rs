//! Compares numbers exactly.

use super::fact::Fact;
use super::number::Number;
use super::seen::Seen;
use crate::value::{Amount, Currency, Money};

/// A range of numbers, both ends included. It has at least one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) least: Option<Number>,
    pub(crate) most: Option<Number>,
}

impl Range {
    pub(super) fn check<'a>(&self, fact: Fact<'a>) -> Result<(), Seen<'a>> {
        match fact {
            Fact::Money(seen) => match self.of_another_currency(seen.currency) {
                Some(wanted) => Err(Seen::OtherCurrency { seen, wanted }),
                None if self.holds(seen.amount) => Ok(()),
                None => Err(Seen::Money(seen)),
            },
            fact => match fact.number() {
                Some(seen) => self.plain(seen.amount),
                None => fact.holds(|text| self.plain(text.parse().map_err(|_| Seen::no("number"))?)),
            },
        }
    }

    /// Checks a number that is not an amount of money.
    fn plain(&self, seen: Amount) -> Result<(), Seen<'static>> {
        let bounds = [self.least, self.most];
        if bounds.into_iter().flatten().any(|bound| bound.currency.is_some()) {
            Err(Seen::no("amount with a currency"))
        } else if self.holds(seen) {
            Ok(())
        } else {
            Err(Seen::Number(seen))
        }
    }

    fn holds(&self, seen: Amount) -> bool {
        self.least.is_none_or(|least| seen >= least.amount) && self.most.is_none_or(|most| seen <= most.amount)
    }

    /// Returns a bound of the range that cannot be compared with an amount in this currency.
    fn of_another_currency(&self, seen: Currency) -> Option<Money> {
        [self.least, self.most].into_iter().flatten().find_map(|bound| {
            let currency = bound.currency.filter(|currency| *currency != seen)?;
            Some(Money {
                amount: bound.amount,
                currency,
            })
        })
    }
}
