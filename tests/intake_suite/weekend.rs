//! A weekend with a wrong secret: what was refused comes back when the secret is right.

use crate::support::House;
use postback::clickbank::ins::Version;
use postback::intake::Caller;
use postback::memory::MemoryStore;
use postback::plan::{Commit, DEFAULT_REFUSED_BYTES, Ring, Write};
use postback::port::{Inspect, PageRequest, RefusedFilter, Store};
use postback::testing::{Transaction, block_on, iv, seal};
use postback::{Event, Secret, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;

const SALES: u64 = 2_000;
/// How often ClickBank sends a notification, each time with another IV.
const ATTEMPTS: u64 = 5;
/// The seconds between two attempts, four hours, so that those of many sales are mixed.
const APART: u64 = 14_400;
const RIGHT: &str = "ANOTHERSECRET42";

/// The text of a real notification of a sale has 1.2 to 1.5 KB.
const LENGTH: usize = 1_500;

fn text(sale: u64, at: Timestamp) -> String {
    let transaction = Transaction::new("SALE", &format!("S{sale:07}"), at);
    let mut text = transaction.plaintext(&Version::V8);
    // Whitespace behind it stands for the members that a real one has besides.
    text.push_str(&" ".repeat(LENGTH - text.len()));
    text
}

fn inside() -> Caller<'static> {
    Caller::new(Some("203.0.113.9".parse().unwrap())).with_token(Some(b"right"))
}

/// When each attempt of each sale comes, in order: a sale every 80 seconds.
fn attempts() -> Vec<(u64, u64)> {
    let each = (0..SALES).flat_map(|sale| (0..ATTEMPTS).map(move |attempt| (sale * 80 + attempt * APART, sale)));
    let mut attempts: Vec<_> = each.collect();
    attempts.sort_unstable();
    attempts
}

#[test]
fn two_thousand_sales_that_were_refused_five_times_each_all_come_back() {
    let wrong = House::with_secret(&json!({}), "ACCIDENTALLY99");
    let store = MemoryStore::new();
    let secret = Secret::from(RIGHT);
    for (number, (seconds, sale)) in attempts().into_iter().enumerate() {
        let intake = wrong.at("cb", seconds);
        let at = Timestamp::from_unix_seconds(1_800_000_000).unwrap();
        let random = u64::try_from(number).unwrap().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let body = seal(&secret, &iv(random), text(sale, at).as_bytes());
        let body = *intake.ins(&inside(), body.as_bytes()).unwrap_err().kept.unwrap();
        assert_eq!(body.row.ring, Ring::Probable);
        let keep = wrong
            .tracker
            .source(Some("cb"))
            .unwrap()
            .refused_bounds()
            .of(body.row.ring);
        let at = body.row.at;
        block_on(store.commit(&Commit::of(vec![Write::Refused { body, keep }], at))).unwrap();
    }
    let [count] = &block_on(store.refused_counts(&"cb".parse().unwrap())).unwrap()[..] else {
        panic!("one ring")
    };
    assert_eq!(count.kept, SALES * ATTEMPTS);
    assert!(count.bytes < DEFAULT_REFUSED_BYTES, "{}", count.bytes);

    let right = House::with_secret(&json!({}), RIGHT);
    let intake = right.at("cb", SALES * 80 + ATTEMPTS * APART).assume_authorized();
    let all = PageRequest::first(u32::MAX);
    let rows = block_on(store.refused(&RefusedFilter::default(), &all)).unwrap().items;
    let again = |row| {
        intake
            .again(&block_on(store.refused_body(row)).unwrap().unwrap())
            .unwrap()
    };
    let events: Vec<Event> = rows.iter().map(|row| again(&row.id)).collect();
    let of = |name: fn(&Event) -> String| events.iter().map(name).collect::<BTreeSet<_>>().len() as u64;
    assert_eq!(of(|event| event.receipt.as_ref().unwrap().to_string()), SALES);
    assert_eq!(of(|event| event.id.to_string()), SALES, "five attempts are one event");
}
