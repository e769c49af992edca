//! Point reads and pages, newest first, for people and their tools.

use crate::SqlStore;
use crate::deliveries::{IS_DEAD_LETTER, holds};
use crate::reads::{click, event_row, payload, tallies};
use crate::sql::{get, rows, time, unreadable};
use postback::delivery::{Attempt, Delivery, DeliveryRow, DeliveryState, Lane};
use postback::event::Interface;
use postback::plan::{ConfigurationRow, EventRow, RefusedBody, RefusedCount, RefusedReason, RefusedRow, Ring, Tally};
use postback::port::row::{decode, unpack};
use postback::port::{
    BoxFuture, ConversionFilter, Cursor, DeadLetters, DeliveryFilter, EventFilter, Inspect, LaneQueue, Page,
    PageRequest, RefusedFilter, StoreError, StoreErrorKind,
};
use postback::value::{ClickId, EventId, Fingerprint, OfferSourceId, RefusedId};
use postback::{Click, Conversion};
use rusqlite::{Connection, Row, params_from_iter, types::Value};

const REFUSED: &str = "id, source, interface, ring, reason, parameter, click, at";

impl Inspect for SqlStore {
    fn click<'a>(&'a self, id: &'a ClickId) -> BoxFuture<'a, Result<Option<Click>, StoreError>> {
        self.with(|file| click(file, id))
    }

    fn tallies<'a>(&'a self, click: &'a ClickId) -> BoxFuture<'a, Result<Vec<Tally>, StoreError>> {
        self.with(|file| tallies(file, click))
    }

    fn conversions<'a>(
        &'a self,
        filter: &'a ConversionFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<Conversion>, StoreError>> {
        let list = List {
            letter: 'c',
            table: "conversion",
            columns: "payload",
            filters: vec![
                ("id", filter.id.as_ref().map(|id| id.as_str())),
                ("click", filter.click.as_ref().map(|id| id.as_str())),
                ("receipt", filter.receipt.as_ref().map(|receipt| receipt.as_str())),
            ],
        };
        self.with(|file| list.page(file, page, |row| payload(row, 0)))
    }

    fn events<'a>(
        &'a self,
        filter: &'a EventFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<EventRow>, StoreError>> {
        let list = List {
            letter: 'e',
            table: "event",
            columns: "payload",
            filters: vec![
                ("source", filter.source.as_ref().map(|id| id.as_str())),
                ("outcome", filter.outcome.map(|outcome| outcome.as_str())),
                ("receipt", filter.receipt.as_ref().map(|receipt| receipt.as_str())),
                ("click", filter.click.as_ref().map(|id| id.as_str())),
            ],
        };
        self.with(|file| list.page(file, page, |row| payload(row, 0)))
    }

    fn event<'a>(&'a self, id: &'a EventId) -> BoxFuture<'a, Result<Option<EventRow>, StoreError>> {
        let text = "SELECT payload, private FROM event WHERE id = ?";
        self.with(|file| Ok(rows(file, text, [id.as_str()], event_row)?.pop()))
    }

    fn deliveries<'a>(
        &'a self,
        filter: &'a DeliveryFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<DeliveryRow>, StoreError>> {
        let list = List {
            letter: 'd',
            table: "delivery",
            columns: "payload, state, due, attempts, last, checks, receipt",
            filters: vec![
                ("state", filter.state.map(|state| state.as_str())),
                ("id", filter.id.as_ref().map(|id| id.as_str())),
                ("conversion", filter.conversion.as_ref().map(|id| id.as_str())),
                ("click", filter.click.as_ref().map(|id| id.as_str())),
            ],
        };
        self.with(|file| {
            let mut page = list.page(file, page, delivery)?;
            let holds = holds(file)?;
            for row in page.items.iter_mut().filter(|row| row.state.is_open()) {
                row.hold = holds.iter().find(|hold| hold.lane == row.delivery.lane).cloned();
            }
            Ok(page)
        })
    }

    fn dead_letters(&self) -> BoxFuture<'_, Result<DeadLetters, StoreError>> {
        self.with(|file| {
            let text = format!("SELECT created FROM delivery AS dead WHERE {IS_DEAD_LETTER} ORDER BY seq");
            let created = rows(file, &text, [Attempt::CANCELLED], |row| time(get(row, 0)?))?;
            Ok(DeadLetters {
                count: u64::try_from(created.len()).unwrap_or(u64::MAX),
                oldest: created.first().copied(),
            })
        })
    }

    fn lane_queues(&self) -> BoxFuture<'_, Result<Vec<LaneQueue>, StoreError>> {
        self.with(|file| {
            let text =
                "SELECT lane, count(*), min(ready) FROM delivery WHERE ready IS NOT NULL GROUP BY lane ORDER BY lane";
            rows(file, text, [], |row| {
                Ok(LaneQueue {
                    lane: Lane::new(&get::<String>(row, 0)?),
                    queued: u64::try_from(get::<i64>(row, 1)?).unwrap_or_default(),
                    ready_at: time(get(row, 2)?)?,
                })
            })
        })
    }

    fn refused<'a>(
        &'a self,
        filter: &'a RefusedFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<RefusedRow>, StoreError>> {
        let list = List {
            letter: 'r',
            table: "refused",
            columns: REFUSED,
            filters: vec![
                ("source", filter.source.as_ref().map(|id| id.as_str())),
                ("interface", filter.interface.map(|interface| interface.as_str())),
                ("reason", filter.reason.map(|reason| reason.as_str())),
                ("click", filter.click.as_ref().map(|id| id.as_str())),
            ],
        };
        self.with(|file| list.page(file, page, refused))
    }

    fn refused_counts<'a>(&'a self, source: &'a OfferSourceId) -> BoxFuture<'a, Result<Vec<RefusedCount>, StoreError>> {
        // Beside `max`, SQLite takes the other columns from the row that has it.
        let text = format!(
            "SELECT {REFUSED}, count(*), sum(length(body)), max(seq) FROM refused WHERE source = ? GROUP BY interface, ring"
        );
        self.with(|file| {
            let mut counts = rows(file, &text, [source.as_str()], |row| {
                let count = |column| u64::try_from(get::<i64>(row, column)?).map_err(|_| unreadable("count"));
                Ok(RefusedCount {
                    kept: count(8)?,
                    bytes: count(9)?,
                    last: refused(row)?,
                })
            })?;
            counts.sort_by_key(|count| (count.last.interface, count.last.ring));
            Ok(counts)
        })
    }

    fn refused_body<'a>(&'a self, id: &'a RefusedId) -> BoxFuture<'a, Result<Option<RefusedBody>, StoreError>> {
        let text = format!("SELECT {REFUSED}, body FROM refused WHERE id = ?");
        self.with(|file| {
            let mut found = rows(file, &text, [id.as_str()], |row| {
                let body = unpack(&get::<Vec<u8>>(row, 8)?).ok_or_else(|| unreadable("refused body"))?;
                let row = refused(row)?;
                Ok(RefusedBody { row, body })
            })?;
            Ok(found.pop())
        })
    }

    fn configuration<'a>(&'a self, fingerprint: &'a Fingerprint) -> BoxFuture<'a, Result<Option<String>, StoreError>> {
        let text = "SELECT document FROM configuration WHERE fingerprint = ?";
        self.with(|file| Ok(rows(file, text, [fingerprint.as_str()], |row| get(row, 0))?.pop()))
    }

    fn last_configuration(&self) -> BoxFuture<'_, Result<Option<ConfigurationRow>, StoreError>> {
        let text = "SELECT fingerprint, document FROM configuration ORDER BY rowid DESC LIMIT 1";
        self.with(|file| {
            let found = rows(file, text, [], |row| {
                let fingerprint: String = get(row, 0)?;
                let fingerprint = fingerprint.parse().map_err(|_| unreadable("fingerprint"))?;
                let document = get(row, 1)?;
                Ok(ConfigurationRow { fingerprint, document })
            });
            Ok(found?.pop())
        })
    }
}

