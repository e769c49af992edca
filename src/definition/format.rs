//! How a source writes its amounts and its times.

use crate::config::Refusal;
use crate::config::part::{Word, part};
use crate::config::setters::setters;
use crate::config::word::choices;
use crate::network::{AmountUnit, DecimalMark, ThousandsMark, TimeFormat};
use alloc::{format, string::String, vec::Vec};

/// `amounts` of an offer source: how it writes them. Where nothing is said, `1250.50`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Amounts {
    /// Before the fraction: `.` if nothing is said, or `,` where `.` stands between the thousands.
    pub decimal: Option<DecimalMark>,
    /// Between the thousands; nothing stands there if nothing is said.
    pub thousands: Option<ThousandsMark>,
    /// What they count; `major` if nothing is said.
    pub unit: Option<AmountUnit>,
    /// What may be written before or behind them.
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

/// `times` of an offer source: how it writes them. Where nothing is said, Unix seconds or RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// How they are written.
    pub format: TimeFormat,
    /// By which clocks, if `format` does not say it; the account's `timezone` if nothing is said.
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

    /// Whether the account's time zone tells what they mean.
    pub(crate) fn needs_the_accounts_zone(&self) -> bool {
        self.zone.is_none() && !self.format.has_offset()
    }
}

choices! {
    AmountUnit "a unit of amounts" { "major" = Major, "minor" = Minor }
}

/// The marks, which are shown in quotes: most of them end a sentence.
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
        })+
    };
}
marks!(DecimalMark "a decimal mark", ThousandsMark "a mark between thousands");
