//! Times as index columns: whole microseconds since 1970. They cover the years 1 to 9999 and sort
//! in order.

use crate::fault::Fault;
use postback::Timestamp;
use postback::port::{StoreError, StoreErrorKind};

const MICROS_PER_SECOND: i64 = 1_000_000;
const NANOS_PER_MICRO: u32 = 1_000;

/// Converts a time and rounds down: for the present time, and for when something happened.
pub(crate) fn floor(at: Timestamp) -> i64 {
    // The years 1 to 9999 in microseconds are far within 64 bits, so that nothing saturates.
    let micros = i64::from(at.subsec_nanos() / NANOS_PER_MICRO);
    at.unix_seconds()
        .saturating_mul(MICROS_PER_SECOND)
        .saturating_add(micros)
}

/// Converts a time and rounds up: for when something is due, so that nothing is sent early.
pub(crate) fn ceil(at: Timestamp) -> i64 {
    let rest = at.subsec_nanos() % NANOS_PER_MICRO;
    floor(at).saturating_add(i64::from(rest != 0))
}

/// Returns the time of a column.
pub(crate) fn read(micros: i64) -> Result<Timestamp, Fault> {
    let nanos = u32::try_from(micros.rem_euclid(MICROS_PER_SECOND))
        .unwrap_or_default()
        .saturating_mul(NANOS_PER_MICRO);
    Timestamp::from_parts(micros.div_euclid(MICROS_PER_SECOND), nanos)
        // The last microsecond of the year 9999 may have been rounded up beyond the year.
        .or_else(|_| Timestamp::from_parts(micros.saturating_sub(1).div_euclid(MICROS_PER_SECOND), 999_999_999))
        .map_err(|error| StoreError::caused(StoreErrorKind::Corrupt, "a stored time cannot be read", error).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_cover_all_years_and_sort() {
        let mut last = i64::MIN;
        for text in [
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "1970-01-01T00:00:00Z",
            "2026-04-24T00:16:10.669756Z",
            "9999-12-31T23:59:59.999999Z",
        ] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!((read(floor(at)).unwrap(), read(ceil(at)).unwrap()), (at, at));
            assert!(floor(at) > last, "{text}");
            last = floor(at);
        }
    }

    #[test]
    fn what_is_due_within_a_microsecond_is_due_at_its_end() {
        let at: Timestamp = "2026-04-24T00:16:10.669756922Z".parse().unwrap();
        assert_eq!(read(floor(at)).unwrap().to_string(), "2026-04-24T00:16:10.669756Z");
        assert_eq!(read(ceil(at)).unwrap().to_string(), "2026-04-24T00:16:10.669757Z");
        let last: Timestamp = "9999-12-31T23:59:59.999999999Z".parse().unwrap();
        assert_eq!(read(ceil(last)).unwrap(), last);
    }
}
