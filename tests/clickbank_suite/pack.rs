//! The public vector pack, `tests/vectors/clickbank_pack.jsonl`: every case of it, as
//! `tests/vectors/README.md` says that it is to be read.

use postback::clickbank::{form::Form, hoplink::Link, thank_you::ThankYou};
use postback::{Envelope, KeyRing, Notification, Secret, Timestamp};
use postback_test::jsonl;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const PACK: &str = include_str!("../vectors/clickbank_pack.jsonl");
const DAY: Duration = Duration::from_secs(86_400);

/// What is found in a case's input, in the words of its expectation.
fn found(case: &Value) -> Value {
    let input = case["input"].as_str().unwrap();
    // Published secrets may be shorter than ours.
    let key_ring = || KeyRing::allow_short(vec![Secret::from(case["secret"].as_str().unwrap())]).unwrap();
    let found = match case["interface"].as_str().unwrap() {
        "ins" => ins(input, &key_ring(), &case["expect"]),
        "form" => form(input, &key_ring()),
        "thank_you" => thank_you(input, &key_ring()),
        "link" => link(input),
        other => panic!("`{other}` is no interface of the pack"),
    };
    found.unwrap_or_else(|| json!({"refused": true}))
}

/// A notification that opens is the one of the plaintext: it prints as it and says the same.
fn ins(body: &str, key_ring: &KeyRing, expect: &Value) -> Option<Value> {
    let notification = key_ring.open(&Envelope::parse(body.as_bytes()).ok()?).ok()?;
    let plaintext = expect["plaintext"].as_str().expect("what is to be refused opens");
    assert_eq!(notification, Notification::parse(plaintext.as_bytes()).unwrap());
    Some(expect.clone())
}

/// Every parameter of a form, by its own name.
fn form(body: &str, key_ring: &KeyRing) -> Option<Value> {
    let notification = Form::parse(body.as_bytes()).ok()?.verify(key_ring).ok()?;
    let parameters = serde_json::to_value(&notification).unwrap();
    Some(json!({"version": notification.version().to_string(), "parameters": parameters}))
}

fn thank_you(query: &str, key_ring: &KeyRing) -> Option<Value> {
    let page = ThankYou::parse(query.as_bytes()).ok()?;
    // The time is inside, so it is asked for at every time that could be right: the cases are of
    // two days.
    let times = [1_383_932_433, 1_419_112_990].map(|seconds| Timestamp::from_unix_seconds(seconds).unwrap());
    let page = times.into_iter().find_map(|now| page.verify(key_ring, now, DAY).ok())?;
    let joined = |texts: Vec<&str>| texts.join("|");
    Some(json!({
        "cbreceipt": joined(page.receipts().collect()),
        "item": joined(page.items().collect()),
        "time": page.value("time").map_or_else(|| page.time().unix_seconds().to_string(), |time| time.expose().to_owned()),
    }))
}

fn link(url: &str) -> Option<Value> {
    let link = Link::parse(url).ok()?;
    let form = link.form();
    let mut found = json!({"form": form.name()});
    let parts = [
        ("affiliate", form.affiliate().map(str::to_owned)),
        ("vendor", form.vendor().map(str::to_owned)),
        ("code", form.tracking_parameter().map(|parameter| parameter.to_string())),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            found[name] = value.into();
        }
    }
    Some(found)
}

#[test]
fn every_case_of_the_pack_holds() {
    let mut counted: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for case in jsonl::<Value>(PACK) {
        assert_eq!(found(&case), case["expect"], "{}: {}", case["interface"], case["name"]);
        let refused = case["expect"]["refused"] == json!(true);
        let count = counted.entry(case["interface"].as_str().unwrap().into()).or_default();
        if refused {
            count.1 += 1;
        } else {
            count.0 += 1;
        }
        assert!(
            case["origin"].as_str().is_some_and(|origin| !origin.is_empty()),
            "{}",
            case["name"]
        );
    }
    // A pack that lost its cases proves nothing.
    assert_eq!(
        counted.into_iter().collect::<Vec<_>>(),
        [
            ("form".to_owned(), (18, 24)),
            ("ins".to_owned(), (6, 12)),
            ("link".to_owned(), (42, 0)),
            ("thank_you".to_owned(), (8, 10)),
        ]
    );
}

/// The pack is made from these files by `make_pack.py`, by hand.
#[test]
fn every_link_of_the_vectors_is_in_the_pack() {
    let texts = |rows: Vec<Value>, key: &str| -> BTreeSet<String> {
        rows.iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
    };
    let mut pack: Vec<Value> = jsonl(PACK);
    pack.retain(|case| case["interface"] == "link");
    assert_eq!(
        texts(pack, "input"),
        texts(jsonl(include_str!("../vectors/hoplinks.jsonl")), "url")
    );
}
