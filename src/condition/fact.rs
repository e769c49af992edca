//! The facts that a clause is evaluated over.

use super::number::Number;
use super::seen::Seen;
use crate::model::Note;
use crate::value::{Amount, Money, Timestamp};
use alloc::{borrow::Cow, string::ToString};
use core::time::Duration;

/// Facts that have names: those of a click with its conversion ([`Scope`](crate::scope::Scope)),
/// and later the statistics for automation.
pub(crate) trait NamedFacts {
    /// A name, which is looked up once when a clause is read, and not at each evaluation.
    type Name: AsRef<str>;

    /// Returns the fact with a name. For an unknown name the fact is missing.
    fn fact(&self, name: &Self::Name) -> Fact<'_>;

    /// Whether the fact with a name is personal. It is compared like any other fact, but no reason
    /// shows it.
    fn is_personal(&self, name: &Self::Name) -> bool;

    /// The note on a value that came under a name and was left out. It is used in the reason of a
    /// clause that misses the value.
    fn left_out(&self, name: &Self::Name) -> Option<&Note> {
        let _ = name;
        None
    }
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact<'a> {
    /// There is no value.
    Missing,
    /// An amount that has no rate into the currency in which it is asked for.
    NoRate,
    /// An amount that is not known, since the conversion came without one.
    NoAmount,
    /// A text, which is never empty.
    Text(Cow<'a, str>),
    /// An amount of money.
    Money(Money),
    /// A time.
    Time {
        /// The time.
        at: Timestamp,
        /// How long the time was before the moment that is judged; zero where it is after that
        /// moment.
        since: Duration,
        /// What happened at the time, in words: `the click`.
        what: &'static str,
    },
}

impl<'a> Fact<'a> {
    /// The fact as a number, where it is one. A time is its Unix seconds.
    pub(super) fn number(&self) -> Option<Number> {
        let plain = |amount| Number { amount, currency: None };
        match self {
            Self::Money(money) => Some(Number::from(*money)),
            Self::Time { at, .. } => Amount::from_minor_units(at.unix_seconds(), 0).map(plain),
            Self::Missing | Self::NoRate | Self::NoAmount | Self::Text(_) => None,
        }
    }

    /// The fact as it prints: an amount without its currency and without trailing zeros, and a time
    /// as Unix seconds.
    pub(super) fn printed(self) -> Self {
        match self {
            Self::Money(money) => Self::Text(Cow::Owned(money.amount.to_string())),
            Self::Time { at, .. } => Self::Text(Cow::Owned(at.unix_seconds().to_string())),
            other => other,
        }
    }

    /// Checks the fact's text with `text`. A fact without a text fails.
    pub(super) fn holds(self, text: impl FnOnce(&str) -> Result<(), Seen<'static>>) -> Result<(), Seen<'a>> {
        match self.printed() {
            Self::Text(seen) => text(&seen).map_err(|why| why.with_text(seen)),
            Self::NoRate => Err(Seen::NoRate),
            Self::NoAmount => Err(Seen::NoAmount),
            _ => Err(Seen::Missing),
        }
    }
}
