//! Rows that this version cannot read: they wait for one that can, and stop nobody.
#![cfg(test)]

mod common;

use common::{at, block_on, commit, folder, open};
use postback::delivery::Delivery;
use postback::port::{Claim, Cursor, Store, row};
use rusqlite::Connection;
use std::time::Duration;

/// As a newer version leaves it behind that was rolled back.
#[test]
fn a_delivery_that_cannot_be_read_does_not_stop_the_others() {
    let folder = folder();
    let store = open(&folder);
    let mut commit = commit(1);
    commit.outbox = ["a", "b"].map(delivery).to_vec();
    block_on(store.commit(&commit)).unwrap();
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    let newer = "UPDATE delivery SET payload = '{\"v\":99,\"row\":{}}' WHERE id LIKE '%a'";
    assert_eq!(file.execute(newer, []).unwrap(), 1);
    let first = "UPDATE queue SET ready = ready - 1 WHERE seq = (SELECT seq FROM delivery WHERE id LIKE '%a')";
    assert_eq!(file.execute(first, []).unwrap(), 1);
    let claim = Claim::new(at(10), Duration::from_secs(60), 10);
    let claimed = block_on(store.claim(&claim)).unwrap();
    let ids: Vec<_> = claimed
        .deliveries
        .iter()
        .map(|leased| leased.delivery.id.as_str())
        .collect();
    assert_eq!(ids, [delivery("b").id.as_str()]);
    assert_eq!(claimed.unreadable, 1);
    // It waits for a lease like the others, and its payload is left as it is.
    assert!(block_on(store.claim(&claim)).unwrap().deliveries.is_empty());
    let left: String = file
        .query_row("SELECT payload FROM delivery WHERE id LIKE '%a'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, "{\"v\":99,\"row\":{}}");
}

#[test]
fn a_waiting_event_that_cannot_be_read_keeps_no_others_from_being_listed() {
    let folder = folder();
    let store = open(&folder);
    for number in 1..=3 {
        block_on(store.commit(&commit(number))).unwrap();
    }
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    file.execute("UPDATE event SET outcome = 'unattributed'", []).unwrap();
    let listed = |after: &Cursor, limit| -> Vec<_> {
        let events = block_on(store.orphans(after, limit)).unwrap();
        events.into_iter().map(|event| event.id).collect()
    };
    let all = listed(&Cursor::start(), 9);
    assert_eq!(all.len(), 3);
    let last = block_on(store.orphans(&Cursor::start(), 9)).unwrap().pop().unwrap();
    for id in &all[..2] {
        file.execute("UPDATE event SET payload = '{}' WHERE id = ?1", [id.as_str()])
            .unwrap();
    }
    // Also when a page holds nothing else.
    assert_eq!(listed(&Cursor::start(), 1), all[2..]);
    assert_eq!(listed(&Cursor::start(), 9), all[2..]);
    assert!(listed(&Cursor::after(&last), 1).is_empty());
}

fn delivery(last: &str) -> Delivery {
    let id = format!("{}{last}", "2".repeat(25));
    let text = format!(
        r#"{{"id":"{id}","lane":"https://a.example","conversion":"{id}","click":"c","event":"{id}","campaign":"c","postback":"p",
        "created_at":"1970-01-01T00:00:00Z","outbound":{{"method":"GET","url":["https://a.example/"]}},"success":{{}},
        "retry":{{"attempts":1,"first":{{"secs":1,"nanos":0}},"longest":{{"secs":1,"nanos":0}}}}}}"#
    );
    row::decode(&format!(r#"{{"v":1,"row":{text}}}"#)).unwrap()
}
