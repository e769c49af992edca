//! The forms in which a source writes its amounts, currencies and times, where these are not the
//! strict forms.

mod amount;
mod hint;
mod mark;
mod pattern;
mod reader;
mod symbol;
mod time;
mod time_hint;

pub(crate) use amount::AmountFormat;
pub use mark::{AmountUnit, DecimalMark, ThousandsMark};
pub(crate) use symbol::Symbol;
pub use time::{TimeFormat, TimeFormatError};

use crate::value::{Amount, Currency, CurrencyError, Timestamp, Zone};
use alloc::{collections::BTreeMap, format, string::String};
use amount::AmountFault;
use core::fmt;
use hint::AmountHint;
use reader::TimeFault;
use time_hint::TimeHint;

/// The formats of a source. The default reads only the strict forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Formats {
    /// The currency of an amount that comes without one.
    pub(crate) currency: Currency,
    pub(crate) amounts: AmountFormat,
    /// The network's words for currencies.
    pub(crate) currencies: BTreeMap<String, Currency>,
    /// The format of times, and the time zone of times without an offset.
    pub(crate) times: Option<(TimeFormat, Zone)>,
}

impl Default for Formats {
    fn default() -> Self {
        Self {
            currency: Currency::USD,
            amounts: AmountFormat::default(),
            currencies: BTreeMap::new(),
            times: None,
        }
    }
}

impl Formats {
    /// Reads an amount. It also returns the currency, where only the symbol beside the amount tells
    /// it. `told` is the currency that the message names.
    pub(crate) fn amount(
        &self,
        text: &str,
        told: Option<Currency>,
    ) -> Result<(Amount, Option<Currency>), RefusedAmount> {
        let read = match self.amounts.is_strict() {
            true => text.parse().map(|amount| (amount, None)).map_err(AmountFault::Number),
            false => self.amounts.read(text, told, self.currency),
        };
        read.map_err(|fault| RefusedAmount {
            hint: match fault {
                AmountFault::OtherCurrency(_) => None,
                _ => AmountHint::of(text, &self.amounts),
            },
            fault,
        })
    }

    /// Reads a time. The strict forms are whole Unix seconds and RFC 3339.
    pub(crate) fn time(&self, text: &str) -> Result<Timestamp, RefusedTime> {
        let read = match &self.times {
            Some((format, zone)) => format.read(text, zone),
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Timestamp::parse_unix(text).map_err(TimeFault::Strict)
            }
            None => text
                .parse()
                .or_else(|error| plus_again(text).ok_or(TimeFault::Strict(error))),
        };
        read.map_err(|fault| RefusedTime {
            fault,
            hint: TimeHint::of(text, self.times.as_ref().map(|(format, _)| format)),
        })
    }

    /// Returns the currency of a word, which is one of the network's own words or a currency code.
    /// A word in another case is the network's if it is no code.
    pub(crate) fn currency(&self, text: &str) -> Result<Currency, CurrencyError> {
        if let Some(known) = self.currencies.get(text) {
            return Ok(*known);
        }
        text.parse().or_else(|error| self.in_another_case(text).ok_or(error))
    }

    /// Returns the currency of a word in another case; none if there are two that differ.
    fn in_another_case(&self, text: &str) -> Option<Currency> {
        let words = self
            .currencies
            .iter()
            .filter(|(word, _)| word.eq_ignore_ascii_case(text));
        let mut found = words.map(|(_, currency)| *currency);
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }
}

/// Reads a time whose `+` before the offset was not escaped in a query, and arrived as a space. A
/// space can stand for nothing else there.
fn plus_again(text: &str) -> Option<Timestamp> {
    let (before, offset) = text.rsplit_once(' ')?;
    format!("{before}+{offset}").parse().ok()
}

/// The error for a text that is not an amount here: the reason, and the keys that would read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefusedAmount {
    fault: AmountFault,
    hint: Option<AmountHint>,
}

impl fmt::Display for RefusedAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fault)?;
        self.hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

/// The error for a text that is not a time here: the reason, and the format that would read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefusedTime {
    fault: TimeFault,
    hint: Option<TimeHint>,
}

impl fmt::Display for RefusedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fault)?;
        self.hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}
