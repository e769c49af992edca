//! What a clause is evaluated over.

use super::number::Number;
use super::seen::Seen;
use crate::model::Note;
use crate::value::{Amount, Money, Timestamp};
use alloc::{borrow::Cow, string::ToString};
use core::time::Duration;

/// Facts that have names: a click with its conversion ([`Scope`](crate::scope::Scope)), later the
/// statistics that automation reads.
pub(crate) trait NamedFacts {
    /// A name, looked up once when a clause is read and not each time that it is evaluated.
    type Name: AsRef<str>;

    /// What is known under a name. A name that means nothing here is a fact that is missing.
    fn fact(&self, name: &Self::Name) -> Fact<'_>;

    /// Whether what is known under a name is about a person: it is compared like any other, and no
    /// reason shows it.
    fn is_personal(&self, name: &Self::Name) -> bool;

    /// What came under a name and was no value, for the reason of a clause that misses it.
    fn left_out(&self, name: &Self::Name) -> Option<&Note> {
        let _ = name;
        None
    }
}

/// What is known under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact<'a> {
    /// Nothing.
    Missing,
    /// An amount that has no rate into the currency in which it is asked for.
    NoRate,
    /// A text; never empty.
    Text(Cow<'a, str>),
    /// An amount of money.
    Money(Money),
    /// A time.
    Time {
        /// When it was.
        at: Timestamp,
        /// How long that is before the moment that is judged; nothing where it is after it.
        since: Duration,
        /// What happened then, in words: `the click`.
        what: &'static str,
    },
}

impl<'a> Fact<'a> {
    /// The number, where it is one: a time is its Unix seconds.
    pub(super) fn number(&self) -> Option<Number> {
        let plain = |amount| Number { amount, currency: None };
        match self {
            Self::Money(money) => Some(Number::from(*money)),
            Self::Time { at, .. } => Amount::from_minor_units(at.unix_seconds(), 0).map(plain),
            Self::Missing | Self::NoRate | Self::Text(_) => None,
        }
    }

    /// The fact as it prints: an amount without its currency and without trailing zeros, a time as
    /// Unix seconds.
    pub(super) fn printed(self) -> Self {
        match self {
            Self::Money(money) => Self::Text(Cow::Owned(money.amount.to_string())),
            Self::Time { at, .. } => Self::Text(Cow::Owned(at.unix_seconds().to_string())),
            other => other,
        }
    }

    /// Whether its text holds; a fact that has none does not.
    pub(super) fn holds(self, text: impl FnOnce(&str) -> Result<(), Seen<'static>>) -> Result<(), Seen<'a>> {
        match self.printed() {
            Self::Text(seen) => text(&seen).map_err(|why| why.with_text(seen)),
            Self::NoRate => Err(Seen::NoRate),
            _ => Err(Seen::Missing),
        }
    }
}
