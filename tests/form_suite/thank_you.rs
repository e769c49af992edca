//! The thank-you page in both forms. Checks by Python's hashlib, ciphertexts by OpenSSL, one URL by
//! ClickBank.

use crate::support::{SECRET, key_ring};
use core::time::Duration;
use postback::Timestamp;
use postback::clickbank::thank_you::{MAX_SKEW, ThankYou, ThankYouPage, ThankYouRefused};
use postback::event::Assurance;
use postback::value::Pii;
use serde::Deserialize;

const VECTORS: &str = include_str!("../vectors/thankyou.jsonl");
/// The time of the pages that were made.
const TIME: i64 = 1_383_932_433;
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: String,
    query: String,
}

fn vectors() -> Vec<Vector> {
    VECTORS
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn query(name: &str) -> String {
    let found = vectors().into_iter().find(|vector| vector.name == name);
    found.unwrap_or_else(|| panic!("no vector `{name}`")).query
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

fn verify(query: &str, seconds: i64, max_age: Duration) -> Result<ThankYouPage, ThankYouRefused> {
    let page = ThankYou::parse(query.as_bytes()).unwrap();
    page.verify(&key_ring(&[SECRET]), at(seconds), max_age)
}

fn page(name: &str) -> ThankYouPage {
    verify(&query(name), TIME, DAY).unwrap()
}

fn error(query: &str) -> String {
    ThankYou::parse(query.as_bytes()).unwrap_err().to_string()
}

#[test]
fn the_page_that_clickbank_made_verifies() {
    let vector = &vectors()[0];
    let thank_you = ThankYou::parse(vector.query.as_bytes()).unwrap();
    assert!(!thank_you.is_encrypted());
    let page = thank_you
        .verify(&key_ring(&[&vector.secret]), at(1_419_112_990), DAY)
        .unwrap();
    assert_eq!(page.assurance(), Assurance::Verified32);
    assert_eq!(page.receipts().collect::<Vec<_>>(), ["LPJ9VE42"]);
    assert_eq!(page.items().collect::<Vec<_>>(), ["ipntest"]);
    assert_eq!(page.time(), at(1_419_112_990));
    assert_eq!((page.affiliate(), page.country()), (None, Some("US")));
    assert_eq!(page.name().unwrap().expose(), "John Smith");
    assert_eq!(page.email().unwrap().expose(), "john.smith@gmail.com");
    assert_eq!(page.postal_code().unwrap().expose(), "10000");
}

#[test]
fn every_vector_is_taken_or_refused_as_its_name_says() {
    let key_ring = key_ring(&["OTHERSECRET1234", "ANOTHERSECRET42", "SECRETSECRET1234"]);
    for vector in vectors() {
        let thank_you = ThankYou::parse(vector.query.as_bytes()).unwrap();
        let encrypted = vector.name.contains("encrypted");
        assert_eq!(thank_you.is_encrypted(), encrypted, "{}", vector.name);
        let read = thank_you.verify(&key_ring, at(TIME), DAY * 36_500);
        match vector.name.starts_with("refused") {
            true => assert_eq!(read.unwrap_err(), ThankYouRefused::Refused, "{}", vector.name),
            // The real one is of a year later.
            false if vector.secret == "SECRETSECRET1234" => assert_eq!(read.unwrap_err(), ThankYouRefused::TooNew),
            false => assert!(read.is_ok(), "{}", vector.name),
        }
        let none = crate::support::key_ring(&["OTHERSECRET1234"]);
        assert_eq!(
            thank_you.verify(&none, at(TIME), DAY).unwrap_err(),
            ThankYouRefused::Refused
        );
    }
    assert_eq!(vectors().len(), 18);
}

#[test]
fn a_secret_that_stands_twice_in_the_ring_is_still_right() {
    let thank_you = ThankYou::parse(query("plain").as_bytes()).unwrap();
    let verified = thank_you.verify(&key_ring(&[SECRET, SECRET]), at(TIME), Duration::ZERO);
    assert_eq!(verified.unwrap(), page("plain"));
}

#[test]
fn an_encrypted_page_says_the_same_with_and_without_its_check() {
    let plain = page("plain");
    for name in [
        "encrypted without a check",
        "encrypted with its check",
        "encrypted with an empty check and a time as a number",
    ] {
        let page = page(name);
        assert_eq!(page.assurance(), Assurance::Decrypted, "{name}");
        assert!(
            page.receipts().eq(plain.receipts()) && page.items().eq(plain.items()),
            "{name}"
        );
        assert_eq!(
            (page.time(), page.affiliate()),
            (plain.time(), Some("promoter")),
            "{name}"
        );
        assert_eq!((page.name(), page.email()), (plain.name(), plain.email()), "{name}");
        assert_eq!(page.upsell_receipt(), Some("WXYZ9876"), "{name}");
    }
}

#[test]
fn an_encrypted_page_without_a_check_says_so_because_its_item_is_the_visitors_word() {
    let rewritten = page("encrypted without a check, the item changed through the iv");
    assert_eq!(rewritten.items().collect::<Vec<_>>(), ["8"], "nothing shows it");
    for (name, checked) in [
        ("encrypted without a check, the item changed through the iv", false),
        ("encrypted without a check", false),
        ("encrypted with an empty check and a time as a number", false),
        ("encrypted with its check", true),
        ("plain", true),
    ] {
        assert_eq!(page(name).is_checked(), checked, "{name}");
    }
}

#[test]
fn several_products_are_lists() {
    for name in ["several items", "several items, each with its time"] {
        let page = page(name);
        assert_eq!(
            page.receipts().collect::<Vec<_>>(),
            ["ABCD1234", "ABCD1235", "ABCD1236"]
        );
        assert_eq!(page.items().collect::<Vec<_>>(), ["7", "bump", "8"]);
        assert_eq!(page.time(), at(TIME));
    }
    // The first of several times is the page's age, the last one how far it is ahead.
    let several = query("several items, each with its time");
    assert_eq!(
        verify(&several, TIME + 11, Duration::from_secs(10)).unwrap_err(),
        ThankYouRefused::TooOld
    );
    let ahead = TIME + 2 - i64::try_from(MAX_SKEW.as_secs()).unwrap();
    assert!(verify(&several, ahead, DAY).is_ok());
    assert_eq!(verify(&several, ahead - 1, DAY).unwrap_err(), ThankYouRefused::TooNew);
}

#[test]
fn a_page_has_the_age_that_the_caller_allows() {
    let hour = Duration::from_secs(3600);
    let plain = query("plain");
    for (seconds, fresh) in [(3599, true), (3600, true), (3601, false)] {
        assert_eq!(verify(&plain, TIME + seconds, hour).is_ok(), fresh, "{seconds}");
    }
    let error = verify(&plain, TIME + 3601, hour).unwrap_err();
    assert_eq!(
        (error, error.to_string().as_str()),
        (ThankYouRefused::TooOld, "thank-you page is too old")
    );
    assert!(verify(&plain, TIME, Duration::ZERO).is_ok());
}

#[test]
fn a_page_may_be_five_minutes_ahead_of_the_clock() {
    let plain = query("plain");
    let skew = 300;
    assert_eq!(MAX_SKEW, Duration::from_secs(300));
    for (ahead, taken) in [(skew - 1, true), (skew, true), (skew + 1, false)] {
        assert_eq!(verify(&plain, TIME - ahead, DAY).is_ok(), taken, "{ahead}");
    }
    let error = verify(&plain, TIME - skew - 1, DAY).unwrap_err();
    assert_eq!(
        (error, error.to_string().as_str()),
        (ThankYouRefused::TooNew, "thank-you page has a time in the future")
    );
}

#[test]
fn what_was_encrypted_and_is_of_another_age_is_refused_without_a_reason() {
    for name in ["encrypted without a check", "encrypted with its check"] {
        for seconds in [TIME + 86_401, TIME - 301] {
            let error = verify(&query(name), seconds, DAY).unwrap_err();
            assert_eq!(
                (error, error.to_string().as_str()),
                (ThankYouRefused::Refused, "thank-you page refused")
            );
        }
    }
}

#[test]
fn a_changed_age_receipt_or_item_is_refused_and_the_rest_is_not_covered() {
    let plain = query("plain");
    for (part, other) in [
        ("1383932433", "1383932434"),
        ("ABCD1234", "ABCD1235"),
        ("item=7", "item=8"),
        ("cbpop=", "cbpop=0"),
    ] {
        let error = verify(&plain.replace(part, other), TIME, DAY * 2).unwrap_err();
        assert_eq!(error, ThankYouRefused::Refused, "{other}");
    }
    let other = verify(&plain.replace("Anna", "Otto").replace("promoter", "other"), TIME, DAY).unwrap();
    assert_eq!(
        (other.name().unwrap().expose(), other.affiliate()),
        ("Otto Beispiel", Some("other"))
    );
}

#[test]
fn a_changed_ciphertext_never_reads_as_another_order_where_its_check_is_inside() {
    let query = query("encrypted with its check");
    let mut opened = 0;
    for place in 0..query.len() {
        let mut changed = query.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let Ok(thank_you) = ThankYou::parse(&changed) else {
            continue;
        };
        let read = thank_you.verify(&key_ring(&[SECRET]), at(TIME), DAY * 365);
        if let Ok(page) = read {
            opened += 1;
            assert_eq!(page.receipts().collect::<Vec<_>>(), ["ABCD1234"]);
            assert_eq!(page.items().collect::<Vec<_>>(), ["7"]);
        }
    }
    assert!(opened < 10, "{opened}");
}

#[test]
fn a_plus_that_was_not_escaped_is_read_as_one() {
    for name in ["encrypted without a check", "encrypted with its check"] {
        let raw = query(name).replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        assert!(verify(&raw, TIME, DAY).is_ok(), "{name}");
    }
}

#[test]
fn of_a_repeated_parameter_that_nothing_rests_on_the_first_counts() {
    let page = verify(&format!("{}&cname=B&own=2&own=3", query("plain")), TIME, DAY).unwrap();
    assert_eq!(page.name().unwrap().expose(), "Anna Beispiel");
    // Of the seller's own it was always so.
    assert_eq!(page.damaged().collect::<Vec<_>>(), ["cname"]);
}

#[test]
fn what_is_no_thank_you_page_is_refused_by_the_parameters_name() {
    let plain = query("plain");
    for name in ["item", "cbreceipt", "time", "cbpop"] {
        let without: Vec<&str> = plain
            .split('&')
            .filter(|part| !part.starts_with(&format!("{name}=")))
            .collect();
        assert_eq!(error(&without.join("&")), format!("`{name}` is missing"));
        assert_eq!(
            error(&(without.join("&") + &format!("&{name}="))),
            format!("`{name}` is missing")
        );
        assert_eq!(
            error(&format!("{plain}&{name}=1")),
            format!("parameter `{name}` is repeated")
        );
    }
    assert_eq!(
        error(&plain.replace("1383932433", "soon")),
        "`time` is not a number of seconds since 1970"
    );
    assert_eq!(
        error(&plain.replace("1383932433", "-1383932433")),
        "`time` is not a number of seconds since 1970"
    );
    assert_eq!(
        error(&plain.replace("1383932433", "1|soon")),
        "`time` is not a number of seconds since 1970"
    );
    assert_eq!(
        error("item=%zz"),
        "value of parameter `item` holds a malformed percent escape"
    );
    assert_eq!(error("iv=AAAA&iv=AAAA&params=AAAA"), "parameter `iv` is repeated");
    assert_eq!(error("iv=?&params=AAAA"), "`iv` is not strict base64");
    assert_eq!(error("iv=AAAA&params=AAAA"), "`iv` is 3 bytes long, it must be 16");
    let iv = "MjAwQkFGNjYyNkNCMkMxMg==";
    assert_eq!(error(&format!("iv={iv}&params=A")), "`params` is not strict base64");
    for (params, length) in [("", 0), ("AAAA", 3)] {
        assert_eq!(
            error(&format!("iv={iv}&params={params}")),
            format!("`params` is {length} bytes long, it must be a positive multiple of 16")
        );
    }
}

#[test]
fn of_the_sellers_own_variables_the_first_one_counts() {
    let page = verify(&(query("plain") + "&own=2"), TIME, DAY).unwrap();
    assert_eq!(page.value("own").map(Pii::expose), Some("1"));
    assert_eq!(page.value("nobody"), None);
}

#[test]
fn nothing_of_the_customer_is_shown() {
    for (name, debug) in [
        ("plain", "ThankYou(11 parameters)"),
        ("encrypted with its check", "ThankYou(Envelope(224 bytes))"),
    ] {
        let thank_you = ThankYou::parse(query(name).as_bytes()).unwrap();
        let shown = format!("{thank_you:?}");
        assert_eq!(shown, debug);
        let shown = format!("{shown} {:?}", page(name));
        for personal in ["Anna", "example.com", "10115"] {
            assert!(!shown.contains(personal), "{shown}");
        }
        assert!(shown.contains("ABCD1234"), "{shown}");
    }
}

#[test]
fn a_page_is_written_as_its_parameters_by_name() {
    let json = serde_json::to_value(page("encrypted without a check")).unwrap();
    assert_eq!(json["cname"], "Anna Beispiel");
    assert_eq!(json.as_object().unwrap().len(), 9);
}
