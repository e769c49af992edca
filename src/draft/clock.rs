//! Times to the second, as platforms write them.

use crate::value::Timestamp;
use alloc::string::{String, ToString};

/// The second in which a time lies.
pub(crate) fn second(at: Timestamp) -> Timestamp {
    Timestamp::from_unix_seconds(at.unix_seconds()).unwrap_or(at)
}

/// The second in UTC, as `2026-03-08T10:00:00Z`.
pub(crate) fn utc(at: Timestamp) -> String {
    second(at).to_string()
}

/// The second with its zone behind it, as `2026-03-08 10:00:00+00:00`.
pub(crate) fn zoned(at: Timestamp) -> String {
    let text = utc(at).replacen('T', " ", 1);
    let without = text.strip_suffix('Z').unwrap_or(&text);
    [without, "+00:00"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_on_the_day_of_a_clock_change_is_one_second_in_utc() {
        let at: Timestamp = "2026-03-08T03:00:00.250-07:00".parse().unwrap();
        assert_eq!(utc(at), "2026-03-08T10:00:00Z");
        assert_eq!(zoned(at), "2026-03-08 10:00:00+00:00");
    }
}
