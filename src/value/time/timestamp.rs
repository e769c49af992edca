//! The type `Timestamp`: its range, its arithmetic and its text.

use super::read::{self, Problem};
use crate::text::shown;
use crate::value::text_serde::text_serde;
use ::time::OffsetDateTime;
use alloc::string::{String, ToString};
use core::{fmt, str::FromStr, time::Duration};
use thiserror::Error;

/// 0001-01-01T00:00:00Z. RFC 3339 has four digits for the year, and calendars disagree about a year
/// 0.
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;
pub(super) const NANOS_PER_SECOND: u32 = 1_000_000_000;
const NANOS_PER_MILLI: u32 = 1_000_000;

/// A point in time in the years 0001 to 9999, in UTC, exact to the nanosecond, without leap
/// seconds.
///
/// ```
/// use postback::Timestamp;
/// let sold: Timestamp = "20220810T162015-0700".parse()?;
/// assert_eq!(sold.to_string(), "2022-08-10T23:20:15Z");
/// assert_eq!(sold.unix_seconds(), 1_660_173_615);
/// # Ok::<(), postback::value::TimestampError>(())
/// ```
// Invariant: FIRST_SECOND <= seconds <= LAST_SECOND and nanos < NANOS_PER_SECOND; nanos count
// upwards, before 1970 too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    pub(super) seconds: i64,
    pub(super) nanos: u32,
}

/// The error for a text or a number that is not a time of the years 0001 to 9999.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct TimestampError(pub(super) Kind);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Kind {
    #[error("`{0}` is not a time: {1}")]
    Text(String, Problem),
    #[error("unix time `{0}` is outside the years 0001 to 9999")]
    Seconds(i64),
    #[error("unix time `{0}` ms is outside the years 0001 to 9999")]
    Millis(i64),
    #[error("`{0}` nanoseconds are a second or more")]
    Nanos(u32),
    #[error("the date is outside the years 0001 to 9999")]
    Foreign,
    #[cfg(feature = "chrono")]
    #[error("a leap second has no place in unix time")]
    Leap,
}

impl TimestampError {
    /// The reason without the text, which may be somebody else's data.
    pub(crate) fn reason(&self) -> String {
        match &self.0 {
            Kind::Text(_, problem) => problem.to_string(),
            Kind::Seconds(_) | Kind::Millis(_) => Problem::Range.to_string(),
            other => other.to_string(),
        }
    }
}

impl Timestamp {
    /// The time `seconds` after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// - a time outside the years 0001 to 9999
    pub const fn from_unix_seconds(seconds: i64) -> Result<Self, TimestampError> {
        Self::from_parts(seconds, 0)
    }

    /// The time `millis` milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// - a time outside the years 0001 to 9999
    pub fn from_unix_millis(millis: i64) -> Result<Self, TimestampError> {
        let rest = u32::try_from(millis.rem_euclid(1000)).unwrap_or_default();
        Self::from_parts(millis.div_euclid(1000), rest.saturating_mul(NANOS_PER_MILLI))
            .map_err(|_| TimestampError(Kind::Millis(millis)))
    }

    /// The time `seconds` and `nanos` nanoseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// - a time outside the years 0001 to 9999
    /// - a value of `nanos` that is a second or more
    pub const fn from_parts(seconds: i64, nanos: u32) -> Result<Self, TimestampError> {
        if seconds < FIRST_SECOND || seconds > LAST_SECOND {
            return Err(TimestampError(Kind::Seconds(seconds)));
        }
        if nanos >= NANOS_PER_SECOND {
            return Err(TimestampError(Kind::Nanos(nanos)));
        }
        Ok(Self { seconds, nanos })
    }

