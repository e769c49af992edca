//! A person's data: the cases of `vectors/conversion_api/user_data.jsonl`, each with its origin,
//! and what holds for any text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postback::model::Platform;
use postback::user_data::{
    Country, Field, Form, Home, LeftOut, Normal, form, normal, phone_digits, prepare, sha256_hex,
};
use postback_test::jsonl;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    platform: Platform,
    /// A field, or the name that a vendor gives to one that we do not have.
    field: String,
    input: String,
    /// The billing country.
    country: Option<String>,
    default_country: Option<String>,
    /// What is compared.
    normal: Option<String>,
    /// Or why nothing is.
    left_out: Option<String>,
    /// The hash of `normal`, where the platform wants one.
    sha256: Option<String>,
    /// The same hash in another encoding.
    base64: Option<String>,
    /// What `phone_digits` makes of it.
    digits: Option<String>,
    #[serde(default)]
    came_hashed: bool,
    origin: String,
    /// What the vendor's library makes of it, and why we do not.
    vendor: Option<String>,
    differs: Option<String>,
}

impl Vector {
    fn home(&self) -> Home {
        let named = |name: &Option<String>| name.as_deref().map(|name| Country::named(name).unwrap());
        Home {
            country: named(&self.country),
            default_country: named(&self.default_country),
        }
    }

    fn said(&self) -> String {
        format!("{} {} `{}` of {}", self.platform, self.field, self.input, self.origin)
    }
}

fn vectors() -> Vec<Vector> {
    jsonl(include_str!("../vectors/conversion_api/user_data.jsonl"))
}

#[test]
fn every_vector_is_brought_into_its_form_or_left_out_as_it_says() {
    for vector in vectors() {
        let (home, said) = (vector.home(), vector.said());
        let Some(field) = Field::from_word(&vector.field) else {
            // The row checks the hash alone, and says so.
            assert_eq!(vector.sha256, vector.normal.as_deref().map(sha256_hex), "{said}");
            assert!(vector.differs.is_some(), "{said}");
            continue;
        };
        let expected = vector.normal.clone().ok_or(vector.left_out.clone().unwrap_or_default());
        let read = normal(vector.platform, field, &vector.input, &home);
        assert_eq!(matches!(read, Ok(Normal::Hash(_))), vector.came_hashed, "{said}");
        let read = read.map(|normal| normal.expose().to_owned());
        assert_eq!(read.map_err(|reason| reason.code().to_owned()), expected, "{said}");

        let sent = prepare(vector.platform, field, &vector.input, &home);
        let text = sent.as_ref().map(|sent| sent.text.expose().to_owned());
        let is_hash_of_ours = form(vector.platform, field) == Some(Form::Hashed) && !vector.came_hashed;
        let expected = if is_hash_of_ours {
            &vector.sha256
        } else {
            &vector.normal
        };
        assert_eq!(text.ok().as_ref(), expected.as_ref(), "{said}");
        if let Ok(sent) = sent {
            assert_eq!(Some(sent.form), form(vector.platform, field), "{said}");
            assert_eq!(sent.came_hashed, vector.came_hashed, "{said}");
        }
    }
}

#[test]
fn a_hash_of_a_vector_is_the_same_in_base64() {
    let mut seen = 0;
    for vector in vectors() {
        let (Some(base64), Some(hex)) = (&vector.base64, &vector.sha256) else {
            continue;
        };
        let digits: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap())
            .collect();
        assert_eq!(&STANDARD.encode(bytes), base64, "{}", vector.said());
        seen += 1;
    }
    assert!(seen >= 5);
}

#[test]
fn the_digits_of_a_phone_are_those_of_the_parameter_builder() {
    let mut seen = 0;
    for vector in vectors() {
        if let Some(digits) = &vector.digits {
            assert_eq!(phone_digits(&vector.input).as_ref(), Ok(digits), "{}", vector.said());
            seen += 1;
        }
    }
    assert!(seen > 50);
}

#[test]
fn a_vector_says_where_it_comes_from_and_why_it_differs() {
    for vector in vectors() {
        let said = vector.said();
        assert!(!vector.origin.is_empty(), "{said}");
        assert!(vector.normal.is_some() != vector.left_out.is_some(), "{said}");
        assert_eq!(vector.differs.is_some(), vector.vendor.is_some(), "{said}");
        if let Some(reason) = &vector.differs {
            assert!(reason.split(' ').count() > 3, "{said}");
            let is_field = Field::from_word(&vector.field).is_some();
            assert!(!is_field || vector.vendor != vector.normal, "{said}: nothing differs");
        }
    }
}

