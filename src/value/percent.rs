//! Percentages of amounts.

use super::amount::{Amount, AmountError, MAX_AMOUNT_FRACTION};
use super::text_serde::text_serde;
use core::{fmt, str::FromStr};
use thiserror::Error;

/// The largest percentage is ten times the whole. So a bonus payout is possible, and a payout typed
/// with a lost decimal point is refused.
const MAX_PERCENT: u32 = 1000;

/// A percentage from 0 to 1000; `100` is the whole.
///
/// ```
/// use postback::value::{Amount, Percent};
/// let share: Percent = "33.3".parse()?;
/// assert_eq!(share.of("8.50".parse()?), Some("2.8305".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(Amount);

/// The error for a text or a number that is not a percentage.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct PercentError(Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error(transparent)]
    Amount(#[from] AmountError),
    #[error("percentage `{0}` is not between 0 and {MAX_PERCENT}")]
    Range(Amount),
    #[error("percentage `{0}` has more than {MAX_AMOUNT_FRACTION} digits after the point")]
    Fraction(Amount),
}

impl Percent {
    /// The whole: 100 percent.
    #[must_use]
    pub fn whole() -> Self {
        Self(Amount::from(100))
    }

    /// Makes a percentage of `percent`, in which 100 is the whole.
    ///
    /// # Errors
    /// - a number below 0 or above 1000
    /// - a number with more than [`MAX_AMOUNT_FRACTION`] digits after the point
    pub fn new(percent: Amount) -> Result<Self, PercentError> {
        if percent.is_negative() || percent > Amount::from(MAX_PERCENT) {
            return Err(PercentError(Problem::Range(percent)));
        }
        if percent != percent.rounded(MAX_AMOUNT_FRACTION) {
            return Err(PercentError(Problem::Fraction(percent)));
        }
        Ok(Self(percent))
    }

    /// The number of the percentage: 100 for the whole.
    #[must_use]
    pub const fn amount(self) -> Amount {
        self.0
    }

    /// Returns exactly `amount * percent / 100`, unrounded, or none when that does not fit in an
    /// [`Amount`].
    #[must_use]
    pub fn of(self, amount: Amount) -> Option<Amount> {
        amount.hundredths(self.0)
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    /// Reads an amount from 0 to 1000, without a percent sign.
    ///
    /// # Errors
    /// - a text that [`Amount`] refuses
    /// - a number below 0 or above 1000
    fn from_str(text: &str) -> Result<Self, PercentError> {
        Self::new(text.parse().map_err(|error: AmountError| PercentError(error.into()))?)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Percent({})", self.0)
    }
}

text_serde!(Percent, "a percentage as text, such as \"80\"", str::parse::<Percent>);
