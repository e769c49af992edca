//! The limits of amounts, and the error for a text that is not an amount.

use crate::text::shown;
use alloc::string::String;
use core::fmt;
use thiserror::Error;

/// The most digits of an amount, counted before and after the point together, with leading and
/// trailing zeros. The arithmetic of amounts is exact for any 28 digits (96 bits hold them), and no
/// currency needs more.
pub const MAX_AMOUNT_DIGITS: u32 = 28;
/// The most digits after the point of an amount that is read from text; trailing zeros are not
/// counted. Networks send 2 to 6 digits. A longer fraction is the rounding noise of a float, so it
/// is refused and not booked.
pub const MAX_AMOUNT_FRACTION: u32 = 9;

/// The error for a text or a number that is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an amount: {problem}{}", .problem.hint())]
pub struct AmountError {
    text: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Problem {
    #[error("it is empty")]
    Empty,
    #[error("it holds {0:?}")]
    Character(char),
    #[error("a digit is missing beside the point or the sign")]
    MissingDigit,
    #[error("it has more than {MAX_AMOUNT_DIGITS} digits")]
    TooLong,
    #[error("it has more than {0} digits after the point")]
    Fraction(u32),
}

impl Problem {
    /// What to write, for whoever wrote the amount in a configuration.
    fn hint(&self) -> &'static str {
        match self {
            Self::Character(',') => "; write a point, as in `25.00`",
            _ => "",
        }
    }
}

impl AmountError {
    /// The reason without the text, which may be somebody else's data.
    pub(crate) fn reason(&self) -> impl fmt::Display + '_ {
        &self.problem
    }

    /// The error for `text`, which is cut to the length that errors show.
    pub(super) fn of(text: &str, problem: Problem) -> Self {
        Self {
            text: shown(text),
            problem,
        }
    }
}
