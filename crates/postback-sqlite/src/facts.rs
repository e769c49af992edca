//! Point reads: what a decision needs.

use crate::{commit::outcome, fault::Fault, guard, sql};
use postback::event::Event;
use postback::model::Click;
use postback::plan::{ClickFacts, EventRow, FactQuery, Facts, MAX_HOPS, MAX_ORPHANS, Outcome, ReceiptFacts, Slot};
use postback::port::{StoreError, StoreErrorKind, row};
use postback::value::{ClickId, EventId, OfferSourceId, Receipt};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::{BTreeMap, BTreeSet};

/// Enough rows of one receipt, however many of them were found before or are the event itself.
const WAITING_LIMIT: usize = 2 * MAX_ORPHANS + 1;

/// Answers as of one moment: the connection must be in a transaction.
pub(crate) fn facts(connection: &Connection, query: &FactQuery) -> Result<Facts, Fault> {
    let mut facts = Facts::default();
    if let Some(code) = outcome(connection, query.event.as_str())? {
        facts.event = Some(Outcome::from_code(&code).ok_or_else(|| unreadable("outcome"))?);
    }
    climb(connection, query, &mut facts)?;
    descend(connection, query, &mut facts)?;
    let named = facts
        .receipts
        .values()
        .filter_map(|found| Some(found.record.as_ref()?.click.as_ref()?.click.clone()));
    let clicks: BTreeSet<ClickId> = query.clicks.iter().cloned().chain(named).collect();
    for id in clicks {
        let found = ClickFacts {
            version: version(guard::of_click(connection, &id)?)?,
            click: click(connection, &id)?,
            slots: slots(connection, &id)?,
        };
        facts.clicks.insert(id, found);
    }
    Ok(facts)
}

/// The receipts that are asked for, their parents, and so on.
fn climb(connection: &Connection, query: &FactQuery, facts: &mut Facts) -> Result<(), Fault> {
    let mut level = query.receipts.clone();
    for _ in 0..=MAX_HOPS {
        let mut parents = Vec::new();
        for name in level {
            if facts.receipts.contains_key(&name) {
                continue;
            }
            let found = receipt(connection, &query.source, &name)?;
            parents.extend(found.record.as_ref().and_then(|record| record.parent.clone()));
            facts.receipts.insert(name, found);
        }
        level = parents;
    }
    Ok(())
}

/// The other events that wait for one of these receipts, those that wait for theirs, and so on.
fn descend(connection: &Connection, query: &FactQuery, facts: &mut Facts) -> Result<(), Fault> {
    let mut level: BTreeSet<Receipt> = facts.receipts.keys().cloned().collect();
    let mut found: BTreeMap<EventId, Event> = BTreeMap::new();
    for _ in 0..MAX_HOPS {
        let mut new: BTreeMap<EventId, Event> = BTreeMap::new();
        for name in &level {
            for text in [sql::WAITING_OF_RECEIPT, sql::WAITING_FOR_PARENT] {
                let limit = i64::try_from(WAITING_LIMIT).unwrap_or(i64::MAX);
                let mut statement = connection.prepare_cached(text)?;
                let mut rows = statement.query(params![query.source.as_str(), name.as_str(), limit])?;
                while let Some(row) = rows.next()? {
                    let id: String = row.get(0)?;
                    if found.contains_key(id.as_str()) || new.contains_key(id.as_str()) || id == query.event.as_str() {
                        continue;
                    }
                    let event = event(row, 1)?;
                    new.insert(event.id.clone(), event);
                }
            }
        }
        level.clear();
        let room = MAX_ORPHANS.saturating_sub(found.len());
        for (id, event) in new.into_iter().take(room) {
            if let Some(name) = event.receipt.clone().filter(|name| !facts.receipts.contains_key(name)) {
                facts
                    .receipts
                    .insert(name.clone(), receipt(connection, &query.source, &name)?);
                level.insert(name);
            }
            found.insert(id, event);
        }
        if level.is_empty() {
            break;
        }
    }
    facts.orphans = found.into_values().collect();
    Ok(())
}

