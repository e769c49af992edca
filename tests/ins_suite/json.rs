use crate::support::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::Notification;
use postback::clickbank::ins::Fault;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    id: String,
    json_b64: String,
}

fn fault(text: &str) -> Option<Fault> {
    Notification::parse(text.as_bytes()).err()
}

#[test]
fn each_broken_json_is_refused_alone_and_as_the_value_of_a_key() {
    let cases = include_str!("../vectors/broken_json.jsonl").lines().skip(1);
    let mut count = 0;
    for case in cases {
        let Case { id, json_b64 } = serde_json::from_str(case).unwrap();
        let broken = STANDARD.decode(json_b64).unwrap();
        assert!(Notification::parse(&broken).is_err(), "{id}");
        assert!(open(&broken).is_err(), "{id}");
        let last = [SMALL.strip_suffix('}').unwrap().as_bytes(), b",\"x\":", &broken, b"}"].concat();
        let first = [b"{\"x\":", broken.as_slice(), b",", &SMALL.as_bytes()[1..]].concat();
        for embedded in [last, first] {
            assert!(
                Notification::parse(&embedded).is_err(),
                "{id} in {}",
                String::from_utf8_lossy(&embedded)
            );
            assert!(open(&embedded).is_err(), "{id}");
        }
        count += 1;
    }
    assert_eq!(count, 186);
}

#[test]
fn a_duplicate_key_is_refused_at_any_depth() {
    for duplicate in [
        r#""receipt":"R1""#,
        r#""\u0072eceipt":"R1""#,
        r#""x":1,"x":1"#,
        r#""x":{"a":1,"\u0061":1}"#,
        r#""lineItems":[{"itemNo":"1"},{"itemNo":"1","itemNo":"1"}]"#,
        r#""customer":{"billing":{"address":{"state":"FL","state":"FL"}}}"#,
        r#""vendorVariables":{"a":[[{"b":1,"c":2,"b":null}]]}"#,
    ] {
        let text = with_member(duplicate);
        assert_eq!(fault(&text), Some(Fault::DuplicateKey), "{text}");
        assert!(open(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn each_required_key_is_required() {
    for (key, member) in [
        ("transactionTime", r#""transactionTime":"20220810T162015-0700","#),
        ("receipt", r#""receipt":"R1","#),
        ("transactionType", r#""transactionType":"SALE","#),
        ("version", r#","version":7.0"#),
    ] {
        let without = SMALL.replace(member, "");
        assert_ne!(without, SMALL);
        assert_eq!(fault(&without), Some(Fault::Missing(key)));
        assert!(open(without.as_bytes()).is_err(), "{key}");
        let null = with_member(&format!(r#""{key}":null"#)).replace(member, "");
        assert_eq!(fault(&null), Some(Fault::Missing(key)));
        assert!(open(null.as_bytes()).is_err(), "{key}");
    }
}

#[test]
fn a_required_key_has_its_type() {
    for (key, from, to) in [
        ("transactionTime", r#""20220810T162015-0700""#, "1660173615"),
        ("transactionTime", "20220810T162015-0700", "yesterday"),
        ("transactionTime", "20220810T162015-0700", "20221310T162015-0700"),
        ("receipt", r#""R1""#, "1"),
        ("receipt", r#""R1""#, r#"["R1"]"#),
        ("receipt", "R1", r"R\n1"),
        ("transactionType", r#""SALE""#, "true"),
        ("version", "7.0", r#""7.0""#),
        ("version", "7.0", "{}"),
    ] {
        let text = SMALL.replace(from, to);
        assert_eq!(fault(&text), Some(Fault::Invalid(key)), "{text}");
        assert!(open(text.as_bytes()).is_err(), "{text}");
    }
    for (key, from) in [
        ("transactionTime", "20220810T162015-0700"),
        ("receipt", "R1"),
        ("transactionType", "SALE"),
    ] {
        assert_eq!(fault(&SMALL.replace(from, "")), Some(Fault::Missing(key)));
    }
}

#[test]
fn only_an_abandoned_order_and_news_of_a_customer_may_lack_a_receipt() {
    let without = |transaction_type: &str, receipt: &str| {
        SMALL
            .replace("SALE", transaction_type)
            .replace(r#""receipt":"R1","#, receipt)
    };
    for transaction_type in [
        "ABANDONED_ORDER",
        "CUSTOMER_EMAIL_UPDATE",
        "CUSTOMER_AUTH_FAILURE",
        "CUSTOMER_NEW",
    ] {
        for receipt in ["", r#""receipt":null,"#, r#""receipt":"","#] {
            let notification = open(without(transaction_type, receipt).as_bytes()).unwrap();
            assert_eq!(notification.receipt(), None);
        }
        let wrong = without(transaction_type, r#""receipt":7,"#);
        assert_eq!(fault(&wrong), Some(Fault::Invalid("receipt")));
    }
    for transaction_type in [
        "SALE",
        "TEST",
        "PURCHASE_DETAILS_EMAIL_RESPONSE",
        "CUSTOMERS",
        "abandoned_order",
    ] {
        assert_eq!(
            fault(&without(transaction_type, "")),
            Some(Fault::Missing("receipt")),
            "{transaction_type}"
        );
    }
}

#[test]
fn nothing_may_stand_around_the_object_but_whitespace() {
    assert!(open(format!(" \t\r\n{SMALL}\n").as_bytes()).is_ok());
    for text in [
        format!("\u{feff}{SMALL}"),
        format!("{SMALL}\u{feff}"),
        format!("{SMALL}\0"),
        format!("{SMALL},"),
        format!("{SMALL}{SMALL}"),
        format!("{SMALL}\u{c}"),
        format!("\u{a0}{SMALL}"),
        format!("[{SMALL}]"),
    ] {
        assert_eq!(fault(&text), Some(Fault::Json), "{text:?}");
        assert!(open(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn the_whole_text_is_utf_8() {
    let place = SMALL.find("R1").unwrap();
    for wrong in [
        &b"\xff"[..],
        b"\xc3",
        b"\xe9t\xe9",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
    ] {
        for at in [0, place, SMALL.len()] {
            let bytes = [&SMALL.as_bytes()[..at], wrong, &SMALL.as_bytes()[at..]].concat();
            assert_eq!(Notification::parse(&bytes).err(), Some(Fault::Text));
            assert!(open(&bytes).is_err());
        }
    }
    assert!(open(SMALL.replace("R1", "R\u{e9}\u{1f600}").as_bytes()).is_ok());
}

#[test]
fn sixty_four_levels_open_and_not_one_more() {
    // The notification itself is the first level.
    for (levels, opens) in [(62, true), (63, true), (64, false), (30_000, false)] {
        for (before, after) in [("[", "]"), ("{\"a\":", "}")] {
            let text = with_member(&format!(r#""x":{}1{}"#, before.repeat(levels), after.repeat(levels)));
            assert_eq!(fault(&text), (!opens).then_some(Fault::Depth), "{levels}");
            assert_eq!(open(text.as_bytes()).is_ok(), opens, "{levels}");
        }
    }
}
