//! The rows that a plan writes, each once and in the order of their keys. They are few, so
//! searching a sorted list is faster than building a tree.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// The row for which `order` returns `Equal`. It compares a row with the key that is wanted.
pub(crate) fn get<T>(rows: &[T], order: impl FnMut(&T) -> Ordering) -> Option<&T> {
    rows.get(rows.binary_search_by(order).ok()?)
}

/// Replaces the row with the same key, or inserts the row at its place.
pub(crate) fn put<T>(rows: &mut Vec<T>, row: T, order: impl Fn(&T, &T) -> Ordering) {
    match rows.binary_search_by(|known| order(known, &row)) {
        Ok(index) => {
            if let Some(known) = rows.get_mut(index) {
                *known = row;
            }
        }
        Err(index) => {
            if rows.is_empty() {
                // Usually there is only one row, and rows are large.
                rows.reserve_exact(1);
            }
            rows.insert(index, row);
        }
    }
}
