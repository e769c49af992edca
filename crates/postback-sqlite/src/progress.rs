//! How far deliveries have come, for corrections that depend on them.

use crate::{
    facts::{optional, text, unreadable},
    fault::Fault,
    key::{key, of_hash},
    sql, time,
};
use postback::delivery::{Attempt, Delivery, DeliveryState, Footing, Progress, Withdrawal};
use postback::plan::Reported;
use postback::port::{StoreError, row};
use postback::value::{ClickId, DeliveryId};
use rusqlite::{Connection, OptionalExtension, Row, params, types::Value};

/// Returns the number of a delivery's row.
pub(crate) fn number(connection: &Connection, id: &str) -> Result<Option<i64>, Fault> {
    let mut statement = connection.prepare_cached(sql::FIND_DELIVERY)?;
    Ok(statement
        .query_row(params![id, of_hash(id)], |row| row.get(0))
        .optional()?)
}

/// Returns how far each of these deliveries has come.
pub(crate) fn of_all(connection: &Connection, ids: &[DeliveryId]) -> Result<Vec<Progress>, Fault> {
    ids.iter().map(|id| of(connection, id.as_str())).collect()
}

/// Returns how far a delivery has come; unknown where it is not stored.
pub(crate) fn of(connection: &Connection, id: &str) -> Result<Progress, Fault> {
    number(connection, id)?.map_or(Ok(Progress::Unknown), |number| of_row(connection, number))
}

fn of_row(connection: &Connection, number: i64) -> Result<Progress, Fault> {
    for statement in [sql::PROGRESS, sql::PROGRESS_ENDED] {
        let mut statement = connection.prepare_cached(statement)?;
        let mut rows = statement.query([number])?;
        if let Some(found) = rows.next()? {
            return read(found);
        }
    }
    Ok(Progress::Unknown)
}

fn read(found: &Row<'_>) -> Result<Progress, Fault> {
    let last: Option<Attempt> = optional(found, 6)?.map(row::decode).transpose()?;
    Ok(Progress::of(&Footing {
        state: DeliveryState::from_word(text(found, 0)?).ok_or_else(|| unreadable("state"))?,
        leased: found.get(1)?,
        fence: u64::try_from(found.get::<_, i64>(2)?).map_err(|_| unreadable("fence"))?,
        attempts: found.get(3)?,
        held: found.get(4)?,
        smaller: found.get(5)?,
        last: last.as_ref(),
    }))
}

/// Reads what ad platforms are told of a click. A row of a newer version cannot be corrected, so it
/// is an error.
pub(crate) fn reported(connection: &Connection, click: &ClickId) -> Result<Vec<Reported>, Fault> {
    let mut statement = connection.prepare_cached(sql::REPORTED)?;
    let mut rows = statement.query(params![click.as_str(), key(click.as_str())])?;
    let mut reported = Vec::new();
    while let Some(found) = rows.next()? {
        let mut delivery: Delivery = row::decode(text(found, 1)?)?;
        delivery.private = row::decode_private(optional(found, 2)?)?;
        if delivery.cause.kind() == "conversion_api" {
            let progress = of_row(connection, found.get(0)?)?;
            reported.push(Reported { delivery, progress });
        }
    }
    Ok(reported)
}

/// A withdrawal with its values as they are stored.
pub(crate) struct Encoded {
    delivery: DeliveryId,
    from: Progress,
    last: String,
    at: i64,
}

impl Encoded {
    pub(crate) fn new(withdrawal: &Withdrawal) -> Result<Self, StoreError> {
        Ok(Self {
            delivery: withdrawal.delivery.clone(),
            from: withdrawal.from,
            last: row::encode(&withdrawal.attempt)?,
            at: time::floor(withdrawal.attempt.at),
        })
    }

    pub(crate) fn id(&self) -> &str {
        self.delivery.as_str()
    }

    /// Whether the delivery has come as far as the decision knew. One that is not stored is, if the
    /// same commit queues it.
    pub(crate) fn stands(&self, connection: &Connection, is_new: bool) -> Result<bool, Fault> {
        Ok(match of(connection, self.id())? {
            Progress::Unknown if is_new => self.from == Progress::Unsent,
            known => known == self.from,
        })
    }

    pub(crate) fn apply(&self, connection: &Connection) -> Result<(), Fault> {
        if let Some(number) = number(connection, self.id())? {
            let values: [Value; 3] = [number.into(), self.last.clone().into(), self.at.into()];
            connection.prepare_cached(sql::WITHDRAW)?.execute(values)?;
        }
        Ok(())
    }
}
