//! The amounts of a form, which are whole numbers of minor units.

use crate::text::shown;
use crate::value::{Amount, Currency};
use alloc::string::String;
use thiserror::Error;

/// The most digits that are read: that many fit in 64 bits, and are sixteen digits of dollars.
const MAX_MINOR_DIGITS: usize = 18;

/// The way in which an amount of a currency without minor units (yen, won) is written.
///
/// This is an open question: one test generator writes `10000` for yen, which may be ten thousand
/// or one hundred yen, and no captured post has such a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ZeroDecimal {
    /// The amount is in the currency's own units, as in ISO 4217: `10000` is 10000 yen. This is
    /// assumed by default.
    #[default]
    Minor,
    /// The amount is in hundredths, as dollars are: `10000` is 100 yen.
    Hundredths,
}

/// The text of an amount in minor units: `3322` in a dollar account is 33.22 (captured posts).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinorUnits<'a>(pub(super) &'a str);

impl<'a> MinorUnits<'a> {
    /// The text as it came.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.0
    }

    /// Returns the exact amount in this currency.
    ///
    /// # Errors
    /// - a text with anything but digits and a leading `-`, such as a point or spaces
    /// - more than 18 digits
    pub fn amount(self, currency: Currency, zero_decimal: ZeroDecimal) -> Result<Amount, MinorUnitsError> {
        let refused = || MinorUnitsError { text: shown(self.0) };
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        if !(1..=MAX_MINOR_DIGITS).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(refused());
        }
        let exponent = match (currency.digits(), zero_decimal) {
            (0, ZeroDecimal::Hundredths) => 2,
            (exponent, _) => exponent,
        };
        let units = self.0.parse().map_err(|_| refused())?;
        Amount::from_minor_units(units, exponent).ok_or_else(refused)
    }
}

/// The error for a text that is not an amount in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an amount in minor units: one to {MAX_MINOR_DIGITS} digits")]
pub struct MinorUnitsError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn amount(text: &str, currency: &str, zero_decimal: ZeroDecimal) -> Result<String, String> {
        let read = MinorUnits(text).amount(currency.parse().unwrap(), zero_decimal);
        read.map(|amount| amount.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn minor_units_have_the_digits_of_their_currency() {
        for (text, currency, expected) in [
            ("3322", "USD", "33.22"),
            ("100", "USD", "1"),
            ("0", "USD", "0"),
            ("-2670", "USD", "-26.7"),
            ("112799", "RUB", "1127.99"),
            ("10000", "JPY", "10000"),
            ("1234", "KWD", "1.234"),
            ("007", "EUR", "0.07"),
        ] {
            assert_eq!(
                amount(text, currency, ZeroDecimal::Minor).unwrap(),
                expected,
                "{text} {currency}"
            );
        }
    }

    #[test]
    fn hundredths_change_only_currencies_without_minor_units() {
        assert_eq!(amount("10000", "JPY", ZeroDecimal::Hundredths).unwrap(), "100");
        assert_eq!(amount("3322", "USD", ZeroDecimal::Hundredths).unwrap(), "33.22");
        assert_eq!(amount("1234", "KWD", ZeroDecimal::Hundredths).unwrap(), "1.234");
    }

    #[test]
    fn what_is_not_a_whole_number_is_refused_by_its_text() {
        for text in ["", "-", "33.22", "33,22", " 1", "1 ", "+1", "--1", "1e3", "test", "١"] {
            assert_eq!(
                amount(text, "USD", ZeroDecimal::Minor).unwrap_err(),
                alloc::format!("`{text}` is not an amount in minor units: one to 18 digits")
            );
        }
    }

    #[test]
    fn an_amount_has_at_most_18_digits() {
        for (digits, fits) in [(17, true), (18, true), (19, false)] {
            let text = "9".repeat(digits);
            assert_eq!(amount(&text, "USD", ZeroDecimal::Minor).is_ok(), fits, "{digits}");
        }
    }
}
