//! Names that are asked for in one query after another, by what they mean.

use super::whole::{Query, mark};
use alloc::vec::Vec;

/// The places of names in a list, by meaning, each with its mark in a query. The names of one
/// meaning keep their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lookup<M>(Vec<(M, u64, usize)>);

impl<M: Copy + Ord> Lookup<M> {
    pub(crate) fn new<'n>(names: impl Iterator<Item = (&'n str, M)>) -> Self {
        let places = names.enumerate().map(|(at, (name, meaning))| (meaning, mark(name), at));
        let mut places: Vec<_> = places.collect();
        places.sort_by_key(|(meaning, ..)| *meaning);
        Self(places)
    }

    /// Returns the places of the names of a meaning.
    pub(crate) fn of(&self, meaning: M) -> impl Iterator<Item = usize> {
        let from = self.from(meaning).take_while(move |(own, ..)| *own == meaning);
        from.map(|(.., at)| *at)
    }

    /// Returns the places of those names of a meaning that may have come.
    pub(crate) fn asked(&self, meaning: M, query: &Query<'_>) -> impl Iterator<Item = usize> {
        let from = self.from(meaning).take_while(move |(own, ..)| *own == meaning);
        from.filter(|(_, mark, _)| query.may_have_marked(*mark))
            .map(|(.., at)| *at)
    }

    /// Returns the meaning, from this one on, of each name that may have come.
    pub(crate) fn meanings_asked(&self, first: M, query: &Query<'_>) -> impl Iterator<Item = M> {
        let came = self.from(first).filter(|(_, mark, _)| query.may_have_marked(*mark));
        came.map(|(meaning, ..)| *meaning)
    }

    fn from(&self, first: M) -> impl Iterator<Item = &(M, u64, usize)> {
        let start = self.0.partition_point(|(meaning, ..)| *meaning < first);
        self.0.get(start..).unwrap_or_default().iter()
    }
}
