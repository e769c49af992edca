//! Deliveries and their leases; what is queued again, and what is forgotten.

use crate::{
    facts::{optional, text, unreadable},
    fault::Fault,
    key::key,
    sql, time,
};
use postback::delivery::{Delivery, DeliveryState, Leased, Settled, Settlement, Verdict};
use postback::port::{Claim, Claimed, Purge, Selection, StoreError, StoreErrorKind, Which, row};
use rusqlite::{CachedStatement, Connection, Row, params, types::Value};

/// How many rows one transaction of a long clean-up changes: commits of others pass in between.
pub(crate) const BATCH: u32 = 500;

pub(crate) fn claim(connection: &Connection, claim: &Claim) -> Result<Claimed, Fault> {
    let until = claim.now.checked_add(claim.lease).ok_or_else(|| {
        Fault::from(StoreError::new(
            StoreErrorKind::ApiMisuse,
            "the lease ends after the year 9999",
        ))
    })?;
    let (now, until) = (time::floor(claim.now), time::ceil(until));
    let mut claimed = Claimed::default();
    // One row more says when the next one is due.
    let limit = i64::from(claim.limit).saturating_add(1);
    let mut statement: CachedStatement<'_>;
    let mut rows = match &claim.lane {
        None => {
            statement = connection.prepare_cached(sql::READY)?;
            statement.query(params![limit])?
        }
        Some(lane) => {
            statement = connection.prepare_cached(sql::READY_IN_LANE)?;
            statement.query(params![limit, lane.as_str()])?
        }
    };
    let mut leases = Vec::new();
    while let Some(found) = rows.next()? {
        let ready: i64 = found.get(1)?;
        if ready > now || leases.len() >= claim.limit as usize {
            claimed.next_due = Some(time::read(ready)?);
            break;
        }
        let fence = found.get::<_, i64>(2)?.saturating_add(1);
        leases.push((found.get::<_, i64>(0)?, fence));
        // A row of a newer version is left for whoever can read it: under a lease like the others,
        // it stops none of them.
        let Ok(delivery) = read(found) else {
            claimed.unreadable = claimed.unreadable.saturating_add(1);
            continue;
        };
        let fence = u64::try_from(fence).map_err(|_| unreadable("fence"))?;
        claimed.deliveries.push(Leased {
            delivery,
            attempts: found.get(3)?,
            fence,
        });
    }
    // The walk must be over before the index that it walks is changed.
    drop(rows);
    let mut lease = connection.prepare_cached(sql::LEASE)?;
    for (row, fence) in leases {
        lease.execute(params![row, fence, until])?;
    }
    Ok(claimed)
}

fn read(found: &Row<'_>) -> Result<Delivery, Fault> {
    let mut delivery: Delivery = row::decode(text(found, 4)?)?;
    delivery.private = row::decode_private(optional(found, 5)?)?;
    Ok(delivery)
}

/// A verdict as the values of its statement; none for a number that no lease ever had.
pub(crate) fn encode(settlement: &Settlement) -> Result<Option<Vec<Value>>, StoreError> {
    let Ok(fence) = i64::try_from(settlement.fence) else {
        return Ok(None);
    };
    let (state, due) = match settlement.verdict {
        Verdict::Delivered => (DeliveryState::Delivered, None),
        Verdict::Retry { due_at } => (DeliveryState::Queued, Some(time::ceil(due_at))),
        Verdict::Dead => (DeliveryState::Dead, None),
    };
    let id = settlement.delivery.as_str().to_owned();
    let last = row::encode(&settlement.attempt)?;
    Ok(Some(vec![
        id.into(),
        fence.into(),
        state.as_str().to_owned().into(),
        due.into(),
        last.into(),
    ]))
}

pub(crate) fn settle(connection: &Connection, verdicts: &[Option<Vec<Value>>]) -> Result<Vec<Settled>, Fault> {
    let mut statement = connection.prepare_cached(sql::SETTLE)?;
    let mut settle = |verdict: &Option<Vec<Value>>| {
        let written = match verdict {
            Some(values) => statement.execute(rusqlite::params_from_iter(values))?,
            None => 0,
        };
        Ok(if written == 0 {
            Settled::LeaseLost
        } else {
            Settled::Recorded
        })
    };
    verdicts.iter().map(&mut settle).collect()
}

/// Queues dead deliveries behind row `after` again; answers with how many, and the last row while
/// there may be more.
pub(crate) fn requeue(connection: &Connection, selection: &Selection, after: i64) -> Result<(u64, Option<i64>), Fault> {
    let (text, which) = match &selection.which {
        Which::One(id) => (sql::DEAD_ONE, Some(id.as_str())),
        Which::Lane(lane) => (sql::DEAD_IN_LANE, Some(lane.as_str())),
        Which::All => (sql::DEAD, None),
    };
    let mut statement = connection.prepare_cached(text)?;
    let rows: Vec<i64> = match which {
        Some(which) => statement
            .query_map(params![after, BATCH, which], |row| row.get(0))?
            .collect::<Result<_, _>>()?,
        None => statement
            .query_map(params![after, BATCH], |row| row.get(0))?
            .collect::<Result<_, _>>()?,
    };
    let mut requeue = connection.prepare_cached(sql::REQUEUE)?;
    for row in &rows {
        requeue.execute(params![row, time::ceil(selection.due_at)])?;
    }
    let more = rows.last().copied().filter(|_| rows.len() >= BATCH as usize);
    Ok((u64::try_from(rows.len()).unwrap_or(u64::MAX), more))
}

/// Forgets a batch of each table; answers with how many rows were changed, 0 when all is done.
pub(crate) fn purge(connection: &Connection, what: &Purge) -> Result<u64, Fault> {
    let before = |texts: &[&'static str], time| {
        let mut changed = 0_usize;
        for text in texts {
            changed = changed.saturating_add(
                connection
                    .prepare_cached(text)?
                    .execute(params![time::floor(time), BATCH])?,
            );
        }
        Ok::<_, Fault>(changed)
    };
    let changed = match what {
        Purge::PrivateBefore(time) => before(
            &[
                sql::FORGET_CLICKS,
                sql::FORGET_EVENTS,
                sql::FORGET_DELIVERIES,
                sql::FORGET_REFUSED,
            ],
            *time,
        )?,
        Purge::DeliveriesBefore(time) => before(&[sql::DROP_DELIVERIES], *time)?,
        Purge::Erase(click) => {
            let mut changed = connection
                .prepare_cached(sql::ERASE_CLICK)?
                .execute(params![click.as_str()])?;
            for text in [sql::ERASE_EVENTS, sql::ERASE_DELIVERIES] {
                let mut statement = connection.prepare_cached(text)?;
                let erased = statement.execute(params![click.as_str(), key(click.as_str())])?;
                changed = changed.saturating_add(erased);
            }
            changed
        }
        Purge::Refused(taken) => {
            let mut statement = connection.prepare_cached(sql::DROP_REFUSED)?;
            let mut changed = 0_usize;
            for id in taken {
                changed = changed.saturating_add(statement.execute(params![id.as_str()])?);
            }
            changed
        }
    };
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}
