//! Types and statuses of many rules as bitsets.

use super::{Answer, Condition, Conditions};
use crate::model::Status;
use crate::value::TypeName;
use alloc::{vec, vec::Vec};
use core::iter::{Enumerate, Zip};
use core::slice::Iter;

/// One bit for each rule in a row of 64-bit words.
const WORD: usize = u64::BITS as usize;

/// Which rules accept a type and a status, computed once: a look-up is the AND of two rows of bits,
/// one bit for each rule.
///
/// It answers for `types` and `statuses` alone; the other conditions are evaluated for the rules
/// that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Words in a row.
    width: usize,
    /// One row for each type.
    types: Vec<u64>,
    /// One row for each status, in the order of [`Status::ALL`].
    statuses: Vec<u64>,
}

impl Index {
    /// The index of `rules` over the known `types`. A rule is named by its place in `rules`, a type
    /// by its place in `types`. A rule's type that is not in `types` can never match.
    #[must_use]
    pub fn new(rules: &[&Conditions], types: &[TypeName]) -> Self {
        let width = rules.len().div_ceil(WORD).max(1);
        let accepts_type = |rule: &Conditions, name: &TypeName| rule.types.is_empty() || rule.types.contains(name);
        let accepts_status = |rule: &Conditions, s: &Status| rule.statuses.is_empty() || rule.statuses.contains(s);
        Self {
            width,
            types: rows(width, rules, types, accepts_type),
            statuses: rows(width, rules, Status::ALL, accepts_status),
        }
    }

    /// The rules that accept the type and the status, by their places, ascending. A type that is
    /// not known (a place past the end) matches none, not even a rule without types.
    pub fn candidates(&self, type_index: usize, status: Status) -> impl Iterator<Item = usize> {
        let of_type = self.row(&self.types, type_index);
        let of_status = self.row(&self.statuses, status_index(status));
        Common {
            words: of_type.iter().zip(of_status).enumerate(),
            index: 0,
            word: 0,
        }
    }

    /// What the rules say of a known type and a status alone: joined with the answer of
    /// [`Conditions::without_names`] it is that of [`evaluate`](super::evaluate).
    pub(crate) fn accepted(&self, type_index: usize, status: Status) -> Accepted<'_> {
        Accepted {
            of_type: self.row(&self.types, type_index),
            of_status: self.row(&self.statuses, status_index(status)),
        }
    }

    fn row<'a>(&self, rows: &'a [u64], index: usize) -> &'a [u64] {
        let start = index.saturating_mul(self.width);
        rows.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }
}

/// The rules that accept a type, and those that accept a status.
pub(crate) struct Accepted<'a> {
    of_type: &'a [u64],
    of_status: &'a [u64],
}

impl Accepted<'_> {
    /// What the rule in a place fails on.
    pub(crate) fn answer(&self, place: usize) -> Answer {
        let accepts = |row: &[u64]| {
            let word = row.get(place / WORD).copied().unwrap_or_default();
            (word >> (place % WORD)) & 1 == 1
        };
        let mut answer = Answer::FIRES;
        if !accepts(self.of_type) {
            answer.insert(Condition::Types);
        }
        if !accepts(self.of_status) {
            answer.insert(Condition::Statuses);
        }
        answer
    }
}

fn status_index(status: Status) -> usize {
    Status::ALL
        .iter()
        .position(|known| *known == status)
        .unwrap_or(usize::MAX)
}

fn rows<T>(width: usize, rules: &[&Conditions], columns: &[T], accepts: impl Fn(&Conditions, &T) -> bool) -> Vec<u64> {
    let mut rows = vec![0; width.saturating_mul(columns.len())];
    for (row, column) in rows.chunks_exact_mut(width).zip(columns) {
        for (word, rules) in row.iter_mut().zip(rules.chunks(WORD)) {
            *word = rules
                .iter()
                .rev()
                .fold(0, |bits, rule| (bits << 1) | u64::from(accepts(rule, column)));
        }
    }
    rows
}

/// The places of the bits that are one in both of two rows, ascending.
struct Common<'a> {
    words: Enumerate<Zip<Iter<'a, u64>, Iter<'a, u64>>>,
    /// Which word is being read.
    index: usize,
    /// What is left of it.
    word: u64,
}

impl Iterator for Common<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            let (index, (one, other)) = self.words.next()?;
            (self.index, self.word) = (index, one & other);
        }
        let bit = self.word.trailing_zeros() as usize;
        // Clears the lowest one.
        self.word &= self.word.wrapping_sub(1);
        Some(self.index.wrapping_mul(WORD) | bit)
    }
}
