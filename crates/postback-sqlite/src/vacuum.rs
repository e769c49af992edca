//! Gives back the space of deleted rows to the file system, in small steps. A file that was made
//! before schema 5 keeps its size, since only a `VACUUM` by hand changes its mode: it would block
//! every commit for as long as it takes to write the file anew.

use crate::fault::Fault;
use rusqlite::Connection;

/// How many pages one transaction gives back: 2 MiB.
const STEP: i64 = 512;

/// Which part of the file may stay free, since new rows need the space again.
const SPARE_PART: i64 = 8;

/// How many pages may always stay free: 2 MiB.
const SPARE: i64 = 512;

/// The mode of a file that gives back pages when it is asked to.
const INCREMENTAL: i64 = 2;

/// Gives back some pages, if too many are free. Returns whether there are more.
pub(crate) fn step(connection: &Connection) -> Result<bool, Fault> {
    let value = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if value("auto_vacuum")? != INCREMENTAL {
        return Ok(false);
    }
    let surplus = surplus(value("page_count")?, value("freelist_count")?);
    if surplus <= 0 {
        return Ok(false);
    }
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({})", surplus.min(STEP)))?;
    // Each step of the statement gives back one page.
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(surplus > STEP)
}

/// How many of the free pages are too many.
fn surplus(pages: i64, free: i64) -> i64 {
    let used = pages.saturating_sub(free);
    let spare = used.checked_div(SPARE_PART).unwrap_or_default().max(SPARE);
    free.saturating_sub(spare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_eighth_of_what_is_used_may_stay_free_and_at_least_two_megabytes() {
        for (pages, free, wanted) in [(1_000, 512, 0), (1_000, 513, 1), (9_000, 1_000, 0), (9_000, 1_001, 2)] {
            assert_eq!(surplus(pages, free), wanted, "{pages} {free}");
        }
    }
}
