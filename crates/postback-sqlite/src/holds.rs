//! Lanes that are on hold, and the deliveries of other lanes that are ready to be leased. Each lane
//! is asked for its earliest ones, so that what is on hold or has no share is not walked over.

use crate::{facts::text, fault::Fault, sql, time};
use postback::delivery::{Hold, Lane};
use postback::port::{Claim, LaneQueue};
use rusqlite::{Connection, OptionalExtension, Row, params};

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
/// than the limit, which shows when the next one is due. For a lane on hold, the first row is ready
/// when the hold ends.
pub(crate) fn ready(connection: &Connection, claim: &Claim, holds: &[Hold]) -> Result<Vec<(i64, i64)>, Fault> {
    let lanes = match &claim.lane {
        Some(lane) => vec![lane.as_str().to_owned()],
        None => lanes(connection)?,
    };
    let enough = (claim.limit as usize).saturating_add(1);
    let mut statement = connection.prepare_cached(sql::READY_IN_LANE)?;
    let mut found: Vec<(i64, i64)> = Vec::new();
    // What is ready later than enough others of the lanes before is not read.
    let mut latest = i64::MAX;
    for lane in lanes {
        let hold = holds.iter().find(|hold| hold.lane.as_str() == lane);
        let hold = hold.map(|hold| time::ceil(hold.until));
        let most = enough.min(claim.share(&Lane::new(&lane)) as usize);
        let most = if hold.is_some() { most.min(1) } else { most };
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        for row in statement.query_map(params![most, lane, latest], pair)? {
            let (ready, row) = row?;
            found.push((hold.map_or(ready, |until| until.max(ready)), row));
        }
        if found.len() >= enough {
            found.sort_unstable();
            found.truncate(enough);
            latest = found.last().map_or(latest, |(ready, _)| *ready);
        }
    }
    found.sort_unstable();
    Ok(found)
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
    // The first text of all; a lane may have no name.
    let mut from = String::new();
    while let Some(lane) = next.query_row([&from], |row| row.get::<_, String>(0)).optional()? {
        // No text lies between a lane's and the same text with this character behind it.
        from = format!("{lane}\0");
        lanes.push(lane);
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
