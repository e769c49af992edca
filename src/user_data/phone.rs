//! Phone numbers.

use super::country::{Country, Home};
use super::digits::with_ascii_digits;
use super::left_out::LeftOut;
use alloc::{format, string::String};

/// The length of a number with its calling code: E.164 allows 15 digits, and the shortest plans
/// (Niue, Saint Helena) have seven or eight.
const LENGTHS: core::ops::RangeInclusive<usize> = 7..=15;
/// The least digits of a number behind its calling code that is taken for a whole one. (Our guess.)
const WHOLE: usize = 8;
/// The length of a number of the North American plan without its 1.
const NORTH_AMERICAN: usize = 10;
/// The length of a number in Russia and Kazakhstan without its 7.
const RUSSIAN: usize = 10;

/// The digits of a text, those of other scripts as ASCII digits, without the zeros in front. It is
/// what Meta's parameter builder makes of a phone number; it knows nothing of countries.
///
/// # Errors
/// - [`LeftOut::ForeignDigits`]: the text has numerals that are no decimal digits
///
/// ```
/// use postback::user_data::phone_digits;
/// assert_eq!(phone_digits("+001 (616) 954-78 88").as_deref(), Ok("16169547888"));
/// ```
pub fn phone_digits(text: &str) -> Result<String, LeftOut> {
    let digits = all_digits(&with_ascii_digits(text)?);
    Ok(digits.trim_start_matches('0').into())
}

fn all_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The digits of a number with its calling code in front, without a plus.
pub(super) fn number(text: &str, home: &Home) -> Result<String, LeftOut> {
    let text = with_ascii_digits(text)?;
    let digits = all_digits(&text);
    if digits.bytes().all(|digit| digit == b'0') {
        return Err(LeftOut::Empty);
    }
    let before = text.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
    let number = if before.contains(['+', '＋']) || digits.starts_with("00") {
        digits.trim_start_matches('0').into()
    } else {
        national(&digits, home.known().ok_or(LeftOut::PhoneWithoutCountry)?)?
    };
    if !LENGTHS.contains(&number.len()) {
        return Err(LeftOut::NotAPhone);
    }
    Ok(number)
}

/// A number as it is written inside a country.
fn national(digits: &str, country: Country) -> Result<String, LeftOut> {
    let calling = country.calling_code().ok_or(LeftOut::PhoneWithoutCountry)?;
    match calling {
        "1" => with_code(
            digits.strip_prefix('0').unwrap_or(digits),
            calling,
            &["1"],
            NORTH_AMERICAN,
        ),
        "7" => with_code(digits, calling, &["8", "7"], RUSSIAN),
        _ => {
            let trunk = country.trunk_prefix();
            if has_its_code(digits, calling, trunk) {
                return Ok(digits.into());
            }
            let number = digits.strip_prefix(trunk).unwrap_or(digits);
            Ok(format!("{calling}{number}"))
        }
    }
}

/// Whether a number begins with its calling code, although no plus says so. Inside a country with a
/// trunk prefix a number begins with that; one that does not, and has a whole number behind the
/// calling code, was written with it.
fn has_its_code(digits: &str, calling: &str, trunk: &str) -> bool {
    let is_national = trunk.is_empty() || digits.starts_with(trunk);
    let rest = digits.strip_prefix(calling).filter(|_| !is_national);
    rest.is_some_and(|rest| rest.len() >= WHOLE)
}

