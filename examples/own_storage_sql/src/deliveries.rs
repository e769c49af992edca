//! Deliveries and their leases.

use crate::reads::payload;
use crate::sql::{due, get, micros, rows, run, time, unreadable};
use postback::delivery::{
    Attempt, Cancelled, Cause, Delivery, DeliveryState, Footing, Hold, Lane, Leased, Progress, Settled, Settlement,
    Withdrawal,
};
use postback::plan::{Commit, Reported};
use postback::port::row::{decode, decode_private, encode};
use postback::port::{Claim, Claimed, Selection, StoreError, StoreErrorKind, Which};
use postback::value::{ClickId, DeliveryId};
use rusqlite::{Connection, Row, params};
use std::collections::BTreeMap;

/// What a person gave up (?1 is found of it), what was withdrawn, and what was sent again as
/// another delivery, waits for nobody.
pub(crate) const IS_DEAD_LETTER: &str = "state = 'dead' AND coalesce(last ->> '$.row.finding', '') <> ?1 \
    AND coalesce(last ->> '$.row.finding', '') NOT LIKE 'withdrawn: %' \
    AND NOT EXISTS (SELECT 1 FROM delivery AS other \
    WHERE other.click = dead.click AND other.payload ->> '$.row.replaces.delivery' = dead.id)";

/// Leases what is ready. The fencing number gives correctness: a verdict under an older one writes
/// nothing.
pub(crate) fn claim(file: &Connection, claim: &Claim) -> Result<Claimed, StoreError> {
    let end = claim.now.checked_add(claim.lease);
    let end = end.ok_or_else(|| StoreError::new(StoreErrorKind::ApiMisuse, "the lease ends after the year 9999"))?;
    run(file, "DELETE FROM hold WHERE until <= ?", [micros(claim.now)])?;
    // A lane that stands still is ready when its hold ends.
    let text = "SELECT seq, max(ready, coalesce(until, ready)) AS at, lane FROM delivery LEFT JOIN hold USING (lane) \
        WHERE ready IS NOT NULL AND lane = coalesce(?, lane) ORDER BY at, seq";
    let lane = claim.lane.as_ref().map(Lane::as_str);
    let mut given: BTreeMap<Lane, u32> = BTreeMap::new();
    let ready = rows(file, text, [lane], |row| {
        let lane = Lane::new(&get::<String>(row, 2)?);
        let share = claim.share(&lane);
        let given = given.entry(lane).or_default();
        *given = given.saturating_add(1);
        Ok((*given <= share).then_some((get::<i64>(row, 0)?, get::<i64>(row, 1)?)))
    })?;
    // No lane gets more than its share. The first that stays behind says when the next one is due.
    let ready: Vec<(i64, i64)> = ready.into_iter().flatten().collect();
    let taken = ready.iter().take(claim.limit as usize);
    let taken = taken.take_while(|(_, at)| *at <= micros(claim.now)).count();
    let mut claimed = Claimed {
        next_due: ready.get(taken).map(|(_, at)| time(*at)).transpose()?,
        holds: holds(file)?,
        ..Claimed::default()
    };
    let text = "UPDATE delivery SET fence = fence + 1, lease = ?2, held = 0 WHERE seq = ?1 \
        RETURNING payload, private, attempts, fence, checks, receipt, most";
    for (seq, _) in ready.iter().take(taken) {
        claimed.deliveries.extend(rows(file, text, [*seq, due(end)], leased)?);
    }
    for leased in &mut claimed.deliveries {
        let after = leased.delivery.after.iter().map(|id| progress(file, id));
        leased.after = after.collect::<Result<_, _>>()?;
    }
    Ok(claimed)
}

