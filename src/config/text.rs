//! Texts with a small grammar of their own: durations, dates, references to secrets, ranges of HTTP
//! statuses.

use crate::value::{Timestamp, TimestampError};
use alloc::{format, string::String, vec::Vec};
use core::time::Duration;

/// The longest duration, in days: ten years. No click is waited for longer, and times stay far from
/// the end of the calendar.
pub const MAX_DURATION_DAYS: u64 = 3650;

const DAY: u64 = 24 * 60 * 60;
/// The units from the longest to the shortest, in seconds.
const UNITS: [(char, u64); 4] = [('d', DAY), ('h', 60 * 60), ('m', 60), ('s', 1)];

/// Reads `60d`, `12h`, `30m`, `5s`, or several of them in this order: `1h30m`, `1d 12h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let shape = || {
        format!(
            "`{}` is not a duration, as in `60d`, `12h`, `30m`, `5s` or `1h30m`",
            text.escape_debug()
        )
    };
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
        0 => Err(format!("`{text}` is no time at all")),
        long if long > MAX_DURATION_DAYS.saturating_mul(DAY) => {
            Err(format!("`{text}` is longer than {MAX_DURATION_DAYS} days"))
        }
        seconds => Ok(Duration::from_secs(seconds)),
    }
}

/// The text of a duration, as [`duration`] reads it. What is finer than a second prints as what is
/// refused there.
pub(crate) fn duration_text(duration: Duration) -> String {
    let mut text = String::new();
    let mut rest = duration.as_secs();
    for (unit, seconds) in UNITS {
        let count = rest.checked_div(seconds).unwrap_or_default();
        rest = rest.checked_rem(seconds).unwrap_or_default();
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if duration.subsec_nanos() > 0 {
        return format!("{}.{:09}s", duration.as_secs(), duration.subsec_nanos());
    }
    if text.is_empty() { "0s".into() } else { text }
}

/// Reads a time as [`Timestamp`] does, or a date, which begins at midnight UTC.
pub(crate) fn date_or_time(text: &str) -> Result<Timestamp, TimestampError> {
    if text.len() == 10 {
        format!("{text}T00:00:00Z").parse().or_else(|_| text.parse())
    } else {
        text.parse()
    }
}

/// Reads `2xx`, `200`, `200-299`, or several of them between commas.
pub(crate) fn status_ranges(text: &str) -> Result<Vec<(u16, u16)>, String> {
    let number = |text: &str| {
        text.parse::<u16>()
            .ok()
            .filter(|n| text.len() == 3 && (100..=599).contains(n))
    };
    let range = |text: &str| {
        if let Some(class) = text.strip_suffix("xx") {
            let first = number(&format!("{class}00"))?;
            return Some((first, first.saturating_add(99)));
        }
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to) = (number(from.trim())?, number(to.trim())?);
        (from <= to).then_some((from, to))
    };
    let ranges: Option<Vec<_>> = text.split(',').map(|part| range(part.trim())).collect();
    ranges.ok_or_else(|| {
        format!(
            "`{}` is not a list of HTTP statuses, as in `2xx`, `200,204` or `200-299`",
            text.escape_debug()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::ToString, vec};

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
            assert_eq!(duration(text), Err(said));
        }
        assert_eq!(duration("0d").unwrap_err(), "`0d` is no time at all");
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
                duration(text).unwrap_err(),
                format!("`{text}` is longer than 3650 days")
            );
        }
    }

    #[test]
    fn a_date_begins_at_midnight_utc() {
        assert_eq!(date_or_time("2026-01-31").unwrap().to_string(), "2026-01-31T00:00:00Z");
        assert_eq!(
            date_or_time("2026-01-31T08:00:00+01:00").unwrap().to_string(),
            "2026-01-31T07:00:00Z"
        );
        assert!(
            date_or_time("2026-02-30")
                .unwrap_err()
                .to_string()
                .starts_with("`2026-02-30` is not a time")
        );
    }

    #[test]
    fn http_statuses_are_classes_numbers_and_ranges() {
        assert_eq!(status_ranges("2xx"), Ok(vec![(200, 299)]));
        assert_eq!(status_ranges("200,204"), Ok(vec![(200, 200), (204, 204)]));
        assert_eq!(status_ranges("200-299, 302"), Ok(vec![(200, 299), (302, 302)]));
        for text in [
            "", "xx", "6xx", "0xx", "20", "2000", "99", "600", "299-200", "200-", "2xx,", "+20", "2XX",
        ] {
            let said = format!("`{text}` is not a list of HTTP statuses, as in `2xx`, `200,204` or `200-299`");
            assert_eq!(status_ranges(text), Err(said));
        }
    }
}
