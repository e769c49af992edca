//! The little that stands between the library's rows and SQL.

use postback::Timestamp;
use postback::port::row::{Column, Columns};
use postback::port::{StoreError, StoreErrorKind};
use rusqlite::types::{FromSql, Value};
use rusqlite::{Connection, Params, Row, params_from_iter};

/// What the library is told of trouble: whether to try again, and a text without values.
pub(crate) fn trouble(error: rusqlite::Error) -> StoreError {
    StoreError::caused(StoreErrorKind::Unavailable, "the database failed", error)
}

pub(crate) fn unreadable(what: &str) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, format!("a stored {what} cannot be read"))
}

/// A statement that answers with no rows; says how many it changed.
pub(crate) fn run(file: &Connection, text: &str, values: impl Params) -> Result<u64, StoreError> {
    let mut statement = file.prepare_cached(text).map_err(trouble)?;
    let changed = statement.execute(values).map_err(trouble)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// Every row of an answer.
pub(crate) fn rows<T>(
    file: &Connection,
    text: &str,
    values: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = file.prepare_cached(text).map_err(trouble)?;
    let mut found = statement.query(values).map_err(trouble)?;
    let mut all = Vec::new();
    while let Some(row) = found.next().map_err(trouble)? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// What stands in a column, by its place.
pub(crate) fn get<T: FromSql>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    row.get(column).map_err(trouble)
}

/// Writes a row with the columns that the core made. Of a row whose key is known the others are
/// replaced, or the whole is left as it is; either way it keeps its place in the order of writing.
pub(crate) fn put(
    file: &Connection,
    table: &str,
    key: &[&str],
    columns: Columns<'_>,
    replace: bool,
) -> Result<bool, StoreError> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let others = names.iter().filter(|name| !key.contains(name));
    let set: Vec<String> = others.map(|name| format!("{name} = excluded.{name}")).collect();
    let text = format!(
        "INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT ({}) DO {}",
        names.join(", "),
        vec!["?"; names.len()].join(", "),
        key.join(", "),
        match replace {
            true => format!("UPDATE SET {}", set.join(", ")),
            false => "NOTHING".into(),
        }
    );
    let values = columns.into_iter().map(|(_, column)| match column {
        Column::Text(text) => Value::from(text.to_owned()),
        Column::Made(text) => text.into(),
        Column::Absent => Value::Null,
        Column::At(time) => micros(time).into(),
        Column::Due(time) => due(time).into(),
        Column::Bytes(bytes) => bytes.into(),
    });
    Ok(run(file, &text, params_from_iter(values))? != 0)
}

/// When something was, rounded down.
pub(crate) fn micros(at: Timestamp) -> i64 {
    let seconds = at.unix_seconds().saturating_mul(1_000_000);
    seconds.saturating_add(i64::from(at.subsec_nanos() / 1_000))
}

/// When something is due, rounded up: nothing leaves early.
pub(crate) fn due(at: Timestamp) -> i64 {
    micros(at).saturating_add(i64::from(!at.subsec_nanos().is_multiple_of(1_000)))
}

pub(crate) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    let nanos = u32::try_from(micros.rem_euclid(1_000_000)).unwrap_or_default();
    let read = Timestamp::from_parts(micros.div_euclid(1_000_000), nanos.saturating_mul(1_000));
    read.map_err(|_| unreadable("time"))
}
