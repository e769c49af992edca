//! Pages, newest first. A cursor is the letter of its list and the number of the last row that was
//! shown. Rows that arrive meanwhile have higher numbers, so they shift nothing.

use super::rows::{Kept, Sending};
use super::state::{State, foreign_cursor};
use crate::delivery::{Attempt, DeliveryRow, DeliveryState, Lane};
use crate::model::Conversion;
use crate::plan::{EventRow, RefusedRow};
use crate::port::{
    ConversionFilter, Cursor, DeadLetters, DeliveryFilter, EventFilter, LaneQueue, Page, PageRequest, RefusedFilter,
    StoreError,
};
use crate::value::DeliveryId;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    vec::Vec,
};

impl State {
    pub(super) fn list_conversions(
        &self,
        filter: &ConversionFilter,
        page: &PageRequest,
    ) -> Result<Page<Conversion>, StoreError> {
        let matches = |row: &Conversion| {
            same(&filter.id, Some(&row.id))
                && same(&filter.click, Some(&row.click))
                && same(&filter.receipt, row.shown.receipt.as_ref())
        };
        let rows = self.conversions.values().filter(|kept| matches(&kept.row));
        paged('c', page, rows.map(|kept| (kept.number, &kept.row)), Conversion::clone)
    }

    pub(super) fn list_events(&self, filter: &EventFilter, page: &PageRequest) -> Result<Page<EventRow>, StoreError> {
        let matches = |row: &EventRow| {
            same(&filter.source, Some(&row.event.source))
                && same(&filter.outcome, Some(&row.outcome))
                && same(&filter.receipt, row.event.receipt.as_ref())
                && same(&filter.click, row.click.as_ref())
        };
        let rows = self.events.values().filter(|kept| matches(&kept.row));
        paged('e', page, rows.map(|kept| (kept.number, &kept.row)), EventRow::clone)
    }

    pub(super) fn list_deliveries(
        &self,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<DeliveryRow>, StoreError> {
        let rows = self.deliveries.values().filter(|Kept { row, .. }| {
            same(&filter.state, Some(&row.state))
                && same(&filter.id, Some(&row.delivery.id))
                && same(&filter.conversion, row.delivery.cause.conversion())
                && same(&filter.click, row.delivery.cause.click())
        });
        let rows = rows.map(|kept| (kept.number, &kept.row));
        paged('d', page, rows, |row| row.listed(self.holds.get(&row.delivery.lane)))
    }

    pub(super) fn dead_letters(&self) -> DeadLetters {
        let dead = self.dead();
        let first = dead.iter().min_by_key(|kept| kept.number);
        DeadLetters {
            count: u64::try_from(dead.len()).unwrap_or(u64::MAX),
            oldest: first.map(|kept| kept.row.delivery.created_at),
        }
    }

    /// The deliveries that were given up and wait for a person.
    pub(super) fn dead(&self) -> Vec<&Kept<Sending>> {
        let rows = self.deliveries.values();
        let replaces = |kept: &Kept<Sending>| {
            let delivery = &kept.row.delivery;
            delivery.cause.click()?;
            Some(delivery.replaces.as_ref()?.delivery.clone())
        };
        let replaced: BTreeSet<DeliveryId> = rows.clone().filter_map(replaces).collect();
        let waits = |row: &Sending| {
            let is_cancelled = row.last.as_ref().is_some_and(Attempt::is_cancelled);
            row.state == DeliveryState::Dead && !is_cancelled && !replaced.contains(&row.delivery.id)
        };
        rows.filter(|kept| waits(&kept.row)).collect()
    }

    pub(super) fn lane_queues(&self) -> Vec<LaneQueue> {
        let mut queues: BTreeMap<&Lane, LaneQueue> = BTreeMap::new();
        for Kept { row, .. } in self.deliveries.values() {
            let Some(ready_at) = row.ready_at() else { continue };
            let lane = &row.delivery.lane;
            let queue = queues.entry(lane).or_insert_with(|| LaneQueue {
                lane: lane.clone(),
                queued: 0,
                ready_at,
            });
            queue.queued = queue.queued.saturating_add(1);
            queue.ready_at = queue.ready_at.min(ready_at);
        }
        queues.into_values().collect()
    }

    pub(super) fn list_refused(
        &self,
        filter: &RefusedFilter,
        page: &PageRequest,
    ) -> Result<Page<RefusedRow>, StoreError> {
        let rows = self.refused.rows();
        let rows = rows.filter(|(_, row)| {
            same(&filter.source, Some(&row.source))
                && same(&filter.interface, Some(&row.interface))
                && same(&filter.reason, Some(&row.reason))
                && same(&filter.click, row.click.as_ref())
        });
        paged('r', page, rows, RefusedRow::clone)
    }
}

fn same<T: PartialEq>(wanted: &Option<T>, found: Option<&T>) -> bool {
    wanted.as_ref().is_none_or(|wanted| found == Some(wanted))
}

fn paged<'a, R: 'a, T>(
    list: char,
    page: &PageRequest,
    rows: impl Iterator<Item = (u64, &'a R)>,
    show: impl Fn(&R) -> T,
) -> Result<Page<T>, StoreError> {
    let after = match page.after.as_str() {
        "" => u64::MAX,
        text => text
            .strip_prefix(list)
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| foreign_cursor(text))?,
    };
    let mut rows: Vec<(u64, &R)> = rows.filter(|(number, _)| *number < after).collect();
    rows.sort_by_key(|(number, _)| core::cmp::Reverse(*number));
    let more = rows.len() > page.limit as usize;
    rows.truncate(page.limit as usize);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|(number, _)| Cursor::from_text(format!("{list}{number}")));
    Ok(Page {
        items: rows.into_iter().map(|(_, row)| show(row)).collect(),
        next,
    })
}
