//! The grammar of times.

use super::{NANOS_PER_SECOND, Timestamp};
use ::time::{Date, Month};
use thiserror::Error;

/// The Julian day number of 1970-01-01.
const UNIX_EPOCH_DAY: i64 = 2_440_588;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Problem {
    #[error("it is not written like `2026-04-24T00:16:10Z` or `20260424T001610-0700`")]
    Shape,
    #[error("there is no such day")]
    Day,
    #[error("there is no such time of day")]
    TimeOfDay,
    #[error("its fraction has more than 9 digits")]
    Fraction,
    #[error("its offset is over 23:59")]
    Offset,
    #[error("it is outside the years 0001 to 9999")]
    Range,
    #[error("it is not a whole number of seconds")]
    Unix,
}

/// What is left to read of a time.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl Reader<'_> {
    pub(super) fn timestamp(mut self) -> Result<Timestamp, Problem> {
        let year = self.number(4)?;
        let extended = self.eat(b"-");
        let month = self.number(2)?;
        self.separator(extended, b"-")?;
        let day = self.number(2)?;
        self.separator(true, b"Tt")?;
        let hour = self.number(2)?;
        self.separator(extended, b":")?;
        let minute = self.number(2)?;
        self.separator(extended, b":")?;
        let second = self.number(2)?;
        let nanos = if self.eat(b".") { self.fraction()? } else { 0 };
        let offset = self.offset()?;
        if !self.0.is_empty() {
            return Err(Problem::Shape);
        }
        if hour > 23 || minute > 59 || second > 59 {
            return Err(Problem::TimeOfDay);
        }
        let days = i64::from(julian_day(year, month, day).ok_or(Problem::Day)?).saturating_sub(UNIX_EPOCH_DAY);
        // Every number here has at most four digits, so nothing saturates.
        let seconds = days
            .saturating_mul(86_400)
            .saturating_add(seconds_of(hour, minute))
            .saturating_add(i64::from(second))
            .saturating_sub(offset);
        Timestamp::from_parts(seconds, nanos).map_err(|_| Problem::Range)
    }

    /// Takes one byte of `any`, if it is next.
    fn eat(&mut self, any: &[u8]) -> bool {
        match self.0 {
            [first, rest @ ..] if any.contains(first) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes one byte of `any` when the form has it there.
    fn separator(&mut self, wanted: bool, any: &[u8]) -> Result<(), Problem> {
        if !wanted || self.eat(any) {
            Ok(())
        } else {
            Err(Problem::Shape)
        }
    }

    fn digit(&mut self) -> Option<u32> {
        match self.0 {
            [digit @ b'0'..=b'9', rest @ ..] => {
                self.0 = rest;
                Some(u32::from(digit & 0x0f))
            }
            _ => None,
        }
    }

    /// Takes exactly `digits` digits, at most 9.
    fn number(&mut self, digits: u32) -> Result<u32, Problem> {
        (0..digits).try_fold(0_u32, |number, _| {
            Ok(number
                .saturating_mul(10)
                .saturating_add(self.digit().ok_or(Problem::Shape)?))
        })
    }

    /// Takes 1 to 9 digits: nanoseconds.
    fn fraction(&mut self) -> Result<u32, Problem> {
        let mut nanos = 0_u32;
        let mut weight = NANOS_PER_SECOND;
        while let Some(digit) = self.digit() {
            weight /= 10;
            if weight == 0 {
                return Err(Problem::Fraction);
            }
            nanos = nanos.saturating_add(digit.saturating_mul(weight));
        }
        if weight == NANOS_PER_SECOND {
            Err(Problem::Shape)
        } else {
            Ok(nanos)
        }
    }

    /// Takes the offset: seconds east of UTC.
    fn offset(&mut self) -> Result<i64, Problem> {
        if self.eat(b"Zz") {
            return Ok(0);
        }
        let east = self.eat(b"+");
        self.separator(!east, b"-")?;
        let hour = self.number(2)?;
        // `-0800` beside an extended date is what PHP's ISO 8601 prints, so the colon is free.
        self.eat(b":");
        let minute = self.number(2)?;
        if hour > 23 || minute > 59 {
            return Err(Problem::Offset);
        }
        let seconds = seconds_of(hour, minute);
        Ok(if east { seconds } else { seconds.saturating_neg() })
    }
}

fn seconds_of(hour: u32, minute: u32) -> i64 {
    i64::from(hour.saturating_mul(3600).saturating_add(minute.saturating_mul(60)))
}

fn julian_day(year: u32, month: u32, day: u32) -> Option<i32> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
    Some(date.to_julian_day())
}
