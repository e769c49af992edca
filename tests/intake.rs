//! The one door: who is taken, what a refusal says to whom, and what is kept of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

use postback::event::{Assurance, Interface};
use postback::intake::{Caller, Intake, PostedPostback, Refusal, RefusalReason, Unauthorized, shown_parameters};
use postback::plan::{RefusedReason, RefusedRow, Ring};
use postback::tracker::{Alarm, FAILURE_WINDOW, MAX_FAILURES};
use postback::{CompileOptions, Credentials, Document, Envelope, Event, Received, Secret, Timestamp, Tracker, compile};
use proptest::{
    collection::vec,
    prelude::{any, prop_assert, prop_assert_eq, proptest},
    sample::select,
};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use std::net::IpAddr;

const SECRET: &str = "ANOTHERSECRET42";
const BODIES: &str = include_str!("vectors/ins_samples_encrypted_openssl.jsonl");

struct House {
    tracker: Tracker,
    credentials: Credentials,
}

impl House {
    fn new(change: &Value) -> Self {
        Self::with_secret(change, SECRET)
    }

    fn with_secret(change: &Value, secret: &str) -> Self {
        let mut source = json!({
            "id": "cb", "default": true, "protocol": "clickbank", "secrets": ["env:S"], "tokens": ["env:T"],
            "allow_ips": ["203.0.113.0/24"], "ins_versions": ["1.0", "4.0", "8.0"], "open_types": ["Visit"],
        });
        source
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let document = json!({
            "version": 1,
            "conversion_type": [{"name": "Purchase", "default": true}, {"name": "Visit", "counts": "step"}],
            "offer_source": [source, {"id": "plain"}],
        });
        let document = Document::from_json(&document.to_string()).unwrap();
        let tracker = compile(&document, &CompileOptions::default()).unwrap();
        let secrets = [("env:S", secret), ("env:T", "right")];
        let secrets = secrets
            .map(|(name, value)| (name.parse().unwrap(), Secret::from(value)))
            .into();
        let credentials = Credentials::new(&tracker, &secrets).unwrap();
        Self { tracker, credentials }
    }

    fn at(&self, source: &str, seconds: u64) -> Intake<'_> {
        let at = Timestamp::from_unix_seconds(1_800_000_000 + i64::try_from(seconds).unwrap()).unwrap();
        let source = self.tracker.source(Some(source)).unwrap();
        Intake::new(source, &self.credentials, Received { at, nonce: 1 })
    }

    fn intake(&self) -> Intake<'_> {
        self.at("cb", 0)
    }
}

fn house() -> House {
    House::new(&json!({}))
}

/// The sample of version 8.0: the wrapper with what the vector says of it, which nobody reads.
fn body() -> &'static [u8] {
    BODIES.lines().last().unwrap().as_bytes()
}

fn caller(address: &str, token: &'static str) -> Caller<'static> {
    let address: IpAddr = address.parse().unwrap();
    Caller::new(Some(address)).with_token(Some(token.as_bytes()))
}

fn network() -> Caller<'static> {
    caller("203.0.113.9", "right")
}

/// A form of version 1.0 with the check that a secret makes.
fn form(receipt: &str, secret: &str) -> Vec<u8> {
    let covered = format!("A|a@example.com|US||{receipt}|1|SALE|promoter|seller|STANDARD|Book|VISA|1000||");
    let digest = Sha1::digest(format!("{covered}|{secret}"));
    let check: String = digest.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    format!(
        "ccustname=A&ccustemail=a%40example.com&ccustcc=US&ccuststate=&ctransreceipt={receipt}&cproditem=1&ctransaction=SALE\
         &ctransaffiliate=promoter&ctranspublisher=seller&cprodtype=STANDARD&cprodtitle=Book&ctranspaymentmethod=VISA\
         &ctransamount=1000&caffitid=&cvendthru=&ctranstime=1383932433&cverify={check}"
    )
    .into_bytes()
}

