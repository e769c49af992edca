//! An answer in words.

use super::{Condition, ParameterName};
use crate::event::Kind;
use crate::model::Status;
use crate::value::{Amount, Cut, Money, Percent, TypeName};
use alloc::borrow::Cow;
use core::fmt;
use core::time::Duration;

/// The most of a parameter's value that a reason shows, in characters: enough to find it, too
/// little to flood a log.
const MAX_SHOWN: usize = 64;

/// Why a rule does not fire: what it saw and what it wanted. Prints as one line, lower case;
/// personal values are not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason<'a> {
    /// There is no conversion.
    NoConversion,
    /// The configuration does not know this type.
    UnknownType {
        /// The conversion's type.
        seen: &'a TypeName,
    },
    /// The type is not in the list.
    Types {
        /// The conversion's type.
        seen: &'a TypeName,
        /// The rule's list.
        wanted: &'a [TypeName],
    },
    /// The status is not in the list.
    Statuses {
        /// The conversion's status.
        seen: Status,
        /// The rule's list.
        wanted: &'a [Status],
    },
    /// It is a test.
    Test,
    /// The event takes money back.
    TakesBack {
        /// What happened.
        kind: &'a Kind,
    },
    /// The payout is below zero.
    Negative {
        /// The payout; the sum where there is no payout.
        seen: Money,
    },
    /// The payout is too small.
    MinPayout {
        /// The payout, if there is one.
        seen: Option<Money>,
        /// The least that is sent.
        wanted: Money,
    },
    /// An amount that the rule reads is not known in the channel's currency.
    NoRate {
        /// The name of the amount.
        name: &'a str,
    },
    /// The payout cannot be compared.
    CurrencyMismatch {
        /// The payout.
        seen: Money,
        /// The least that is sent.
        wanted: Money,
    },
    /// The conversion came too late.
    Within {
        /// The time from click to conversion.
        seen: Duration,
        /// The longest that is sent.
        wanted: Duration,
    },
    /// A parameter is another text.
    Where {
        /// The parameter.
        name: &'a ParameterName,
        /// Its value, if it has one.
        seen: Option<Cow<'a, str>>,
        /// The text that is wanted.
        wanted: &'a str,
    },
    /// A personal parameter is missing or another text.
    WherePersonal {
        /// The parameter.
        name: &'a ParameterName,
    },
    /// A required parameter is missing.
    Missing {
        /// The parameter.
        name: &'a ParameterName,
    },
    /// A required parameter is a macro that nobody filled.
    Unfilled {
        /// The parameter.
        name: &'a ParameterName,
    },
    /// The click is not in the share.
    Share {
        /// The click's draw, from 0 up to 100.
        drawn: Amount,
        /// The share.
        wanted: Percent,
    },
}

