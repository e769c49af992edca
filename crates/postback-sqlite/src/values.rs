//! The values of a row, in the order of its columns.

use crate::{key, time};
use postback::port::row::{Column, Columns};
use rusqlite::types::Value;

/// Returns the values of a row in a table without keys.
pub(crate) fn plain(columns: Columns<'_>) -> Vec<Value> {
    columns.into_iter().map(|(_, column)| value(column)).collect()
}

/// Returns the values of a row in a table with keys, and the key of its click. The key of an id,
/// and that of a click, follow it.
pub(crate) fn keyed(columns: Columns<'_>) -> (Vec<Value>, Option<i64>) {
    let mut values = Vec::with_capacity(columns.len().saturating_add(2));
    let mut click_key = None;
    for (name, column) in columns {
        let key = match (name, &column) {
            ("id", Column::Text(id)) => Some(Some(key::of_hash(id))),
            ("click", Column::Text(click)) => {
                click_key = Some(key::key(click));
                Some(click_key)
            }
            ("click", _) => Some(None),
            _ => None,
        };
        values.push(value(column));
        values.extend(key.map(Value::from));
    }
    (values, click_key)
}

fn value(column: Column<'_>) -> Value {
    match column {
        Column::Text(text) => Value::Text(text.to_owned()),
        Column::Made(text) => Value::Text(text),
        Column::Absent => Value::Null,
        Column::At(at) => time::floor(at).into(),
        Column::Due(due) => time::ceil(due).into(),
        Column::Bytes(bytes) => Value::Blob(bytes),
    }
}