/// A number of a plan in which all have one length.
fn with_code(digits: &str, calling: &str, prefixes: &[&str], length: usize) -> Result<String, LeftOut> {
    let shorter = prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix));
    let number = [Some(digits), shorter]
        .into_iter()
        .flatten()
        .find(|number| number.len() == length);
    number
        .map(|number| format!("{calling}{number}"))
        .ok_or(LeftOut::NotAPhone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(country: &str, text: &str) -> Result<String, LeftOut> {
        let country = Country::named(country);
        number(
            text,
            &Home {
                country,
                default_country: None,
            },
        )
    }

    #[test]
    fn a_number_inside_a_country_loses_its_trunk_prefix() {
        for (country, text, expected) in [
            ("FR", "01 42 86 83 26", "33142868326"),
            ("GB", "(020) 7946 0958", "442079460958"),
            ("DE", "030/12345678", "493012345678"),
            ("IT", "06 6982 1234", "390669821234"),
            ("VA", "06 6982 1234", "390669821234"),
            ("CI", "07 01 23 45 67", "2250701234567"),
            ("ES", "612 34 56 78", "34612345678"),
            ("GB", "447700900123", "447700900123"),
            ("DE", "49 151 12345678", "4915112345678"),
            ("FR", "33142868326", "33142868326"),
            ("DE", "4941 12345", "49494112345"), // an area code without its zero
            ("HU", "06 1 234 5678", "3612345678"),
            ("HU", "1 234 5678", "3612345678"),
            ("RU", "8 (912) 345-67-89", "79123456789"),
            ("RU", "7 912 345 67 89", "79123456789"),
            ("RU", "912 345 67 89", "79123456789"),
            ("RU", "812 345 67 89", "78123456789"),
            ("BY", "8 029 123 45 67", "375291234567"),
            ("US", "(650) 555-1212", "16505551212"),
            ("US", "1-650-555-1212", "16505551212"),
            ("CA", "01(650)123-4567", "16501234567"),
            ("BB", "246 555 1212", "12465551212"),
        ] {
            assert_eq!(at(country, text).as_deref(), Ok(expected), "{country} {text}");
        }
    }

    #[test]
    fn a_plus_or_two_zeros_say_the_country() {
        for text in [
            "+33 1 42 86 83 26",
            "0033142868326",
            "(+33) 1 42 86 83 26",
            "＋٣٣142868326",
            "Tel. +33142868326",
        ] {
            assert_eq!(at("US", text).as_deref(), Ok("33142868326"), "{text}");
            assert_eq!(at("", text).as_deref(), Ok("33142868326"), "{text}");
        }
        // What stands behind the plus stays.
        assert_eq!(at("FR", "+33 (0)1 42 86 83 26").as_deref(), Ok("330142868326"));
        // A plus further back is none.
        assert_eq!(at("", "6505551212+33"), Err(LeftOut::PhoneWithoutCountry));
    }

    #[test]
    fn a_default_country_stands_in_for_the_billing_country() {
        let (country, default_country) = (Country::named("FR"), Country::named("US"));
        let both = Home {
            country,
            default_country,
        };
        assert_eq!(number("0142868326", &both).as_deref(), Ok("33142868326"));
        let default = Home {
            country: None,
            default_country,
        };
        assert_eq!(number("6505551212", &default).as_deref(), Ok("16505551212"));
        assert_eq!(
            number("6505551212", &Home::default()),
            Err(LeftOut::PhoneWithoutCountry)
        );
        assert_eq!(at("AQ", "6505551212"), Err(LeftOut::PhoneWithoutCountry));
    }

    #[test]
    fn what_is_too_short_or_too_long_is_no_number() {
        for (country, text) in [
            ("US", "911"),
            ("US", "1-800-FLOWERS"),
            ("US", "555-1234"),
            ("FR", "112"),
            ("", "+1"),
        ] {
            assert_eq!(at(country, text), Err(LeftOut::NotAPhone), "{text}");
        }
        assert_eq!(at("", "+1234567890123456"), Err(LeftOut::NotAPhone));
        assert_eq!(at("RU", "8912345678"), at("RU", "+7 8912345678"));
        assert_eq!(at("RU", "891234567"), Err(LeftOut::NotAPhone));
    }

    #[test]
    fn what_has_no_digit_but_zero_is_empty() {
        for text in ["", "0", "0000", "+", "call me", "+0"] {
            assert_eq!(at("US", text), Err(LeftOut::Empty), "{text}");
        }
        assert_eq!(at("US", "½ 6505551212"), Err(LeftOut::ForeignDigits));
    }
}
