//! A commit: the caller's thread encodes it, and the thread that holds the transaction applies it.

use crate::{fault::Fault, guard, key::key, sql, time};
use postback::delivery::Delivery;
use postback::plan::{Commit, Committed, Standing, Write};
use postback::port::{
    StoreError,
    row::{self, Column},
};
use postback::{Click, Timestamp};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter, types::Value};

/// A statement with its values.
pub(crate) type Statement = (&'static str, Vec<Value>);

/// A commit, encoded as statements with their values.
pub(crate) struct Encoded {
    identity: Option<String>,
    /// Events with the outcomes that they must have.
    standing: Vec<(String, &'static str)>,
    guards: Vec<guard::Encoded>,
    statements: Vec<Statement>,
    outbox: Vec<Queued>,
}

/// A delivery's row, with its lane, when it is due, and the delivery in whose place it goes out.
struct Queued {
    row: Vec<Value>,
    lane: String,
    due: i64,
    replaces: Option<String>,
}

impl Encoded {
    pub(crate) fn new(commit: &Commit) -> Result<Self, StoreError> {
        let mut statements = Vec::new();
        for write in &commit.writes {
            encode(write, &mut statements)?;
        }
        Ok(Self {
            identity: commit.identity.as_ref().map(ToString::to_string),
            standing: commit.standing.iter().map(stands).collect(),
            guards: guard::encode(&commit.guards),
            statements,
            outbox: commit
                .outbox
                .iter()
                .map(|delivery| Queued::new(delivery, commit.now))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Checks the guards, then writes. If the answer is not `Applied`, it leaves at most guard rows
    /// of version 0, which mean the same as no row.
    pub(crate) fn apply(&self, connection: &Connection) -> Result<Committed, Fault> {
        if let Some(identity) = &self.identity
            && outcome(connection, identity)?.is_some()
        {
            return Ok(Committed::Duplicate);
        }
        for (event, stands) in &self.standing {
            if outcome(connection, event)?.as_deref() != Some(stands) {
                return Ok(Committed::Conflict);
            }
        }
        if !guard::raise(connection, &self.guards)? {
            return Ok(Committed::Conflict);
        }
        for (text, values) in &self.statements {
            let mut statement = connection.prepare_cached(text)?;
            // A ring that holds too much gives up one body at a time.
            while statement.execute(params_from_iter(values))? > 0 && *text == sql::TRIM_REFUSED {}
        }
        self.outbox.iter().try_for_each(|queued| queued.write(connection))?;
        Ok(Committed::Applied)
    }
}

fn stands(standing: &Standing) -> (String, &'static str) {
    (standing.event.to_string(), standing.outcome.as_str())
}

/// Returns the code of a stored event's outcome.
pub(crate) fn outcome(connection: &Connection, event: &str) -> Result<Option<String>, Fault> {
    Ok(connection
        .prepare_cached(sql::OUTCOME)?
        .query_row(params![event], |row| row.get(0))
        .optional()?)
}

/// Returns the statement for a click's row.
pub(crate) fn record(click: &Click) -> Result<Statement, StoreError> {
    Ok((sql::RECORD, values(row::of_click(click)?, false)))
}

fn encode(write: &Write, statements: &mut Vec<Statement>) -> Result<(), StoreError> {
    let (statement, keyed) = match write {
        Write::Event(_) => (sql::WRITE_EVENT, true),
        Write::Conversion(_) => (sql::WRITE_CONVERSION, true),
        Write::Tally(_) => (sql::WRITE_TALLY, true),
        Write::Receipt(_) => (sql::WRITE_RECEIPT, false),
        Write::Configuration(_) => (sql::WRITE_CONFIGURATION, false),
        Write::Refused { .. } => (sql::WRITE_REFUSED, false),
    };
    statements.push((statement, values(row::of_write(write)?, keyed)));
    if let Write::Refused { body, keep } = write {
        let row = &body.row;
        let words = [row.source.as_str(), row.interface.as_str(), row.ring.as_str()];
        let mut trim: Vec<Value> = words.map(|word| word.to_owned().into()).into();
        trim.push(i64::from(keep.bodies).into());
        trim.push(i64::try_from(keep.bytes).unwrap_or(i64::MAX).into());
        statements.push((sql::TRIM_REFUSED, trim));
    }
    Ok(())
}

impl Queued {
    fn new(delivery: &Delivery, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            row: values(row::of_delivery(delivery, now)?, true),
            lane: delivery.lane.as_str().to_owned(),
            due: time::ceil(delivery.due_at(now)),
            replaces: delivery
                .replaces
                .as_ref()
                .map(|replaced| replaced.delivery.as_str().to_owned()),
        })
    }

    /// A delivery that is stored already is left as it is.
    fn write(&self, connection: &Connection) -> Result<(), Fault> {
        let new = connection
            .prepare_cached(sql::ENQUEUE)?
            .execute(params_from_iter(&self.row))?;
        if new > 0 {
            let number = connection.last_insert_rowid();
            let queued = params![number, self.lane, self.due];
            connection.prepare_cached(sql::QUEUE)?.execute(queued)?;
            if let Some(replaced) = &self.replaces {
                connection
                    .prepare_cached(sql::DROP_REPLACED)?
                    .execute(params![number, replaced])?;
            }
        }
        Ok(())
    }
}

/// Returns the values of a row in the order of its columns. In a table that finds clicks by their
/// keys, the key follows the click.
fn values(columns: row::Columns<'_>, keyed: bool) -> Vec<Value> {
    let mut values = Vec::with_capacity(columns.len().saturating_add(1));
    for (name, column) in columns {
        let click_key = match &column {
            Column::Text(click) if keyed && name == "click" => Some(Some(key(click))),
            Column::Absent if keyed && name == "click" => Some(None),
            _ => None,
        };
        values.push(match column {
            Column::Text(text) => Value::Text(text.to_owned()),
            Column::Made(text) => Value::Text(text),
            Column::Absent => Value::Null,
            Column::At(time) => time::floor(time).into(),
            Column::Due(time) => time::ceil(time).into(),
            Column::Bytes(bytes) => Value::Blob(bytes),
        });
        values.extend(click_key.map(Value::from));
    }
    values
}
