//! What a clause saw that does not hold, as data.

use crate::model::Note;
use crate::value::{Amount, Money};
use alloc::borrow::Cow;
use core::time::Duration;

/// What a clause saw that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Seen<'a> {
    /// Nothing.
    Missing,
    /// Nothing, since what came was left out.
    LeftOut(&'a Note),
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
