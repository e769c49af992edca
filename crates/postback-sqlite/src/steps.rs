//! The steps from an empty file to the newest schema. `user_version` counts the steps that a file
//! has taken. A step never changes after it was released.

use crate::{Migration, fault::Fault, key::key, sql};
use rusqlite::{Connection, params};

/// A step: its statements, and what they cannot do.
struct Step {
    text: &'static str,
    then: fn(&Connection) -> Result<(), Fault>,
}

impl Step {
    const fn of(text: &'static str) -> Self {
        let then = |_: &Connection| Ok(());
        Self { text, then }
    }
}

const STEPS: &[Step] = &[
    Step::of(include_str!("steps/1.sql")),
    Step::of(include_str!("steps/2.sql")),
    Step::of(include_str!("steps/3.sql")),
    Step::of(include_str!("steps/4.sql")),
    Step::of(include_str!("steps/5.sql")),
    Step::of(include_str!("steps/6.sql")),
    Step {
        text: include_str!("steps/7.sql"),
        then: move_tallies,
    },
    Step::of(include_str!("steps/8.sql")),
];

/// Returns the version of the newest schema.
pub(crate) fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Takes the steps behind `taken`. Of an older file's steps `progress` is told.
pub(crate) fn take(connection: &Connection, taken: i64, progress: Option<fn(&Migration)>) -> Result<(), Fault> {
    let missing = STEPS
        .get(usize::try_from(taken).unwrap_or_default()..)
        .unwrap_or_default();
    for (done, step) in missing.iter().enumerate() {
        if let Some(progress) = progress.filter(|_| taken > 0) {
            let (steps, bytes) = (missing.len(), size(connection)?);
            progress(&Migration { done, steps, bytes });
        }
        connection.execute_batch(step.text)?;
        (step.then)(connection)?;
    }
    Ok(())
}

fn size(connection: &Connection) -> Result<u64, Fault> {
    let value = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let bytes = value("page_count")?.saturating_mul(value("page_size")?);
    Ok(u64::try_from(bytes).unwrap_or_default())
}

/// Moves the tallies of schema 6, in the order of their clicks and keys.
fn move_tallies(connection: &Connection) -> Result<(), Fault> {
    let mut old = connection.prepare("SELECT click, key, payload FROM tally_6 ORDER BY click, key")?;
    let mut rows = old.query([])?;
    while let Some(row) = rows.next()? {
        let (click, name, payload): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let values = params![click, key(&click), name, payload];
        connection.prepare_cached(sql::WRITE_TALLY)?.execute(values)?;
    }
    drop(rows);
    drop(old);
    Ok(connection.execute_batch("DROP TABLE tally_6")?)
}
