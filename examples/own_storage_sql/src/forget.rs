//! What is forgotten when. A service with many rows takes a few of them in each transaction.

use crate::deliveries::IS_DEAD_LETTER;
use crate::reads::{self, Reads};
use crate::sql::{get, micros, rows, run};
use postback::delivery::Attempt;
use postback::plan::{EventRow, GuardKey, PointReads};
use postback::port::{Purge, Purged, StoreError, row};
use postback::value::{ClickId, OfferSourceId, Receipt};
use rusqlite::{Connection, Params, ToSql, params};
use std::collections::BTreeSet;

/// Personal values stand in columns of their own for this.
pub(crate) fn purge(file: &Connection, what: &Purge) -> Result<Purged, StoreError> {
    let mut purged = Purged::default();
    match what {
        Purge::PrivateBefore(time) => {
            let at = micros(*time);
            purged.clicks = empty(file, "click", "at < ?", [at])?;
            purged.events = empty(file, "event", "received < ?", [at])?;
            purged.deliveries = empty(file, "delivery", "ready IS NULL AND created < ?", [at])?;
            purged.refused = run(file, "DELETE FROM refused WHERE received < ?", [at])?;
        }
        Purge::DeliveriesBefore(time) => {
            // None ends before it is decided.
            let text = "SELECT seq, last FROM delivery WHERE ready IS NULL AND created < ? ORDER BY seq";
            for (seq, last) in rows(file, text, [micros(*time)], |row| {
                Ok((get::<i64>(row, 0)?, get::<String>(row, 1)?))
            })? {
                if row::decode::<Attempt>(&last)?.at < *time {
                    drop_delivery(file, seq, &mut purged)?;
                }
            }
        }
        Purge::ClicksBefore(time) => {
            let text = "SELECT id FROM click AS old WHERE at < ? \
                AND NOT EXISTS (SELECT 1 FROM event WHERE event.click = old.id) \
                AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.click = old.id)";
            for id in rows(file, text, [micros(*time)], |row| get::<String>(row, 0))? {
                more(&mut purged.clicks, drop_click(file, &id)?);
            }
        }
        Purge::EventsBefore(time) => purged = events_before(file, micros(*time))?,
        Purge::Erase(click) => purged = erase(file, click.as_str())?,
        Purge::EraseReceipt(source, receipt) => {
            let values = params![source.as_str(), receipt.as_str()];
            let text = "SELECT DISTINCT click FROM event WHERE source = ? AND receipt = ? AND click IS NOT NULL";
            for click in rows(file, text, values, |row| get::<String>(row, 0))? {
                purged.add(&erase(file, &click)?);
            }
            let waits = "source = ?1 AND (receipt = ?2 OR outcome = 'unattributed' AND parent = ?2)";
            more(&mut purged.events, empty(file, "event", waits, values)?);
        }
        Purge::Refused(ids) => {
            for id in ids {
                more(
                    &mut purged.refused,
                    run(file, "DELETE FROM refused WHERE id = ?", [id.as_str()])?,
                );
            }
        }
        Purge::RefusedBefore(source, time) => {
            let text = "DELETE FROM refused WHERE source = ? AND received < ?";
            purged.refused = run(file, text, params![source.as_str(), micros(*time)])?;
        }
    }
    Ok(purged)
}

fn more(count: &mut u64, rows: u64) {
    *count = count.saturating_add(rows);
}

/// Empties the personal values of the rows that meet a condition.
fn empty(file: &Connection, table: &str, condition: &str, values: impl Params) -> Result<u64, StoreError> {
    let text = format!("UPDATE {table} SET private = NULL WHERE private IS NOT NULL AND {condition}");
    run(file, &text, values)
}

fn erase(file: &Connection, click: &str) -> Result<Purged, StoreError> {
    let mut purged = Purged::default();
    purged.clicks = empty(file, "click", "id = ?", [click])?;
    purged.events = empty(file, "event", "click = ?", [click])?;
    more(&mut purged.events, erase_named(file, click)?);
    purged.deliveries = empty(file, "delivery", "click = ?", [click])?;
    purged.refused = run(file, "DELETE FROM refused WHERE click = ?", [click])?;
    Ok(purged)
}

