//! Forgets in small transactions: personal values, deliveries, refused bodies.

use crate::{
    fault::Fault,
    key::key,
    marks::{self, CLICKS, DELIVERIES, EVENTS},
    outbox::BATCH,
    sql, time,
};
use postback::plan::EventRow;
use postback::port::{Purge, Purged, row};
use postback::value::{OfferSourceId, Receipt};
use rusqlite::{Connection, Params, params};
use std::collections::BTreeSet;

/// Deletes a batch of each table. Returns the rows that were changed, and whether there is more to
/// look at although none was. What `retention.rs` deletes is not deleted here.
pub(crate) fn purge(connection: &Connection, what: &Purge) -> Result<(Purged, bool), Fault> {
    let (mut purged, mut more) = (Purged::default(), false);
    match what {
        Purge::PrivateBefore(time) => {
            let time = time::floor(*time);
            let kinds = [
                (CLICKS, &mut purged.clicks),
                (EVENTS, &mut purged.events),
                (DELIVERIES, &mut purged.deliveries),
            ];
            for (rows, count) in kinds {
                let forgotten = marks::forget(connection, &rows, time)?;
                *count = forgotten.rows;
                more |= forgotten.more;
            }
            purged.refused = run(connection, sql::FORGET_REFUSED, (time, BATCH))?;
        }
        Purge::Erase(click) => purged = erase(connection, click.as_str())?,
        Purge::EraseReceipt(source, receipt) => purged = erase_receipt(connection, source, receipt)?,
        Purge::RefusedBefore(source, time) => {
            let values = params![time::floor(*time), BATCH, source.as_str()];
            purged.refused = run(connection, sql::FORGET_REFUSED_OF, values)?;
        }
        Purge::Refused(taken) => {
            for id in taken {
                let dropped = run(connection, sql::DROP_REFUSED, [id.as_str()])?;
                purged.refused = purged.refused.saturating_add(dropped);
            }
        }
        Purge::ClicksBefore(_) | Purge::EventsBefore(_) | Purge::DeliveriesBefore(_) => {}
    }
    Ok((purged, more))
}

/// Runs a statement, and returns how many rows it changed.
pub(crate) fn run(connection: &Connection, text: &'static str, values: impl Params) -> Result<u64, Fault> {
    let changed = connection.prepare_cached(text)?.execute(values)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

fn erase(connection: &Connection, click: &str) -> Result<Purged, Fault> {
    let mut purged = Purged::default();
    purged.clicks = run(connection, sql::ERASE_CLICK, [click])?;
    purged.refused = run(connection, sql::ERASE_REFUSED, [click])?;
    purged.events = run(connection, sql::ERASE_EVENTS, params![click, key(click)])?;
    purged.deliveries = run(connection, sql::ERASE_DELIVERIES, params![click, key(click)])?;
    Ok(purged)
}

/// Finds the events without a click that name a click of an erasure. Readers look for them, since
/// they may be far apart.
pub(crate) fn loose(connection: &Connection, what: &Purge) -> Result<Vec<i64>, Fault> {
    let clicks = match what {
        Purge::Erase(click) => [click.as_str().to_owned()].into(),
        Purge::EraseReceipt(source, receipt) => clicks_of(connection, source, receipt)?,
        _ => return Ok(Vec::new()),
    };
    let mut found = Vec::new();
    for click in &clicks {
        let mut statement = connection.prepare_cached(sql::LOOSE_NAMED)?;
        let mut rows = statement.query(params![click, i64::MIN])?;
        while let Some(row) = rows.next()? {
            let payload: String = row.get(1)?;
            // If a row cannot be read, nobody knows whether it names the click, so it counts as if
            // it did.
            let event = row::decode::<EventRow>(&payload).map(|row| row.event);
            if event.map_or(true, |event| event.candidates().any(|named| named.as_str() == click)) {
                found.push(row.get(0)?);
            }
        }
    }
    Ok(found)
}

/// Erases the personal values of these events, unless they have got a click since.
pub(crate) fn erase_loose(connection: &Connection, events: &[i64]) -> Result<Purged, Fault> {
    let mut purged = Purged::default();
    for event in events {
        purged.events = purged
            .events
            .saturating_add(run(connection, sql::ERASE_LOOSE, [event])?);
    }
    Ok(purged)
}

fn clicks_of(connection: &Connection, source: &OfferSourceId, receipt: &Receipt) -> Result<BTreeSet<String>, Fault> {
    let mut statement = connection.prepare_cached(sql::CLICKS_OF_RECEIPT)?;
    let clicks = statement.query_map([source.as_str(), receipt.as_str()], |row| row.get(0))?;
    Ok(clicks.collect::<Result<_, _>>()?)
}

fn erase_receipt(connection: &Connection, source: &OfferSourceId, receipt: &Receipt) -> Result<Purged, Fault> {
    let named = params![source.as_str(), receipt.as_str()];
    let mut purged = Purged::default();
    for click in &clicks_of(connection, source, receipt)? {
        purged.add(&erase(connection, click)?);
    }
    for text in [sql::ERASE_OF_RECEIPT, sql::ERASE_FOR_PARENT] {
        purged.events = purged.events.saturating_add(run(connection, text, named)?);
    }
    Ok(purged)
}
