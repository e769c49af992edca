//! Numbers, with or without a currency.

use crate::value::{Amount, AmountError, Currency, CurrencyError, Money};
use core::{fmt, str::FromStr};
use thiserror::Error;

/// A number, or an amount in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) amount: Amount,
    /// The currency. A number without one can be compared with an amount in any currency.
    pub(crate) currency: Option<Currency>,
}

impl Number {
    /// Whether a fact is equal to this number. A number without a currency is equal to that amount
    /// in any currency.
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

/// The error for a text that is not a [`Number`].
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
