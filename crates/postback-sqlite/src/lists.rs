//! Pages, newest first: by the number of first writing, downwards. A cursor is the letter of its list and the number of the last row that
//! was shown, so that rows which arrive meanwhile shift nothing.

use crate::{
    facts::{optional, text, unreadable},
    fault::Fault,
    time,
};
use postback::delivery::{Attempt, Delivery, DeliveryRow, DeliveryState};
use postback::model::Conversion;
use postback::port::{
    ConversionFilter, Cursor, DeliveryFilter, EventFilter, Page, PageRequest, StoreError, StoreErrorKind, row,
};
use postback::tracker::{EventRow, RefusedBody};
use postback::value::OfferSourceId;
use rusqlite::{Connection, Row, params_from_iter, types::Value};

/// A list with its filters.
pub(crate) struct List<'a> {
    letter: char,
    table: &'static str,
    columns: &'static str,
    filters: Vec<(&'static str, &'a str)>,
}

impl<'a> List<'a> {
    fn new(
        letter: char,
        table: &'static str,
        columns: &'static str,
        filters: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
    ) -> Self {
        let filters = filters
            .into_iter()
            .filter_map(|(column, wanted)| Some((column, wanted?)));
        Self {
            letter,
            table,
            columns,
            filters: filters.collect(),
        }
    }

    pub(crate) fn conversions(filter: &'a ConversionFilter) -> Self {
        let click = filter.click.as_ref().map(AsRef::as_ref);
        let receipt = filter.receipt.as_ref().map(AsRef::as_ref);
        Self::new('c', "conversion", "payload", [("click", click), ("receipt", receipt)])
    }

    pub(crate) fn events(filter: &'a EventFilter) -> Self {
        let source = filter.source.as_ref().map(AsRef::as_ref);
        let outcome = filter.outcome.map(|outcome| outcome.as_str());
        let receipt = filter.receipt.as_ref().map(AsRef::as_ref);
        let click = filter.click.as_ref().map(AsRef::as_ref);
        let filters = [
            ("source", source),
            ("outcome", outcome),
            ("receipt", receipt),
            ("click", click),
        ];
        Self::new('e', "event", "payload", filters)
    }

    pub(crate) fn deliveries(filter: &'a DeliveryFilter) -> Self {
        let state = filter.state.map(DeliveryState::as_str);
        let id = filter.id.as_ref().map(AsRef::as_ref);
        let conversion = filter.conversion.as_ref().map(AsRef::as_ref);
        let click = filter.click.as_ref().map(AsRef::as_ref);
        let filters = [
            ("state", state),
            ("id", id),
            ("conversion", conversion),
            ("click", click),
        ];
        Self::new('d', "delivery", "payload, state, due, attempts, last", filters)
    }

    pub(crate) fn refused(source: &'a OfferSourceId) -> Self {
        Self::new('r', "refused", "source, at, body", [("source", Some(source.as_ref()))])
    }

    /// `?1` is the row before which the page begins, `?2` the limit; then come the filters in order.
    fn statement(&self) -> String {
        let Self { table, columns, .. } = self;
        let mut statement = format!("SELECT seq, {columns} FROM {table} WHERE seq < ?1");
        for ((column, _), number) in self.filters.iter().zip(3..) {
            statement.push_str(&format!(" AND {column} = ?{number}"));
        }
        statement.push_str(" ORDER BY seq DESC LIMIT ?2");
        statement
    }

    /// One page, each row made by `show`.
    pub(crate) fn page<T>(
        &self,
        connection: &Connection,
        page: &PageRequest,
        show: impl Fn(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Page<T>, Fault> {
        let limit = page.limit as usize;
        let mut values: Vec<Value> = vec![
            self.position(&page.after)?.into(),
            i64::from(page.limit).saturating_add(1).into(),
        ];
        values.extend(self.filters.iter().map(|(_, wanted)| Value::Text((*wanted).to_owned())));
        let mut statement = connection.prepare_cached(&self.statement())?;
        let mut rows = statement.query(params_from_iter(values))?;
        let (mut items, mut last) = (Vec::new(), None);
        while let Some(found) = rows.next()? {
            if items.len() >= limit {
                let next = last.map(|number: i64| Cursor::from_text(format!("{}{number}", self.letter)));
                return Ok(Page { items, next });
            }
            last = Some(found.get(0)?);
            items.push(show(found)?);
        }
        Ok(Page { items, next: None })
    }

    fn position(&self, cursor: &Cursor) -> Result<i64, Fault> {
        let number = match cursor.as_str() {
            "" => return Ok(i64::MAX),
            text => text.strip_prefix(self.letter).and_then(|number| number.parse().ok()),
        };
        number
            .filter(|number: &i64| *number >= 0)
            .ok_or_else(|| foreign_cursor(cursor).into())
    }
}

pub(crate) fn foreign_cursor(cursor: &Cursor) -> StoreError {
    let shown: String = cursor
        .as_str()
        .chars()
        .take(40)
        .flat_map(char::escape_default)
        .collect();
    StoreError::new(
        StoreErrorKind::ApiMisuse,
        format!("cursor `{shown}` was not made for this list"),
    )
}

pub(crate) fn conversion(found: &Row<'_>) -> Result<Conversion, Fault> {
    Ok(row::decode(text(found, 1)?)?)
}

pub(crate) fn event(found: &Row<'_>) -> Result<EventRow, Fault> {
    Ok(row::decode(text(found, 1)?)?)
}

pub(crate) fn delivery(found: &Row<'_>) -> Result<DeliveryRow, Fault> {
    let delivery: Delivery = row::decode(text(found, 1)?)?;
    let state = DeliveryState::from_word(text(found, 2)?).ok_or_else(|| unreadable("state"))?;
    let due_at = time::read(found.get(3)?)?;
    let last: Option<Attempt> = optional(found, 5)?.map(row::decode).transpose()?;
    Ok(DeliveryRow::new(delivery, state, due_at, found.get(4)?, last))
}

pub(crate) fn refused(found: &Row<'_>) -> Result<RefusedBody, Fault> {
    let source = OfferSourceId::new(text(found, 1)?).map_err(|_| unreadable("offer source id"))?;
    let at = text(found, 2)?.parse().map_err(|_| unreadable("time"))?;
    Ok(RefusedBody {
        source,
        at,
        body: found.get(3)?,
    })
}

/// The statement of every choice of filters.
#[cfg(test)]
pub(crate) fn statements() -> Vec<String> {
    let choices = |letter, table, columns, filters: &[&'static str]| {
        let choose = |choice: u32| {
            let wanted = (0..)
                .zip(filters)
                .map(|(bit, name)| (*name, (choice & (1 << bit) != 0).then_some("x")));
            List::new(letter, table, columns, wanted).statement()
        };
        (0..1 << filters.len()).map(choose).collect::<Vec<_>>()
    };
    let mut all = choices('c', "conversion", "payload", &["click", "receipt"]);
    all.extend(choices(
        'e',
        "event",
        "payload",
        &["source", "outcome", "receipt", "click"],
    ));
    all.extend(choices(
        'd',
        "delivery",
        "payload",
        &["state", "id", "conversion", "click"],
    ));
    all.extend(choices('r', "refused", "body", &["source"]).pop());
    all
}
