//! Old clicks and events that must stay are not looked at again in every round.
#![cfg(test)]

mod common;

use common::{at, block_on, commit, folder, open};
use postback::Click;
use postback::plan::Write;
use postback::port::{Purge, Store};
use postback_sqlite::SqliteStore;
use rusqlite::Connection;
use tempfile::TempDir;

fn record(store: &SqliteStore, name: &str, seconds: i64) {
    let of = |text: &str| text.to_owned();
    let click = Click::new(
        name.parse().unwrap(),
        at(seconds),
        of("campaign").parse().unwrap(),
        of("offer").parse().unwrap(),
        of("clickbank").parse().unwrap(),
        of("channel").parse().unwrap(),
    );
    block_on(store.record(&[click])).unwrap();
}

/// Stores an event of a click.
fn sell(store: &SqliteStore, number: u64, click: &str, seconds: i64) {
    let mut sale = commit(number);
    for write in &mut sale.writes {
        if let Write::Event(row) = write {
            row.click = Some(click.parse().unwrap());
            let mut event = (*row.event).clone();
            event.received_at = at(seconds);
            row.event = event.into();
        }
    }
    block_on(store.commit(&sale)).unwrap();
}

/// How many clicks and events go.
fn purge(store: &SqliteStore, what: Purge) -> (u64, u64) {
    let purged = block_on(store.purge(&what)).unwrap();
    (purged.clicks, purged.events)
}

/// Another process takes the events of a click away.
fn elsewhere(folder: &TempDir, click: &str) {
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    assert_eq!(file.execute("DELETE FROM event WHERE click = ?1", [click]).unwrap(), 1);
}

#[test]
fn a_round_begins_behind_the_clicks_that_had_to_stay() {
    let folder = folder();
    let store = open(&folder);
    for (number, (name, seconds)) in [("sold", 1), ("last", 3)].into_iter().enumerate() {
        record(&store, name, seconds);
        sell(&store, number as u64, name, seconds);
    }
    record(&store, "bare", 2);
    assert_eq!(purge(&store, Purge::ClicksBefore(at(9))), (1, 0));
    elsewhere(&folder, "sold");
    record(&store, "later", 5);
    assert_eq!(
        purge(&store, Purge::ClicksBefore(at(9))),
        (1, 0),
        "the sold one is not looked at"
    );
    record(&store, "late", 2);
    assert_eq!(
        purge(&store, Purge::ClicksBefore(at(9))),
        (1, 0),
        "it was recorded late, with an old time"
    );
    drop(store);
    assert_eq!(
        purge(&open(&folder), Purge::ClicksBefore(at(9))),
        (1, 0),
        "a new process looks at all"
    );
}

#[test]
fn a_click_whose_last_event_becomes_old_goes_with_those_that_were_passed() {
    let folder = folder();
    let store = open(&folder);
    record(&store, "sold", 1);
    for (number, seconds) in [(1, 1), (2, 2), (3, 7)] {
        sell(&store, number, "sold", seconds);
    }
    record(&store, "other", 1);
    sell(&store, 4, "other", 3);
    sell(&store, 5, "other", 8);
    assert_eq!(purge(&store, Purge::EventsBefore(at(6))), (0, 0));
    assert_eq!(purge(&store, Purge::EventsBefore(at(8))), (1, 3), "by its last event");
    assert_eq!(purge(&store, Purge::EventsBefore(at(9))), (1, 2));
}
