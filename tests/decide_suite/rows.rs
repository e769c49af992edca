//! Rows as stores keep them: each is read as what it was, in its stored form, in the long form that
//! tools are shown, and as earlier versions wrote it.

use postback::Conversion;
use postback::delivery::Delivery;
use postback::drive::ingest_with_plan;
use postback::plan::{Commit, EventRow, ReceiptRecord, Tally, Write};
use postback::port::row::{Column, Columns, PAYLOAD_VERSION, decode, encode, of_delivery, of_write};
use postback_test::story::drawn::{config, scenario};
use postback_test::story::{CLICKS, POLICIES};
use postback_test::{World, after, block_on, click};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;

fn payload(columns: &Columns<'_>) -> String {
    let payload = columns.iter().find_map(|(name, column)| match column {
        Column::Made(text) if *name == "payload" => Some(text.clone()),
        _ => None,
    });
    payload.unwrap()
}

/// Whether a row is read from its stored form as what it is, and so from the long form.
fn is_read<T: Serialize + DeserializeOwned + PartialEq + Debug>(row: &T, columns: &Columns<'_>) -> Value {
    let stored = payload(columns);
    assert_eq!(&decode::<T>(&stored).unwrap(), row, "{stored}");
    assert_eq!(&decode::<T>(&encode(row).unwrap()).unwrap(), row, "{stored}");
    let value: Value = serde_json::from_str(&stored).unwrap();
    assert_eq!(value["v"], PAYLOAD_VERSION);
    // What is written is plain JSON, which `serde_json` prints in the same length.
    assert_eq!(value.to_string().len(), stored.len(), "{stored}");
    value
}

fn without_private(row: &EventRow) -> EventRow {
    let mut row = row.clone();
    row.event.private.clear();
    row
}

/// Checks all rows of a commit, and returns their stored forms.
fn all_are_read(commit: &Commit) -> Vec<Value> {
    let writes = commit.writes.iter().map(|write| {
        let columns = of_write(write).unwrap();
        match write {
            Write::Event(row) => is_read(&without_private(row), &columns),
            Write::Conversion(row) => is_read(row, &columns),
            Write::Tally(row) => is_read(row, &columns),
            Write::Receipt(row) => is_read(row, &columns),
            Write::Configuration(_) | Write::Refused { .. } => Value::Null,
        }
    });
    let outbox = commit.outbox.iter().map(|row| {
        let mut bare = row.clone();
        bare.private.clear();
        is_read(&bare, &of_delivery(row, commit.now).unwrap())
    });
    writes.chain(outbox).collect()
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn every_row_of_a_story_is_read_as_what_it_was(scenario in scenario(1..=5, &POLICIES)) {
        let (_, events) = scenario.story.events(&scenario.story.tracker());
        let world = World::without_clicks(&scenario.story.document());
        if !scenario.clicks_last {
            block_on(postback::port::Store::record(&world.store, &CLICKS.map(click))).unwrap();
        }
        for event in &events {
            let decided = ingest_with_plan(&world.tracker, &world.store, event, event.received_at);
            if let (_, Some(plan)) = block_on(decided).unwrap() {
                all_are_read(&plan.commit);
            }
        }
    }
}

/// What was written by version 2 beside what is written now, of the same rows.
#[derive(serde::Deserialize)]
struct Vector {
    row: String,
    version_2: Value,
    now: Value,
}

#[test]
fn rows_of_version_2_are_read_as_those_of_today() {
    fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(vector: &Vector, write: impl Fn(T) -> String) {
        let old: T = decode(&vector.version_2.to_string()).unwrap();
        let new: T = decode(&vector.now.to_string()).unwrap();
        assert_eq!(old, new);
        let mut long = vector.version_2.clone();
        long["v"] = PAYLOAD_VERSION.into();
        let written: Value = serde_json::from_str(&encode(&old).unwrap()).unwrap();
        assert_eq!(written, long, "the long form has not changed");
        let written: Value = serde_json::from_str(&write(old)).unwrap();
        assert_eq!(written, vector.now, "the stored form has not changed");
    }
    let text = include_str!("../vectors/rows.jsonl");
    let vectors: Vec<Vector> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for vector in &vectors {
        *seen.entry(&vector.row).or_default() += 1;
        let of = |write: Write| payload(&of_write(&write).unwrap());
        match vector.row.as_str() {
            "event" => check(vector, |row: EventRow| of(Write::Event(row))),
            "conversion" => check(vector, |row: Conversion| of(Write::Conversion(row))),
            "tally" => check(vector, |row: Tally| of(Write::Tally(row))),
            "receipt" => check(vector, |row: ReceiptRecord| of(Write::Receipt(row))),
            "delivery" => check(vector, |row: Delivery| payload(&of_delivery(&row, after(0)).unwrap())),
            other => panic!("{other}"),
        }
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
}
