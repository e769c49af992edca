//! What is kept of a refused postback, and what a person sees of it.

use crate::support::{House, SECRET, house, kept, network};
use postback::event::Interface;
use postback::intake::{Caller, Intake, PostedPostback, Unauthorized, shown_parameters};
use postback::plan::{RefusedReason, Ring};
use postback::{Credentials, Received};
use serde_json::json;

#[test]
fn what_an_authorised_caller_brings_is_kept_with_its_reason_its_parameter_and_its_click() {
    use RefusedReason as R;
    let house = house();
    let inside = Caller::new(network().address);
    let long = "x".repeat(2_000);
    let long_type = format!("clickid=a&type={long}&token=right");
    let too_many = format!("clickid=a&token=right{}", "&z=1".repeat(300));
    let too_long = format!("clickid=a&token=right&z={}", long.repeat(9));
    for (query, reason, parameter, click) in [
        (
            &b"clickid=a&sum=1,5&token=right"[..],
            R::MalformedAmount,
            Some("sum"),
            Some("a"),
        ),
        (
            b"clickid=a&clickid=b&token=right",
            R::Repeated,
            Some("clickid"),
            Some("a"),
        ),
        (
            b"clickid=&clickid=b&token=right",
            R::Repeated,
            Some("clickid"),
            Some("b"),
        ),
        (
            b"token=right&clickid=a&eventid=%4",
            R::MalformedQuery,
            Some("eventid"),
            Some("a"),
        ),
        (b"sum=\xff&token=right", R::MalformedQuery, Some("sum"), None),
        (b"clickid=a%00b&token=right", R::MalformedQuery, Some("clickid"), None),
        (
            b"clickid=+a+&sum=x&tok%65n=ri%67ht",
            R::MalformedAmount,
            Some("sum"),
            Some("a"),
        ),
        (
            b"clickid={clickid}&sum=x&token={token}&token=right",
            R::MalformedAmount,
            Some("sum"),
            None,
        ),
        (long_type.as_bytes(), R::TooLong, Some("type"), Some("a")),
        (too_many.as_bytes(), R::TooManyParameters, None, Some("a")),
        (too_long.as_bytes(), R::TooLong, None, Some("a")),
    ] {
        let (row, body) = kept(&house, "cb", &inside, query);
        let shown = String::from_utf8_lossy(query);
        assert_eq!((row.reason, row.parameter.as_deref()), (reason, parameter), "{shown}");
        assert_eq!(row.click.as_ref().map(|click| click.as_str()), click, "{shown}");
        assert_eq!(
            (row.interface, row.ring),
            (Interface::Postback, Ring::Probable),
            "{shown}"
        );
        assert_eq!((row.source.as_str(), row.at.unix_seconds()), ("cb", 1_800_000_000));
        assert!(!body.contains("right") && !body.contains("ri%67ht"), "{body}");
    }
}

#[test]
fn a_json_body_is_kept_with_its_url_and_its_token_is_found_whatever_is_wrong() {
    let house = house();
    let inside = Caller::new(network().address);
    let broken = br#"{"token": "ri\u0067ht", "clickid": "C", "sum": 8.5, "note": "x"#;
    let posted = PostedPostback::new(b"a=1").with_body(Some("application/json"), broken);
    let refusal = house.at("cb", 0).posted(&inside, &posted).unwrap_err();
    let kept = refusal.kept.unwrap();
    assert_eq!(kept.row.reason, RefusedReason::MalformedBody);
    assert_eq!(kept.row.click.as_ref().map(|click| click.as_str()), Some("C"));
    let body = String::from_utf8(kept.body.clone()).unwrap();
    assert_eq!(
        body,
        r#"a=1\n{"token": "", "clickid": "C", "sum": 8.5, "note": "x"#.replace("\\n", "\n")
    );
    let source = house.tracker.source(Some("cb")).unwrap();
    let names: Vec<_> = shown_parameters(source, &kept.body)
        .into_iter()
        .map(|shown| shown.name)
        .collect();
    assert_eq!(names, ["a"]);
    // A member that cannot be read is nobody's business.
    let faulty = br#"{"token": "right", "clickid": "C", "sum": 8.5, "eventid": "E", "note": "\ud83d"}"#;
    let posted = PostedPostback::new(b"").with_body(None, faulty);
    let event = house.at("cb", 0).posted(&inside, &posted).unwrap();
    assert_eq!(event.sum.unwrap().amount.to_string(), "8.5");
    assert_eq!(event.ignored.iter().map(|name| &**name).collect::<Vec<_>>(), ["note"]);
    // What is kept of another type says which click it was.
    let url = b"clickid=C&sum=8.5&eventid=E&token=right";
    let posted = PostedPostback::new(url).with_body(Some("multipart/form-data; boundary=x"), b"--x");
    let kept = house.at("cb", 0).posted(&inside, &posted).unwrap_err().kept.unwrap();
    assert_eq!(kept.body, b"clickid=C&sum=8.5&eventid=E&token=\n--x");
    assert_eq!(kept.row.click.unwrap().as_str(), "C");
}

