//! What a commit is as rows: their columns with JSON in them, and the same JSON by `serde_json`.

use postback::delivery::Delivery;
use postback::plan::{Commit, Write};
use postback::port::row::{Column, Columns, PAYLOAD_VERSION, of_delivery, of_write};
use serde::Serialize;

/// The bytes of all columns, as a store is given them.
#[must_use]
pub fn ours(commit: &Commit) -> Option<usize> {
    let mut bytes = 0;
    for write in &commit.writes {
        bytes += bytes_of(&of_write(write).ok()?);
    }
    for delivery in &commit.outbox {
        bytes += bytes_of(&of_delivery(delivery, commit.now).ok()?);
    }
    Some(bytes)
}

fn bytes_of(columns: &Columns<'_>) -> usize {
    let sizes = columns.iter().map(|(_, column)| match column {
        Column::Text(text) => text.len(),
        Column::Made(text) => text.len(),
        Column::Bytes(bytes) => bytes.len(),
        _ => 8,
    });
    sizes.sum()
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    v: u32,
    row: &'a T,
}

fn json<T: Serialize>(row: &T) -> Option<usize> {
    let envelope = Envelope {
        v: PAYLOAD_VERSION,
        row,
    };
    Some(serde_json::to_string(&envelope).ok()?.len())
}

/// The payloads alone, by `serde_json`.
#[must_use]
pub fn serde(commit: &Commit) -> Option<usize> {
    let mut bytes = 0;
    for write in &commit.writes {
        bytes += match write {
            Write::Event(row) => json(row)?,
            Write::Conversion(row) => json(row)?,
            Write::Tally(row) => json(row)?,
            Write::Receipt(row) => json(row)?,
            _ => 0,
        };
    }
    for delivery in &commit.outbox {
        bytes += json::<Delivery>(delivery)?;
    }
    Some(bytes)
}
