//! The last rows of a table go, and SQLite gives their numbers out again: the rows that get them
//! are deleted on time all the same.
#![cfg(test)]

mod common;

use common::{at, block_on, commit, folder, open};
use postback::Click;
use postback::plan::Write;
use postback::port::{Purge, Purged, Store};
use postback_sqlite::SqliteStore;

fn record(store: &SqliteStore, name: &str, seconds: i64) {
    let [campaign, offer] = ["campaign", "offer"];
    let click = Click::new(
        name.parse().unwrap(),
        at(seconds),
        campaign.parse().unwrap(),
        offer.parse().unwrap(),
        "clickbank".parse().unwrap(),
        "channel".parse().unwrap(),
    );
    block_on(store.record(&[click])).unwrap();
}

fn sell(store: &SqliteStore, number: u64, click: &str, seconds: i64) {
    let mut commit = commit(number);
    for write in &mut commit.writes {
        if let Write::Event(row) = write {
            row.click = Some(click.parse().unwrap());
            row.event.received_at = at(seconds);
        }
    }
    block_on(store.commit(&commit)).unwrap();
}

fn purge(store: &SqliteStore, what: &Purge) -> Purged {
    block_on(store.purge(what)).unwrap()
}

/// Five clicks with a sale each.
fn five(store: &SqliteStore) {
    for number in 0..5 {
        let click = format!("sold{number}");
        record(store, &click, 1);
        sell(store, number, &click, 1);
    }
}

#[test]
fn clicks_with_numbers_that_are_given_out_again_are_deleted() {
    let folder = folder();
    let store = open(&folder);
    five(&store);
    assert_eq!(purge(&store, &Purge::ClicksBefore(at(9))).clicks, 0, "all have sales");
    assert_eq!(purge(&store, &Purge::EventsBefore(at(100))).clicks, 5);
    record(&store, "bare1", 200);
    record(&store, "bare2", 201);
    assert_eq!(purge(&store, &Purge::ClicksBefore(at(300))).clicks, 2);
}

#[test]
fn events_with_numbers_that_are_given_out_again_are_deleted() {
    let folder = folder();
    let store = open(&folder);
    five(&store);
    for number in 0..5 {
        sell(&store, 10 + number, &format!("sold{number}"), 50);
    }
    assert_eq!(
        purge(&store, &Purge::EventsBefore(at(9))).events,
        0,
        "all have later ones"
    );
    assert_eq!(purge(&store, &Purge::EventsBefore(at(100))).events, 10);
    for (number, click) in [(20, "a"), (21, "b")] {
        record(&store, click, 200);
        sell(&store, number, click, 200);
    }
    assert_eq!(purge(&store, &Purge::EventsBefore(at(300))).events, 2);
}