impl Reason<'_> {
    /// The condition that failed.
    #[must_use]
    pub const fn condition(&self) -> Condition {
        match self {
            Self::NoConversion => Condition::NoConversion,
            Self::UnknownType { .. } => Condition::UnknownType,
            Self::Types { .. } => Condition::Types,
            Self::Statuses { .. } => Condition::Statuses,
            Self::Test => Condition::Test,
            Self::TakesBack { .. } | Self::Negative { .. } => Condition::Negative,
            Self::MinPayout { .. } => Condition::MinPayout,
            Self::NoRate { .. } => Condition::NoRate,
            Self::CurrencyMismatch { .. } => Condition::CurrencyMismatch,
            Self::Within { .. } => Condition::Within,
            Self::Where { .. } | Self::WherePersonal { .. } => Condition::Where,
            Self::Missing { .. } | Self::Unfilled { .. } => Condition::Require,
            Self::Share { .. } => Condition::Share,
        }
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConversion => f.write_str("there is no conversion"),
            Self::UnknownType { seen } => write!(f, "type `{seen}` is not known"),
            Self::Types { seen, wanted } => {
                write!(f, "type is `{seen}`, wanted one of ")?;
                list(f, wanted)
            }
            Self::Statuses { seen, wanted } => {
                write!(f, "status is `{seen}`, wanted one of ")?;
                list(f, wanted)
            }
            Self::Test => f.write_str("it is a test, wanted none"),
            Self::TakesBack { kind } => write!(f, "it is a `{kind}`, wanted none that takes money back"),
            Self::Negative { seen } => write!(f, "payout is {seen}, wanted none below 0"),
            Self::MinPayout {
                seen: Some(seen),
                wanted,
            } => write!(f, "payout is {seen}, wanted at least {wanted}"),
            Self::MinPayout { seen: None, wanted } => write!(f, "payout is missing, wanted at least {wanted}"),
            Self::NoRate { name } => write!(f, "`{name}` has no rate into the channel's currency"),
            Self::CurrencyMismatch { seen, wanted } => {
                write!(f, "payout is {seen}, which cannot be compared with {wanted}")
            }
            Self::Within { seen, wanted } => {
                write!(
                    f,
                    "it came {} after the click, wanted within {}",
                    Span(*seen),
                    Span(*wanted)
                )
            }
            Self::Where {
                name,
                seen: Some(seen),
                wanted,
            } => {
                write!(f, "`{name}` is `{}`, wanted `{wanted}`", Shown(seen))
            }
            Self::Where {
                name,
                seen: None,
                wanted,
            } => write!(f, "`{name}` is missing, wanted `{wanted}`"),
            Self::WherePersonal { name } => write!(f, "`{name}` is not the wanted value; it is personal and not shown"),
            Self::Missing { name } => write!(f, "`{name}` is missing"),
            Self::Unfilled { name } => write!(f, "`{name}` is an unfilled macro"),
            Self::Share { drawn, wanted } => write!(f, "its draw is {drawn}, wanted one below {wanted}"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, words: &[impl fmt::Display]) -> fmt::Result {
    for (index, word) in words.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}`{word}`")?;
    }
    Ok(())
}

/// A foreign text: at most [`MAX_SHOWN`] characters, control characters escaped so that it stays on
/// one line.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Cut::new(self.0, MAX_SHOWN).marked().fmt(f)
    }
}

/// A duration in the units of the configuration: `2d 3h 10m 5s`.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_secs();
        let mut space = "";
        for (unit, seconds) in [("d", 86_400), ("h", 3_600), ("m", 60_u64)] {
            let count = rest.checked_div(seconds).unwrap_or_default();
            rest = rest.checked_rem(seconds).unwrap_or_default();
            if count > 0 {
                write!(f, "{space}{count}{unit}")?;
                space = " ";
            }
        }
        let nanos = self.0.subsec_nanos();
        if nanos > 0 {
            let exact = Amount::from_minor_units(i64::from(nanos), 9).unwrap_or_default();
            let seconds = exact
                .checked_add(Amount::from(u32::try_from(rest).unwrap_or_default()))
                .unwrap_or_default();
            return write!(f, "{space}{seconds}s");
        }
        if rest > 0 || space.is_empty() {
            write!(f, "{space}{rest}s")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_span_is_written_in_the_units_of_the_configuration() {
        for (span, text) in [
            (Duration::ZERO, "0s"),
            (Duration::from_secs(60), "1m"),
            (Duration::from_secs(93_784), "1d 2h 3m 4s"),
            (Duration::from_secs(86_401), "1d 1s"),
            (Duration::new(60, 500_000_000), "1m 0.5s"),
            (Duration::new(0, 1), "0.000000001s"),
        ] {
            assert_eq!(Span(span).to_string(), text);
        }
    }

    #[test]
    fn at_most_64_characters_of_a_value_are_shown_on_one_line() {
        for length in [MAX_SHOWN - 1, MAX_SHOWN] {
            let text = "é".repeat(length);
            assert_eq!(Shown(&text).to_string(), text);
        }
        let cut = "é".repeat(MAX_SHOWN) + "..";
        assert_eq!(Shown(&"é".repeat(MAX_SHOWN + 1)).to_string(), cut);
        assert_eq!(Shown("a\nb").to_string(), "a\\nb");
    }
}
