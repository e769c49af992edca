//! `fbc` and `fbp`: the cases of `vectors/conversion_api/fbc.jsonl`, each with its origin, and what
//! holds of every value.

use postback::Timestamp;
use postback::conversion_api::{MAX_PLATFORM_ID, click_id, fbc, fbp};
use postback::model::ParameterRole;
use postback_test::jsonl;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    origin: String,
    /// The value that is made: `fbc` or `fbp`.
    of: String,
    cookie: Option<String>,
    fbclid: Option<String>,
    clicked_ms: i64,
    value: Option<String>,
    reason: Option<String>,
    /// What the vendor's library makes of it, where that is another value.
    vendor: Option<String>,
    /// Why ours is another one.
    differs: Option<String>,
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

fn made(vector: &Vector) -> Result<Option<String>, String> {
    let cookie = vector.cookie.as_deref();
    let made = match vector.of.as_str() {
        "fbc" => fbc(cookie, vector.fbclid.as_deref(), at(vector.clicked_ms)).map(|fbc| fbc.map(|fbc| fbc.to_string())),
        "fbp" => fbp(cookie).map(|fbp| fbp.map(|fbp| fbp.to_string())),
        other => panic!("{other}"),
    };
    made.map_err(|refused| refused.to_string())
}

#[test]
fn every_vector_gives_its_value_or_its_reason() {
    let vectors: Vec<Vector> = jsonl(include_str!("../vectors/conversion_api/fbc.jsonl"));
    assert!(vectors.len() > 40, "{}", vectors.len());
    for vector in &vectors {
        let expected = match &vector.reason {
            Some(reason) => Err(reason.clone()),
            None => Ok(vector.value.clone()),
        };
        assert_eq!(made(vector), expected, "{}", vector.name);
        assert!(!vector.origin.is_empty(), "{}", vector.name);
        assert_eq!(vector.vendor.is_some(), vector.differs.is_some(), "{}", vector.name);
        assert_ne!(
            vector.vendor,
            vector.value.clone().or(Some(String::new())),
            "{}",
            vector.name
        );
    }
}

#[test]
fn a_cookie_is_kept_whatever_was_appended_to_it_and_its_case_counts() {
    for appendix in ["", ".BA", ".AQQCAQMC", ".AQIBAQAB"] {
        let cookie = format!("fb.2.1700000000000.IwAR{appendix}");
        let told = |fbclid| fbc(Some(&cookie), fbclid, at(5)).unwrap().unwrap().to_string();
        assert_eq!(told(None), cookie);
        assert_eq!(told(Some("IwAR")), cookie);
        assert_eq!(told(Some("iwar")), "fb.1.5.iwar");
    }
}

#[test]
fn a_click_before_1970_has_no_fbc() {
    let refused = fbc(None, Some("abc"), at(-1)).unwrap_err();
    assert_eq!(refused.to_string(), "belongs to a click before 1970");
}

proptest! {
    #[test]
    fn what_is_made_is_well_formed_and_stays_as_it_is(
        cookie in proptest::option::of("fb\\.[0-9]\\.[0-9]{1,13}\\.[a-zA-Z0-9_-]{0,9}(\\.(AQ|Bg|AQQCAQMC|x))?|.{0,20}"),
        fbclid in proptest::option::of("[a-zA-Z0-9_-]{1,30}|fb\\.1\\.[0-9]{2}\\.[a-c]{1,4}|.{0,20}"),
        millis in 0..4_000_000_000_000_i64,
    ) {
        if let Ok(Some(told)) = fbc(cookie.as_deref(), fbclid.as_deref(), at(millis)) {
            let told = told.as_str();
            prop_assert_eq!(click_id(&ParameterRole::Fbc, told), Ok(told));
            // The click's own time is not asked again, and neither is the click id.
            for again in [fbc(Some(told), None, at(7)), fbc(None, Some(told), at(7)), fbc(Some(told), Some(told), at(7))] {
                let again = again.unwrap().unwrap();
                prop_assert_eq!(again.as_str(), told);
            }
        }
        if let Ok(Some(told)) = fbp(cookie.as_deref()) {
            prop_assert_eq!(Some(told.as_str()), cookie.as_deref());
        }
    }
}

#[test]
fn the_longest_id_is_sent_and_a_longer_one_is_not() {
    let longest = "a".repeat(MAX_PLATFORM_ID);
    assert!(fbc(None, Some(&longest), at(1)).is_ok());
    let refused = fbc(None, Some(&format!("{longest}a")), at(1)).unwrap_err();
    assert_eq!(refused.to_string(), "is longer than 500 characters");
}
