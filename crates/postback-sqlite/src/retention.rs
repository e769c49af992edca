//! Removes clicks, events and deliveries that have become too old. Readers look for them, page by
//! page, so that commits wait only for what is removed; the writer looks at each again before it
//! removes it. Clicks and events are looked at by their numbers, with which their times grow; those
//! that are late (`marks.rs`) are looked at by their times.
//!
//! A click goes before its events. If the process ends in between, the events that are left belong
//! to a click that is gone, which nothing can change, and the next round removes them.

use crate::{facts::optional, fault::Fault, key::key, purge::run, sql, time};
use postback::delivery::Attempt;
use postback::plan::{EventRow, ReceiptRecord};
use postback::port::{Purged, row};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use std::collections::BTreeSet;

/// How many rows are looked at in one page.
const PAGE: u32 = 256;

/// About how many rows one transaction removes.
const ROWS: u32 = 256;

/// The row that was looked at last: its place in the order in which rows are looked at, which is
/// its time or its number, and its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastRow(i64, i64);

impl LastRow {
    /// Before the first row.
    pub(crate) const START: Self = Self::at(i64::MIN);

    /// Before the rows of a place.
    pub(crate) const fn at(place: i64) -> Self {
        Self(place, -1)
    }

    /// Returns the place of the row.
    pub(crate) const fn place(self) -> i64 {
        self.0
    }
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
    /// A delivery that has ended.
    Delivery(i64),
}

/// What one page has found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) old: Vec<Old>,
    /// Where the next page begins; none after the last one.
    pub(crate) next: Option<LastRow>,
    /// The row that was looked at last, if there was one.
    pub(crate) last: Option<LastRow>,
    /// The place of the last row that stays.
    pub(crate) kept: Option<i64>,
    /// The place of the first row that stays only until a delivery ends or is deleted. The next
    /// round looks at it again.
    pub(crate) stays: Option<i64>,
    /// How many rows were looked at.
    pub(crate) seen: u32,
}

impl Found {
    /// Notes the row that is looked at, unless it is young, as are all behind it: its place, its
    /// number and its time are the first columns.
    fn look(&mut self, row: &Row<'_>, before: i64) -> Result<Option<i64>, Fault> {
        if row.get::<_, i64>(2)? >= before {
            return Ok(None);
        }
        let (place, number) = (row.get(0)?, row.get(1)?);
        self.last = Some(LastRow(place, number));
        self.seen = self.seen.saturating_add(1);
        Ok(Some(number))
    }

    /// Notes that the row that is looked at stays.
    fn keep(&mut self) {
        self.kept = self.last.map(LastRow::place);
    }

    /// Notes that the row that is looked at stays only because of a delivery.
    fn stay(&mut self) {
        self.keep();
        self.stays = self.stays.or(self.kept);
    }

    fn end(mut self) -> Self {
        self.next = self.last.filter(|_| self.seen >= PAGE);
        self
    }
}

/// Finds clicks that happened before a time and to which nothing belongs, but for those that are
/// late.
pub(crate) fn clicks(connection: &Connection, before: i64, after: LastRow) -> Result<Found, Fault> {
    clicks_by(sql::OLD_CLICKS, connection, before, after)
}

/// Finds those that are late.
pub(crate) fn late_clicks(connection: &Connection, before: i64, after: LastRow) -> Result<Found, Fault> {
    clicks_by(sql::OLD_LATE_CLICKS, connection, before, after)
}

fn clicks_by(text: &'static str, connection: &Connection, before: i64, after: LastRow) -> Result<Found, Fault> {
    let mut statement = connection.prepare_cached(text)?;
    let mut rows = statement.query(params![after.0, after.1, PAGE])?;
    let mut found = Found::default();
    while let Some(row) = rows.next()? {
        if found.look(row, before)?.is_none() {
            break;
        }
        let click: String = row.get(3)?;
        let named = (click.as_str(), key(&click));
        if exists(connection, sql::HAS_EVENT, named)? {
            found.keep();
            continue;
        }
        match exists(connection, sql::HAS_DELIVERY, named)? {
            true => found.stay(),
            false => found.old.push(Old::Bare(click)),
        }
    }
    Ok(found.end())
}

/// Finds events that were received before a time, but for those that are late. Those of a click are
/// found if all of them are that old and none of its deliveries is open.
pub(crate) fn events(connection: &Connection, before: i64, after: LastRow) -> Result<Found, Fault> {
    events_by(sql::OLD_EVENTS, connection, before, after)
}

/// Finds those that are late.
pub(crate) fn late_events(connection: &Connection, before: i64, after: LastRow) -> Result<Found, Fault> {
    events_by(sql::OLD_LATE_EVENTS, connection, before, after)
}

fn events_by(text: &'static str, connection: &Connection, before: i64, after: LastRow) -> Result<Found, Fault> {
    let mut statement = connection.prepare_cached(text)?;
    let mut rows = statement.query(params![after.0, after.1, PAGE])?;
    let (mut found, mut clicks) = (Found::default(), BTreeSet::new());
    while let Some(row) = rows.next()? {
        let Some(number) = found.look(row, before)? else { break };
        match row.get::<_, Option<String>>(3)? {
            None => found.old.push(Old::Event(number)),
            Some(click) if clicks.contains(&click) => {}
            Some(click) => {
                // A later event leads here again, when it is old itself.
                match has_later(connection, &click, before)? {
                    true => found.keep(),
                    false if has_open(connection, &click)? => found.stay(),
                    false => found.old.push(Old::Click(click.clone())),
                }
                clicks.insert(click);
            }
        }
    }
    Ok(found.end())
}

