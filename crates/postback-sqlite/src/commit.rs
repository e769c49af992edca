//! A commit: encoded by the caller's thread, applied by the one that holds the transaction.

use crate::{fault::Fault, guard, key::key, sql, time};
use postback::delivery::Delivery;
use postback::model::Click;
use postback::plan::{Commit, Committed, EventRow, MAX_REFUSED, Outcome, Write};
use postback::port::{StoreError, row};
use postback::value::Timestamp;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter, types::Value};

/// A statement with its values.
pub(crate) type Statement = (&'static str, Vec<Value>);

/// A commit as texts and statements.
pub(crate) struct Encoded {
    identity: Option<String>,
    waiting: Vec<String>,
    guards: Vec<guard::Encoded>,
    statements: Vec<Statement>,
}

impl Encoded {
    pub(crate) fn new(commit: &Commit) -> Result<Self, StoreError> {
        let mut statements = Vec::new();
        for write in &commit.writes {
            encode(write, &mut statements)?;
        }
        for delivery in &commit.outbox {
            statements.push(enqueue(delivery, commit.now)?);
        }
        Ok(Self {
            identity: commit.identity.as_ref().map(ToString::to_string),
            waiting: commit.waiting.iter().map(ToString::to_string).collect(),
            guards: guard::encode(&commit.guards),
            statements,
        })
    }

    /// Checks, then writes. Any other answer than `Applied` leaves at most guards of version 0,
    /// which say what no row says.
    pub(crate) fn apply(&self, connection: &Connection) -> Result<Committed, Fault> {
        if let Some(identity) = &self.identity
            && outcome(connection, identity)?.is_some()
        {
            return Ok(Committed::Duplicate);
        }
        for event in &self.waiting {
            if outcome(connection, event)?.as_deref() != Some(Outcome::Unattributed.as_str()) {
                return Ok(Committed::Conflict);
            }
        }
        if !guard::raise(connection, &self.guards)? {
            return Ok(Committed::Conflict);
        }
        for (text, values) in &self.statements {
            connection.prepare_cached(text)?.execute(params_from_iter(values))?;
        }
        Ok(Committed::Applied)
    }
}

/// The code of a stored event's outcome.
pub(crate) fn outcome(connection: &Connection, event: &str) -> Result<Option<String>, Fault> {
    Ok(connection
        .prepare_cached(sql::OUTCOME)?
        .query_row(params![event], |row| row.get(0))
        .optional()?)
}

/// A click's row.
pub(crate) fn record(click: &Click) -> Result<Statement, StoreError> {
    let (payload, private) = (row::encode(click)?, row::encode_private(&click.private)?);
    Ok((
        sql::RECORD,
        vec![
            text(&click.id),
            time::floor(click.at).into(),
            payload.into(),
            private.into(),
        ],
    ))
}

fn encode(write: &Write, statements: &mut Vec<Statement>) -> Result<(), StoreError> {
    let statement = match write {
        Write::Event(event) => encode_event(event)?,
        Write::Conversion(conversion) => {
            let receipt = optional(conversion.shown.receipt.as_ref());
            let payload = row::encode(conversion)?.into();
            (
                sql::WRITE_CONVERSION,
                vec![
                    text(&conversion.id),
                    text(&conversion.click),
                    key(conversion.click.as_str()).into(),
                    receipt,
                    payload,
                ],
            )
        }
        Write::Tally(tally) => (
            sql::WRITE_TALLY,
            vec![
                text(&tally.click),
                tally.key.column().into(),
                row::encode(tally)?.into(),
            ],
        ),
        Write::Receipt(record) => (
            sql::WRITE_RECEIPT,
            vec![text(&record.source), text(&record.receipt), row::encode(record)?.into()],
        ),
        Write::Configuration(row) => (
            sql::WRITE_CONFIGURATION,
            vec![text(&row.fingerprint), row.document.clone().into()],
        ),
        Write::Refused(refused) => {
            let row = &refused.row;
            let (source, ring) = (text(&row.source), Value::Text(row.ring.as_str().to_owned()));
            let values = vec![
                text(&row.id),
                source.clone(),
                ring.clone(),
                row.at.to_string().into(),
                time::floor(row.at).into(),
                refused.body.clone().into(),
            ];
            statements.push((sql::WRITE_REFUSED, values));
            (sql::TRIM_REFUSED, vec![source, ring, i64::from(MAX_REFUSED).into()])
        }
    };
    statements.push(statement);
    Ok(())
}

fn encode_event(written: &EventRow) -> Result<Statement, StoreError> {
    let event = &written.event;
    let values = vec![
        text(&event.id),
        text(&event.source),
        written.outcome.as_str().to_owned().into(),
        optional(event.receipt.as_ref()),
        optional(event.parent.as_ref()),
        optional(written.click.as_ref()),
        written.click.as_ref().map(|click| key(click.as_str())).into(),
        time::floor(event.received_at).into(),
        row::encode(written)?.into(),
        row::encode_private(&event.private)?.into(),
    ];
    Ok((sql::WRITE_EVENT, values))
}

fn enqueue(delivery: &Delivery, now: Timestamp) -> Result<Statement, StoreError> {
    let click = delivery.cause.click();
    let values = vec![
        text(&delivery.id),
        delivery.lane.as_str().to_owned().into(),
        optional(delivery.cause.conversion()),
        optional(click),
        click.map(|click| key(click.as_str())).into(),
        time::floor(delivery.created_at).into(),
        time::ceil(delivery.due_at(now)).into(),
        row::encode(delivery)?.into(),
        row::encode_private(&delivery.private)?.into(),
    ];
    Ok((sql::ENQUEUE, values))
}

fn text(id: &impl AsRef<str>) -> Value {
    Value::Text(id.as_ref().to_owned())
}

fn optional(id: Option<&impl AsRef<str>>) -> Value {
    id.map_or(Value::Null, text)
}