    /// Reads whole seconds since 1970 in decimal, `-?[0-9]+`.
    ///
    /// # Errors
    /// - anything but digits and a leading `-`: a fraction, an exponent, `+`, spaces, the empty
    ///   text
    /// - a time outside the years 0001 to 9999, as the present time in milliseconds would be
    pub fn parse_unix(text: &str) -> Result<Self, TimestampError> {
        let refused = |problem| TimestampError(Kind::Text(shown(text), problem));
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refused(Problem::Unix));
        }
        // The text has only digits, so the one error left is a number that is too large.
        let seconds = text.parse::<i64>().map_err(|_| refused(Problem::Range))?;
        Self::from_unix_seconds(seconds).map_err(|_| refused(Problem::Range))
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        // The years 0001 to 9999 in milliseconds are far inside 64 bits, so nothing saturates.
        self.seconds
            .saturating_mul(1000)
            .saturating_add(i64::from(self.nanos / NANOS_PER_MILLI))
    }

    /// The nanoseconds after [`Timestamp::unix_seconds`], below 1 000 000 000.
    #[must_use]
    pub const fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// Returns the time that is later by `later`, or none after the year 9999.
    #[must_use]
    pub fn checked_add(self, later: Duration) -> Option<Self> {
        let mut seconds = self.seconds.checked_add(i64::try_from(later.as_secs()).ok()?)?;
        // Both are below a second, and two seconds of nanoseconds fit in 32 bits.
        let mut nanos = self.nanos.checked_add(later.subsec_nanos())?;
        if let Some(over) = nanos.checked_sub(NANOS_PER_SECOND) {
            (seconds, nanos) = (seconds.checked_add(1)?, over);
        }
        Self::from_parts(seconds, nanos).ok()
    }

    /// Returns the time that is earlier by `earlier`, or none before the year 0001.
    #[must_use]
    pub fn checked_sub(self, earlier: Duration) -> Option<Self> {
        let mut seconds = self.seconds.checked_sub(i64::try_from(earlier.as_secs()).ok()?)?;
        let nanos = match self.nanos.checked_sub(earlier.subsec_nanos()) {
            Some(nanos) => nanos,
            None => {
                seconds = seconds.checked_sub(1)?;
                self.nanos
                    .checked_add(NANOS_PER_SECOND)?
                    .checked_sub(earlier.subsec_nanos())?
            }
        };
        Self::from_parts(seconds, nanos).ok()
    }

    /// Returns how much time passed since `earlier`, or zero when `earlier` is not earlier.
    #[must_use]
    pub fn saturating_since(self, earlier: Self) -> Duration {
        let since_first = |t: Self| {
            let seconds = u64::try_from(t.seconds.saturating_sub(FIRST_SECOND)).unwrap_or_default();
            Duration::new(seconds, t.nanos)
        };
        since_first(self).saturating_sub(since_first(earlier))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads RFC 3339 (`2014-12-20T14:03:10-08:00`, as in ClickBank INS 6) and the basic form of
    /// ISO 8601 with an offset (`20220810T162015-0700`, as in INS 7 and 8). Either form may have up
    /// to 9 digits of a second (`2026-04-24T00:16:10.669756922Z`, the `clickTimestamp` of INS 8).
    /// The offset is required: `Z`, `+hh:mm` or `+hhmm`, up to 23:59 in either direction. `t` and
    /// `z` may be in lower case.
    ///
    /// - a text of another form: without an offset, with a space in place of the `T`, with a comma
    ///   before the fraction, or with a mixture of both forms
    /// - a day that the calendar does not have
    /// - hour 24, minute 60, or second 60 (a leap second, which unix time cannot tell from the next
    ///   second)
    /// - more than 9 digits of a second
    /// - an offset over 23:59
    /// - a UTC time outside the years 0001 to 9999
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let refused = |problem| TimestampError(Kind::Text(shown(text), problem));
        let (seconds, nanos) = read::unix_time(text).map_err(refused)?;
        Self::from_parts(seconds, nanos).map_err(|_| refused(Problem::Range))
    }
}

impl Timestamp {
    /// Returns RFC 3339 without the fraction and the `Z`: `2022-08-10T23:20:15`.
    fn digits(self) -> [u8; 19] {
        let at = OffsetDateTime::from(self);
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second) = at.to_hms();
        let year = u16::try_from(year).unwrap_or_default();
        let digit = |number: u8| (number % 10).wrapping_add(b'0');
        let pair = |number: u8| [digit(number / 10), digit(number)];
        let [century, years] = [year / 100, year % 100].map(|number| pair(number.to_le_bytes()[0]));
        let [month, day] = [u8::from(month), day].map(pair);
        let [hour, minute, second] = [hour, minute, second].map(pair);
        [
            century[0], century[1], years[0], years[1], b'-', month[0], month[1], b'-', day[0], day[1], b'T', hour[0],
            hour[1], b':', minute[0], minute[1], b':', second[0], second[1],
        ]
    }
}

impl Timestamp {
    /// Adds what [`Display`](fmt::Display) prints, without the formatter where there is no
    /// fraction.
    #[cfg(feature = "std")]
    pub(crate) fn push_to(self, out: &mut String) {
        if self.nanos == 0 {
            out.push_str(str::from_utf8(&self.digits()).unwrap_or_default());
            out.push('Z');
        } else {
            // A text takes whatever is written into it.
            let _ = fmt::Write::write_fmt(out, format_args!("{self}"));
        }
    }
}

impl fmt::Display for Timestamp {
    /// Prints RFC 3339 in UTC, with the fraction without trailing zeros. The crate `time` prints
    /// the same text, but only with the standard library.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.digits()).unwrap_or_default())?;
        if self.nanos != 0 {
            let (mut fraction, mut width) = (self.nanos, 9_usize);
            while fraction % 10 == 0 {
                fraction /= 10;
                width = width.saturating_sub(1);
            }
            write!(f, ".{fraction:0width$}")?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

text_serde!(
    Timestamp,
    "a time as text, such as \"2026-04-24T00:16:10Z\"",
    str::parse::<Timestamp>
);