/// A list with its filters, by column. A cursor is the list's letter and the last row's number, so
/// rows that arrive meanwhile shift nothing.
struct List<'a> {
    letter: char,
    table: &'static str,
    columns: &'static str,
    filters: Vec<(&'static str, Option<&'a str>)>,
}

impl List<'_> {
    fn page<T>(
        &self,
        file: &Connection,
        page: &PageRequest,
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Page<T>, StoreError> {
        let after = match page.after.as_str() {
            "" => Some(i64::MAX.unsigned_abs()),
            text => text.strip_prefix(self.letter).and_then(|number| number.parse().ok()),
        };
        let after = after.and_then(|number| i64::try_from(number).ok());
        let after = after.ok_or_else(|| StoreError::new(StoreErrorKind::ApiMisuse, "the cursor is of another list"))?;
        let mut text = format!("SELECT seq FROM {} WHERE seq < ?", self.table);
        let mut values = vec![Value::from(after)];
        for (column, wanted) in &self.filters {
            if let Some(wanted) = wanted {
                text = format!("{text} AND {column} = ?");
                values.push((*wanted).to_owned().into());
            }
        }
        values.push(i64::from(page.limit).saturating_add(1).into());
        let text = format!("{text} ORDER BY seq DESC LIMIT ?");
        let mut found: Vec<i64> = rows(file, &text, params_from_iter(values), |row| get(row, 0))?;
        let more = found.len() > page.limit as usize;
        found.truncate(page.limit as usize);
        let last = found.last().filter(|_| more);
        let next = last.map(|seq| Cursor::from_text(format!("{}{seq}", self.letter)));
        let text = format!("SELECT {} FROM {} WHERE seq = ?", self.columns, self.table);
        let mut items = Vec::new();
        for seq in found {
            items.extend(rows(file, &text, [seq], &read)?);
        }
        Ok(Page { items, next })
    }
}

fn delivery(row: &Row<'_>) -> Result<DeliveryRow, StoreError> {
    let delivery: Delivery = payload(row, 0)?;
    let state = DeliveryState::from_word(&get::<String>(row, 1)?).ok_or_else(|| unreadable("state"))?;
    let last = get::<Option<String>>(row, 4)?.as_deref().map(decode).transpose()?;
    let mut listed = DeliveryRow::new(delivery, state, time(get(row, 2)?)?, get(row, 3)?, last);
    listed.checks = get(row, 5)?;
    listed.receipt = get(row, 6)?;
    Ok(listed)
}

/// The row of [`REFUSED`].
fn refused(row: &Row<'_>) -> Result<RefusedRow, StoreError> {
    let text = |column| get::<String>(row, column);
    let click = get::<Option<String>>(row, 6)?.map(|id| id.parse()).transpose();
    Ok(RefusedRow {
        id: text(0)?.parse().map_err(|_| unreadable("refused body id"))?,
        source: text(1)?.parse().map_err(|_| unreadable("offer source id"))?,
        interface: Interface::from_word(&text(2)?).ok_or_else(|| unreadable("interface"))?,
        ring: Ring::from_word(&text(3)?).ok_or_else(|| unreadable("ring"))?,
        reason: RefusedReason::from_code(&text(4)?).ok_or_else(|| unreadable("reason"))?,
        parameter: get(row, 5)?,
        click: click.map_err(|_| unreadable("click id"))?,
        at: text(7)?.parse().map_err(|_| unreadable("time"))?,
    })
}
