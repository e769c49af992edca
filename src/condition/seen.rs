//! What a clause saw when it did not hold, as data.

use crate::model::Note;
use crate::value::{Amount, Money};
use alloc::borrow::Cow;
use core::time::Duration;

/// What a clause saw when it did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Seen<'a> {
    /// There was no value.
    Missing,
    /// There was no value, since the value that came was left out.
    LeftOut(&'a Note),
    /// The value was a macro that was not filled.
    Unfilled,
    /// An amount that has no rate into the currency in which it is asked for.
    NoRate,
    /// An amount that is not known, since the conversion came without one.
    NoAmount,
    /// The value is personal, so it is not shown.
    Personal,
    /// The value was another text.
    Text(Cow<'a, str>),
    /// The value was a text that is not of the kind that the clause compares.
    NotA {
        /// The text.
        seen: Cow<'a, str>,
        /// The kind, for example `number`.
        kind: &'static str,
    },
    /// The value was another number.
    Number(Amount),
    /// The value was another amount.
    Money(Money),
    /// The value was an amount that cannot be compared.
    OtherCurrency {
        /// The amount.
        seen: Money,
        /// The amount that the clause names.
        wanted: Money,
    },
    /// The time was too long ago.
    Ago {
        /// How long ago it was.
        since: Duration,
        /// What happened at that time.
        what: &'static str,
    },
    /// The draw was not below the share.
    Draw(Amount),
}

impl<'a> Seen<'a> {
    /// The reason for a text that is not of this kind. [`Seen::with_text`] adds the text.
    pub(super) fn no(kind: &'static str) -> Seen<'static> {
        Seen::NotA {
            seen: Cow::Borrowed(""),
            kind,
        }
    }

    /// The reason for another text. [`Seen::with_text`] adds the text.
    pub(super) const OTHER: Seen<'static> = Seen::Text(Cow::Borrowed(""));

    /// Returns the same reason with the text that was compared.
    pub(super) fn with_text(self, text: Cow<'a, str>) -> Self {
        match self {
            Self::Text(_) => Self::Text(text),
            Self::NotA { kind, .. } => Self::NotA { seen: text, kind },
            other => other,
        }
    }
}
