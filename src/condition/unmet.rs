//! Why a condition does not hold, as data.

use super::clause::Wanted;
use crate::value::{Amount, Money};
use alloc::{borrow::Cow, vec::Vec};
use core::time::Duration;

/// Why a condition does not hold: what was seen and what was wanted. Prints as one line, lower
/// case; personal values are not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unmet<'a> {
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

/// What a clause saw that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen<'a> {
    /// Nothing.
    Missing,
    /// A macro that nobody filled.
    Unfilled,
    /// An amount that has no rate into the currency in which it is asked for.
    NoRate,
    /// A personal value, which is not shown.
    Personal,
    /// Another text.
    Text(Cow<'a, str>),
    /// A text that is not of the kind that the clause compares.
    NotA {
        /// The text.
        seen: Cow<'a, str>,
        /// The kind: `number`.
        kind: &'static str,
    },
    /// Another number.
    Number(Amount),
    /// Another amount.
    Money(Money),
    /// An amount that cannot be compared.
    OtherCurrency {
        /// The amount.
        seen: Money,
        /// The one that the clause names.
        wanted: Money,
    },
    /// Too long ago.
    Ago {
        /// How long.
        since: Duration,
        /// What happened then.
        what: &'static str,
    },
    /// A draw that is not below the share.
    Draw(Amount),
}

impl<'a> Seen<'a> {
    /// What a text is not.
    pub(super) fn no(kind: &'static str) -> Seen<'static> {
        Seen::NotA {
            seen: Cow::Borrowed(""),
            kind,
        }
    }

    /// Another text, which [`Seen::with_text`] puts in.
    pub(super) const OTHER: Seen<'static> = Seen::Text(Cow::Borrowed(""));

    /// With the text that a comparison of texts saw.
    pub(super) fn with_text(self, text: Cow<'a, str>) -> Self {
        match self {
            Self::Text(_) => Self::Text(text),
            Self::NotA { kind, .. } => Self::NotA { seen: text, kind },
            other => other,
        }
    }
}