fn leased(row: &Row<'_>) -> Result<Leased, StoreError> {
    let mut delivery: Delivery = payload(row, 0)?;
    delivery.private = decode_private(get::<Option<String>>(row, 1)?.as_deref())?;
    let fence = u64::try_from(get::<i64>(row, 3)?).map_err(|_| unreadable("fence"))?;
    let mut leased = Leased::new(delivery, get(row, 2)?, fence);
    leased.checks = get(row, 4)?;
    leased.receipt = get(row, 5)?;
    leased.most = get(row, 6)?;
    Ok(leased)
}

/// The lanes that stand still.
pub(crate) fn holds(file: &Connection) -> Result<Vec<Hold>, StoreError> {
    rows(file, "SELECT lane, until, why FROM hold ORDER BY lane", [], |row| {
        Ok(Hold {
            lane: Lane::new(&get::<String>(row, 0)?),
            until: time(get(row, 1)?)?,
            why: get(row, 2)?,
        })
    })
}

/// Writes what a verdict changes, if its lease is the last one.
pub(crate) fn settle(file: &Connection, settlement: &Settlement) -> Result<Settled, StoreError> {
    let change = settlement.verdict.change();
    let Ok(fence) = i64::try_from(settlement.fence) else {
        return Ok(Settled::LeaseLost);
    };
    let text = "UPDATE delivery SET state = coalesce(?3, state), due = coalesce(?4, due), lease = NULL, last = ?5, \
        attempts = attempts + iif(receipt IS NULL, ?6, 0), \
        checks = iif(?3 = 'queued', 0, checks + iif(receipt IS NULL, 0, ?6)), \
        receipt = iif(?7, receipt, ?8), most = coalesce(?9, most), held = ?10 \
        WHERE id = ?1 AND fence = ?2 AND lease IS NOT NULL";
    let values = params![
        settlement.delivery.as_str(),
        fence,
        change.state.map(|state| state.as_str()),
        change.due_at.map(due),
        encode(&settlement.attempt)?,
        change.attempts,
        change.keeps_receipt,
        change.receipt,
        change.most,
        change.hold.is_some(),
    ];
    if run(file, text, values)? == 0 {
        return Ok(Settled::LeaseLost);
    }
    if let Some((why, until)) = change.hold {
        let text = "INSERT INTO hold SELECT lane, ?2, ?3 FROM delivery WHERE id = ?1 \
            ON CONFLICT (lane) DO UPDATE SET until = max(until, ?2), why = ?3";
        run(file, text, params![settlement.delivery.as_str(), due(until), why])?;
    }
    Ok(Settled::Recorded)
}

/// Queues dead deliveries again; a lane that is named goes on.
pub(crate) fn requeue(file: &Connection, selection: &Selection) -> Result<u64, StoreError> {
    let at = due(selection.due_at);
    let (column, named) = match &selection.which {
        Which::One(id) => ("id", id.as_str()),
        Which::Lane(lane) | Which::Held(lane) => ("lane", lane.as_str()),
        Which::All => ("''", ""),
    };
    let mut ended = 0;
    if column != "id" {
        // What is over is no hold any more.
        run(file, "DELETE FROM hold WHERE until <= ?", [at])?;
        ended = run(file, &format!("DELETE FROM hold WHERE {column} = ?"), [named])?;
        let text = format!("UPDATE delivery SET held = 0, due = min(due, ?1) WHERE held AND {column} = ?2");
        run(file, &text, params![at, named])?;
    }
    if matches!(selection.which, Which::Held(_)) {
        return Ok(ended);
    }
    // What has a receipt is checked, and not sent again.
    let text = format!(
        "UPDATE delivery SET state = iif(receipt IS NULL, 'queued', 'accepted'), due = ?1, attempts = 0, checks = 0, \
         last = NULL WHERE state = 'dead' AND {column} = ?2"
    );
    run(file, &text, params![at, named])
}

/// How far a delivery has come.
pub(crate) fn progress(file: &Connection, id: &DeliveryId) -> Result<Progress, StoreError> {
    let text = format!("SELECT {FOOTING} FROM delivery WHERE id = ?");
    let found = rows(file, &text, [id.as_str()], |row| footing(row, 0))?;
    Ok(found.first().copied().unwrap_or(Progress::Unknown))
}

