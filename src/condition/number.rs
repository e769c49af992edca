//! Numbers, compared exactly.

use super::{Fact, Seen};
use crate::value::{Amount, AmountError, Currency, CurrencyError, Money};
use core::{fmt, str::FromStr};
use thiserror::Error;

/// A number, or an amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) amount: Amount,
    /// Without one it is of whatever currency it is compared with.
    pub(crate) currency: Option<Currency>,
}

impl Number {
    /// Whether a fact is this number; one without a currency is that number of any.
    pub(super) fn is(self, seen: Self) -> bool {
        self.amount == seen.amount && (self.currency.is_none() || self.currency == seen.currency)
    }
}

impl FromStr for Number {
    type Err = NumberError;

    /// Reads `10.00` or `10.00 USD`.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (amount, currency) = match text.split_once(char::is_whitespace) {
            Some((amount, currency)) => (amount, Some(currency.trim().parse()?)),
            None => (text, None),
        };
        let amount = amount.parse()?;
        Ok(Self { amount, currency })
    }
}

/// A text that is no [`Number`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub(crate) enum NumberError {
    Amount(#[from] AmountError),
    Currency(#[from] CurrencyError),
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.amount)?;
        self.currency.map_or(Ok(()), |currency| write!(f, " {currency}"))
    }
}

impl From<Money> for Number {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount,
            currency: Some(money.currency),
        }
    }
}

/// From the least number to the largest, both included; at least one of them is there.
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

    /// A number that is no money.
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

    /// A bound that cannot be compared with an amount in this currency.
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
