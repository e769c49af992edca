//! Refused bodies, in bounded rings: each source has its own for each interface.

use super::state::State;
use crate::plan::{RefusedBody, RefusedCount, RefusedRow};
use crate::value::{OfferSourceId, RefusedId};
use alloc::{collections::BTreeMap, vec::Vec};

impl State {
    /// Keeps a body whose id is not known yet, and drops all but the newest `keep` of its ring.
    pub(super) fn keep_refused(&mut self, body: &RefusedBody, keep: u32) {
        if self.refused.values().all(|kept| kept.row.id != body.row.id) {
            let number = self.number();
            self.refused.insert(number, body.clone());
        }
        let of_ring = self
            .refused
            .iter()
            .filter(|(_, kept)| ring(&kept.row) == ring(&body.row));
        let rest = of_ring.map(|(number, _)| *number).rev().skip(keep as usize);
        let rest: Vec<u64> = rest.collect();
        self.refused.retain(|number, _| !rest.contains(number));
    }

    pub(super) fn refused_counts(&self, source: &OfferSourceId) -> Vec<RefusedCount> {
        let mut rings: BTreeMap<_, RefusedCount> = BTreeMap::new();
        // They are in the order of writing, so the last one of a ring stays.
        for kept in self.refused.values().filter(|kept| kept.row.source == *source) {
            let one = || RefusedCount {
                kept: 0,
                last: kept.row.clone(),
            };
            let count = rings.entry(ring(&kept.row)).or_insert_with(one);
            count.kept = count.kept.saturating_add(1);
            count.last = kept.row.clone();
        }
        rings.into_values().collect()
    }

    pub(super) fn refused_body(&self, id: &RefusedId) -> Option<RefusedBody> {
        self.refused.values().find(|kept| kept.row.id == *id).cloned()
    }
}

/// The ring of a row. Rows with equal results are in one ring.
fn ring(row: &RefusedRow) -> impl Ord + use<> {
    (row.source.clone(), row.interface, row.ring)
}
