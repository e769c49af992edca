//! Dates of birth.

use super::left_out::LeftOut;
use alloc::{format, string::String, vec::Vec};

/// The years in which somebody may be born. Meta's builder has the same first one; the last one is
/// ours, since nothing here knows what year it is.
const YEARS: core::ops::RangeInclusive<u32> = 1800..=2100;
/// No day is higher, so what is must be a year.
const LAST_DAY: u32 = 31;

/// A date of birth as `YYYYMMDD`. Of the numbers in the text the first three count, in the order
/// that Meta's builder reads (H): a number over 31 is the year; the month stands before the day
/// unless it is over 12. Eight digits alone are a year, a month and a day. Names of months are not
/// read.
///
/// # Errors
/// - fewer than three numbers, a year of two digits, a date that is in no calendar
/// - [`LeftOut::ForeignDigits`]: digits of another script, which the builder does not read either
pub(super) fn date(text: &str) -> Result<String, LeftOut> {
    if text.chars().any(|letter| letter.is_numeric() && !letter.is_ascii()) {
        return Err(LeftOut::ForeignDigits);
    }
    let groups: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    let (year, month, day) = match groups.as_slice() {
        [whole] if whole.len() == 8 => in_order(whole).ok_or(LeftOut::NotADate)?,
        [first, second, third, ..] => {
            let number = |text: &str| text.parse::<u32>().map_err(|_| LeftOut::NotADate);
            parts(number(first)?, number(second)?, number(third)?)
        }
        _ => return Err(LeftOut::NotADate),
    };
    if !YEARS.contains(&year) || day == 0 || day > days(year, month) {
        return Err(LeftOut::NotADate);
    }
    Ok(format!("{year:04}{month:02}{day:02}"))
}

fn in_order(digits: &str) -> Option<(u32, u32, u32)> {
    let number = |range| digits.get(range).and_then(|part: &str| part.parse().ok());
    Some((number(0..4)?, number(4..6)?, number(6..8)?))
}

fn parts(first: u32, second: u32, third: u32) -> (u32, u32, u32) {
    let (year, month, day) = if first > LAST_DAY {
        (first, second, third)
    } else if second > LAST_DAY {
        (second, third, first)
    } else {
        (third, first, second)
    };
    if month > 12 {
        (year, day, month)
    } else {
        (year, month, day)
    }
}

/// The days of a month; none in a month that does not exist.
fn days(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_no_calendar_is_none() {
        for text in [
            "1990-02-31",
            "1900-02-29",
            "00000000",
            "1990-13-13",
            "1990-00-10",
            "1990-10-00",
            "31121990",
            "1799-01-01",
            "99999999999-1-1",
            "1-2-3",
            "1990",
        ] {
            assert_eq!(date(text), Err(LeftOut::NotADate), "{text}");
        }
        assert_eq!(date("2000-02-29").as_deref(), Ok("20000229"));
        assert_eq!(date("١٩٩٠-١٢-٣١"), Err(LeftOut::ForeignDigits));
    }
}
