//! What a decision reads. Absence is an answer too, with version 0.

use crate::deliveries;
use crate::sql::{get, rows, unreadable};
use postback::plan::{ClickFacts, EventRow, GuardKey, Outcome, PointReads, ReceiptFacts, Reported, Tally};
use postback::port::StoreError;
use postback::port::row::{decode, decode_private};
use postback::value::{ClickId, ConversionId, EventId, OfferSourceId, Receipt};
use postback::{Click, Conversion, Event};
use rusqlite::{Connection, Row, params};
use std::collections::BTreeSet;

/// Seven point reads; the walk over them is the core's.
pub(crate) struct Reads<'c>(pub(crate) &'c Connection);

impl PointReads for Reads<'_> {
    type Error = StoreError;

    fn outcome(&self, event: &EventId) -> Result<Option<Outcome>, StoreError> {
        let found = rows(
            self.0,
            "SELECT outcome FROM event WHERE id = ?",
            [event.as_str()],
            |row| Outcome::from_code(&get::<String>(row, 0)?).ok_or_else(|| unreadable("outcome")),
        );
        Ok(found?.pop())
    }

    fn receipt(&self, source: &OfferSourceId, receipt: &Receipt) -> Result<ReceiptFacts, StoreError> {
        let text = "SELECT payload FROM receipt WHERE source = ? AND receipt = ?";
        let mut found = rows(self.0, text, [source.as_str(), receipt.as_str()], |row| payload(row, 0))?;
        Ok(ReceiptFacts {
            version: version(self.0, &GuardKey::Receipt(source.clone(), receipt.clone()))?,
            record: found.pop(),
        })
    }

    fn waiting(&self, source: &OfferSourceId, receipt: &Receipt, limit: usize) -> Result<Vec<Event>, StoreError> {
        let text = "SELECT payload, private FROM event WHERE outcome = 'unattributed' AND source = ?1 \
            AND (receipt = ?2 OR parent = ?2) ORDER BY id LIMIT ?3";
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        rows(self.0, text, params![source.as_str(), receipt.as_str(), limit], event)
    }

    fn told(&self, click: &ClickId, keys: &BTreeSet<Receipt>) -> Result<Vec<EventRow>, StoreError> {
        let text = "SELECT payload, private FROM event WHERE click = ?";
        let mut told = rows(self.0, text, [click.as_str()], event_row)?;
        told.retain(|row| row.event.keys().iter().flatten().any(|key| keys.contains(key)));
        Ok(told)
    }

    fn conversion(&self, id: &ConversionId) -> Result<Option<Conversion>, StoreError> {
        let text = "SELECT payload FROM conversion WHERE id = ?";
        Ok(rows(self.0, text, [id.as_str()], |row| payload(row, 0))?.pop())
    }

    fn click(&self, id: &ClickId) -> Result<ClickFacts, StoreError> {
        Ok(ClickFacts {
            version: version(self.0, &GuardKey::Click(id.clone()))?,
            click: click(self.0, id)?,
            tallies: tallies(self.0, id)?,
        })
    }

    fn reported(&self, click: &ClickId) -> Result<Vec<Reported>, StoreError> {
        deliveries::reported(self.0, click)
    }
}

/// A guard that was never written has version 0.
pub(crate) fn version(file: &Connection, key: &GuardKey) -> Result<u64, StoreError> {
    let text = "SELECT version FROM guard WHERE key = ?";
    let found = rows(file, text, [key.column()], |row| get::<i64>(row, 0))?;
    u64::try_from(found.first().copied().unwrap_or_default()).map_err(|_| unreadable("version"))
}

pub(crate) fn click(file: &Connection, id: &ClickId) -> Result<Option<Click>, StoreError> {
    let text = "SELECT payload, private FROM click WHERE id = ?";
    let mut found = rows(file, text, [id.as_str()], |row| {
        let mut click: Click = payload(row, 0)?;
        click.private = decode_private(get::<Option<String>>(row, 1)?.as_deref())?;
        Ok(click)
    })?;
    Ok(found.pop())
}

pub(crate) fn tallies(file: &Connection, click: &ClickId) -> Result<Vec<Tally>, StoreError> {
    let text = "SELECT payload FROM tally WHERE click = ? ORDER BY key";
    rows(file, text, [click.as_str()], |row| payload(row, 0))
}

/// An event's row with its personal values, of the columns `payload` and `private`.
pub(crate) fn event_row(row: &Row<'_>) -> Result<EventRow, StoreError> {
    let mut stored: EventRow = payload(row, 0)?;
    stored.event.private = decode_private(get::<Option<String>>(row, 1)?.as_deref())?;
    Ok(stored)
}

pub(crate) fn event(row: &Row<'_>) -> Result<Event, StoreError> {
    Ok(Event::clone(&event_row(row)?.event))
}

/// What the core wrote.
pub(crate) fn payload<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    decode(&get::<String>(row, column)?)
}
