//! Reads single rows by their ids: what a decision needs.

use crate::{
    commit::outcome,
    fault::Fault,
    guard,
    key::{key, of_hash},
    progress, sql,
};
use postback::plan::{
    ClickFacts, ConfigurationRow, EventRow, FactQuery, Outcome, PointReads, ReceiptFacts, Reported, Tally,
};
use postback::port::{StoreError, StoreErrorKind, row};
use postback::value::{ClickId, ConversionId, EventId, OfferSourceId, Receipt};
use postback::{Click, Conversion, Event, Facts};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::{BTreeMap, BTreeSet};

/// Reads the facts as of one moment, so that the connection must be in a transaction.
pub(crate) fn facts(connection: &Connection, query: &FactQuery) -> Result<Facts, Fault> {
    Facts::read(&Reads(connection), query)
}

struct Reads<'c>(&'c Connection);

impl PointReads for Reads<'_> {
    type Error = Fault;

    fn outcome(&self, event: &EventId) -> Result<Option<Outcome>, Fault> {
        let code = outcome(self.0, event.as_str())?;
        code.map(|code| Outcome::from_code(&code).ok_or_else(|| unreadable("outcome")))
            .transpose()
    }

    fn receipt(&self, source: &OfferSourceId, receipt: &Receipt) -> Result<ReceiptFacts, Fault> {
        let mut statement = self.0.prepare_cached(sql::RECEIPT)?;
        let mut rows = statement.query(params![source.as_str(), receipt.as_str()])?;
        let Some(found) = rows.next()? else {
            return Ok(ReceiptFacts::default());
        };
        Ok(ReceiptFacts {
            version: version(found.get(1)?)?,
            record: optional(found, 0)?.map(row::decode).transpose()?,
        })
    }

    fn waiting(&self, source: &OfferSourceId, receipt: &Receipt, limit: usize) -> Result<Vec<Event>, Fault> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut found = BTreeMap::new();
        for text in [sql::WAITING_OF_RECEIPT, sql::WAITING_FOR_PARENT] {
            let mut statement = self.0.prepare_cached(text)?;
            let mut rows = statement.query(params![source.as_str(), receipt.as_str(), limit])?;
            while let Some(row) = rows.next()? {
                let event = event(row, 1)?;
                found.insert(event.id.clone(), event);
            }
        }
        Ok(found.into_values().collect())
    }

    fn told(&self, click: &ClickId, keys: &BTreeSet<Receipt>) -> Result<Vec<EventRow>, Fault> {
        let mut statement = self.0.prepare_cached(sql::TOLD)?;
        let mut rows = statement.query(params![click.as_str(), key(click.as_str())])?;
        let mut told = Vec::new();
        while let Some(found) = rows.next()? {
            let receipt = optional(found, 0)?.is_some_and(|receipt| keys.contains(receipt));
            if receipt || optional(found, 1)?.is_some_and(|id| keys.contains(&Receipt::of_event_id(id))) {
                told.push(whole_row(found, 2)?);
            }
        }
        Ok(told)
    }

    fn conversion(&self, conversion: &ConversionId) -> Result<Option<Conversion>, Fault> {
        let mut statement = self.0.prepare_cached(sql::CONVERSION)?;
        let mut rows = statement.query(params![conversion.as_str(), of_hash(conversion.as_str())])?;
        let found = rows.next()?;
        Ok(found
            .map(|found| text(found, 0))
            .transpose()?
            .map(row::decode)
            .transpose()?)
    }

    fn click(&self, id: &ClickId) -> Result<ClickFacts, Fault> {
        Ok(ClickFacts {
            version: version(guard::of_click(self.0, id)?)?,
            click: click(self.0, id)?,
            tallies: tallies(self.0, id)?,
        })
    }

    fn reported(&self, click: &ClickId) -> Result<Vec<Reported>, Fault> {
        progress::reported(self.0, click)
    }
}

fn version(column: i64) -> Result<u64, Fault> {
    u64::try_from(column).map_err(|_| unreadable("version"))
}

/// Reads a click with its personal values.
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

pub(crate) fn tallies(connection: &Connection, click: &ClickId) -> Result<Vec<Tally>, Fault> {
    let mut statement = connection.prepare_cached(sql::TALLIES)?;
    let mut rows = statement.query(params![click.as_str(), key(click.as_str())])?;
    let mut tallies = BTreeMap::new();
    while let Some(found) = rows.next()? {
        tallies.insert(text(found, 0)?.to_owned(), row::decode(text(found, 1)?)?);
    }
    Ok(tallies.into_values().collect())
}

/// Reads an event's row with its personal values.
pub(crate) fn event_row(connection: &Connection, id: &EventId) -> Result<Option<EventRow>, Fault> {
    let mut statement = connection.prepare_cached(sql::EVENT_ROW)?;
    let mut rows = statement.query(params![id.as_str(), of_hash(id.as_str())])?;
    let Some(found) = rows.next()? else {
        return Ok(None);
    };
    whole_row(found, 0).map(Some)
}

/// Reads waiting events by when they were received and by event id, behind `after`.
pub(crate) fn orphans(connection: &Connection, after: (i64, String), limit: u32) -> Result<Vec<Event>, Fault> {
    let mut statement = connection.prepare_cached(sql::WAITING)?;
    let mut after = after;
    loop {
        let mut rows = statement.query(params![after.0, after.1, limit])?;
        let (mut events, mut last) = (Vec::new(), None);
        while let Some(found) = rows.next()? {
            last = Some((found.get(2)?, text(found, 3)?.to_owned()));
            // A row of a newer version is left for a server that can read it. It does not make
            // other rows wait.
            events.extend(event(found, 0));
        }
        match last {
            // A page without a readable row is not the end.
            Some(last) if events.is_empty() => after = last,
            _ => return Ok(events),
        }
    }
}

pub(crate) fn configuration(connection: &Connection, fingerprint: &str) -> Result<Option<String>, Fault> {
    let mut statement = connection.prepare_cached(sql::CONFIGURATION)?;
    Ok(statement.query_row(params![fingerprint], |row| row.get(0)).optional()?)
}

pub(crate) fn last_configuration(connection: &Connection) -> Result<Option<ConfigurationRow>, Fault> {
    let mut statement = connection.prepare_cached(sql::LAST_CONFIGURATION)?;
    let mut rows = statement.query([])?;
    let Some(found) = rows.next()? else {
        return Ok(None);
    };
    let fingerprint = text(found, 0)?.parse().map_err(|_| unreadable("fingerprint"))?;
    let document = text(found, 1)?.to_owned();
    Ok(Some(ConfigurationRow { fingerprint, document }))
}

/// Reads an event with its personal values, from the columns `payload` and `private`.
fn event(found: &Row<'_>, payload: usize) -> Result<Event, Fault> {
    Ok(whole_row(found, payload)?.event.into_inner())
}

/// Reads an event's row with its personal values, from the same columns.
fn whole_row(found: &Row<'_>, payload: usize) -> Result<EventRow, Fault> {
    let mut stored: EventRow = row::decode(text(found, payload)?)?;
    stored.event.private = row::decode_private(optional(found, payload.saturating_add(1))?)?;
    Ok(stored)
}

/// Returns a text column, borrowed from SQLite.
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