#[test]
fn a_reason_and_a_prepared_value_show_nothing_of_the_person() {
    let home = Home::default();
    for platform in Platform::ALL {
        for field in Field::ALL {
            let sent = prepare(*platform, field, "canary@example.com", &home);
            assert!(!format!("{sent:?}").contains("canary"));
            if let Err(reason) = sent {
                assert!(!reason.to_string().contains("canary"));
            }
        }
    }
    assert_eq!(
        LeftOut::PhoneWithoutCountry.to_string(),
        "the phone number has no country"
    );
}

#[test]
fn a_field_has_one_word() {
    for field in Field::ALL {
        assert_eq!(Field::from_word(field.as_str()), Some(field));
    }
    assert_eq!(Field::from_word("Email"), None);
}

fn is_hash(text: &str) -> bool {
    let hex = text.split('.').next().unwrap_or_default();
    matches!(hex.len(), 32 | 64) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Texts of any kind, and such as look like what the fields hold.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>(),
        2 => "[ +0-9()٠-٩-]{0,20}",
        2 => "[a-zA-Z.+_é ]{0,8}@[a-zA-Z.]{0,12}",
        1 => "[0-9]{1,4}[-/. ][0-9]{1,4}[-/. ][0-9]{1,4}",
        1 => "[0-9a-fA-F]{31,33}",
        1 => "[0-9a-fA-F]{63,65}(\\.[A-Za-z0-9_-]{0,9})?",
        1 => "[A-Za-z .-]{0,12}",
        1 => "\\PC{0,12}",
    ]
}

fn homes() -> impl Strategy<Value = Home> {
    let named = || select(&["", "US", "CA", "GB", "IT", "RU", "HU", "FR", "AQ", "BY"][..]).prop_map(Country::named);
    (named(), named()).prop_map(|(country, default_country)| Home {
        country,
        default_country,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What is hashed is never sent as it came, and a hash is never hashed again.
    #[test]
    fn a_hashed_field_is_sent_as_a_hash_and_only_once(
        text in texts(),
        home in homes(),
        platform in select(Platform::ALL),
        field in select(&Field::ALL[..]),
    ) {
        let Ok(sent) = prepare(platform, field, &text, &home) else {
            return Ok(());
        };
        prop_assert_eq!(Some(sent.form), form(platform, field));
        prop_assert!(!sent.text.expose().is_empty());
        if sent.form == Form::Hashed {
            prop_assert!(is_hash(sent.text.expose()));
            prop_assert!(sent.came_hashed == is_hash(text.trim()) || !sent.came_hashed);
            prop_assert!(sent.came_hashed || sent.text.expose() != text);
            let again = prepare(platform, field, sent.text.expose(), &home).unwrap();
            prop_assert!(again.came_hashed);
            prop_assert_eq!(again.text, sent.text);
        }
    }

    /// What is compared is a fixed point, once its country stands in it and unless it looks like a
    /// hash.
    #[test]
    fn a_normal_form_is_its_own_normal_form(
        text in texts(),
        home in homes(),
        platform in select(Platform::ALL),
        field in select(&Field::ALL[..]),
    ) {
        let Ok(Normal::Text(once)) = normal(platform, field, &text, &home) else {
            return Ok(());
        };
        prop_assume!(!is_hash(once.expose()));
        // Meta's digits have no plus, so they could be a number inside the country.
        let lead = if (platform, field) == (Platform::Meta, Field::Phone) { "+" } else { "" };
        let again = normal(platform, field, &format!("{lead}{}", once.expose()), &home);
        prop_assert_eq!(again.as_ref().map(Normal::expose), Ok(once.expose()));
    }

    /// Digits of another script are either ASCII digits afterwards, or the value is not sent.
    #[test]
    fn no_phone_is_hashed_with_foreign_digits(text in "\\+?[0-9٠-٩۰-۹०-९０-９½²]{6,16}", platform in select(Platform::ALL)) {
        let home = Home { country: Country::named("US"), default_country: None };
        if let Ok(number) = normal(platform, Field::Phone, &text, &home) {
            let digits = number.expose().trim_start_matches('+');
            prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert!(!digits.starts_with('0'));
        }
    }
}
