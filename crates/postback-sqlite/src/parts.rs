//! What belongs to a click: its events, conversions, deliveries and tallies. Each is written with a
//! row of `of_click`, by which its click finds it. Triggers delete and move that row.

use crate::{fault::Fault, sql, values};
use postback::port::row::Columns;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter, types::Value};

/// A kind of what belongs to a click.
pub(crate) struct Kind {
    /// Its number in `of_click`.
    number: i64,
    /// Finds a row by its first values, of which there are so many.
    find: (&'static str, usize),
    write: &'static str,
    /// Writes a row again that is stored already; without it the row stays as it is.
    rewrite: Option<&'static str>,
}

pub(crate) const EVENT: Kind = Kind {
    number: 1,
    find: (sql::FIND_EVENT, 2),
    write: sql::WRITE_EVENT,
    rewrite: Some(sql::REWRITE_EVENT),
};
pub(crate) const CONVERSION: Kind = Kind {
    number: 2,
    find: (sql::FIND_CONVERSION, 2),
    write: sql::WRITE_CONVERSION,
    rewrite: Some(sql::REWRITE_CONVERSION),
};
pub(crate) const DELIVERY: Kind = Kind {
    number: 3,
    find: (sql::FIND_DELIVERY, 2),
    write: sql::ENQUEUE,
    rewrite: None,
};
pub(crate) const TALLY: Kind = Kind {
    number: 4,
    find: (sql::FIND_TALLY, 3),
    write: sql::WRITE_TALLY,
    rewrite: Some(sql::REWRITE_TALLY),
};

/// A row of one of these kinds. An event or a delivery may have no click.
pub(crate) struct Part {
    kind: Kind,
    values: Vec<Value>,
    click_key: Option<i64>,
}

impl Part {
    pub(crate) fn new(kind: Kind, columns: Columns<'_>) -> Self {
        let (values, click_key) = values::keyed(columns);
        Self {
            kind,
            values,
            click_key,
        }
    }

    /// Writes it, again if it is stored already. Returns its number if it is new.
    pub(crate) fn write(&self, connection: &Connection) -> Result<Option<i64>, Fault> {
        let Some(known) = self.find(connection)? else {
            return self.add(connection).map(Some);
        };
        if let Some(text) = self.kind.rewrite {
            let known = Value::from(known);
            let values = self.values.iter().chain([&known]);
            connection.prepare_cached(text)?.execute(params_from_iter(values))?;
        }
        Ok(None)
    }

    fn find(&self, connection: &Connection) -> Result<Option<i64>, Fault> {
        let (text, count) = self.kind.find;
        let values = params_from_iter(self.values.iter().take(count));
        let mut statement = connection.prepare_cached(text)?;
        Ok(statement.query_row(values, |row| row.get(0)).optional()?)
    }

    /// Writes it where it is known not to be stored. Returns its number.
    pub(crate) fn add(&self, connection: &Connection) -> Result<i64, Fault> {
        let mut statement = connection.prepare_cached(self.kind.write)?;
        statement.execute(params_from_iter(&self.values))?;
        let number = connection.last_insert_rowid();
        if let Some(key) = self.click_key {
            let values = params![key, self.kind.number, number];
            connection.prepare_cached(sql::BELONG)?.execute(values)?;
        }
        Ok(number)
    }
}
