//! Deliveries with their leases: leasing, settling and queueing again.

use crate::{
    facts::{optional, text, unreadable},
    fault::Fault,
    holds,
    progress::{self, number},
    sql, time,
};
use postback::Timestamp;
use postback::delivery::{Attempt, Cancelled, Delivery, DeliveryState, Leased, Settled, Settlement};
use postback::port::{Claim, Claimed, DeadLetters, Selection, StoreError, StoreErrorKind, Which, row};
use postback::value::DeliveryId;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter, types::Value};

/// How many rows one transaction of a long clean-up changes. Other commits run in between.
pub(crate) const BATCH: u32 = 500;

pub(crate) fn claim(connection: &Connection, claim: &Claim) -> Result<Claimed, Fault> {
    let until = claim.now.checked_add(claim.lease).ok_or_else(|| {
        Fault::from(StoreError::new(
            StoreErrorKind::ApiMisuse,
            "the lease ends after the year 9999",
        ))
    })?;
    let (now, until) = (time::floor(claim.now), time::ceil(until));
    let limit = claim.limit as usize;
    connection.prepare_cached(sql::LIFT)?.execute([now])?;
    let mut claimed = Claimed {
        holds: holds::running(connection, now)?,
        ..Claimed::default()
    };
    // One row more shows when the next one is due.
    let ready = holds::ready(connection, claim, &claimed.holds)?;
    let due = ready.iter().take(limit).take_while(|(at, _)| *at <= now).count();
    claimed.next_due = ready.get(due).map(|(at, _)| time::read(*at)).transpose()?;
    let mut lease = connection.prepare_cached(sql::LEASE)?;
    let mut leased = connection.prepare_cached(sql::LEASED)?;
    for (_, row) in ready.into_iter().take(due) {
        let mut rows = lease.query(params![row, until])?;
        let Some(found) = rows.next()? else { continue };
        let mut rows = leased.query([row])?;
        let Some(delivery) = rows.next()? else { continue };
        // A row of a newer version is left for a server that can read it. It is leased like the
        // others, so that it blocks none of them.
        match read(found, delivery) {
            Ok(mut leased) => {
                leased.after = progress::of_all(connection, &leased.delivery.after)?;
                claimed.deliveries.push(leased);
            }
            Err(_) => claimed.unreadable = claimed.unreadable.saturating_add(1),
        }
    }
    Ok(claimed)
}

fn read(found: &Row<'_>, row: &Row<'_>) -> Result<Leased, Fault> {
    let mut delivery: Delivery = row::decode(text(row, 0)?)?;
    delivery.private = row::decode_private(optional(row, 1)?)?;
    let fence = u64::try_from(found.get::<_, i64>(0)?).map_err(|_| unreadable("fence"))?;
    let mut leased = Leased::new(delivery, found.get(1)?, fence);
    leased.checks = found.get(4)?;
    leased.receipt = optional(found, 2)?.map(ToOwned::to_owned);
    leased.most = found.get(3)?;
    Ok(leased)
}

/// The values for a verdict's statement, and for the statement of its hold, behind the delivery's
/// number.
pub(crate) struct Encoded {
    delivery: DeliveryId,
    settle: Vec<Value>,
    text: &'static str,
    /// Whether it is given up, and not on purpose.
    waits_for_a_person: bool,
    hold: Option<[Value; 2]>,
}

impl Encoded {
    /// None for a lease number that was never given out.
    pub(crate) fn new(settlement: &Settlement) -> Result<Option<Self>, StoreError> {
        let Ok(fence) = i64::try_from(settlement.fence) else {
            return Ok(None);
        };
        let change = settlement.verdict.change();
        let state = change.state.map(|state| state.as_str().to_owned());
        let waits_for_a_person = change.state == Some(DeliveryState::Dead) && !settlement.attempt.is_cancelled();
        let hold = |(why, until): (&str, _)| [time::ceil(until).into(), why.to_owned().into()];
        let mut settle = vec![
            fence.into(),
            state.into(),
            change.due_at.map(time::ceil).into(),
            row::encode(&settlement.attempt)?.into(),
            change.receipt.map(ToOwned::to_owned).into(),
            change.most.into(),
            i64::from(change.attempts).into(),
            i64::from(change.keeps_receipt).into(),
            i64::from(change.hold.is_some()).into(),
        ];
        let ends = change.state.is_some_and(|state| !state.is_open());
        if ends {
            settle.push(time::floor(settlement.attempt.at).into());
        }
        Ok(Some(Self {
            delivery: settlement.delivery.clone(),
            settle,
            text: if ends { sql::END } else { sql::SETTLE },
            waits_for_a_person,
            hold: change.hold.map(hold),
        }))
    }
}

pub(crate) fn settle(connection: &Connection, verdicts: &[Option<Encoded>]) -> Result<Vec<Settled>, Fault> {
    let settle = |verdict: &Option<Encoded>| {
        let Some(verdict) = verdict else {
            return Ok(Settled::LeaseLost);
        };
        let Some(number) = number(connection, verdict.delivery.as_str())?.map(Value::from) else {
            return Ok(Settled::LeaseLost);
        };
        let values = [&number].into_iter().chain(&verdict.settle);
        let mut statement = connection.prepare_cached(verdict.text)?;
        if statement.execute(params_from_iter(values))? == 0 {
            return Ok(Settled::LeaseLost);
        }
        if verdict.waits_for_a_person {
            connection.prepare_cached(sql::WRITE_LETTER)?.execute([&number])?;
        }
        if let Some(hold) = &verdict.hold {
            let values = [&number].into_iter().chain(hold);
            connection
                .prepare_cached(sql::HOLD)?
                .execute(params_from_iter(values))?;
        }
        Ok(Settled::Recorded)
    };
    verdicts.iter().map(settle).collect()
}