fn version(column: i64) -> Result<u64, Fault> {
    u64::try_from(column).map_err(|_| unreadable("version"))
}

fn receipt(connection: &Connection, source: &OfferSourceId, name: &Receipt) -> Result<ReceiptFacts, Fault> {
    let mut statement = connection.prepare_cached(sql::RECEIPT)?;
    let mut rows = statement.query(params![source.as_str(), name.as_str()])?;
    let Some(found) = rows.next()? else {
        return Ok(ReceiptFacts::default());
    };
    Ok(ReceiptFacts {
        version: version(found.get(1)?)?,
        record: optional(found, 0)?.map(row::decode).transpose()?,
    })
}

/// A click with its personal values.
pub(crate) fn click(connection: &Connection, id: &ClickId) -> Result<Option<Click>, Fault> {
    let mut statement = connection.prepare_cached(sql::CLICK)?;
    let mut rows = statement.query(params![id.as_str()])?;
    let Some(found) = rows.next()? else {
        return Ok(None);
    };
    let mut click: Click = row::decode(text(found, 0)?)?;
    click.private = row::decode_private(optional(found, 1)?)?;
    Ok(Some(click))
}

pub(crate) fn slots(connection: &Connection, click: &ClickId) -> Result<Vec<Slot>, Fault> {
    let mut statement = connection.prepare_cached(sql::SLOTS)?;
    let mut rows = statement.query(params![click.as_str()])?;
    let mut slots = Vec::new();
    while let Some(found) = rows.next()? {
        slots.push(row::decode(text(found, 0)?)?);
    }
    Ok(slots)
}

/// Waiting events by event id, behind `after`.
pub(crate) fn orphans(connection: &Connection, after: &str, limit: u32) -> Result<Vec<Event>, Fault> {
    let mut statement = connection.prepare_cached(sql::WAITING)?;
    let mut after = after.to_owned();
    loop {
        let mut rows = statement.query(params![after, limit])?;
        let (mut events, mut last) = (Vec::new(), None);
        while let Some(found) = rows.next()? {
            last = Some(text(found, 2)?.to_owned());
            // A row of a newer version is left for whoever can read it, and keeps no others
            // waiting.
            events.extend(event(found, 0));
        }
        match last {
            // A page that holds nothing readable is not the end.
            Some(last) if events.is_empty() => after = last,
            _ => return Ok(events),
        }
    }
}

pub(crate) fn configuration(connection: &Connection, fingerprint: &str) -> Result<Option<String>, Fault> {
    let mut statement = connection.prepare_cached(sql::CONFIGURATION)?;
    Ok(statement.query_row(params![fingerprint], |row| row.get(0)).optional()?)
}

pub(crate) fn refused_body(connection: &Connection, id: &str) -> Result<Option<Vec<u8>>, Fault> {
    let mut statement = connection.prepare_cached(sql::REFUSED_BODY)?;
    Ok(statement.query_row(params![id], |row| row.get(0)).optional()?)
}

/// An event with its personal values, from the columns `payload` and `private`.
fn event(found: &Row<'_>, payload: usize) -> Result<Event, Fault> {
    let stored: EventRow = row::decode(text(found, payload)?)?;
    let mut event = *stored.event;
    event.private = row::decode_private(optional(found, payload.saturating_add(1))?)?;
    Ok(event)
}

/// A column of text, borrowed from SQLite.
pub(crate) fn text<'a>(found: &'a Row<'_>, column: usize) -> Result<&'a str, Fault> {
    optional(found, column)?.ok_or_else(|| unreadable("column"))
}

pub(crate) fn optional<'a>(found: &'a Row<'_>, column: usize) -> Result<Option<&'a str>, Fault> {
    let value = found.get_ref(column)?;
    Ok(value
        .as_str_or_null()
        .map_err(|error| StoreError::caused(StoreErrorKind::Corrupt, "a stored text cannot be read", error))?)
}

pub(crate) fn unreadable(what: &str) -> Fault {
    StoreError::new(StoreErrorKind::Corrupt, format!("a stored {what} cannot be read")).into()
}
