//! Removes clicks and events that have become too old. Readers look for them, page by page, so that
//! commits wait only for what is removed; the writer looks at each again before it removes it.
//!
//! A click goes before its events. If the process ends in between, the events that are left belong
//! to a click that is gone, which nothing can change, and the next round removes them.

use crate::{fault::Fault, key::key, purge::run, sql};
use postback::plan::{EventRow, ReceiptRecord};
use postback::port::{Purged, row};
use rusqlite::{Connection, OptionalExtension, Params, params};
use std::collections::BTreeSet;

/// How many rows are looked at in one page.
const PAGE: u32 = 256;

/// About how many rows one transaction removes.
const ROWS: u32 = 256;

/// The row that was looked at last: its time and its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastRow(i64, i64);

impl LastRow {
    /// Before the oldest row.
    pub(crate) const START: Self = Self(i64::MIN, -1);
}

/// What is to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Old {
    /// A click without events and deliveries.
    Bare(String),
    /// A click with its events and all that hangs on it.
    Click(String),
    /// An event without a click.
    Event(i64),
}

/// What one page has found, and where the next one begins; none after the last one.
pub(crate) type Found = (Vec<Old>, Option<LastRow>);

/// Finds clicks that happened before a time and to which nothing belongs.
pub(crate) fn clicks(connection: &Connection, before: i64, after: LastRow) -> Result<Found, Fault> {
    let mut statement = connection.prepare_cached(sql::OLD_CLICKS)?;
    let mut rows = statement.query(params![before, after.0, after.1, PAGE])?;
    let (mut old, mut last, mut seen) = (Vec::new(), None, 0_u32);
    while let Some(found) = rows.next()? {
        (last, seen) = (Some(LastRow(found.get(0)?, found.get(1)?)), seen.saturating_add(1));
        let click: String = found.get(2)?;
        if is_bare(connection, &click)? {
            old.push(Old::Bare(click));
        }
    }
    Ok((old, last.filter(|_| seen >= PAGE)))
}

/// Finds events that were received before a time. Those of a click are found if all of them are
/// that old and none of its deliveries is open.
pub(crate) fn events(connection: &Connection, before: i64, after: LastRow) -> Result<Found, Fault> {
    let mut statement = connection.prepare_cached(sql::OLD_EVENTS)?;
    let mut rows = statement.query(params![before, after.0, after.1, PAGE])?;
    let (mut old, mut last, mut seen) = (Vec::new(), None, 0_u32);
    let mut clicks = BTreeSet::new();
    while let Some(found) = rows.next()? {
        (last, seen) = (Some(LastRow(found.get(0)?, found.get(1)?)), seen.saturating_add(1));
        match found.get::<_, Option<String>>(2)? {
            None => old.push(Old::Event(found.get(1)?)),
            Some(click) if clicks.contains(&click) => {}
            Some(click) => {
                if !is_needed(connection, &click, before)? {
                    old.push(Old::Click(click.clone()));
                }
                clicks.insert(click);
            }
        }
    }
    Ok((old, last.filter(|_| seen >= PAGE)))
}

/// Removes what was found, until enough rows are gone for one transaction. Returns what was
/// removed, and how many of `old` are done.
pub(crate) fn remove(connection: &Connection, old: &[Old], before: i64) -> Result<(Purged, usize), Fault> {
    let mut purged = Purged::default();
    let mut done = 0_usize;
    for one in old {
        let is_done = match one {
            Old::Bare(click) => {
                if is_bare(connection, click)? {
                    purged.clicks = purged.clicks.saturating_add(drop_click(connection, click)?);
                }
                true
            }
            Old::Event(number) if !exists(connection, sql::IS_LOOSE, (*number, before))? => true,
            Old::Event(number) => {
                purged.events = purged.events.saturating_add(drop_event(connection, *number)?);
                true
            }
            Old::Click(click) if is_needed(connection, click, before)? => true,
            Old::Click(click) => drop_whole(connection, click, &mut purged)?,
        };
        done = done.saturating_add(usize::from(is_done));
        if !is_done || purged.total() >= u64::from(ROWS) {
            break;
        }
    }
    Ok((purged, done))
}

fn is_bare(connection: &Connection, click: &str) -> Result<bool, Fault> {
    let named = (click, key(click));
    Ok(!exists(connection, sql::HAS_EVENT, named)? && !exists(connection, sql::HAS_DELIVERY, named)?)
}

fn is_needed(connection: &Connection, click: &str, before: i64) -> Result<bool, Fault> {
    let key = key(click);
    Ok(exists(connection, sql::HAS_LATER_EVENT, (click, key, before))?
        || exists(connection, sql::HAS_OPEN_DELIVERY, (click, key))?)
}

fn exists(connection: &Connection, text: &'static str, values: impl Params) -> Result<bool, Fault> {
    Ok(connection.prepare_cached(text)?.exists(values)?)
}

