//! Rows that come later than their times say: personal values are forgotten on time all the same,
//! also of a file from before the marks.
#![cfg(test)]

mod common;

use common::{at, block_on, folder, open};
use postback::Click;
use postback::port::{Inspect, Purge, Store, row};
use postback::value::Pii;
use postback_sqlite::SqliteStore;
use rusqlite::{Connection, params};

const STEPS: [&str; 6] = [
    include_str!("../src/steps/1.sql"),
    include_str!("../src/steps/2.sql"),
    include_str!("../src/steps/3.sql"),
    include_str!("../src/steps/4.sql"),
    include_str!("../src/steps/5.sql"),
    include_str!("../src/steps/6.sql"),
];
/// When the clicks came, in the order in which they were written.
const TIMES: [i64; 8] = [1, 4, 2, 9, 3, 9, 5, 12];

fn click(number: usize, seconds: i64) -> Click {
    let of = |text: &str| text.to_owned();
    let mut click = Click::new(
        format!("click-{number}").parse().unwrap(),
        at(seconds),
        of("campaign").parse().unwrap(),
        of("offer").parse().unwrap(),
        of("clickbank").parse().unwrap(),
        of("channel").parse().unwrap(),
    );
    click.private.insert("ip".into(), Pii::new("192.0.2.77"));
    click
}

/// How many were forgotten, and the times of those that were not.
fn forget(store: &SqliteStore, before: i64) -> (u64, Vec<i64>) {
    let purged = block_on(store.purge(&Purge::PrivateBefore(at(before)))).unwrap();
    let remembers = |number: usize, seconds| {
        let click = block_on(store.click(&click(number, seconds).id)).unwrap().unwrap();
        !click.private.is_empty()
    };
    let left = TIMES
        .iter()
        .enumerate()
        .filter(|(number, time)| remembers(*number, **time));
    (purged.clicks, left.map(|(_, time)| *time).collect())
}

fn assert_forgets(store: &SqliteStore) {
    assert_eq!(forget(store, 1), (0, TIMES.to_vec()));
    assert_eq!(forget(store, 3), (2, vec![4, 9, 3, 9, 5, 12]));
    assert_eq!(forget(store, 5), (2, vec![9, 9, 5, 12]));
    assert_eq!(forget(store, 12), (3, vec![12]));
    assert_eq!(forget(store, 12), (0, vec![12]), "they are forgotten already");
    let old = |before| block_on(store.purge(&Purge::ClicksBefore(at(before)))).unwrap().clicks;
    assert_eq!([old(1), old(4), old(9), old(9), old(13)], [0, 3, 2, 0, 3]);
    // The next row gets the number of the first one, which the mark has passed.
    block_on(store.record(&[click(0, 2)])).unwrap();
    let purged = block_on(store.purge(&Purge::PrivateBefore(at(3)))).unwrap();
    assert_eq!(purged.clicks, 1);
}

#[test]
fn clicks_that_come_late_are_forgotten_and_removed_by_their_times() {
    let folder = folder();
    let store = open(&folder);
    for (number, seconds) in TIMES.into_iter().enumerate() {
        block_on(store.record(&[click(number, seconds)])).unwrap();
    }
    assert_forgets(&store);
}

#[test]
fn clicks_of_schema_6_that_came_late_are_too() {
    let folder = folder();
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    for step in STEPS {
        file.execute_batch(step).unwrap();
    }
    file.pragma_update(None, "user_version", 6).unwrap();
    for (number, seconds) in TIMES.into_iter().enumerate() {
        let click = click(number, seconds);
        let (payload, private) = (
            row::encode(&click).unwrap(),
            row::encode_private(&click.private).unwrap(),
        );
        let micros = at(seconds).unix_seconds() * 1_000_000;
        let text = "INSERT INTO click (id, at, payload, private) VALUES (?1, ?2, ?3, ?4)";
        file.execute(text, params![click.id.as_str(), micros, payload, private])
            .unwrap();
    }
    drop(file);
    assert_forgets(&open(&folder));
}
