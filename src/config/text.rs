//! Texts with a small grammar of their own: dates, ranges of HTTP statuses.

use crate::value::{Timestamp, TimestampError};
use alloc::{format, string::String, vec::Vec};

/// Reads a time as [`Timestamp`] does, or a date, which begins at midnight UTC.
pub(crate) fn date_or_time(text: &str) -> Result<Timestamp, TimestampError> {
    if text.len() == 10 {
        format!("{text}T00:00:00Z").parse().or_else(|_| text.parse())
    } else {
        text.parse()
    }
}

/// Reads a list of HTTP statuses: `2xx`, `200`, `200-299`, or several of them with commas between.
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
