//! The limits of amounts, and what is said of a text that is none.

use crate::text::shown;
use alloc::string::String;
use core::fmt;
use thiserror::Error;

/// The most digits of an amount, before and after the point together, leading and trailing zeros
/// included. The arithmetic below is exact for any 28 digits (96 bits hold them), and no currency
/// needs more.
pub const MAX_AMOUNT_DIGITS: u32 = 28;
/// The most digits after the point of an amount read from text; zeros after the last other digit
/// are free. Networks send 2 to 6; a longer fraction is a float's noise, which is better refused
/// than booked.
pub const MAX_AMOUNT_FRACTION: u32 = 9;

/// A text or a number that is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an amount: {problem}")]
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

impl AmountError {
    /// What is wrong, without the text: it may be another's.
    pub(crate) fn reason(&self) -> impl fmt::Display + '_ {
        &self.problem
    }

    /// The error of `text`, as far as it is shown.
    pub(super) fn of(text: &str, problem: Problem) -> Self {
        Self {
            text: shown(text),
            problem,
        }
    }
}
