//! Spans of time as a configuration writes them: `2d 3h 10m 5s`.

use super::Amount;
use alloc::{
    format,
    string::{String, ToString},
};
use core::{fmt, time::Duration};
use thiserror::Error;

/// The longest duration, in days: ten years. Nothing waits longer for a click, and times stay far
/// from the end of the calendar.
pub const MAX_DURATION_DAYS: u64 = 3650;

const DAY: u64 = 24 * 60 * 60;
/// The units from the longest to the shortest, in seconds.
const UNITS: [(char, u64); 4] = [('d', DAY), ('h', 60 * 60), ('m', 60), ('s', 1)];

/// The error for a text that is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum DurationError {
    #[error("`{0}` is not a duration, as in `60d`, `12h`, `30m`, `5s` or `1h30m`")]
    Shape(String),
    #[error("`{0}` is zero, and a duration must be longer")]
    Nothing(String),
    #[error("`{0}` is longer than {MAX_DURATION_DAYS} days")]
    Long(String),
}

/// Reads `60d`, `12h`, `30m`, `5s`, or several of these in this order: `1h30m`, `1d 12h`.
pub(crate) fn duration(text: &str) -> Result<Duration, DurationError> {
    let shape = || DurationError::Shape(text.escape_debug().to_string());
    let mut units = UNITS.iter();
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(shape)?;
        let (number, behind) = rest.split_at_checked(end).ok_or_else(shape)?;
        let number: u64 = number.parse().map_err(|_| shape())?;
        let mut behind = behind.chars();
        let unit = behind.next();
        let (_, unit) = units.find(|(known, _)| unit == Some(*known)).ok_or_else(shape)?;
        seconds = seconds.saturating_add(number.saturating_mul(*unit));
        let behind = behind.as_str();
        rest = behind
            .strip_prefix(' ')
            .filter(|next| next.starts_with(|c: char| c.is_ascii_digit()))
            .unwrap_or(behind);
    }
    match seconds {
        0 if text.is_empty() => Err(shape()),
        0 => Err(DurationError::Nothing(text.into())),
        long if long > MAX_DURATION_DAYS.saturating_mul(DAY) => Err(DurationError::Long(text.into())),
        seconds => Ok(Duration::from_secs(seconds)),
    }
}

/// The text of a duration, in the form that [`duration`] reads. A duration with parts of a second
/// prints in a form that [`duration`] refuses, so that nothing is lost silently.
pub(crate) fn duration_text(duration: Duration) -> String {
    match duration.subsec_nanos() {
        0 => Span(duration).to_string().replace(' ', ""),
        nanos => format!("{}.{nanos:09}s", duration.as_secs()),
    }
}

/// A duration that prints in the units of the configuration, as in `2d 3h 10m 5s`. The seconds are
/// printed with all the digits of their fraction.
pub(crate) struct Span(pub(crate) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_secs();
        let mut space = "";
        for (unit, seconds) in UNITS.into_iter().filter(|(_, seconds)| *seconds > 1) {
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

    #[test]
    fn a_duration_is_days_hours_minutes_and_seconds_in_this_order() {
        for (text, seconds) in [
            ("60d", 60 * 86_400),
            ("12h", 43_200),
            ("30m", 1_800),
            ("5s", 5),
            ("1h30m", 5_400),
            ("1d 12h", 129_600),
            ("1d2h3m4s", 93_784),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "", "60", "d", "1w", "30m1h", "1h1h", "-1h", "1.5h", "1h ", " 1h", "1h  5m", "1 h", "+1h", "1H",
        ] {
            let said = format!("`{text}` is not a duration, as in `60d`, `12h`, `30m`, `5s` or `1h30m`");
            assert_eq!(duration(text).unwrap_err().to_string(), said);
        }
        assert_eq!(
            duration("0d").unwrap_err().to_string(),
            "`0d` is zero, and a duration must be longer"
        );
    }

    #[test]
    fn a_duration_prints_as_it_is_read() {
        for text in ["60d", "12h", "30m", "5s", "1h30m", "1d2h3m4s", "3650d"] {
            assert_eq!(duration_text(duration(text).unwrap()), text);
        }
        assert_eq!(duration_text(Duration::ZERO), "0s");
        assert!(duration(&duration_text(Duration::from_millis(1500))).is_err());
    }

    #[test]
    fn a_duration_has_at_most_3650_days() {
        assert!(duration("3649d").is_ok());
        assert!(duration("3650d").is_ok());
        for text in ["3650d1s", "3651d", "18446744073709551615d"] {
            assert_eq!(
                duration(text).unwrap_err().to_string(),
                format!("`{text}` is longer than 3650 days")
            );
        }
    }

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
}
