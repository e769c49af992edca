//! Postbacks: who is taken, and what of the rest refuses nothing.

use crate::support::{House, caller, house, network};
use postback::intake::{Caller, RefusalReason, Unauthorized};
use serde_json::json;

#[test]
fn a_postback_of_a_caller_who_is_not_taken_is_not_kept() {
    let house = house();
    let refusal = |caller: &Caller<'_>, query: &str| {
        let refusal = house.intake().postback(caller, query.as_bytes()).unwrap_err();
        assert_eq!((refusal.kept.as_ref(), refusal.alarm), (None, None));
        refusal
    };
    let inside = Caller::new(network().address);
    assert!(house.intake().postback(&inside, b"clickid=a&token=right").is_ok());
    // A token beside the query counts where the query has none.
    assert!(house.intake().postback(&network(), b"clickid=a").is_ok());
    let token = RefusalReason::Unauthorized(Unauthorized::Token);
    assert_eq!(refusal(&network(), "clickid=a&token=wrong").reason, token);
    assert_eq!(refusal(&inside, "clickid=a").reason, token);
    assert_eq!(
        refusal(&inside, "clickid=a").to_string(),
        "the token is missing or wrong"
    );
    assert_eq!(
        refusal(&caller("198.51.100.1", "right"), "clickid=a").reason,
        RefusalReason::Unauthorized(Unauthorized::Address)
    );
    // What else is wrong with it is nobody's business.
    for query in [
        "clickid=a&clickid=b&token=wrong",
        "clickid=%4",
        "sum=1,5",
        "token=&token=wrong&a=%zz",
        "token=wrong&token=right",
    ] {
        assert_eq!(refusal(&inside, query).reason, token, "{query}");
    }
}

#[test]
fn what_nothing_reads_refuses_nothing_and_is_named() {
    let house = House::new(&json!({}));
    let inside = Caller::new(network().address);
    let long = "x".repeat(2_000);
    for (fault, name) in [
        ("city=M%FCnchen", "city"),
        ("note=100%", "note"),
        ("note=a&note=b", "note"),
        ("n%zz=1", "n%zz"),
        ("note=%00", "note"),
        (&format!("note={long}"), "note"),
        ("sub3=%EA%F3%EF", "sub3"),
        (&format!("sub3={long}"), "sub3"),
    ] {
        let query = format!("clickid=a&sum=8.5&token=right&{fault}");
        let event = house.at("cb", 0).postback(&inside, query.as_bytes()).unwrap();
        assert_eq!(event.sum.unwrap().amount.to_string(), "8.5", "{fault}");
        let ignored: Vec<&str> = event.ignored.iter().map(|name| &**name).collect();
        assert_eq!(ignored, [name], "{fault}");
    }
    let raw = b"clickid=a&sum=8.5&token=right&\xff\xfe=1&n=\xff";
    let event = house.at("cb", 0).postback(&inside, raw).unwrap();
    assert_eq!(event.ignored.len(), 2);
}

#[test]
fn a_token_at_the_wrong_place_is_no_name_that_an_event_keeps() {
    let house = House::new(&json!({}));
    let inside = Caller::new(network().address);
    let query = b"clickid=a&sum=8.5&token=right&right&right=1";
    let event = house.at("cb", 0).postback(&inside, query).unwrap();
    assert!(event.ignored.is_empty(), "{:?}", event.ignored);
}

#[test]
fn white_space_around_what_is_read_is_no_part_of_it() {
    let house = House::new(&json!({}));
    let inside = Caller::new(network().address);
    let plain = b"clickid=a&sum=12.50&eventid=E&type=Sale&status=approved&token=right";
    let plain = house.at("cb", 0).postback(&inside, plain).unwrap();
    for around in ["%20", "+", "%0A", "%0D%0A", "%09", "%C2%A0"] {
        let query = format!(
            "clickid={around}a{around}&sum={around}12.50{around}&eventid={around}E&type=Sale{around}\
             &status=approved{around}&token=right{around}"
        );
        let event = house.at("cb", 0).postback(&inside, query.as_bytes()).unwrap();
        assert_eq!(event, plain, "{around}");
    }
}
