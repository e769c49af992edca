//! The accepted forms of times. This module checks the form, and the crate `time` reads the numbers
//! as RFC 3339. Its reader alone would also accept a space for the `T`, a leap second and any
//! number of digits of a second.

use ::time::{
    OffsetDateTime,
    error::{Parse, ParseFromDescription, TryFromParsed},
    format_description::well_known::Rfc3339,
};
use alloc::{borrow::Cow, string::String};
use thiserror::Error;

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

/// In a form, `0` stands for a digit, `+` for a sign, and a letter for itself in either case.
const EXTENDED: &str = "0000-00-00T00:00:00";
const BASIC: &str = "00000000T000000";

/// Reads a time as whole seconds since 1970 and the nanoseconds after them.
pub(super) fn unix_time(text: &str) -> Result<(i64, u32), Problem> {
    let at = OffsetDateTime::parse(&rfc3339(text)?, &Rfc3339).map_err(problem)?;
    Ok((at.unix_timestamp(), at.nanosecond()))
}

/// The text as RFC 3339: separators are added to a text that was written without them.
fn rfc3339(text: &str) -> Result<Cow<'_, str>, Problem> {
    let split = [EXTENDED, BASIC].into_iter().find_map(|form| {
        let (date_time, rest) = text.split_at_checked(form.len())?;
        is_of_form(date_time, form).then_some((date_time, rest))
    });
    let (date_time, rest) = split.ok_or(Problem::Shape)?;
    let (fraction, offset) = rest.split_at_checked(fraction_length(rest)?).ok_or(Problem::Shape)?;
    if date_time.ends_with("60") {
        return Err(Problem::TimeOfDay);
    }
    let zulu = is_of_form(offset, "Z");
    let colon = is_of_form(offset, "+00:00");
    // PHP's ISO 8601 prints `-0800` after an extended date, so the colon is optional.
    if !zulu && !colon && !is_of_form(offset, "+0000") {
        return Err(Problem::Shape);
    }
    if (zulu || colon) && date_time.len() == EXTENDED.len() {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = filled(EXTENDED, date_time);
    out.push_str(fraction);
    out.push_str(offset.get(..1).unwrap_or_default());
    if !zulu {
        out.push_str(&filled("00:00", offset));
    }
    Ok(Cow::Owned(out))
}

fn is_of_form(text: &str, form: &str) -> bool {
    let mut places = text.bytes().zip(form.bytes());
    text.len() == form.len()
        && places.all(|(byte, place)| match place {
            b'0' => byte.is_ascii_digit(),
            b'+' => matches!(byte, b'+' | b'-'),
            letter => byte.eq_ignore_ascii_case(&letter),
        })
}

/// The length of a point with one to nine digits at the beginning of `text`, or 0 when there is
/// none.
fn fraction_length(text: &str) -> Result<usize, Problem> {
    let Some(rest) = text.strip_prefix('.') else {
        return Ok(0);
    };
    match rest.bytes().take_while(u8::is_ascii_digit).count() {
        0 => Err(Problem::Shape),
        digits @ 1..=9 => Ok(digits.saturating_add(1)),
        _ => Err(Problem::Fraction),
    }
}

/// Returns `form` with its zeros replaced by the digits of `text`, in order.
fn filled(form: &str, text: &str) -> String {
    let mut digits = text.chars().filter(char::is_ascii_digit);
    let places = form.chars();
    places
        .map(|place| match place {
            '0' => digits.next().unwrap_or(place),
            other => other,
        })
        .collect()
}

/// Returns what is wrong with the numbers of a time whose form is right, by the name that the crate
/// `time` gives to the component.
fn problem(error: Parse) -> Problem {
    let place = match error {
        Parse::ParseFromDescription(ParseFromDescription::InvalidComponent(name)) => name,
        Parse::TryFromParsed(TryFromParsed::ComponentRange(range)) => range.name(),
        _ => return Problem::Shape,
    };
    match place {
        "month" | "day" => Problem::Day,
        "hour" | "minute" | "second" => Problem::TimeOfDay,
        _ => Problem::Offset,
    }
}
