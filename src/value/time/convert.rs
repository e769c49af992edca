//! Conversions from and to the times of `time` and of `chrono`.

#[cfg(feature = "chrono")]
use super::timestamp::NANOS_PER_SECOND;
use super::timestamp::{Kind, Timestamp, TimestampError};
use ::time::OffsetDateTime;

impl From<Timestamp> for OffsetDateTime {
    fn from(at: Timestamp) -> Self {
        // The years 0001 to 9999 are all within its range, so the default is never taken.
        Self::from_unix_timestamp(at.seconds)
            .and_then(|whole| whole.replace_nanosecond(at.nanos))
            .unwrap_or(Self::UNIX_EPOCH)
    }
}

impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = TimestampError;

    /// # Errors
    /// - a UTC time outside the years 0001 to 9999
    fn try_from(at: OffsetDateTime) -> Result<Self, TimestampError> {
        Self::from_parts(at.unix_timestamp(), at.nanosecond()).map_err(|_| TimestampError(Kind::Foreign))
    }
}

#[cfg(feature = "chrono")]
impl From<Timestamp> for chrono::DateTime<chrono::Utc> {
    fn from(at: Timestamp) -> Self {
        // The years 0001 to 9999 are all within its range, so the default is never taken.
        Self::from_timestamp(at.seconds, at.nanos).unwrap_or_default()
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<chrono::DateTime<chrono::Utc>> for Timestamp {
    type Error = TimestampError;

    /// # Errors
    /// - a time outside the years 0001 to 9999
    /// - a leap second, which chrono keeps as a count of nanoseconds of a second or more
    fn try_from(at: chrono::DateTime<chrono::Utc>) -> Result<Self, TimestampError> {
        let nanos = at.timestamp_subsec_nanos();
        if nanos >= NANOS_PER_SECOND {
            return Err(TimestampError(Kind::Leap));
        }
        Self::from_parts(at.timestamp(), nanos).map_err(|_| TimestampError(Kind::Foreign))
    }
}
