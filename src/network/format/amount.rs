//! Reads amounts in the form in which a source writes them. Each digit of the text is a digit of
//! the amount, in the same order. Anything that the format does not name is refused.

use super::mark::{AmountUnit, DecimalMark, ThousandsMark};
use super::symbol::Symbol;
use crate::value::{Amount, AmountError, Currency};
use alloc::{string::String, vec::Vec};
use thiserror::Error;

/// The form in which a source writes its amounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct AmountFormat {
    pub(crate) decimal: DecimalMark,
    pub(crate) thousands: Option<ThousandsMark>,
    pub(crate) unit: AmountUnit,
    /// The symbols that may stand beside an amount, the longest first.
    pub(crate) symbols: Vec<Symbol>,
}

/// The reason why a text is not an amount. No reason shows the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum AmountFault {
    #[error("{}", .0.reason())]
    Number(AmountError),
    #[error("it holds {0:?}")]
    Character(char),
    #[error("a digit is missing beside the point or the sign")]
    MissingDigit,
    #[error("its thousands do not stand in groups of three digits")]
    Groups,
    #[error("it has a fraction, and the source's amounts are in minor units")]
    MinorFraction,
    #[error("the symbol beside it does not mean {0}")]
    OtherCurrency(Currency),
}

/// An amount, and its currency where only the symbol beside the amount tells it.
pub(super) type Read = (Amount, Option<Currency>);

impl AmountFormat {
    /// Whether amounts have the strict form `12.50`.
    pub(super) fn is_strict(&self) -> bool {
        *self == Self::default()
    }

    /// Reads an amount. `told` is the currency that the message names; `usual` is the currency
    /// where the message names none.
    pub(super) fn read(&self, text: &str, told: Option<Currency>, usual: Currency) -> Result<Read, AmountFault> {
        let (sign, rest) = signed(text);
        let (before, rest) = self.symbol(rest, Symbol::stripped_start);
        let (sign, rest) = match sign {
            "" => signed(rest),
            sign => (sign, rest),
        };
        let (behind, number) = self.symbol(rest, Symbol::stripped_end);
        let mut symbols = before.into_iter().chain(behind);
        let named = symbols.clone().find_map(Symbol::currency).filter(|_| told.is_none());
        let currency = told.or(named).unwrap_or(usual);
        if symbols.any(|symbol| !symbol.may_mean(currency)) {
            return Err(AmountFault::OtherCurrency(currency));
        }
        let digits = match self.unit {
            AmountUnit::Major => self.plain(number)?,
            AmountUnit::Minor => self.minor(number, currency)?,
        };
        let mut plain = String::from(sign);
        plain.push_str(&digits);
        Ok((plain.parse().map_err(AmountFault::Number)?, named))
    }

    fn symbol<'s, 't>(
        &'s self,
        text: &'t str,
        strip: impl Fn(&Symbol, &'t str) -> Option<&'t str>,
    ) -> (Option<&'s Symbol>, &'t str) {
        let mut found = self
            .symbols
            .iter()
            .filter_map(|symbol| Some((Some(symbol), strip(symbol, text)?)));
        found.next().unwrap_or((None, text))
    }

    /// Converts the number to the strict form.
    fn plain(&self, text: &str) -> Result<String, AmountFault> {
        let Some((whole, fraction)) = text.split_once(|c| self.decimal.is(c)) else {
            return self.whole(text);
        };
        let mut plain = self.whole(whole)?;
        plain.push('.');
        plain.push_str(digits(fraction)?);
        Ok(plain)
    }

    /// Converts a whole number of the currency's smallest units to the strict form.
    fn minor(&self, text: &str, currency: Currency) -> Result<String, AmountFault> {
        if text.contains(|c| self.decimal.is(c)) {
            return Err(AmountFault::MinorFraction);
        }
        let mut plain = self.whole(text)?;
        let fraction = usize::try_from(currency.digits()).unwrap_or_default();
        if fraction > 0 {
            while plain.len() <= fraction {
                plain.insert(0, '0');
            }
            plain.insert(plain.len().saturating_sub(fraction), '.');
        }
        Ok(plain)
    }

    /// Returns the digits before the decimal mark, without the marks between the thousands.
    fn whole(&self, text: &str) -> Result<String, AmountFault> {
        let is_mark = |c| self.thousands.is_some_and(|mark| mark.is(c));
        let mut groups = text.split(is_mark);
        let first = groups.next().unwrap_or_default();
        let mut whole = String::from(digits(first)?);
        for group in groups {
            // The mark in `0.125` is a decimal mark and not the source's mark between thousands.
            if digits(group)?.len() != 3 || first.len() > 3 || first.starts_with('0') {
                return Err(AmountFault::Groups);
            }
            whole.push_str(group);
        }
        Ok(whole)
    }
}

fn signed(text: &str) -> (&str, &str) {
    match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    }
}

/// Accepts one or more digits, and nothing else.
fn digits(text: &str) -> Result<&str, AmountFault> {
    match text.chars().find(|c| !c.is_ascii_digit()) {
        Some(character) => Err(AmountFault::Character(character)),
        None if text.is_empty() => Err(AmountFault::MissingDigit),
        None => Ok(text),
    }
}
