//! A person's data: what is hashed is never sent as it came, and no hash is hashed again.

use postback::model::Platform;
use postback::user_data::{Country, Field, Form, Home, Normal, form, normal, phone_digits, prepare};

/// Where the buyer and the configuration may be at home.
const HOMES: [(&str, &str); 8] = [
    ("", ""),
    ("US", ""),
    ("GB", "US"),
    ("", "DE"),
    ("RU", ""),
    ("IT", ""),
    ("HU", ""),
    ("AQ", "CA"),
];

/// Reads two bytes as the platform, the field and the countries, and the rest as the value.
pub fn user_data(bytes: &[u8]) {
    let [which, home, rest @ ..] = bytes else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let which = usize::from(which.wrapping_sub(b'!'));
    let platform = Platform::ALL[which / Field::ALL.len() % Platform::ALL.len()];
    let field = Field::ALL[which % Field::ALL.len()];
    let (country, default_country) = HOMES[usize::from(home.wrapping_sub(b'!')) % HOMES.len()];
    let home = Home {
        country: Country::named(country),
        default_country: Country::named(default_country),
    };
    if let Ok(digits) = phone_digits(text) {
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0'));
    }
    if let Some(country) = Country::named(text) {
        assert_eq!(Country::named(country.as_str()), Some(country));
    }
    let (normal, sent) = (
        normal(platform, field, text, &home),
        prepare(platform, field, text, &home),
    );
    assert_eq!(normal.as_ref().err(), sent.as_ref().err(), "{text:?}");
    let (Ok(normal), Ok(sent)) = (normal, sent) else { return };
    assert_eq!(form(platform, field), Some(sent.form));
    assert!(!normal.expose().is_empty(), "{text:?}");
    assert_eq!(sent.came_hashed, matches!(normal, Normal::Hash(_)), "{text:?}");
    if sent.form == Form::Hashed {
        assert!(sent.came_hashed || sent.text.expose().len() == 64, "{text:?}");
        assert!(sent.came_hashed || !text.contains(sent.text.expose()), "{text:?}");
        let again = prepare(platform, field, sent.text.expose(), &home).unwrap();
        assert!(again.came_hashed && again.text == sent.text, "{text:?}");
    } else {
        assert_eq!(normal.expose(), sent.text.expose());
    }
}