/// Removes a click, then what hangs on it, at most [`ROWS`] of each kind. Returns whether nothing
/// is left.
fn drop_whole(connection: &Connection, click: &str, purged: &mut Purged) -> Result<bool, Fault> {
    let key = key(click);
    purged.clicks = purged.clicks.saturating_add(drop_click(connection, click)?);
    run(connection, sql::DROP_TALLIES, [click])?;
    let conversions = run(connection, sql::DROP_CONVERSIONS, params![click, key, ROWS])?;
    let deliveries = run(connection, sql::DROP_DELIVERIES_OF, params![click, key, ROWS])?;
    purged.deliveries = purged.deliveries.saturating_add(deliveries);
    let mut statement = connection.prepare_cached(sql::EVENTS_OF)?;
    let events = statement.query_map(params![click, key, ROWS], |row| row.get::<_, i64>(0))?;
    let events = events.collect::<Result<Vec<_>, _>>()?;
    let dropped = u64::try_from(events.len()).unwrap_or(u64::MAX);
    for number in events {
        purged.events = purged.events.saturating_add(drop_event(connection, number)?);
    }
    Ok([conversions, deliveries, dropped]
        .iter()
        .all(|rows| *rows < u64::from(ROWS)))
}

/// Removes a click with its guard, so that a decision under way that has read it conflicts. A guard
/// that events of another click share stays.
fn drop_click(connection: &Connection, click: &str) -> Result<u64, Fault> {
    drop_guard(connection, click)?;
    run(connection, sql::DROP_CLICK, [click])
}

fn drop_guard(connection: &Connection, click: &str) -> Result<(), Fault> {
    let key = key(click);
    if !exists(connection, sql::SHARES_KEY, (click, key))? {
        run(connection, sql::DROP_GUARD, [key])?;
    }
    Ok(())
}

/// Removes an event, and then the guards and receipts that only it has named.
fn drop_event(connection: &Connection, number: i64) -> Result<u64, Fault> {
    let mut statement = connection.prepare_cached(sql::EVENT_PAYLOAD)?;
    let payload: Option<String> = statement.query_row([number], |row| row.get(0)).optional()?;
    let Some(payload) = payload else { return Ok(0) };
    let dropped = run(connection, sql::DROP_EVENT, [number])?;
    // A row that cannot be read goes too. What it has named stays, which does no harm.
    let Ok(row) = row::decode::<EventRow>(&payload) else {
        return Ok(dropped);
    };
    for click in row.event.candidates() {
        if !exists(connection, sql::IS_RECORDED, [click.as_str()])? {
            drop_guard(connection, click.as_str())?;
        }
    }
    for receipt in row.event.receipts() {
        forget_receipt(connection, row.event.source.as_str(), receipt.as_str())?;
    }
    Ok(dropped)
}

/// Removes what is known of a receipt, if no event has it any more and it leads to no click.
fn forget_receipt(connection: &Connection, source: &str, receipt: &str) -> Result<(), Fault> {
    let named = (source, receipt);
    let mut statement = connection.prepare_cached(sql::RECEIPT)?;
    let payload: Option<Option<String>> = statement.query_row(named, |row| row.get(0)).optional()?;
    let Some(payload) = payload else { return Ok(()) };
    if let Some(payload) = payload {
        let Ok(record) = row::decode::<ReceiptRecord>(&payload) else {
            return Ok(());
        };
        let leads = match &record.click {
            Some(claim) => exists(connection, sql::IS_RECORDED, [claim.click.as_str()])?,
            None => false,
        };
        if record.contested || leads {
            return Ok(());
        }
    }
    if !exists(connection, sql::HAS_RECEIPT, named)? {
        run(connection, sql::DROP_RECEIPT, named)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use postback::value::Namespace;
    use std::time::Duration;

    #[test]
    fn an_event_that_gets_its_click_after_it_was_found_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = schema::connect(&folder.path().join("store.db"), Duration::from_secs(1)).unwrap();
        schema::prepare(&mut file, &Namespace::new("test").unwrap(), None).unwrap();
        for id in ["a", "b"] {
            let text =
                "INSERT INTO event (id, source, outcome, received, payload) VALUES (?1, 's', 'unattributed', 1, '')";
            run(&file, text, [id]).unwrap();
        }
        let (old, _) = events(&file, 9, LastRow::START).unwrap();
        assert_eq!(old.len(), 2);
        let text = "UPDATE event SET click = 'c', click_key = ?1, outcome = 'applied' WHERE id = 'a'";
        run(&file, text, [key("c")]).unwrap();
        let (purged, done) = remove(&file, &old, 9).unwrap();
        assert_eq!((purged.events, purged.total(), done), (1, 1, 2));
        let left: String = file.query_row("SELECT id FROM event", [], |row| row.get(0)).unwrap();
        assert_eq!(left, "a", "its repetition is still a duplicate");
    }
}
