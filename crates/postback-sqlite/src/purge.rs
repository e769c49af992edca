//! Forgets in small transactions: personal values, deliveries, refused bodies.

use crate::{fault::Fault, key::key, outbox::BATCH, sql, time};
use postback::Timestamp;
use postback::port::{Purge, Purged};
use postback::value::{OfferSourceId, Receipt};
use rusqlite::{Connection, Params, params};
use std::collections::BTreeSet;

/// Deletes a batch of each table. Returns the rows that were changed; none if all is done. What
/// `retention.rs` deletes is not deleted here.
pub(crate) fn purge(connection: &Connection, what: &Purge) -> Result<Purged, Fault> {
    let mut purged = Purged::default();
    match what {
        Purge::PrivateBefore(time) => {
            let old = |text| run(connection, text, old(*time));
            purged.clicks = old(sql::FORGET_CLICKS)?;
            purged.events = old(sql::FORGET_EVENTS)?;
            purged.deliveries = old(sql::FORGET_DELIVERIES)?;
            purged.refused = old(sql::FORGET_REFUSED)?;
        }
        Purge::DeliveriesBefore(time) => purged.deliveries = run(connection, sql::DROP_DELIVERIES, old(*time))?,
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
        Purge::ClicksBefore(_) | Purge::EventsBefore(_) => {}
    }
    Ok(purged)
}

fn old(time: Timestamp) -> (i64, u32) {
    (time::floor(time), BATCH)
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

fn erase_receipt(connection: &Connection, source: &OfferSourceId, receipt: &Receipt) -> Result<Purged, Fault> {
    let named = params![source.as_str(), receipt.as_str()];
    let mut statement = connection.prepare_cached(sql::CLICKS_OF_RECEIPT)?;
    let clicks = statement.query_map(named, |row| row.get::<_, String>(0))?;
    let clicks = clicks.collect::<Result<BTreeSet<_>, _>>()?;
    let mut purged = Purged::default();
    for click in &clicks {
        purged.add(&erase(connection, click)?);
    }
    for text in [sql::ERASE_OF_RECEIPT, sql::ERASE_FOR_PARENT] {
        purged.events = purged.events.saturating_add(run(connection, text, named)?);
    }
    Ok(purged)
}
