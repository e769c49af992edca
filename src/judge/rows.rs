//! What an answer says of each delivery, where it names some of them.

use super::outcome::{Outcome, Reading};
use alloc::{vec, vec::Vec};

/// The deliveries of a request, in their order.
#[derive(Debug)]
pub(super) struct Rows(Vec<Option<Reading>>);

impl Rows {
    pub(super) fn new(rows: usize) -> Self {
        Self(vec![None; rows])
    }

    /// Notes what is said of one of them, and answers whether there is such a one. What is said
    /// first is kept; but an error goes before a warning, and a final one before all others.
    pub(super) fn name(&mut self, place: usize, said: Reading) -> bool {
        let Some(row) = self.0.get_mut(place) else {
            return false;
        };
        let rank = |outcome: &Outcome| match outcome {
            Outcome::Refused => 2,
            Outcome::Delivered | Outcome::Warned => 0,
            _ => 1,
        };
        let is_worse = |known: &Reading| rank(&said.outcome) > rank(&known.outcome);
        if row.as_ref().is_none_or(is_worse) {
            *row = Some(said);
        }
        true
    }

    /// How many of them are given up or go again.
    pub(super) fn failed(&self) -> usize {
        let failed = |row: &&Option<Reading>| row.as_ref().is_some_and(|said| said.outcome != Outcome::Warned);
        self.0.iter().filter(failed).count()
    }

    /// Of each what is said of it, or else this.
    pub(super) fn or(self, otherwise: impl Fn(usize) -> Reading) -> Vec<Reading> {
        let rows = self.0.into_iter().enumerate();
        rows.map(|(place, row)| row.unwrap_or_else(|| otherwise(place)))
            .collect()
    }
}
