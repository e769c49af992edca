//! A commit: the caller's thread encodes it, and the thread that holds the transaction applies it.

use crate::{
    fault::Fault,
    guard,
    key::of_hash,
    parts::{self, Part},
    progress, sql, time, values,
};
use postback::delivery::Delivery;
use postback::plan::{Commit, Committed, Standing, Write};
use postback::port::{StoreError, row};
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
    writes: Vec<Encoding>,
    outbox: Vec<Queued>,
    withdrawals: Vec<progress::Encoded>,
}

/// What one write runs.
enum Encoding {
    Plain(Statement),
    /// Runs until it changes nothing: a ring that holds too much gives up one body at a time.
    Repeated(Statement),
    Part(Part),
    /// What the commit is known by, so that it is not stored yet.
    New(Part),
}

/// A delivery's row, with its lane, when it is due, and the delivery in whose place it goes out.
struct Queued {
    id: String,
    row: Part,
    lane: String,
    due: i64,
    replaces: Option<String>,
}

impl Encoded {
    pub(crate) fn new(commit: &Commit) -> Result<Self, StoreError> {
        let (mut writes, mut identity) = (Vec::new(), commit.identity.as_ref());
        for write in &commit.writes {
            let is_new = matches!(write, Write::Event(row) if identity.take_if(|id| **id == row.event.id).is_some());
            encode(write, is_new, &mut writes)?;
        }
        Ok(Self {
            identity: commit.identity.as_ref().map(ToString::to_string),
            standing: commit.standing.iter().map(stands).collect(),
            guards: guard::encode(&commit.guards),
            writes,
            outbox: commit
                .outbox
                .iter()
                .map(|delivery| Queued::new(delivery, commit.now))
                .collect::<Result<_, _>>()?,
            withdrawals: commit
                .withdrawals
                .iter()
                .map(progress::Encoded::new)
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
        for withdrawal in &self.withdrawals {
            let is_new = self.outbox.iter().any(|queued| queued.id == withdrawal.id());
            if !withdrawal.stands(connection, is_new)? {
                return Ok(Committed::Conflict);
            }
        }
        if !guard::raise(connection, &self.guards)? {
            return Ok(Committed::Conflict);
        }
        self.writes.iter().try_for_each(|write| write.run(connection))?;
        self.outbox.iter().try_for_each(|queued| queued.write(connection))?;
        self.withdrawals
            .iter()
            .try_for_each(|withdrawal| withdrawal.apply(connection))?;
        Ok(Committed::Applied)
    }
}

impl Encoding {
    fn run(&self, connection: &Connection) -> Result<(), Fault> {
        match self {
            Self::Plain((text, values)) => {
                connection.prepare_cached(text)?.execute(params_from_iter(values))?;
            }
            Self::Repeated((text, values)) => {
                let mut statement = connection.prepare_cached(text)?;
                while statement.execute(params_from_iter(values))? > 0 {}
            }
            Self::Part(part) => {
                part.write(connection)?;
            }
            Self::New(part) => {
                part.add(connection)?;
            }
        }
        Ok(())
    }
}

fn stands(standing: &Standing) -> (String, &'static str) {
    (standing.event.to_string(), standing.outcome.as_str())
}

/// Returns the code of a stored event's outcome.
pub(crate) fn outcome(connection: &Connection, event: &str) -> Result<Option<String>, Fault> {
    Ok(connection
        .prepare_cached(sql::OUTCOME)?
        .query_row(params![event, of_hash(event)], |row| row.get(0))
        .optional()?)
}

/// Returns the statement for a click's row.
pub(crate) fn record(click: &Click) -> Result<Statement, StoreError> {
    Ok((sql::RECORD, values::plain(row::of_click(click)?)))
}

fn encode(write: &Write, is_new: bool, writes: &mut Vec<Encoding>) -> Result<(), StoreError> {
    let kind = match write {
        Write::Event(_) => Some(parts::EVENT),
        Write::Conversion(_) => Some(parts::CONVERSION),
        Write::Tally(_) => Some(parts::TALLY),
        Write::Receipt(_) | Write::Configuration(_) | Write::Refused { .. } => None,
    };
    let columns = row::of_write(write)?;
    if let Some(kind) = kind {
        let part = Part::new(kind, columns);
        writes.push(if is_new {
            Encoding::New(part)
        } else {
            Encoding::Part(part)
        });
        return Ok(());
    }
    let text = match write {
        Write::Receipt(_) => sql::WRITE_RECEIPT,
        Write::Configuration(_) => sql::WRITE_CONFIGURATION,
        _ => sql::WRITE_REFUSED,
    };
    writes.push(Encoding::Plain((text, values::plain(columns))));
    if let Write::Refused { body, keep } = write {
        let row = &body.row;
        let words = [row.source.as_str(), row.interface.as_str(), row.ring.as_str()];
        let mut trim: Vec<Value> = words.map(|word| word.to_owned().into()).into();
        trim.push(i64::from(keep.bodies).into());
        trim.push(i64::try_from(keep.bytes).unwrap_or(i64::MAX).into());
        writes.push(Encoding::Repeated((sql::TRIM_REFUSED, trim)));
    }
    Ok(())
}

impl Queued {
    fn new(delivery: &Delivery, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            id: delivery.id.to_string(),
            row: Part::new(parts::DELIVERY, row::of_delivery(delivery, now)?),
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
        if let Some(number) = self.row.write(connection)? {
            let queued = params![number, self.lane, self.due];
            connection.prepare_cached(sql::QUEUE)?.execute(queued)?;
            if let Some(replaced) = &self.replaces {
                connection
                    .prepare_cached(sql::DROP_REPLACED)?
                    .execute(params![number, replaced, of_hash(replaced)])?;
            }
        }
        Ok(())
    }
}
