//! Reads a time by the parts of its format.

use super::pattern::Part;
use crate::value::{Timestamp, TimestampError, Zone};
use ::time::{Date, Month};
use thiserror::Error;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The reason why a text is not a time. No reason shows the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum TimeFault {
    #[error("{}", .0.reason())]
    Strict(TimestampError),
    #[error("it is not written as the source's format says")]
    Shape,
    #[error("there is no such day")]
    Day,
    #[error("there is no such time of day")]
    TimeOfDay,
    #[error("its offset is over 23:59")]
    Offset,
    #[error("it is outside the years 0001 to 9999")]
    Range,
    #[error("it is before 1973, so it is in seconds rather than in milliseconds")]
    Seconds,
}

#[derive(Default)]
struct Told {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    /// 0 for AM and 12 for PM, where hours count to 12.
    half: Option<u32>,
    minute: u32,
    second: u32,
    nanos: u32,
    offset: Option<i64>,
}

pub(super) fn read(parts: &[Part], text: &str, zone: &Zone) -> Result<Timestamp, TimeFault> {
    let mut told = Told::default();
    let mut rest = text;
    let next = parts.iter().skip(1).map(Some).chain([None]);
    for (part, next) in parts.iter().zip(next) {
        // Without a mark between two numbers, 1.11. and 11.1. could not be told apart.
        let least = if next.is_some_and(|next| next.is_number()) {
            2
        } else {
            1
        };
        rest = told.take(*part, rest, least)?;
    }
    if !rest.is_empty() {
        return Err(TimeFault::Shape);
    }
    told.timestamp(zone)
}

impl Told {
    /// Reads a part and returns the rest of the text. A number that may have two digits must have
    /// at least `least`.
    fn take<'t>(&mut self, part: Part, text: &'t str, least: usize) -> Result<&'t str, TimeFault> {
        let (place, least, most) = match part {
            Part::Literal(character) => return text.strip_prefix(character).ok_or(TimeFault::Shape),
            Part::MonthName => return self.month_name(text),
            Part::Half => return self.half(text),
            Part::Offset => return self.offset(text),
            Part::Fraction => return self.fraction(text),
            Part::Year => (&mut self.year, 4, 4),
            Part::ShortYear => (&mut self.year, 2, 2),
            Part::Month => (&mut self.month, least, 2),
            Part::Day => (&mut self.day, least, 2),
            Part::Hour | Part::HalfHour => (&mut self.hour, least, 2),
            Part::Minute => (&mut self.minute, least, 2),
            Part::Second => (&mut self.second, least, 2),
        };
        let (number, rest) = number(text, least, most)?;
        *place = number;
        if part == Part::ShortYear {
            *place = number.saturating_add(2000);
        }
        if part == Part::HalfHour && !(1..=12).contains(&number) {
            return Err(TimeFault::TimeOfDay);
        }
        Ok(rest)
    }

    fn month_name<'t>(&mut self, text: &'t str) -> Result<&'t str, TimeFault> {
        let (name, rest) = text.split_at_checked(3).ok_or(TimeFault::Shape)?;
        let index = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name));
        let index = index.and_then(|index| u32::try_from(index).ok());
        self.month = index.ok_or(TimeFault::Shape)?.saturating_add(1);
        Ok(rest)
    }

    fn half<'t>(&mut self, text: &'t str) -> Result<&'t str, TimeFault> {
        let (half, rest) = text.split_at_checked(2).ok_or(TimeFault::Shape)?;
        self.half = match half.to_ascii_lowercase().as_str() {
            "am" => Some(0),
            "pm" => Some(12),
            _ => return Err(TimeFault::Shape),
        };
        Ok(rest)
    }

    fn fraction<'t>(&mut self, text: &'t str) -> Result<&'t str, TimeFault> {
        let (number, rest) = number(text, 1, 9)?;
        let digits = text.len().saturating_sub(rest.len());
        let missing = u32::try_from(9_usize.saturating_sub(digits)).unwrap_or_default();
        self.nanos = number.saturating_mul(10_u32.saturating_pow(missing));
        Ok(rest)
    }

    fn offset<'t>(&mut self, text: &'t str) -> Result<&'t str, TimeFault> {
        if let Some(rest) = text.strip_prefix(['Z', 'z']) {
            self.offset = Some(0);
            return Ok(rest);
        }
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            // A `+` that was not escaped in a query arrives as a space.
            None => (1, text.strip_prefix(['+', ' ']).ok_or(TimeFault::Shape)?),
        };
        let (hours, rest) = number(rest, 2, 2)?;
        let (minutes, rest) = number(rest.strip_prefix(':').unwrap_or(rest), 2, 2)?;
        if hours > 23 || minutes > 59 {
            return Err(TimeFault::Offset);
        }
        let seconds = hours.saturating_mul(60).saturating_add(minutes).saturating_mul(60);
        self.offset = Some(i64::from(seconds).saturating_mul(sign));
        Ok(rest)
    }

    fn timestamp(&self, zone: &Zone) -> Result<Timestamp, TimeFault> {
        let year = i32::try_from(self.year).map_err(|_| TimeFault::Range)?;
        let month = small(self.month).and_then(|month| Month::try_from(month).ok());
        let day = month.and_then(|month| Date::from_calendar_date(year, month, small(self.day)?).ok());
        let hour = match self.half {
            // 12 AM is midnight, and 12 PM is noon.
            Some(half) => self.hour.checked_rem(12).unwrap_or_default().saturating_add(half),
            None => self.hour,
        };
        let time = (small(hour), small(self.minute), small(self.second));
        let (Some(hour), Some(minute), Some(second)) = time else {
            return Err(TimeFault::TimeOfDay);
        };
        let local = day.ok_or(TimeFault::Day)?.with_hms(hour, minute, second);
        let local = local.map_err(|_| TimeFault::TimeOfDay)?.assume_utc().unix_timestamp();
        let seconds = match self.offset {
            Some(offset) => local.saturating_sub(offset),
            None => zone.unix_seconds(local),
        };
        Timestamp::from_parts(seconds, self.nanos).map_err(|_| TimeFault::Range)
    }
}

fn small(number: u32) -> Option<u8> {
    u8::try_from(number).ok()
}

/// Reads a number of at least `least` and at most `most` digits, and returns it with the rest of
/// the text.
fn number(text: &str, least: usize, most: usize) -> Result<(u32, &str), TimeFault> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits).ok_or(TimeFault::Shape)?;
    if digits < least {
        return Err(TimeFault::Shape);
    }
    Ok((number.parse().map_err(|_| TimeFault::Shape)?, rest))
}
