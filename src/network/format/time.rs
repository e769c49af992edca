//! The time formats of a source.

use super::pattern::{Part, PatternError, pattern};
use super::reader::{TimeFault, read};
use crate::text::nearest;
use crate::value::{Timestamp, Zone};
use alloc::{string::String, vec::Vec};
use core::{fmt, str::FromStr};
use thiserror::Error;

/// The smallest number that is read as milliseconds (March 1973). A smaller number is probably in
/// seconds.
const FIRST_MILLIS: i64 = 100_000_000_000;

/// The format in which a source writes its times: `unix`, `unix_ms`, or parts as in `%Y-%m-%d
/// %H:%M:%S`.
///
/// ```
/// use postback::definition::TimeFormat;
/// let format: TimeFormat = "%d.%m.%Y %H:%M".parse()?;
/// assert_eq!(format.to_string(), "%d.%m.%Y %H:%M");
/// let error = "%Y-%m-%d".parse::<TimeFormat>().unwrap_err();
/// assert_eq!(error.to_string(), "`%Y-%m-%d` is not a format of times: it has no hour");
/// # Ok::<(), postback::definition::TimeFormatError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeFormat {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Unix,
    UnixMillis,
    Parts(Vec<Part>),
}

/// The error for a text that is not a time format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is not a format of times: {problem}", .text.escape_debug())]
pub struct TimeFormatError {
    text: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("there are `unix`, `unix_ms` and parts as in `%Y-%m-%d %H:%M:%S`")]
    Word,
    #[error("there are `unix`, `unix_ms` and parts as in `%Y-%m-%d %H:%M:%S`; did you mean `{0}`?")]
    Near(&'static str),
    #[error(transparent)]
    Pattern(PatternError),
}

impl TimeFormat {
    /// Whether times in this format name their offset from UTC. Unix times do, and so do times with
    /// `%z`.
    #[must_use]
    pub fn has_offset(&self) -> bool {
        match &self.kind {
            Kind::Unix | Kind::UnixMillis => true,
            Kind::Parts(parts) => parts.contains(&Part::Offset),
        }
    }

    /// Reads a time. A time without an offset is in `zone`.
    pub(crate) fn read(&self, text: &str, zone: &Zone) -> Result<Timestamp, TimeFault> {
        match &self.kind {
            Kind::Unix => Timestamp::parse_unix(text).map_err(TimeFault::Strict),
            Kind::UnixMillis => millis(text),
            Kind::Parts(parts) => read(parts, text, zone),
        }
    }
}

fn millis(text: &str) -> Result<Timestamp, TimeFault> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TimeFault::Shape);
    }
    let millis: i64 = text.parse().map_err(|_| TimeFault::Range)?;
    if millis < FIRST_MILLIS {
        return Err(TimeFault::Seconds);
    }
    Timestamp::from_unix_millis(millis).map_err(|_| TimeFault::Range)
}

impl FromStr for TimeFormat {
    type Err = TimeFormatError;

    /// Reads `unix`, `unix_ms`, or a text with these parts: `%Y` `%y` (two digits, 20..) `%m` `%b`
    /// (`Nov`) `%d` `%H` `%I` with `%p` (`PM`) `%M` `%S` `%f` (up to nine digits of a second) `%z`
    /// (`Z`, `+01:00`, `+0100`), `%F` for `%Y-%m-%d`, `%T` for `%H:%M:%S`, and `%%`.
    ///
    /// # Errors
    /// - a word that is not a format
    /// - a part that is not known, or that stands there twice
    /// - a format without a year, month, day, hour or minute, or with only one of `%I` and `%p`
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = |problem| TimeFormatError {
            text: text.into(),
            problem,
        };
        let kind = match text {
            "unix" => Kind::Unix,
            "unix_ms" => Kind::UnixMillis,
            text if text.contains('%') => Kind::Parts(pattern(text).map_err(|error| refused(Problem::Pattern(error)))?),
            text => {
                let near = nearest(text, ["unix", "unix_ms"]);
                return Err(refused(near.map_or(Problem::Word, Problem::Near)));
            }
        };
        Ok(Self {
            text: text.into(),
            kind,
        })
    }
}

impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
