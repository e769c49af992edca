//! Pages of lists, newest first: in descending order of the number that a row got when it was first
//! written. A cursor is the letter of its list and the number of the last row shown, so that rows
//! which arrive meanwhile shift nothing.

use crate::{
    classes,
    facts::{optional, text, unreadable},
    fault::Fault,
    key::{key, of_hash},
    refused, sql, time,
};
use postback::Conversion;
use postback::delivery::{Attempt, Delivery, DeliveryRow, DeliveryState, Hold};
use postback::event::Interface;
use postback::plan::{EventRow, RefusedReason};
use postback::port::{
    ConversionFilter, Cursor, DeliveryFilter, EventFilter, Page, PageRequest, RefusedFilter, StoreError,
    StoreErrorKind, row,
};
use postback::value::cut;
use rusqlite::{Connection, Row, params_from_iter, types::Value};
use std::borrow::Cow;

/// A list with its filters.
pub(crate) struct List<'a> {
    letter: char,
    tables: Tables,
    columns: &'static str,
    filters: Vec<Filter>,
    /// The source or the outcome of events, if there is no other filter.
    class: Option<(Option<&'a str>, Option<&'a str>)>,
}

/// The tables that a list reads, in the order in which SQLite is to walk them.
struct Tables {
    from: &'static str,
    /// The number by which the list is ordered.
    number: &'static str,
    /// What is read of what belongs to a click.
    kind: Option<i64>,
}

impl Tables {
    const fn alone(from: &'static str, number: &'static str) -> Self {
        let kind = None;
        Self { from, number, kind }
    }

    const fn of_click(kind: i64, from: &'static str) -> Self {
        Self {
            from,
            number: "of_click.seq",
            kind: Some(kind),
        }
    }
}

const EVENTS: Tables = Tables::alone("event", "event.seq");
const EVENTS_OF_CLICK: Tables = Tables::of_click(1, "of_click CROSS JOIN event ON event.seq = of_click.seq");
const CONVERSIONS: Tables = Tables::alone("conversion", "conversion.seq");
const CONVERSIONS_OF_CLICK: Tables =
    Tables::of_click(2, "of_click CROSS JOIN conversion ON conversion.seq = of_click.seq");
/// A delivery stands in the queue or has ended.
const DELIVERIES: Tables = Tables::alone(
    "delivery LEFT JOIN queue ON queue.seq = delivery.seq LEFT JOIN ended ON ended.seq = delivery.seq",
    "delivery.seq",
);
const DELIVERIES_OF_CLICK: Tables = Tables::of_click(
    3,
    "of_click CROSS JOIN delivery ON delivery.seq = of_click.seq \
     LEFT JOIN queue ON queue.seq = delivery.seq LEFT JOIN ended ON ended.seq = delivery.seq",
);
/// Most of what is open is queued, so the queue is walked.
const QUEUED: Tables = Tables::alone(
    "queue CROSS JOIN delivery ON delivery.seq = queue.seq LEFT JOIN ended ON ended.seq = queue.seq",
    "queue.seq",
);
const ACCEPTED: Tables = Tables::alone(
    "queue INDEXED BY queue_accepted CROSS JOIN delivery ON delivery.seq = queue.seq \
     LEFT JOIN ended ON ended.seq = queue.seq",
    "queue.seq",
);
const ENDED: Tables = Tables::alone(
    "ended INDEXED BY ended_state CROSS JOIN delivery ON delivery.seq = ended.seq \
     LEFT JOIN queue ON queue.seq = ended.seq",
    "ended.seq",
);
const REFUSED: Tables = Tables::alone("refused", "refused.seq");

