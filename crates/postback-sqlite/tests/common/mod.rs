//! What the tests share: a folder of its own for each, a runtime of one thread, small rows.
#![allow(dead_code, clippy::arithmetic_side_effects)]

use postback::Timestamp;
use postback::plan::{Commit, EventRow, FactQuery, Outcome, Write};
use postback::port::{Store, row};
use postback::value::EventId;
use postback_sqlite::{SqliteOptions, SqliteStore};
pub(crate) use postback_test::block_on;
use std::task::Poll;
use tempfile::TempDir;

/// Drives futures side by side on this thread.
pub(crate) fn join<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| Some(Box::pin(future))).collect();
    let mut done: Vec<Option<T>> = running.iter().map(|_| None).collect();
    block_on(std::future::poll_fn(|context| {
        for (future, answer) in running.iter_mut().zip(&mut done) {
            if let Some(Poll::Ready(value)) = future.as_mut().map(|future| future.as_mut().poll(context)) {
                (*future, *answer) = (None, Some(value));
            }
        }
        if running.iter().all(Option::is_none) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }));
    done.into_iter().flatten().collect()
}

pub(crate) fn options() -> SqliteOptions {
    SqliteOptions::new("test".parse().unwrap())
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub(crate) fn open(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(folder.path().join("store.db"), &options()).unwrap()
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_780_000_000 + seconds).unwrap()
}

/// The outcome of a commit's event, if it is there.
pub(crate) fn stored(store: &SqliteStore, number: u64) -> Option<Outcome> {
    let query = FactQuery::new("clickbank".parse().unwrap(), event_id(number));
    block_on(store.facts(&query)).unwrap().event
}

/// An id that grows with its number.
pub(crate) fn event_id(mut number: u64) -> EventId {
    let mut text = [b'2'; 26];
    for place in text.iter_mut().rev() {
        *place = b"234567abcdefghijklmnopqrstuvwxyz"[(number % 32) as usize];
        number /= 32;
    }
    EventId::new(String::from_utf8(text.into()).unwrap()).unwrap()
}

/// A commit of one event, with its identity.
pub(crate) fn commit(number: u64) -> Commit {
    let id = event_id(number);
    let payload = format!(
        r#"{{"v":1,"row":{{"event":{{"id":"{id}","identified":true,"source":"clickbank","interface":"ins",
        "at":"2026-05-28T20:26:40Z","timed":true,"received_at":"2026-05-28T20:26:40Z"}},"outcome":"counted",
        "decided_at":"2026-05-28T20:26:40Z","configuration":"{id}","trace":{{}}}}}}"#
    );
    let row: EventRow = row::decode(&payload).unwrap();
    let mut commit = Commit::of(vec![Write::Event(row)], at(0));
    commit.identity = Some(id);
    commit
}