fn ring(refusal: &Refusal) -> Ring {
    refusal.kept.as_ref().unwrap().row.ring
}

#[test]
fn a_notification_of_its_own_caller_is_an_event() {
    let house = house();
    let event = house.intake().ins(&network(), body()).unwrap();
    assert_eq!(
        (event.source.as_str(), event.assurance),
        ("cb", Some(Assurance::Decrypted))
    );
    let old = house.intake().ins(&network(), &form("ABCD1234", SECRET)).unwrap();
    assert_eq!(old.assurance, Some(Assurance::Verified32));
    assert_eq!(house.intake().form(&network(), &form("ABCD1234", SECRET)).unwrap(), old);
    assert_eq!(
        ring(&house.intake().form(&network(), body()).unwrap_err()),
        Ring::Doubtful
    );
}

/// Whatever is wrong, the caller hears one thing; only the ring differs, by what he knows anyway.
#[test]
fn every_refusal_of_a_notification_says_the_same() {
    let house = house();
    let mut damaged: Value = serde_json::from_slice(body()).unwrap();
    damaged["iv"] = "MjAwQkFGNjYyNkNCMkMxMg==".into();
    let not_chosen = BODIES.lines().next().unwrap().as_bytes().to_vec();
    let damaged = damaged.to_string().into_bytes();
    let cases: [(Caller<'_>, Vec<u8>, Ring); 8] = [
        (caller("203.0.113.9", "wrong"), body().to_vec(), Ring::Doubtful),
        (Caller::new(network().address), body().to_vec(), Ring::Doubtful),
        (caller("198.51.100.1", "right"), body().to_vec(), Ring::Doubtful),
        (network(), b"{}".to_vec(), Ring::Doubtful),
        (network(), b"a=%".to_vec(), Ring::Doubtful),
        (network(), damaged, Ring::Probable),
        (network(), not_chosen, Ring::Probable),
        (network(), form("ABCD1234", "WRONG"), Ring::Probable),
    ];
    for (caller, body, expected) in cases {
        let refusal = house.intake().ins(&caller, &body).unwrap_err();
        assert_eq!(refusal.reason, RefusalReason::Notification);
        assert_eq!(refusal.to_string(), "notification refused");
        assert_eq!((ring(&refusal), refusal.alarm), (expected, None));
        let kept = refusal.kept.unwrap();
        assert_eq!((kept.body, kept.row.source.as_str()), (body, "cb"));
        assert_eq!(kept.row.at.unix_seconds(), 1_800_000_000);
    }
    assert_eq!(
        ring(&house.at("plain", 0).ins(&network(), body()).unwrap_err()),
        Ring::Doubtful
    );
}

#[test]
fn guesses_are_counted_and_nothing_else_is() {
    let house = house();
    let (right, wrong) = (form("ABCD1234", SECRET), form("ABCD1234", "WRONG"));
    for count in 1..=MAX_FAILURES {
        // What is no guess costs nothing.
        house.intake().ins(&network(), b"{}").unwrap_err();
        house.intake().ins(&caller("203.0.113.9", "wrong"), &wrong).unwrap_err();
        assert!(house.intake().ins(&network(), &right).is_ok(), "{count}");
        let alarm = house.intake().ins(&network(), &wrong).unwrap_err().alarm;
        assert_eq!(alarm, (count == MAX_FAILURES).then_some(Alarm::Caller), "{count}");
    }
    let stopped = house.intake().ins(&network(), &right).unwrap_err();
    assert_eq!((ring(&stopped), stopped.alarm), (Ring::Probable, None));
    // Encrypted notifications are no guess, other sources and later hours have budgets of their
    // own.
    assert!(house.intake().ins(&network(), body()).is_ok());
    assert!(house.at("cb", FAILURE_WINDOW.as_secs()).ins(&network(), &right).is_ok());
    // Whoever has the credentials shares the count; new ones begin anew.
    let shared = House {
        tracker: House::new(&json!({})).tracker,
        credentials: house.credentials.clone(),
    };
    assert!(shared.intake().ins(&network(), &right).is_err());
    assert!(House::new(&json!({})).intake().ins(&network(), &right).is_ok());
    // A configuration that is swapped with the same secrets gives nobody new guesses; other secrets
    // do: what failed before says nothing of them.
    let mut same = House::new(&json!({"title": "Another"}));
    same.credentials = same.credentials.in_place_of(&house.credentials);
    assert!(same.intake().ins(&network(), &right).is_err());
    let mut other = House::with_secret(&json!({}), "QUITEANOTHERONE");
    other.credentials = other.credentials.in_place_of(&house.credentials);
    let right_there = form("ABCD1234", "QUITEANOTHERONE");
    assert!(other.intake().ins(&network(), &right_there).is_ok());
    // Whoever vouches for the caller is asked nothing and counts nothing.
    assert!(house.intake().assume_authorized().ins(&right).is_ok());
    assert_eq!(house.intake().assume_authorized().ins(&wrong), Err(Ring::Probable));
    assert_eq!(house.intake().assume_authorized().ins(b"{}"), Err(Ring::Doubtful));
}

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

/// What is kept of a postback: its row, and the bytes as text.
fn kept(house: &House, source: &str, caller: &Caller<'_>, query: &[u8]) -> (RefusedRow, String) {
    let refusal = house.at(source, 0).postback(caller, query).unwrap_err();
    let body = *refusal.kept.unwrap();
    assert_eq!(refusal.reason.code(), Some(body.row.reason));
    assert_eq!(refusal.reason.parameter(), body.row.parameter.as_deref());
    (body.row, String::from_utf8_lossy(&body.body).into_owned())
}

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
fn an_open_type_is_open_for_all_that_is_read_or_for_nothing() {
    let house = house();
    let stranger = Caller::new(Some("198.51.100.1".parse().unwrap()));
    for word in ["Visit", "%20Visit", "Visit%0A"] {
        let query = format!("clickid=a&type={word}&sum=1000&receipt=R");
        let event = house.at("cb", 0).postback(&stranger, query.as_bytes()).unwrap();
        assert_eq!((event.sum, event.receipt), (None, None), "{word}");
    }
}

proptest! {
    /// Whatever stands in the other members: the sale is an event, or it is kept.
    #[test]
    fn a_sale_in_a_json_body_is_never_gone(
        name in select(vec!["sum", "type", "status", "eventid", "currency", "x"]),
        value in vec(any::<u8>(), 0..24),
        quoted in any::<bool>(),
    ) {
        let quote = if quoted { "\"" } else { "" };
        let mut body = format!(r#"{{"clickid": "a", "token": "right", "{name}": {quote}"#).into_bytes();
        body.extend_from_slice(&value);
        body.extend_from_slice(quote.as_bytes());
        body.extend_from_slice(b"}");
        let house = house();
        let posted = PostedPostback::new(b"").with_body(Some("application/json"), &body);
        match house.at("cb", 0).posted(&Caller::new(network().address), &posted) {
            Ok(event) => prop_assert_eq!(event.clicks[0].as_str(), "a"),
            Err(refusal) => prop_assert!(refusal.kept.is_some(), "{}", refusal),
        }
    }

    /// Whatever stands in the other parameters: the sale is an event, or it is kept.
    #[test]
    fn a_sale_of_an_authorised_caller_is_never_gone(
        names in vec(select(vec!["sum", "type", "status", "eventid", "currency", "order_id", "sub1", "x", "n%6"]), 0..8),
        values in vec(vec(any::<u8>(), 0..12), 8),
    ) {
        let mut query = b"clickid=a&token=right".to_vec();
        for (name, value) in names.iter().zip(&values) {
            query.extend_from_slice(b"&");
            query.extend_from_slice(name.as_bytes());
            query.extend_from_slice(b"=");
            query.extend_from_slice(value);
        }
        let house = house();
        let inside = Caller::new(network().address);
        match house.at("cb", 0).postback(&inside, &query) {
            Ok(event) => prop_assert_eq!(event.clicks[0].as_str(), "a"),
            Err(refusal) => {
                // A second token or click id may have come with the values.
                let repeats = query.windows(6).filter(|part| part.eq_ignore_ascii_case(b"token=")).count() > 1;
                prop_assert!(refusal.kept.is_some() || repeats, "{}", refusal);
            }
        }
    }
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
    assert_eq!(refusal.to_string(), "the type of its body is none that is read");
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
fn what_was_kept_can_be_read_once_its_fault_is_mended() {
    let house = house();
    let inside = Caller::new(network().address);
    let (_, body) = kept(
        &house,
        "cb",
        &inside,
        b"clickid=a&sum=1.5&eventid=e1&type=Sale&token=right&rdtk_event_id=a&rdtk_event_id=b",
    );
    assert!(
        house.intake().postback(&inside, body.as_bytes()).is_err(),
        "it proves nothing any more"
    );
    let mended = House::new(&json!({"names": {"event_id": "eventid"}}));
    let query = postback::Query::parse(body.as_bytes()).unwrap();
    let (event, _) = mended.intake().assume_authorized().postback(&query).unwrap();
    assert_eq!(
        (
            event.event_id.as_deref(),
            event.sum.unwrap().amount.to_string().as_str()
        ),
        (Some("e1"), "1.5")
    );
}

#[test]
fn what_is_tried_again_has_its_first_time_and_one_identity() {
    let house = house();
    let inside = Caller::new(network().address);
    let refused = |query: &[u8]| *house.intake().postback(&inside, query).unwrap_err().kept.unwrap();
    let nameless = refused(b"clickid=a&sum=1.5&token=right&order_id=1&order_id=2");
    assert_eq!(
        house.intake().assume_authorized().again(&nameless),
        Err(RefusedReason::Repeated),
        "while nothing is mended"
    );
    let mended = House::new(&json!({"names": {"order_id": "order"}}));
    let again = |refused, seconds| mended.at("cb", seconds).assume_authorized().again(refused).unwrap();
    let (first, second) = (again(&nameless, 60), again(&nameless, 90));
    assert_eq!((&first.id, first.at), (&second.id, nameless.row.at));
    assert_eq!(first.received_at.unix_seconds(), 1_800_000_060);
    let other = refused(b"clickid=b&sum=1.5&token=right&order_id=1&order_id=2");
    assert_ne!(again(&other, 60).id, first.id);
    // What names an id is the same message as the one that the network sends again.
    let named = again(
        &refused(b"clickid=a&sum=1.5&eventid=e1&token=right&order_id=1&order_id=2"),
        60,
    );
    let sent_again = b"clickid=a&sum=1.5&eventid=e1&token=right&order_id=1&order_id=2";
    assert_eq!(mended.at("cb", 61).postback(&inside, sent_again).unwrap().id, named.id);
    let notified = house
        .intake()
        .ins(&Caller::default(), body())
        .unwrap_err()
        .kept
        .unwrap();
    assert!(house.intake().assume_authorized().again(&notified).is_ok());
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
    }
    assert!(matches!(
        pixel(&nobody, "type=Visit&type=Visit").unwrap_err().reason,
        RefusalReason::Malformed(_) | RefusalReason::Unauthorized(_)
    ));
}

#[test]
fn an_event_can_be_vouched_for_and_is_read_back_as_it_was_stored() {
    let house = house();
    let event = house.intake().ins(&network(), body()).unwrap();
    let stored = serde_json::to_string(&event).unwrap();
    let read: Event = serde_json::from_str(&stored).unwrap();
    assert_eq!(read.id, event.id);
    let made = Event::assume_authentic(event.id.clone(), event.source.clone(), event.interface, event.at);
    assert_eq!((made.assurance, made.sum), (None, None));
    assert!(Envelope::parse(body()).is_ok());
}