/// An event without a click belongs to each click that it names.
fn erase_named(file: &Connection, click: &str) -> Result<u64, StoreError> {
    let text = "SELECT payload, private FROM event WHERE private IS NOT NULL AND click IS NULL";
    let mut erased = 0_u64;
    for row in rows(file, text, [], reads::event_row)? {
        if row.event.candidates().any(|named| named.as_str() == click) {
            more(&mut erased, empty(file, "event", "id = ?", [row.event.id.as_str()])?);
        }
    }
    Ok(erased)
}

/// A click goes before its events and with them all that hangs on it, so that an event which is
/// repeated later finds nothing that it could change.
fn events_before(file: &Connection, time: i64) -> Result<Purged, StoreError> {
    let mut purged = Purged::default();
    let text = "SELECT DISTINCT click FROM event WHERE received < ?1 AND click IS NOT NULL \
        EXCEPT SELECT click FROM event WHERE received >= ?1 EXCEPT SELECT click FROM delivery WHERE ready IS NOT NULL";
    for click in rows(file, text, [time], |row| get::<String>(row, 0))? {
        more(&mut purged.clicks, drop_click(file, &click)?);
        let of_click = "SELECT seq FROM delivery WHERE click = ? ORDER BY seq";
        for seq in rows(file, of_click, [&click], |row| get::<i64>(row, 0))? {
            drop_delivery(file, seq, &mut purged)?;
        }
        for table in ["tally", "conversion"] {
            run(file, &format!("DELETE FROM {table} WHERE click = ?"), [&click])?;
        }
        more(&mut purged.events, drop_events(file, "click = ?", &click)?);
    }
    more(
        &mut purged.events,
        drop_events(file, "click IS NULL AND received < ?", &time)?,
    );
    Ok(purged)
}

/// Counts, too, whether it is a dead letter that nobody has dealt with.
fn drop_delivery(file: &Connection, seq: i64, purged: &mut Purged) -> Result<(), StoreError> {
    let text = format!("SELECT 1 FROM delivery AS dead WHERE {IS_DEAD_LETTER} AND seq = ?2");
    let letters = rows(file, &text, params![Attempt::CANCELLED, seq], |_| Ok(()))?;
    more(
        &mut purged.dead_letters,
        u64::try_from(letters.len()).unwrap_or(u64::MAX),
    );
    more(
        &mut purged.deliveries,
        run(file, "DELETE FROM delivery WHERE seq = ?", [seq])?,
    );
    Ok(())
}

fn drop_click(file: &Connection, id: &str) -> Result<u64, StoreError> {
    run(file, "DELETE FROM guard WHERE key = ?", [format!("click:{id}")])?;
    run(file, "DELETE FROM click WHERE id = ?", [id])
}

/// Drops events, and then what only they have named.
fn drop_events(file: &Connection, condition: &str, value: &dyn ToSql) -> Result<u64, StoreError> {
    let text = format!("SELECT payload, private FROM event WHERE {condition}");
    let old: Vec<EventRow> = rows(file, &text, [value], reads::event_row)?;
    run(file, &format!("DELETE FROM event WHERE {condition}"), [value])?;
    for row in &old {
        for click in row.event.candidates() {
            forget_click(file, click)?;
        }
        for receipt in row.event.receipts().collect::<BTreeSet<_>>() {
            forget_receipt(file, &row.event.source, &receipt)?;
        }
    }
    Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
}

fn forget_click(file: &Connection, id: &ClickId) -> Result<(), StoreError> {
    if reads::click(file, id)?.is_none() {
        run(
            file,
            "DELETE FROM guard WHERE key = ?",
            [GuardKey::Click(id.clone()).column()],
        )?;
    }
    Ok(())
}

fn forget_receipt(file: &Connection, source: &OfferSourceId, receipt: &Receipt) -> Result<(), StoreError> {
    if let Some(record) = Reads(file).receipt(source, receipt)?.record {
        let leads = record.click.map(|claim| reads::click(file, &claim.click)).transpose()?;
        if record.contested || leads.flatten().is_some() {
            return Ok(());
        }
    }
    let values = params![source.as_str(), receipt.as_str()];
    let text = "SELECT 1 FROM event WHERE source = ? AND receipt = ? LIMIT 1";
    if rows(file, text, values, |_| Ok(()))?.is_empty() {
        run(file, "DELETE FROM receipt WHERE source = ? AND receipt = ?", values)?;
        let key = GuardKey::Receipt(source.clone(), receipt.clone());
        run(file, "DELETE FROM guard WHERE key = ?", [key.column()])?;
    }
    Ok(())
}
