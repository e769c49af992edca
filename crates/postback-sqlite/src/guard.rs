//! Guards: versions that a commit compares and raises in one statement each. Those of clicks are a table of numbers (two clicks with one key
//! share a version, and at worst a decision is made again); those of receipts stand in the receipt's row.

use crate::{fault::Fault, key::key, sql};
use postback::tracker::{Guard, GuardKey};
use postback::value::ClickId;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter, types::Value};

/// A guard as its key and the version that was read.
pub(crate) struct Encoded {
    raise: &'static str,
    lower: &'static str,
    values: Vec<Value>,
}

impl Encoded {
    pub(crate) fn new(guard: &Guard) -> Self {
        let (statements, mut values) = match &guard.key {
            GuardKey::Click(click) => (
                [sql::GUARD_CLICK, sql::RAISE_CLICK, sql::LOWER_CLICK],
                vec![key(click.as_str()).into()],
            ),
            GuardKey::Receipt(source, receipt) => (
                [sql::GUARD_RECEIPT, sql::RAISE_RECEIPT, sql::LOWER_RECEIPT],
                vec![source.to_string().into(), receipt.to_string().into()],
            ),
        };
        // A version that does not fit was never stored, and -1 is none.
        values.push(i64::try_from(guard.version).unwrap_or(-1).into());
        let [first, next, lower] = statements;
        Self {
            raise: if guard.version == 0 { first } else { next },
            lower,
            values,
        }
    }
}

/// Raises each guard from the version that was read; where another one is found, none.
pub(crate) fn raise(connection: &Connection, guards: &[Encoded]) -> Result<bool, Fault> {
    let execute = |text, guard: &Encoded| {
        connection
            .prepare_cached(text)?
            .execute(params_from_iter(&guard.values))
    };
    for (raised, guard) in guards.iter().enumerate() {
        if execute(guard.raise, guard)? == 0 {
            for guard in guards.iter().take(raised) {
                execute(guard.lower, guard)?;
            }
            return Ok(false);
        }
    }
    Ok(true)
}

/// The version of a click's guard; 0 when it was never raised.
pub(crate) fn of_click(connection: &Connection, click: &ClickId) -> Result<i64, Fault> {
    let version = connection
        .prepare_cached(sql::CLICK_VERSION)?
        .query_row(params![key(click.as_str())], |row| row.get(0))
        .optional()?;
    Ok(version.unwrap_or_default())
}
