//! The reason why a condition does not hold, as data.

use super::seen::Seen;
use super::test::Wanted;
use crate::value::Money;
use alloc::{borrow::Cow, vec::Vec};

/// The reason why a condition does not hold: the value that was seen and the one that was wanted.
/// It prints as one line in lower case. Personal values are not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Unmet<'a> {
    /// A clause does not hold.
    Clause {
        /// The name of the fact.
        name: &'a str,
        /// The value of the fact.
        seen: Seen<'a>,
        /// The test that the clause makes.
        wanted: Wanted<'a>,
    },
    /// A word is not among the wanted words.
    NoneOf {
        /// The meaning of the word: `type` or `status`.
        what: &'static str,
        /// The word.
        seen: &'a str,
        /// The wanted words.
        wanted: Vec<&'a str>,
    },
    /// A word is not configured.
    Unknown {
        /// The meaning of the word.
        what: &'static str,
        /// The word.
        seen: &'a str,
    },
    /// The object to be judged is missing.
    Nothing {
        /// The name of the object: `conversion`.
        what: &'static str,
    },
    /// The conversion is of a kind that is not wanted.
    Unwanted {
        /// The kind: `a test`.
        is: Cow<'a, str>,
        /// The part of the kind that is not wanted, if not all of it: ` that takes money back`.
        that: &'static str,
    },
    /// An amount is below zero.
    Negative {
        /// The name of the amount: `payout`.
        what: &'static str,
        /// The amount.
        seen: Money,
    },
}
