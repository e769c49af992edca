//! Names, cities and postal codes.

use super::country::Country;
use super::digits::with_ascii_digits;
use super::left_out::LeftOut;
use crate::model::Platform;
use alloc::string::String;

/// The length of a postal code in the United States.
const US_ZIP: usize = 5;

/// A name in lower case. Google only trims (H); at Meta and TikTok blanks and the punctuation of
/// ASCII go, and the letters of every script stay (H; TikTok M).
pub(super) fn name(platform: Platform, text: &str) -> String {
    match platform {
        Platform::Google => text.to_lowercase(),
        Platform::Meta | Platform::TikTok | Platform::Microsoft => {
            let kept: String = text
                .chars()
                .filter(|c| !c.is_whitespace() && !c.is_ascii_punctuation())
                .collect();
            kept.to_lowercase()
        }
    }
}

/// The letters and digits of a place in lower case: at TikTok those of every script (M), at Meta
/// those of ASCII, as its builder has it (R).
pub(super) fn letters_and_digits(platform: Platform, text: &str) -> String {
    let all = platform == Platform::TikTok;
    let kept: String = text
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || (all && c.is_alphanumeric()))
        .collect();
    kept.to_lowercase()
}

/// A city; at Meta it begins with a letter, as in its builder (R).
pub(super) fn city(platform: Platform, text: &str) -> Result<String, LeftOut> {
    let city = letters_and_digits(platform, text);
    if platform == Platform::Meta && city.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(LeftOut::NotACity);
    }
    Ok(city)
}

/// A postal code. Google only trims it. Meta's page wants no blank and no dash, five digits in the
/// United States, and "area, district and sector" in the United Kingdom (H); where the country is
/// not known, what stands behind a dash goes, as in its builder (R). TikTok wants neither blanks
/// nor dashes, and five digits in the United States (M).
pub(super) fn zip(platform: Platform, text: &str, country: Option<Country>) -> Result<String, LeftOut> {
    let text = with_ascii_digits(text)?;
    let (front, _) = text.split_once('-').unwrap_or((&text, ""));
    let zip = match (platform, country) {
        (Platform::Google, _) => return Ok(text),
        (_, Some(Country::US)) => joined(front).chars().take(US_ZIP).collect(),
        (Platform::Meta, None) => joined(front),
        (Platform::Meta, Some(Country::GB)) => without_unit(joined(&text)),
        (_, None) if is_zip_plus_four(&text) => joined(front),
        _ => joined(&text),
    };
    // Meta's builder refuses a single character (R).
    if zip.chars().count() == 1 {
        return Err(LeftOut::NotAZip);
    }
    Ok(zip)
}

/// The text in lower case without blanks and dashes.
fn joined(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    kept.to_lowercase()
}

/// A British postal code ends with a digit, the sector, and two letters, the unit.
fn without_unit(mut zip: String) -> String {
    let ends = matches!(zip.as_bytes(), [_, _, .., sector, first, last]
        if sector.is_ascii_digit() && first.is_ascii_lowercase() && last.is_ascii_lowercase());
    if ends {
        zip.pop();
        zip.pop();
    }
    zip
}

fn is_zip_plus_four(text: &str) -> bool {
    text.split_once('-').is_some_and(|(zip, four)| {
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        digits(zip, US_ZIP) && digits(four, 4)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(platform: Platform, country: &str, text: &str) -> String {
        zip(platform, text, Country::named(country)).unwrap()
    }

    #[test]
    fn a_postal_code_follows_its_country() {
        for (country, text, meta, tiktok) in [
            ("US", "94025-1234", "94025", "94025"),
            ("US", "940251234", "94025", "94025"),
            ("GB", "SW1A 1AA", "sw1a1", "sw1a1aa"),
            ("GB", "SW1A", "sw1a", "sw1a"),
            ("BR", "01310-100", "01310100", "01310100"),
            ("PL", "00-950", "00950", "00950"),
            ("CA", "K1A 0A6", "k1a0a6", "k1a0a6"),
            ("", "K1A 0A6", "k1a0a6", "k1a0a6"),
            ("", "00-950", "00", "00950"),
            ("", "94025-1234", "94025", "94025"),
            ("", "٩٤٠٢٥", "94025", "94025"),
        ] {
            assert_eq!(at(Platform::Meta, country, text), meta, "{country} {text}");
            assert_eq!(at(Platform::TikTok, country, text), tiktok, "{country} {text}");
        }
        assert_eq!(at(Platform::Google, "PT", "1229-076"), "1229-076");
        assert_eq!(zip(Platform::Meta, "9", None), Err(LeftOut::NotAZip));
    }

    #[test]
    fn a_city_at_tiktok_keeps_its_letters() {
        assert_eq!(city(Platform::TikTok, "São Paulo").as_deref(), Ok("sãopaulo"));
        assert_eq!(city(Platform::Meta, "São Paulo").as_deref(), Ok("sopaulo"));
        assert_eq!(city(Platform::Meta, "9London"), Err(LeftOut::NotACity));
    }
}
