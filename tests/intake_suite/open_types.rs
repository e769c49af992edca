//! Types that anyone may send.

use crate::support::{House, house, network};
use postback::intake::{Caller, RefusalReason, Unauthorized};
use serde_json::json;

#[test]
fn an_open_type_is_open_for_all_that_is_read_or_for_nothing() {
    let house = house();
    let stranger = Caller::new(Some("198.51.100.1".parse().unwrap()));
    for word in ["Visit", "%20Visit", "Visit%0A"] {
        let query = format!("clickid=a&type={word}&sum=1000&receipt=R");
        let event = house.at("cb", 0).postback(&stranger, query.as_bytes()).unwrap();
        assert_eq!((event.sum, event.receipt), (None, None), "{word}");
    }
}

/// As the decision matches it: one type alone is written so, and the source does not compare the
/// case.
#[test]
fn a_pixel_has_its_open_type_in_any_case() {
    let taken = |house: &House, word: &str| {
        let query = format!("type={word}&trackingCodes=[abc]");
        house.intake().pixel(&Caller::default(), query.as_bytes()).is_ok()
    };
    for word in ["Visit", "visit", "VISIT"] {
        assert!(taken(&house(), word), "{word}");
    }
    let exact = House::new(&json!({"type_case": "exact"}));
    assert!(taken(&exact, "Visit") && !taken(&exact, "visit"));
    let mapped = House::new(&json!({"events": {"visit": "Purchase"}}));
    assert!(!taken(&mapped, "visit"));
}

#[test]
fn a_pixel_is_an_open_type_whoever_calls() {
    let house = house();
    let nobody = Caller::default();
    let pixel = |caller: &Caller<'_>, query: &str| house.intake().pixel(caller, query.as_bytes());
    let visit = pixel(&nobody, "type=Visit&trackingCodes=[abc,x]&sum=9").unwrap();
    assert_eq!((visit.clicks.len(), visit.sum), (2, None));
    assert_eq!(
        house
            .intake()
            .postback(&nobody, b"type=Visit&trackingCodes=[abc,x]&sum=9")
            .unwrap()
            .clicks,
        visit.clicks
    );
    for query in ["type=Purchase&token=right", "token=right", "type=Visits"] {
        let refusal = pixel(&network(), query).unwrap_err();
        assert_eq!(
            refusal.reason,
            RefusalReason::Unauthorized(Unauthorized::Type),
            "{query}"
        );
        assert_eq!(
            refusal.to_string(),
            "this type needs a token: list it in the source's `open_types`, or send it as a postback, \
             with the token"
        );
    }
    assert!(matches!(
        pixel(&nobody, "type=Visit&type=Visit").unwrap_err().reason,
        RefusalReason::Malformed(_) | RefusalReason::Unauthorized(_)
    ));
}
