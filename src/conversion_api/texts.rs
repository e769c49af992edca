//! The texts of an account, as the platforms write them.

use super::{google_ads, meta};
use crate::config::{Place, Refusal, one_of};
use crate::user_data::Country;
use alloc::{format, string::String};

pub(crate) fn country_of(text: &str) -> Result<Country, Refusal> {
    let unknown = || format!("`{}` is no country; write two letters, as in `US`", text.escape_debug()).into();
    Country::named(text).ok_or_else(unknown)
}

pub(crate) fn needed<'a>(text: Option<&'a str>, place: &Place<'_>) -> Option<&'a str> {
    if text.is_none_or(str::is_empty) {
        place.problem("is missing");
        return None;
    }
    text
}

pub(crate) fn numbered<'a>(text: Option<&'a str>, place: &Place<'_>) -> Option<&'a str> {
    let text = needed(text, place)?;
    place.accept(digits(text))?;
    Some(text)
}

pub(crate) fn digits(text: &str) -> Result<(), Refusal> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(format!("`{}` is not a number of digits alone", text.escape_debug()).into())
}

/// A name or a code: not blank, and without control characters.
pub(crate) fn word(text: &str) -> Result<(), Refusal> {
    if text.trim() == text && !text.is_empty() && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(format!(
        "`{}` is blank, or has blanks around it or a control character",
        text.escape_debug()
    )
    .into())
}

pub(crate) fn letters(text: &str) -> Result<&str, Refusal> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(text);
    }
    Err(format!("`{}` has other characters than letters and digits", text.escape_debug()).into())
}

/// A customer's number at Google Ads, without its dashes.
pub(crate) fn customer(text: &str) -> Result<String, Refusal> {
    let number: String = text.chars().filter(|c| *c != '-').collect();
    if number.len() == 10 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(number);
    }
    Err(format!(
        "`{}` is no number of ten digits, as in `123-456-7890`",
        text.escape_debug()
    )
    .into())
}

/// The numbers of a version: `v25.0` has 25 and 0.
pub(crate) fn numbers_of(text: &str) -> Result<(u32, u32), Refusal> {
    let numbers = text.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    let number = |text: &str| digits(text).ok().and_then(|()| text.parse().ok());
    let numbers = numbers.and_then(|(major, minor)| Some((number(major)?, number(minor)?)));
    numbers.ok_or_else(|| format!("`{}` is no version, as in `{}`", text.escape_debug(), meta::VERSION).into())
}

pub(crate) fn meta_version(text: &str) -> Result<&str, Refusal> {
    let (major, _) = numbers_of(text)?;
    if major < meta::OLDEST_VERSION {
        let oldest = meta::OLDEST_VERSION;
        return Err(format!(
            "`{}` is older than v{oldest}.0; Meta retires its versions",
            text.escape_debug()
        )
        .into());
    }
    Ok(text)
}

/// A version of Google's Ads API, which has no number after a point.
pub(crate) fn ads_version(text: &str) -> Result<&str, Refusal> {
    let number = text.strip_prefix('v').filter(|text| digits(text).is_ok());
    let Some(number) = number.and_then(|text| text.parse::<u32>().ok()) else {
        return Err(format!(
            "`{}` is no version, as in `{}`",
            text.escape_debug(),
            google_ads::VERSION
        )
        .into());
    };
    if number < google_ads::OLDEST_VERSION {
        let oldest = google_ads::OLDEST_VERSION;
        return Err(format!(
            "`{}` is older than v{oldest}; Google retires its versions",
            text.escape_debug()
        )
        .into());
    }
    Ok(text)
}

pub(crate) fn meta_partner(text: &str) -> Result<(), Refusal> {
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    if letters >= 2 && text.chars().count() < 23 {
        return Ok(());
    }
    Err("Meta takes a partner of fewer than 23 characters, at least two of them letters".into())
}

pub(crate) fn agreed(text: Option<&str>) -> Result<Option<bool>, Refusal> {
    let word = text.map(|text| one_of(text, "a consent", &["granted", "denied"]));
    Ok(word.transpose()?.map(|word| word == "granted"))
}