/// A condition, with `#` in the place of each value. A `+` keeps SQLite from using the column's
/// index if another filter finds fewer rows.
type Filter = (&'static str, Vec<Value>);

impl<'a> List<'a> {
    fn new(letter: char, tables: Tables, columns: &'static str) -> Self {
        let kind = tables.kind.map(|kind| ("kind = #", vec![Value::Integer(kind)]));
        Self {
            letter,
            tables,
            columns,
            filters: kind.into_iter().collect(),
            class: None,
        }
    }

    fn filter(mut self, condition: &'static str, wanted: Option<&str>) -> Self {
        self.filters
            .extend(wanted.map(|wanted| (condition, vec![Value::Text(wanted.to_owned())])));
        self
    }

    /// The same by the id of an event, a conversion or a delivery, whose key comes first.
    fn by_id(mut self, condition: &'static str, wanted: Option<&str>) -> Self {
        let values = |wanted: &str| vec![of_hash(wanted).into(), Value::Text(wanted.to_owned())];
        self.filters.extend(wanted.map(|wanted| (condition, values(wanted))));
        self
    }

    /// Selects the rows of a click, by its key too if what belongs to it is read.
    fn of_click(mut self, click: Option<&str>) -> Self {
        let keyed = click.filter(|_| self.tables.kind.is_some());
        self.filters
            .extend(keyed.map(|click| ("of_click.click_key = #", vec![key(click).into()])));
        self.filter("click = #", click)
    }

    pub(crate) fn conversions(filter: &'a ConversionFilter) -> Self {
        let from = match (&filter.id, &filter.click) {
            (None, Some(_)) => CONVERSIONS_OF_CLICK,
            _ => CONVERSIONS,
        };
        Self::new('c', from, "payload")
            .by_id("id_key = # AND id = #", filter.id.as_ref().map(AsRef::as_ref))
            .of_click(filter.click.as_ref().map(AsRef::as_ref))
            .filter("receipt = #", filter.receipt.as_ref().map(AsRef::as_ref))
    }

    pub(crate) fn events(filter: &'a EventFilter) -> Self {
        let source = filter.source.as_ref().map(AsRef::as_ref);
        let outcome = filter.outcome.map(|outcome| outcome.as_str());
        let from = match &filter.click {
            Some(_) => EVENTS_OF_CLICK,
            None => EVENTS,
        };
        let list = Self::new('e', from, "payload");
        if filter.receipt.is_none() && filter.click.is_none() {
            let class = (source, outcome) != (None, None);
            return Self {
                class: class.then_some((source, outcome)),
                ..list
            };
        }
        list.of_click(filter.click.as_ref().map(AsRef::as_ref))
            .filter("receipt = #", filter.receipt.as_ref().map(AsRef::as_ref))
            .filter("+source = #", source)
            .filter("+outcome = #", outcome)
    }

    pub(crate) fn deliveries(filter: &'a DeliveryFilter) -> Self {
        let state = filter.state.map(DeliveryState::as_str);
        let conversion = filter.conversion.as_ref().map(AsRef::as_ref);
        let columns = "payload, coalesce(queue.state, ended.state), coalesce(queue.due, ended.due), \
            coalesce(queue.attempts, ended.attempts), coalesce(queue.last, ended.last), \
            coalesce(queue.receipt, ended.receipt), \
            iif(queue.seq IS NULL, NULL, (SELECT until FROM hold WHERE hold.lane = delivery.lane)), \
            (SELECT why FROM hold WHERE hold.lane = delivery.lane), coalesce(queue.checks, ended.checks)";
        let any = "coalesce(queue.state, ended.state) = #";
        let (tables, of_state) = match filter.state {
            _ if filter.id.is_some() => (DELIVERIES, any),
            _ if filter.conversion.is_some() || filter.click.is_some() => (DELIVERIES_OF_CLICK, any),
            None => (DELIVERIES, any),
            Some(DeliveryState::Queued) => (QUEUED, "queue.state = #"),
            Some(DeliveryState::Accepted) => (ACCEPTED, "queue.state = 'accepted' AND queue.state = #"),
            Some(DeliveryState::Delivered | DeliveryState::Dead) => (ENDED, "ended.state = #"),
        };
        // A conversion has one click, and a click has few deliveries.
        let of_conversion = conversion.filter(|_| filter.id.is_none() && filter.click.is_none());
        Self::new('d', tables, columns)
            .by_id("id_key = # AND id = #", filter.id.as_ref().map(AsRef::as_ref))
            .of_click(filter.click.as_ref().map(AsRef::as_ref))
            .by_id(
                "of_click.click_key = (SELECT click_key FROM conversion WHERE id_key = # AND id = #)",
                of_conversion,
            )
            .filter("conversion = #", conversion)
            .filter(of_state, state)
    }

    pub(crate) fn refused(filter: &'a RefusedFilter) -> Self {
        let click = filter.click.as_ref().map(AsRef::as_ref);
        let source = filter.source.as_ref().map(AsRef::as_ref);
        // A click has few refused messages, and so has a source.
        Self::new('r', REFUSED, refused::COLUMNS)
            .filter("click = #", click)
            .filter(if click.is_some() { "+source = #" } else { "source = #" }, source)
            .filter("+interface = #", filter.interface.map(Interface::as_str))
            .filter("+reason = #", filter.reason.map(RefusedReason::as_str))
    }

    /// `?1` is the row before which the page begins, `?2` is the limit, and the filters follow in
    /// order. For a class, `?1` is the one row.
    fn statement(&self) -> Cow<'static, str> {
        if self.class.is_some() {
            return sql::EVENT.into();
        }
        let Tables { from, number, .. } = self.tables;
        let columns = self.columns;
        let mut statement = format!("SELECT {number}, {columns} FROM {from} WHERE {number} < ?1");
        let mut numbers = 3..;
        for (condition, values) in &self.filters {
            let mut parts = condition.split('#');
            statement.push_str(" AND ");
            statement.push_str(parts.next().unwrap_or_default());
            for ((part, _), place) in parts.zip(values).zip(&mut numbers) {
                statement.push_str(&format!("?{place}{part}"));
            }
        }
        statement.push_str(&format!(" ORDER BY {number} DESC LIMIT ?2"));
        statement.into()
    }

    /// Reads one page. `show` makes each item from its row.
    pub(crate) fn page<T>(
        &self,
        connection: &Connection,
        page: &PageRequest,
        show: impl Fn(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Page<T>, Fault> {
        let limit = page.limit as usize;
        let before = self.position(&page.after)?;
        let mut statement = connection.prepare_cached(&self.statement())?;
        let (mut items, mut last, mut next) = (Vec::new(), None, None);
        // One row more shows whether there is a next page.
        let mut take = |found: &Row<'_>| {
            if items.len() >= limit {
                next = last.map(|number: i64| Cursor::from_text(format!("{}{number}", self.letter)));
                return Ok(false);
            }
            last = Some(found.get(0)?);
            items.push(show(found)?);
            Ok::<_, Fault>(true)
        };
        if let Some(class) = self.class {
            for number in classes::newest(connection, class, before, limit.saturating_add(1))? {
                let mut rows = statement.query([number])?;
                match rows.next()? {
                    Some(found) if take(found)? => {}
                    _ => break,
                }
            }
        } else {
            let mut values: Vec<Value> = vec![before.into(), i64::from(page.limit).saturating_add(1).into()];
            values.extend(self.filters.iter().flat_map(|(_, wanted)| wanted.clone()));
            let mut rows = statement.query(params_from_iter(values))?;
            while let Some(found) = rows.next()? {
                if !take(found)? {
                    break;
                }
            }
        }
        Ok(Page { items, next })
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
    let shown = cut(cursor.as_str(), 40);
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
    let mut row = DeliveryRow::new(delivery, state, due_at, found.get(4)?, last);
    row.checks = found.get(9)?;
    row.receipt = optional(found, 6)?.map(ToOwned::to_owned);
    if let (Some(until), Some(why)) = (found.get::<_, Option<i64>>(7)?, optional(found, 8)?) {
        row.hold = Some(Hold {
            lane: row.delivery.lane.clone(),
            until: time::read(until)?,
            why: why.to_owned(),
        });
    }
    Ok(row)
}

/// Returns the statement for each combination of filters.
#[cfg(test)]
pub(crate) fn statements() -> std::collections::BTreeSet<String> {
    let id = || "2".repeat(26);
    let chosen = |choice: u32, bit: u32| choice & (1 << bit) != 0;
    let mut all = Vec::new();
    for choice in 0..16 {
        let mut conversions = ConversionFilter::default();
        conversions.click = chosen(choice, 0).then(|| id().parse().unwrap());
        conversions.receipt = chosen(choice, 1).then(|| id().parse().unwrap());
        conversions.id = chosen(choice, 2).then(|| id().parse().unwrap());
        all.push(List::conversions(&conversions).statement().into_owned());
        let mut events = EventFilter::default();
        events.source = chosen(choice, 0).then(|| id().parse().unwrap());
        events.outcome = chosen(choice, 1).then_some(postback::plan::Outcome::Test);
        events.receipt = chosen(choice, 2).then(|| id().parse().unwrap());
        events.click = chosen(choice, 3).then(|| id().parse().unwrap());
        all.push(List::events(&events).statement().into_owned());
        let mut deliveries = DeliveryFilter::default();
        deliveries.state = chosen(choice, 0).then_some(DeliveryState::Dead);
        deliveries.id = chosen(choice, 1).then(|| id().parse().unwrap());
        deliveries.conversion = chosen(choice, 2).then(|| id().parse().unwrap());
        deliveries.click = chosen(choice, 3).then(|| id().parse().unwrap());
        all.push(List::deliveries(&deliveries).statement().into_owned());
        let mut refused = RefusedFilter::default();
        refused.source = chosen(choice, 0).then(|| id().parse().unwrap());
        refused.interface = chosen(choice, 1).then_some(Interface::Ins);
        refused.reason = chosen(choice, 2).then_some(RefusedReason::Repeated);
        refused.click = chosen(choice, 3).then(|| id().parse().unwrap());
        all.push(List::refused(&refused).statement().into_owned());
    }
    all.into_iter().collect()
}
