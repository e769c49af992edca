//! Updating a database of an older version, and being killed in the midst of it.

use crate::child::{self, DATABASE, NAMESPACE, Running};
use crate::trouble::below;
use postback::testing::SeededEntropy;
use postback_sqlite::{SqliteOptions, SqliteStore};
use rusqlite::Connection;
use std::{fs, path::Path, thread, time::Duration};

const STEP_1: &str = include_str!("../../../postback-sqlite/src/steps/1.sql");
const ROWS_1: &str = include_str!("../../../postback-sqlite/tests/version_1.sql");
/// How many copies of each row there are.
const COPIES: u64 = 4_000;
/// How often the update is killed, and for how long it may go on at most, in milliseconds.
const KILLS: u64 = 4;
const LIFE: u64 = 120;
/// The tables whose rows must all be there in the end.
const TABLES: [&str; 5] = ["click", "event", "conversion", "delivery", "receipt"];

/// Runs servers on an old database and kills them, until it is opened in the end. Returns how many
/// were killed in the midst.
pub(crate) fn cycle(folder: &Path, random: &SeededEntropy) -> Result<u64, String> {
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    fs::copy(
        folder.with_file_name(child::CONFIGURATION),
        folder.join(child::CONFIGURATION),
    )
    .map_err(|error| error.to_string())?;
    let file = folder.join(DATABASE);
    let before = old(&file).map_err(|error| error.to_string())?;
    let mut killed = 0;
    for number in 0..KILLS {
        let server = Running::spawn(&mut child::plain(folder), folder.join(format!("{number}.log")));
        thread::sleep(Duration::from_millis(below(random, LIFE)));
        drop(server);
        killed += u64::from(version(&file).map_err(|error| error.to_string())? == 1);
    }
    let options = SqliteOptions::new(NAMESPACE.parse().unwrap());
    drop(SqliteStore::open(&file, &options).map_err(|error| format!("it does not open: {error}"))?);
    let connection = Connection::open(&file).map_err(|error| error.to_string())?;
    let after = counts(&connection).map_err(|error| error.to_string())?;
    let sound: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    if before != after || sound != "ok" {
        return Err(format!("before the update {before:?}, after it {after:?}; {sound}"));
    }
    fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
    Ok(killed)
}

/// Makes a database of version 1 with many rows, and counts them.
fn old(file: &Path) -> rusqlite::Result<Vec<u64>> {
    let connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA journal_mode = wal")?;
    connection.execute_batch(STEP_1)?;
    connection.execute_batch(ROWS_1)?;
    // What is due is far in the future, so that no server sends anything.
    let copies = format!(
        "CREATE TEMP TABLE n (i INTEGER PRIMARY KEY);
         WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < {COPIES}) INSERT INTO n SELECT i FROM up;
         BEGIN;
         INSERT INTO click (id, at, payload, private) SELECT c.id || 'n' || i, at, payload, private FROM click c, n;
         INSERT INTO event (id, source, outcome, receipt, parent, click, click_key, received, payload, private)
             SELECT e.id || i, source, outcome, receipt || i, parent, click, click_key, received, payload, private FROM event e, n;
         INSERT INTO conversion (id, click, click_key, receipt, payload)
             SELECT c.id || i, click, click_key, receipt || i, payload FROM conversion c, n;
         INSERT INTO receipt (source, receipt, version, payload)
             SELECT source, receipt || 'n' || i, version, payload FROM receipt r, n;
         UPDATE delivery SET due = 9000000000000000, ready = 9000000000000000;
         INSERT INTO delivery (id, lane, conversion, click, click_key, created, state, due, ready, leased, fence, attempts, payload, private, last)
             SELECT d.id || i, lane, conversion, click, click_key, created, state, due, ready, leased, fence, attempts, payload, private, last
             FROM delivery d, n;
         COMMIT;"
    );
    connection.execute_batch(&copies)?;
    counts(&connection)
}

fn counts(connection: &Connection) -> rusqlite::Result<Vec<u64>> {
    let count = |table: &&str| {
        let text = format!("SELECT count(*) FROM {table}");
        let count: i64 = connection.query_row(&text, [], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    };
    TABLES.iter().map(count).collect()
}

fn version(file: &Path) -> rusqlite::Result<i64> {
    Connection::open(file)?.pragma_query_value(None, "user_version", |row| row.get(0))
}
