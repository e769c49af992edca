//! Lists events of one source, or with one outcome, newest first. One index serves both filters and
//! the two together: it holds each class (a source with an outcome) by age. There are few classes,
//! and the newest events of several are among the newest of each.

use crate::{fault::Fault, sql};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Returns the numbers of the newest events before `before`, of this source and with this outcome,
/// if given.
pub(crate) fn newest(
    connection: &Connection,
    (source, outcome): (Option<&str>, Option<&str>),
    before: i64,
    limit: usize,
) -> Result<Vec<i64>, Fault> {
    let mut of_class = connection.prepare_cached(sql::OF_CLASS)?;
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    // The classes of a source are adjacent in the index.
    let mut class = (source.unwrap_or_default().to_owned(), String::new());
    let mut found: Vec<i64> = Vec::new();
    while let Some(next) = next(connection, &class)? {
        class = next;
        if source.is_some_and(|source| source != class.0) {
            break;
        }
        if outcome.is_none_or(|outcome| outcome == class.1) {
            let numbers = of_class.query_map(params![class.0, class.1, before, most], |row| row.get(0))?;
            for number in numbers {
                found.push(number?);
            }
        }
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.truncate(limit);
    Ok(found)
}

/// Returns the class behind this one.
fn next(connection: &Connection, (source, outcome): &(String, String)) -> Result<Option<(String, String)>, Fault> {
    let class = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let mut of_source = connection.prepare_cached(sql::NEXT_OUTCOME)?;
    if let Some(next) = of_source.query_row(params![source, outcome], class).optional()? {
        return Ok(Some(next));
    }
    let mut of_next = connection.prepare_cached(sql::NEXT_SOURCE)?;
    Ok(of_next.query_row([source], class).optional()?)
}
