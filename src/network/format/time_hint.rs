//! Finds the format that would read a time that was refused.

use super::time::TimeFormat;
use crate::value::{Timestamp, Zone};
use alloc::vec::Vec;
use core::{fmt, ops::Range};

/// The formats that are tried, the most common first.
const FORMATS: &[&str] = &[
    "unix",
    "unix_ms",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
];

/// The years 2000 to 2099. A sale in any other year was read with the wrong format.
const YEARS: Range<i64> = 946_684_800..4_102_444_800;

/// The formats that would read a time. If there are several, only a person knows which is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeHint(Vec<&'static str>);

impl TimeHint {
    /// Returns the formats that would read `text`, which `format` (or the strict reading) does not
    /// read.
    pub(crate) fn of(text: &str, format: Option<&TimeFormat>) -> Option<Self> {
        let mut found: Vec<(Timestamp, &'static str)> = Vec::new();
        let mut tried: Vec<&'static str> = FORMATS.to_vec();
        if format.is_none() {
            tried.retain(|format| *format != "unix");
        }
        for name in tried {
            let read = name.parse::<TimeFormat>().ok();
            let read = read.and_then(|format| format.read(text, &Zone::utc()).ok());
            let Some(at) = read.filter(|at| YEARS.contains(&at.unix_seconds())) else {
                continue;
            };
            // Of several formats that give the same time, the first is kept.
            if found.iter().all(|(other, _)| *other != at) {
                found.push((at, name));
            }
        }
        let formats: Vec<&str> = found.into_iter().map(|(_, name)| name).collect();
        (!formats.is_empty()).then_some(Self(formats))
    }
}

impl fmt::Display for TimeHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is read with `times = { ")?;
        for (index, name) in self.0.iter().enumerate() {
            let or = if index == 0 { "" } else { " }` or `times = { " };
            write!(f, "{or}format = \"{name}\"")?;
        }
        f.write_str(" }` in the source's row")
    }
}