/// Ends the holds of lanes, and makes a batch of the held deliveries due. Returns the number of
/// deliveries, 0 if all is done, and whether the lane that is named was on hold.
pub(crate) fn release(connection: &Connection, selection: &Selection) -> Result<(usize, bool), Fault> {
    let due = time::ceil(selection.due_at);
    let mut was_held = false;
    let released = match &selection.which {
        Which::One(_) => 0,
        Which::Lane(lane) | Which::Held(lane) => {
            let mut lift = connection.prepare_cached(sql::LIFT_LANE)?;
            let until: Option<i64> = lift.query_row([lane.as_str()], |row| row.get(0)).optional()?;
            was_held = until.is_some_and(|until| until > due);
            let mut release = connection.prepare_cached(sql::RELEASE_LANE)?;
            release.execute(params![due, BATCH, lane.as_str()])?
        }
        Which::All => {
            connection.prepare_cached(sql::LIFT)?.execute([i64::MAX])?;
            connection.prepare_cached(sql::RELEASE)?.execute(params![due, BATCH])?
        }
    };
    Ok((released, was_held))
}

/// Looks at a batch of dead deliveries behind row `after`, and queues those that are meant again.
/// Returns how many, and the last row if there may be more.
pub(crate) fn requeue(connection: &Connection, selection: &Selection, after: i64) -> Result<(u64, Option<i64>), Fault> {
    let (text, which): (_, Option<Value>) = match &selection.which {
        // No row has the number 0.
        Which::One(id) => {
            let number = number(connection, id.as_str())?.unwrap_or_default();
            (sql::DEAD_ONE, Some(number.into()))
        }
        Which::Lane(lane) => (sql::DEAD_IN_LANE, Some(lane.as_str().to_owned().into())),
        Which::Held(_) => return Ok((0, None)),
        Which::All => (sql::DEAD, None),
    };
    let mut statement = connection.prepare_cached(text)?;
    let looked_at = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let rows = match which {
        Some(which) => statement.query_map(params![after, BATCH, which], looked_at)?,
        None => statement.query_map(params![after, BATCH], looked_at)?,
    };
    let rows: Vec<(i64, bool)> = rows.collect::<Result<_, _>>()?;
    let mut requeue = connection.prepare_cached(sql::REQUEUE)?;
    let mut drop_ended = connection.prepare_cached(sql::DROP_ENDED)?;
    let mut count = 0_u64;
    for (row, _) in rows.iter().filter(|(_, is_meant)| *is_meant) {
        requeue.execute(params![row, time::ceil(selection.due_at)])?;
        drop_ended.execute([row])?;
        count = count.saturating_add(1);
    }
    let last = rows.last().map(|(row, _)| *row);
    Ok((count, last.filter(|_| rows.len() >= BATCH as usize)))
}

/// Gives up what nobody holds a running lease on; `last` is the attempt as it is stored.
pub(crate) fn cancel(connection: &Connection, id: &str, last: &str, now: Timestamp) -> Result<Cancelled, Fault> {
    let now = time::floor(now);
    let Some(number) = number(connection, id)? else {
        return Ok(Cancelled::NotOpen);
    };
    let mut open = connection.prepare_cached(sql::CANCEL)?;
    let mut dead = connection.prepare_cached(sql::CANCEL_DEAD)?;
    if open.execute(params![number, last, now])? != 0
        || dead.execute(params![number, last, now, Attempt::CANCELLED, Attempt::WITHDRAWN])? != 0
    {
        connection.prepare_cached(sql::DROP_LETTER)?.execute([number])?;
        return Ok(Cancelled::Recorded);
    }
    Ok(match connection.prepare_cached(sql::IS_OPEN)?.exists([number])? {
        true => Cancelled::Leased,
        false => Cancelled::NotOpen,
    })
}

pub(crate) fn dead_letters(connection: &Connection) -> Result<DeadLetters, Fault> {
    let mut count = connection.prepare_cached(sql::LETTERS)?;
    let count: i64 = count.query_row([], |row| row.get(0))?;
    let mut first = connection.prepare_cached(sql::FIRST_LETTER)?;
    let oldest = first.query_row([], |row| row.get(0)).optional()?;
    Ok(DeadLetters {
        count: u64::try_from(count).unwrap_or_default(),
        oldest: oldest.map(time::read).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps;
    use postback::delivery::Lane;

    #[test]
    fn a_batch_of_a_lane_ends_after_so_many_dead_deliveries_of_any_lane() {
        let file = Connection::open_in_memory().unwrap();
        steps::take(&file, 0, None).unwrap();
        let numbers = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1100)";
        for insert in [
            "INSERT INTO delivery (seq, id_key, id, lane, created, payload) \
                SELECT n, n, 'd' || n, iif(n % 600 = 0, 'https://a.example', 'https://b.example'), 0, '' FROM number",
            "INSERT INTO ended (seq, state, at, due, fence, attempts, checks) SELECT n, 'dead', 0, 0, 1, 1, 0 FROM number",
        ] {
            file.execute(&format!("{numbers} {insert}"), []).unwrap();
        }
        let now = Timestamp::from_unix_seconds(9).unwrap();
        let of_lane = Selection::new(Which::Lane(Lane::new("https://a.example")), now);
        let batches = [0, 500, 1_000].map(|after| requeue(&file, &of_lane, after).unwrap());
        assert_eq!(batches, [(0, Some(500)), (1, Some(1_000)), (0, None)]);
        let queued: Vec<i64> = {
            let mut rows = file.prepare("SELECT seq FROM queue").unwrap();
            rows.query_map([], |row| row.get(0))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap()
        };
        assert_eq!(queued, [600]);
    }
}