/// The columns that say how far a delivery has come.
const FOOTING: &str = "state, lease IS NOT NULL, fence, attempts, held, most IS NOT NULL, last";

fn footing(row: &Row<'_>, first: usize) -> Result<Progress, StoreError> {
    let state = DeliveryState::from_word(&get::<String>(row, first)?);
    let column = |place: usize| first.saturating_add(place);
    let last: Option<String> = get(row, column(6))?;
    let last: Option<Attempt> = last.as_deref().map(decode).transpose()?;
    Ok(Progress::of(&Footing {
        state: state.ok_or_else(|| unreadable("state"))?,
        leased: get(row, column(1))?,
        fence: u64::try_from(get::<i64>(row, column(2))?).map_err(|_| unreadable("fence"))?,
        attempts: get(row, column(3))?,
        held: get(row, column(4))?,
        smaller: get(row, column(5))?,
        last: last.as_ref(),
    }))
}

/// What ad platforms are told of a click, with how far each has come.
pub(crate) fn reported(file: &Connection, click: &ClickId) -> Result<Vec<Reported>, StoreError> {
    let text = format!("SELECT payload, private, {FOOTING} FROM delivery WHERE click = ?");
    let found = rows(file, &text, [click.as_str()], |row| {
        let mut delivery: Delivery = payload(row, 0)?;
        delivery.private = decode_private(get::<Option<String>>(row, 1)?.as_deref())?;
        let progress = footing(row, 2)?;
        Ok(Reported { delivery, progress })
    })?;
    let tells = |one: &Reported| matches!(one.delivery.cause, Cause::ConversionApi { .. });
    Ok(found.into_iter().filter(tells).collect())
}

/// Whether every delivery that a commit withdraws has come as far as its decision knew.
pub(crate) fn all_stand(file: &Connection, commit: &Commit) -> Result<bool, StoreError> {
    for withdrawal in &commit.withdrawals {
        let stands = match progress(file, &withdrawal.delivery)? {
            // The commit itself queues it.
            Progress::Unknown if commit.outbox.iter().any(|new| new.id == withdrawal.delivery) => Progress::Unsent,
            known => known,
        };
        if stands != withdrawal.from {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives up what a commit withdraws.
pub(crate) fn withdraw(file: &Connection, withdrawal: &Withdrawal) -> Result<u64, StoreError> {
    let text = "UPDATE delivery SET state = 'dead', lease = NULL, held = 0, last = ?2 WHERE id = ?1";
    run(
        file,
        text,
        params![withdrawal.delivery.as_str(), encode(&withdrawal.attempt)?],
    )
}

/// Gives up what nobody holds a running lease on; `ready` is when a lease ends.
pub(crate) fn cancel(file: &Connection, id: &DeliveryId, attempt: &Attempt) -> Result<Cancelled, StoreError> {
    let text = "UPDATE delivery SET state = 'dead', lease = NULL, held = 0, last = ?2 \
        WHERE id = ?1 AND (ready IS NOT NULL AND (lease IS NULL OR lease <= ?3) \
        OR state = 'dead' AND coalesce(last ->> '$.row.finding', '') <> ?4 \
        AND coalesce(last ->> '$.row.finding', '') NOT LIKE 'withdrawn: %')";
    let values = params![id.as_str(), encode(attempt)?, micros(attempt.at), Attempt::CANCELLED];
    if run(file, text, values)? != 0 {
        return Ok(Cancelled::Recorded);
    }
    let text = "SELECT 1 FROM delivery WHERE id = ? AND ready IS NOT NULL";
    let open = rows(file, text, [id.as_str()], |_| Ok(()))?;
    Ok(match open.is_empty() {
        true => Cancelled::NotOpen,
        false => Cancelled::Leased,
    })
}
