//! The rows that a plan writes, each once and in the order of their keys. They are few, so a sorted
//! list is searched sooner than a tree is built.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// The row for which `order` says `Equal`; `order` compares a row with what is looked for.
pub(crate) fn get<T>(rows: &[T], order: impl FnMut(&T) -> Ordering) -> Option<&T> {
    rows.get(rows.binary_search_by(order).ok()?)
}

/// Writes a row over the one with its key, or in its place among the others.
pub(crate) fn put<T>(rows: &mut Vec<T>, row: T, order: impl Fn(&T, &T) -> Ordering) {
    match rows.binary_search_by(|known| order(known, &row)) {
        Ok(index) => {
            if let Some(known) = rows.get_mut(index) {
                *known = row;
            }
        }
        Err(index) => {
            if rows.is_empty() {
                // Mostly there is but one, and rows are large.
                rows.reserve_exact(1);
            }
            rows.insert(index, row);
        }
    }
}
