//! Why a condition does not hold, as data.

use super::seen::Seen;
use super::test::Wanted;
use crate::value::Money;
use alloc::{borrow::Cow, vec::Vec};

/// Why a condition does not hold: what was seen and what was wanted. Prints as one line, lower
/// case; personal values are not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Unmet<'a> {
    /// A clause does not hold.
    Clause {
        /// The name of the fact.
        name: &'a str,
        /// What it is.
        seen: Seen<'a>,
        /// What the clause asks of it.
        wanted: Wanted<'a>,
    },
    /// A word is none of those that are wanted.
    NoneOf {
        /// What the word is: `type`, `status`.
        what: &'static str,
        /// The word.
        seen: &'a str,
        /// Those that are wanted.
        wanted: Vec<&'a str>,
    },
    /// A word is none that is configured.
    Unknown {
        /// What the word is.
        what: &'static str,
        /// The word.
        seen: &'a str,
    },
    /// What is to be judged is not there.
    Nothing {
        /// What it is: `conversion`.
        what: &'static str,
    },
    /// It is of a kind that is not wanted.
    Unwanted {
        /// What it is: `a test`.
        is: Cow<'a, str>,
        /// What is not wanted of it, if not all: `that takes money back`.
        that: &'static str,
    },
    /// An amount is below zero.
    Negative {
        /// What the amount is: `payout`.
        what: &'static str,
        /// How much.
        seen: Money,
    },
}
