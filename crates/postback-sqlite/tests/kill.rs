//! A process that dies keeps what it has acknowledged.
#![cfg(test)]
#![allow(clippy::disallowed_methods)]

mod common;

use common::{block_on, commit, event_id, folder};
use postback::plan::{Committed, FactQuery};
use postback::port::Store;
use postback_sqlite::SqliteStore;
use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
};

/// Set for a child: the file that it writes to, and the number of its first event.
const FILE: &str = "POSTBACK_SQLITE_KILL_FILE";
const FIRST: &str = "POSTBACK_SQLITE_KILL_FIRST";
/// How many threads of a child commit, so that transactions are shared.
const CALLERS: u64 = 8;
/// How many events a child acknowledges before it is killed.
const ACKNOWLEDGED: usize = 120;

/// Not a test by itself: what the child does until it is killed. Prints the number of each event
/// that was acknowledged.
#[test]
fn child() {
    let (Ok(file), Ok(first)) = (env::var(FILE), env::var(FIRST)) else {
        return;
    };
    let store = SqliteStore::open(file, &common::options()).unwrap();
    let first: u64 = first.parse().unwrap();
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let store = &store;
            scope.spawn(move || {
                for round in 0.. {
                    let number = first
                        .saturating_add(caller)
                        .saturating_add(CALLERS.saturating_mul(round));
                    assert_eq!(block_on(store.commit(&commit(number))).unwrap(), Committed::Applied);
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "\nacknowledged {number}.").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}

/// Lets a child commit, kills it, and answers with what it had acknowledged.
fn killed(file: &Path, first: u64) -> Vec<u64> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(FILE, file)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let number = |line: String| line.strip_prefix("acknowledged ")?.strip_suffix('.')?.parse().ok();
    let mut acknowledged: Vec<u64> = lines.by_ref().filter_map(number).take(ACKNOWLEDGED).collect();
    // SIGKILL: the child closes nothing.
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had printed before it died is acknowledged as well, but for a torn last line, which
    // has no full stop.
    acknowledged.extend(lines.filter_map(number));
    acknowledged
}

#[test]
fn every_event_that_a_killed_process_acknowledged_is_there() {
    let folder = folder();
    let file = folder.path().join("store.db");
    let mut acknowledged = BTreeSet::new();
    for cycle in 0..4 {
        let new = killed(&file, cycle * 1_000_000);
        assert!(new.len() >= ACKNOWLEDGED, "{}", new.len());
        acknowledged.extend(new);
        let store = SqliteStore::open(&file, &common::options()).unwrap();
        for number in &acknowledged {
            let query = FactQuery::new("clickbank".parse().unwrap(), event_id(*number));
            assert!(
                block_on(store.facts(&query)).unwrap().event.is_some(),
                "event {number} of cycle {cycle} is gone"
            );
            assert_eq!(block_on(store.commit(&commit(*number))).unwrap(), Committed::Duplicate);
        }
    }
}
