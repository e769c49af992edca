//! How a source writes its amounts and its times.

use crate::config::part::{Word, part};
use crate::config::setters::setters;
use crate::config::word::choices;
use crate::config::{Refusal, Shape};
use crate::network::{AmountUnit, DecimalMark, ThousandsMark, TimeFormat};
use alloc::{format, string::String, vec::Vec};

/// `amounts` of an offer source: how it writes amounts; by default as `1250.50`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Amounts {
    /// The mark before the fraction; by default `.`, or `,` where `.` stands between the thousands.
    pub decimal: Option<DecimalMark>,
    /// The mark between the thousands; none by default.
    pub thousands: Option<ThousandsMark>,
    /// The unit that is counted; `major` by default.
    pub unit: Option<AmountUnit>,
    /// The texts that may stand before or behind an amount, such as `$`.
    pub symbols: Vec<String>,
}
part!(Amounts, 1, {
    decimal,
    thousands,
    unit,
    symbols,
});
setters!(Amounts {
    option with_decimal(decimal: DecimalMark),
    option with_thousands(thousands: ThousandsMark),
    option with_unit(unit: AmountUnit),
    more with_symbols(symbols: String),
});

/// `times` of an offer source: how it writes times; by default as Unix seconds or RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// The format in which they are written.
    pub format: TimeFormat,
    /// The time zone, for a format without an offset; the account's `timezone` by default.
    pub zone: Option<String>,
}
part!(Times, 1, {
    format,
    zone,
});
setters!(Times {
    option with_zone(zone: String),
});

impl Times {
    /// Times of this format.
    #[must_use]
    pub const fn new(format: TimeFormat) -> Self {
        Self { format, zone: None }
    }

    /// Whether the account's time zone is needed to know what they mean.
    pub(crate) fn needs_the_accounts_zone(&self) -> bool {
        self.zone.is_none() && !self.format.has_offset()
    }
}

choices! {
    AmountUnit "a unit of amounts" { "major" = Major, "minor" = Minor }
}

/// Implements [`Word`] for marks. Messages show them in quotes, since most of them can end a
/// sentence.
macro_rules! marks {
    ($($mark:ident $what:literal),+) => {
        $(impl Word for $mark {
            fn parse(text: &str) -> Result<Self, Refusal> {
                let known = Self::ALL.iter().copied().find(|mark| mark.as_str() == text);
                known.ok_or_else(|| {
                    let marks: Vec<String> = Self::ALL.iter().map(|mark| format!("`{}`", mark.as_str())).collect();
                    format!("`{}` is not {}; there are {}", text.escape_debug(), $what, marks.join(", ")).into()
                })
            }

            fn unread() -> Self {
                #[expect(clippy::indexing_slicing, reason = "no enum is empty")]
                Self::ALL[0]
            }

            fn text(&self) -> String {
                self.as_str().into()
            }

            fn shape() -> Shape {
                Shape::Choice(Self::ALL.iter().map(|mark| mark.as_str().into()).collect())
            }
        })+
    };
}
marks!(DecimalMark "a decimal mark", ThousandsMark "a mark between thousands");