#[test]
fn what_is_kept_of_a_postback_is_what_came_without_its_token() {
    let house = House::new(&json!({"names": {"token": "key"}}));
    let inside = Caller::new(network().address);
    let (_, body) = kept(
        &house,
        "cb",
        &inside,
        b"sum=%4&&b&c=&key=right&d=1=2&token=other&e=right&f=RIGHT",
    );
    assert_eq!(body, "sum=%4&b&c=&key=&d=1=2&token=other&e=&f=RIGHT");
    let (_, body) = kept(&house, "cb", &inside, b"key=right&key=wrong&sum=%");
    assert_eq!(body, "key=&key=&sum=%");
    let (_, body) = kept(&house, "cb", &network(), b"sum=%");
    assert_eq!(body, "sum=%", "a token beside the query is none of its bytes");
}

#[test]
fn a_token_of_some_length_rests_nowhere_in_what_is_kept() {
    let house = house();
    let secrets =
        [("env:S", SECRET), ("env:T", "a-long-token")].map(|(name, value)| (name.parse().unwrap(), value.into()));
    let credentials = Credentials::new(&house.tracker, &secrets.into()).unwrap();
    let source = house.tracker.source(Some("cb")).unwrap();
    let received = Received {
        at: house.intake().postback(&network(), b"clickid=a").unwrap().received_at,
        nonce: 1,
    };
    let intake = Intake::new(source, &credentials, received);
    let caller = Caller::new(network().address).with_token(Some(b"a-long-token"));
    let posted =
        PostedPostback::new(b"a=1").with_body(None, br#"{"token": "a-long-token", "x": "a-long-token", "sum": 5}"#);
    let refusal = intake.unread(&caller, &posted, RefusedReason::ContentType);
    assert_eq!(
        refusal.to_string(),
        "the content type of its body is not one that is read"
    );
    let body = refusal.kept.unwrap();
    assert_eq!(
        (body.row.reason, &body.body[..]),
        (
            RefusedReason::ContentType,
            &b"a=1\n{\"token\": \"\", \"x\": \"\", \"sum\": 5}"[..]
        )
    );
    let stranger = Caller::new(network().address).with_token(Some(b"another"));
    let refusal = intake.unread(
        &stranger,
        &PostedPostback::new(b"").with_body(None, b"{}"),
        RefusedReason::ContentType,
    );
    assert_eq!((refusal.reason, refusal.kept), (Unauthorized::Token.into(), None));
}

#[test]
fn of_a_source_that_asks_nobody_and_of_an_open_type_it_is_doubtful() {
    let house = house();
    let (row, _) = kept(&house, "plain", &Caller::default(), b"clickid=a&sum=x");
    assert_eq!((row.ring, row.reason), (Ring::Doubtful, RefusedReason::MalformedAmount));
    let (row, _) = kept(&house, "cb", &Caller::default(), b"clickid=a&type=Visit&eventid=%");
    assert_eq!((row.ring, row.reason), (Ring::Doubtful, RefusedReason::MalformedQuery));
    let (row, _) = kept(&house, "cb", &network(), b"clickid=a&type=Visit&eventid=%");
    assert_eq!(row.ring, Ring::Probable);
    let by_address = House::new(&json!({"tokens": []}));
    let (row, _) = kept(&by_address, "cb", &Caller::new(network().address), b"clickid=a&sum=%");
    assert_eq!(row.ring, Ring::Probable);
}

#[test]
fn a_person_sees_what_means_something_and_nothing_personal() {
    let parameter = json!([{"name": "mail", "role": "email"}, {"name": "page"}]);
    let house = House::new(&json!({"parameter": parameter}));
    let source = house.tracker.source(Some("cb")).unwrap();
    let query = b"clickid=a%20b&sum=%zz&mail=jane@x.example&page=7&who=jane&token=&flag";
    let shown = postback::intake::shown_parameters(source, query);
    let shown: Vec<_> = shown
        .iter()
        .map(|one| (one.name.as_str(), one.value.as_deref(), one.bytes))
        .collect();
    let expected = [
        ("clickid", Some("a b"), 5),
        ("sum", Some("%zz"), 3),
        ("mail", None, 14),
        ("page", Some("7"), 1),
        ("who", None, 4),
        ("token", None, 0),
        ("flag", None, 0),
    ];
    assert_eq!(shown, expected);
}
