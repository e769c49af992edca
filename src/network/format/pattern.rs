//! The parts of a time format.

use alloc::vec::Vec;
use thiserror::Error;

/// One part of a time format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Literal(char),
    Year,
    /// Two digits, in this century.
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    /// An hour from 1 to 12.
    HalfHour,
    /// `AM` or `PM`.
    Half,
    Minute,
    Second,
    Fraction,
    Offset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum PatternError {
    #[error("`%{0}` is not known; there are %Y %y %m %b %d %H %I %p %M %S %f %z %F %T %%")]
    Unknown(char),
    #[error("it ends with `%`")]
    Open,
    #[error("it has no {0}")]
    Missing(&'static str),
    #[error("it has the {0} twice")]
    Twice(&'static str),
    #[error("`%I` and `%p` belong together")]
    Half,
}

impl Part {
    /// The quantity that the part tells. Two parts with the same word would contradict each other.
    const fn what(self) -> Option<&'static str> {
        Some(match self {
            Self::Literal(_) => return None,
            Self::Year | Self::ShortYear => "year",
            Self::Month | Self::MonthName => "month",
            Self::Day => "day",
            Self::Hour | Self::HalfHour => "hour",
            Self::Half => "half of the day",
            Self::Minute => "minute",
            Self::Second => "second",
            Self::Fraction => "fraction",
            Self::Offset => "offset",
        })
    }

    /// Whether the part begins with a digit. Then a number directly before it must have its full
    /// width.
    pub(super) const fn is_number(self) -> bool {
        match self {
            Self::Literal(character) => character.is_ascii_digit(),
            Self::MonthName | Self::Half | Self::Offset => false,
            _ => true,
        }
    }
}

/// Reads the parts of a time format.
pub(super) fn pattern(text: &str) -> Result<Vec<Part>, PatternError> {
    use Part::{
        Day, Fraction, Half, HalfHour, Hour, Literal, Minute, Month, MonthName, Offset, Second, ShortYear, Year,
    };
    let mut parts = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            parts.push(Literal(character));
            continue;
        }
        parts.extend_from_slice(match characters.next().ok_or(PatternError::Open)? {
            'Y' => &[Year],
            'y' => &[ShortYear],
            'm' => &[Month],
            'b' => &[MonthName],
            'd' => &[Day],
            'H' => &[Hour],
            'I' => &[HalfHour],
            'p' => &[Half],
            'M' => &[Minute],
            'S' => &[Second],
            'f' => &[Fraction],
            'z' => &[Offset],
            'F' => &[Year, Literal('-'), Month, Literal('-'), Day],
            'T' => &[Hour, Literal(':'), Minute, Literal(':'), Second],
            '%' => &[Literal('%')],
            other => return Err(PatternError::Unknown(other)),
        });
    }
    checked(&parts)?;
    Ok(parts)
}

fn checked(parts: &[Part]) -> Result<(), PatternError> {
    let told = || parts.iter().filter_map(|part| part.what());
    for what in ["year", "month", "day", "hour", "minute"] {
        if !told().any(|word| word == what) {
            return Err(PatternError::Missing(what));
        }
    }
    if let Some(twice) = told().find(|what| told().filter(|word| word == what).count() > 1) {
        return Err(PatternError::Twice(twice));
    }
    if parts.contains(&Part::HalfHour) != parts.contains(&Part::Half) {
        return Err(PatternError::Half);
    }
    Ok(())
}
