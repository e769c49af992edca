//! Lanes that are on hold, and the deliveries of other lanes that are ready to be leased.

use crate::{facts::text, fault::Fault, sql, time};
use postback::delivery::{Hold, Lane};
use postback::port::{Claim, LaneQueue};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeMap;

/// Returns the holds that end later, by their lanes.
pub(crate) fn running(connection: &Connection, now: i64) -> Result<Vec<Hold>, Fault> {
    let mut statement = connection.prepare_cached(sql::HOLDS)?;
    let mut rows = statement.query([now])?;
    let mut holds = Vec::new();
    while let Some(found) = rows.next()? {
        holds.push(Hold {
            lane: Lane::new(text(found, 0)?),
            until: time::read(found.get(1)?)?,
            why: text(found, 2)?.to_owned(),
        });
    }
    holds.sort_by(|one, other| one.lane.cmp(&other.lane));
    Ok(holds)
}

/// Returns when the deliveries that could be leased are ready, earliest first, with one row more
/// than the limit. For a lane on hold, the first row is ready when the hold ends.
pub(crate) fn ready(connection: &Connection, claim: &Claim, holds: &[Hold]) -> Result<Vec<(i64, i64)>, Fault> {
    if holds.is_empty()
        && claim.lane.is_none()
        && let Some(found) = of_all(connection, claim)?
    {
        return Ok(found);
    }
    // A walk over all rows would read the same rows that are on hold or have no share again and
    // again.
    let lanes = match &claim.lane {
        Some(lane) => vec![lane.as_str().to_owned()],
        None => lanes(connection)?,
    };
    let mut statement = connection.prepare_cached(sql::READY_IN_LANE)?;
    let mut found: Vec<(i64, i64)> = Vec::new();
    for lane in lanes {
        let hold = holds.iter().find(|hold| hold.lane.as_str() == lane);
        let hold = hold.map(|hold| time::ceil(hold.until));
        let most = one_more(claim).min(claim.share(&Lane::new(&lane)).into());
        let rows = statement.query_map(params![if hold.is_some() { most.min(1) } else { most }, lane], pair)?;
        for row in rows {
            let (ready, row) = row?;
            found.push((hold.map_or(ready, |until| until.max(ready)), row));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Returns the earliest rows of all lanes together; none if a lane has more of them than its share.
fn of_all(connection: &Connection, claim: &Claim) -> Result<Option<Vec<(i64, i64)>>, Fault> {
    if claim.shares.is_empty() && claim.per_lane > claim.limit {
        let mut statement = connection.prepare_cached(sql::READY)?;
        let found = statement.query_map([one_more(claim)], pair)?;
        return Ok(Some(found.collect::<Result<_, _>>()?));
    }
    let mut statement = connection.prepare_cached(sql::READY_WITH_LANE)?;
    let mut rows = statement.query([one_more(claim)])?;
    let mut given: BTreeMap<Lane, u32> = BTreeMap::new();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let lane = Lane::new(text(row, 2)?);
        let share = claim.share(&lane);
        let given = given.entry(lane).or_default();
        *given = given.saturating_add(1);
        if *given > share {
            return Ok(None);
        }
        found.push(pair(row)?);
    }
    Ok(Some(found))
}

/// One row more than the limit shows when the next one is due.
fn one_more(claim: &Claim) -> i64 {
    i64::from(claim.limit).saturating_add(1)
}

/// Returns what waits in each lane, counted as far as a store must.
pub(crate) fn queues(connection: &Connection) -> Result<Vec<LaneQueue>, Fault> {
    let mut waiting = connection.prepare_cached(sql::WAITING_IN_LANE)?;
    let most = i64::try_from(LaneQueue::COUNTED).unwrap_or(i64::MAX);
    let mut queues = Vec::new();
    for lane in lanes(connection)? {
        let counted = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
        let (queued, ready) = waiting.query_row(params![lane, most], counted)?;
        queues.push(LaneQueue {
            lane: Lane::new(&lane),
            queued: u64::try_from(queued).unwrap_or_default(),
            ready_at: time::read(ready)?,
        });
    }
    Ok(queues)
}

/// Returns the lanes that have something to do.
fn lanes(connection: &Connection) -> Result<Vec<String>, Fault> {
    let mut next = connection.prepare_cached(sql::NEXT_LANE)?;
    let mut lanes: Vec<String> = Vec::new();
    let mut last = String::new();
    while let Some(lane) = next.query_row([&last], |row| row.get::<_, String>(0)).optional()? {
        lanes.push(lane.clone());
        last = lane;
    }
    Ok(lanes)
}

fn pair(row: &Row<'_>) -> Result<(i64, i64), rusqlite::Error> {
    Ok((row.get(0)?, row.get(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps;
    use rusqlite::StatementStatus;

    #[test]
    fn a_lane_is_counted_as_far_as_a_store_must_and_its_first_delivery_is_named() {
        let file = Connection::open_in_memory().unwrap();
        steps::take(&file, 0, None).unwrap();
        let fill = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 15000) \
            INSERT INTO queue (lane, ready, due) SELECT iif(n < 4, 'few', 'many'), 9000000 - n, 0 FROM number";
        file.execute(fill, []).unwrap();
        let told = queues(&file).unwrap();
        let told = told
            .iter()
            .map(|queue| (queue.lane.as_str(), queue.queued, queue.ready_at));
        let at = |micros| time::read(micros).unwrap();
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                ("few", 3, at(9_000_000 - 3)),
                ("many", LaneQueue::COUNTED, at(9_000_000 - 15_000))
            ]
        );
        let steps = file.prepare_cached(sql::WAITING_IN_LANE).unwrap();
        let steps = steps.get_status(StatementStatus::VmStep);
        assert!(steps < 130_000, "{steps}");
    }
}
