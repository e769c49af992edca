//! Refused messages: their rows, counts and bodies.

use crate::{
    facts::{optional, text, unreadable},
    fault::Fault,
    sql,
};
use postback::event::Interface;
use postback::plan::{RefusedBody, RefusedCount, RefusedReason, RefusedRow, Ring};
use postback::port::row::unpack;
use postback::value::OfferSourceId;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The columns of a row, after its number.
pub(crate) const COLUMNS: &str = "id, source, interface, ring, reason, parameter, click, at";

/// Reads the row in [`COLUMNS`].
pub(crate) fn row(found: &Row<'_>) -> Result<RefusedRow, Fault> {
    let click = optional(found, 7)?.map(str::parse).transpose();
    Ok(RefusedRow {
        id: text(found, 1)?.parse().map_err(|_| unreadable("refused body id"))?,
        source: text(found, 2)?.parse().map_err(|_| unreadable("offer source id"))?,
        interface: Interface::from_word(text(found, 3)?).ok_or_else(|| unreadable("interface"))?,
        ring: Ring::from_word(text(found, 4)?).ok_or_else(|| unreadable("ring"))?,
        reason: RefusedReason::from_code(text(found, 5)?).ok_or_else(|| unreadable("reason"))?,
        parameter: optional(found, 6)?.map(ToOwned::to_owned),
        click: click.map_err(|_| unreadable("click id"))?,
        at: text(found, 8)?.parse().map_err(|_| unreadable("time"))?,
    })
}

pub(crate) fn body(connection: &Connection, id: &str) -> Result<Option<RefusedBody>, Fault> {
    let mut statement = connection.prepare_cached(sql::REFUSED_BODY)?;
    let mut rows = statement.query(params![id])?;
    let Some(found) = rows.next()? else { return Ok(None) };
    let packed: Vec<u8> = found.get(9)?;
    Ok(Some(RefusedBody {
        row: row(found)?,
        body: unpack(&packed).ok_or_else(|| unreadable("refused body"))?,
    }))
}

/// Counts what each ring of a source keeps.
pub(crate) fn counts(connection: &Connection, source: &OfferSourceId) -> Result<Vec<RefusedCount>, Fault> {
    let mut count = connection.prepare_cached(sql::COUNT_REFUSED)?;
    let mut last = connection.prepare_cached(sql::REFUSED)?;
    let mut counts = Vec::new();
    for interface in Interface::ALL {
        for ring in Ring::ALL {
            let ring = params![source.as_str(), interface.as_str(), ring.as_str()];
            let held = count.query_row(ring, |row| {
                Ok((number(row, 0)?, number(row, 1)?, row.get::<_, Option<i64>>(2)?))
            });
            let Some((kept, bytes, newest)) = held.optional()? else {
                continue;
            };
            if let Some(last) = last.query_row([newest], |found| Ok(row(found))).optional()? {
                let last = last?;
                counts.push(RefusedCount { kept, bytes, last });
            }
        }
    }
    Ok(counts)
}

/// A number that is never negative.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
}