/// Finds deliveries that ended before a time. Of one that ended before schema 7 the index may be
/// wrong by a second.
pub(crate) fn deliveries(connection: &Connection, before: i64, after: LastRow) -> Result<Found, Fault> {
    let mut statement = connection.prepare_cached(sql::OLD_DELIVERIES)?;
    let mut rows = statement.query(params![after.0, after.1, PAGE])?;
    let mut found = Found::default();
    while let Some(row) = rows.next()? {
        let Some(number) = found.look(row, before)? else { break };
        match ended(row, 3)? < before {
            true => found.old.push(Old::Delivery(number)),
            false => found.stay(),
        }
    }
    Ok(found.end())
}

/// Returns when a delivery ended, of a row with its columns `due` and `last` from this place on. If
/// a newer version wrote the last attempt, it is when it was due last.
fn ended(row: &Row<'_>, place: usize) -> Result<i64, Fault> {
    let due = row.get(place)?;
    let last = optional(row, place.saturating_add(1))?.map(row::decode::<Attempt>);
    Ok(match last {
        Some(Ok(last)) => time::floor(last.at),
        Some(Err(_)) | None => due,
    })
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
            Old::Delivery(number) => {
                if has_ended(connection, *number, before)? {
                    drop_delivery(connection, *number, &mut purged)?;
                }
                true
            }
            Old::Click(click) if has_later(connection, click, before)? || has_open(connection, click)? => true,
            Old::Click(click) => drop_whole(connection, click, &mut purged)?,
        };
        done = done.saturating_add(usize::from(is_done));
        if !is_done || purged.total() >= u64::from(ROWS) {
            break;
        }
    }
    Ok((purged, done))
}

/// Returns the numbers of the last click and of the last event. New rows get greater ones.
pub(crate) fn last_numbers(connection: &Connection) -> Result<(i64, i64), Fault> {
    let last = |text| connection.prepare_cached(text)?.query_row([], |row| row.get(0));
    Ok((last(sql::LAST_CLICK)?, last(sql::LAST_EVENT)?))
}

fn is_bare(connection: &Connection, click: &str) -> Result<bool, Fault> {
    let named = (click, key(click));
    Ok(!exists(connection, sql::HAS_EVENT, named)? && !exists(connection, sql::HAS_DELIVERY, named)?)
}

fn has_later(connection: &Connection, click: &str, before: i64) -> Result<bool, Fault> {
    exists(connection, sql::HAS_LATER_EVENT, (click, key(click), before))
}

fn has_open(connection: &Connection, click: &str) -> Result<bool, Fault> {
    exists(connection, sql::HAS_OPEN_DELIVERY, (click, key(click)))
}

/// Whether a delivery ended before a time. One that was found may have been queued again since.
fn has_ended(connection: &Connection, number: i64, before: i64) -> Result<bool, Fault> {
    let mut statement = connection.prepare_cached(sql::ENDED)?;
    let mut rows = statement.query([number])?;
    match rows.next()? {
        Some(row) => Ok(ended(row, 0)? < before),
        None => Ok(false),
    }
}

/// Removes a delivery, and counts whether it was a dead letter.
fn drop_delivery(connection: &Connection, number: i64, purged: &mut Purged) -> Result<(), Fault> {
    let is_letter = exists(connection, sql::IS_LETTER, [number])?;
    let dropped = run(connection, sql::DROP_DELIVERY, [number])?;
    purged.deliveries = purged.deliveries.saturating_add(dropped);
    purged.dead_letters = purged.dead_letters.saturating_add(u64::from(is_letter));
    Ok(())
}

fn exists(connection: &Connection, text: &'static str, values: impl Params) -> Result<bool, Fault> {
    Ok(connection.prepare_cached(text)?.exists(values)?)
}

/// Removes a click, then what hangs on it, at most [`ROWS`] of each kind. Returns whether nothing
/// is left.
fn drop_whole(connection: &Connection, click: &str, purged: &mut Purged) -> Result<bool, Fault> {
    let key = key(click);
    purged.clicks = purged.clicks.saturating_add(drop_click(connection, click)?);
    run(connection, sql::DROP_TALLIES, params![click, key])?;
    let conversions = run(connection, sql::DROP_CONVERSIONS, params![click, key, ROWS])?;
    let deliveries = numbers(connection, sql::ENDED_OF, click)?;
    for number in &deliveries {
        drop_delivery(connection, *number, purged)?;
    }
    let events = numbers(connection, sql::EVENTS_OF, click)?;
    for number in &events {
        purged.events = purged.events.saturating_add(drop_event(connection, *number)?);
    }
    let most = usize::try_from(ROWS).unwrap_or(usize::MAX);
    Ok(conversions < u64::from(ROWS) && deliveries.len() < most && events.len() < most)
}

/// The numbers of at most [`ROWS`] rows of a click.
fn numbers(connection: &Connection, text: &'static str, click: &str) -> Result<Vec<i64>, Fault> {
    let mut statement = connection.prepare_cached(text)?;
    let numbers = statement.query_map(params![click, key(click), ROWS], |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
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
            let text = "INSERT INTO event (id_key, id, source, outcome, received, payload) \
                VALUES (0, ?1, 's', 'unattributed', 1, '')";
            run(&file, text, [id]).unwrap();
        }
        let old = events(&file, 9, LastRow::START).unwrap().old;
        assert_eq!(old.len(), 2);
        let text = "UPDATE event SET click = 'c', click_key = ?1, outcome = 'applied' WHERE id = 'a'";
        run(&file, text, [key("c")]).unwrap();
        let (purged, done) = remove(&file, &old, 9).unwrap();
        assert_eq!((purged.events, purged.total(), done), (1, 1, 2));
        let left: String = file.query_row("SELECT id FROM event", [], |row| row.get(0)).unwrap();
        assert_eq!(left, "a", "its repetition is still a duplicate");
    }
}
