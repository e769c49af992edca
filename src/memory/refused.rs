//! Refused bodies, in bounded rings: each source has its own for each interface. Bodies are packed,
//! and each ring counts its bytes, so that it is bounded as that of any other store.

use crate::event::Interface;
use crate::plan::{RefusedBody, RefusedBound, RefusedCount, RefusedRow, Ring};
use crate::port::row::{pack, unpack};
use crate::value::{OfferSourceId, RefusedId};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// The ring of a row. Rows with equal keys are in one ring.
type Key = (OfferSourceId, Interface, Ring);

/// All refused bodies by the number of their writing.
#[derive(Debug, Default)]
pub(super) struct Rings {
    bodies: BTreeMap<u64, Packed>,
    numbers: BTreeMap<RefusedId, u64>,
    rings: BTreeMap<Key, Held>,
}

#[derive(Debug)]
struct Packed {
    row: RefusedRow,
    body: Vec<u8>,
}

/// What a ring holds.
#[derive(Debug, Default)]
struct Held {
    numbers: BTreeSet<u64>,
    bytes: u64,
}

impl Held {
    fn count(&self) -> u64 {
        length(self.numbers.len())
    }
}

impl Rings {
    pub(super) fn knows(&self, id: &RefusedId) -> bool {
        self.numbers.contains_key(id)
    }

    /// Keeps a body that is not known yet.
    pub(super) fn keep(&mut self, number: u64, refused: &RefusedBody) {
        let packed = Packed {
            row: refused.row.clone(),
            body: pack(&refused.body),
        };
        let held = self.rings.entry(key(&packed.row)).or_default();
        held.numbers.insert(number);
        held.bytes = held.bytes.saturating_add(length(packed.body.len()));
        self.numbers.insert(packed.row.id.clone(), number);
        self.bodies.insert(number, packed);
    }

    /// Drops the oldest bodies of a row's ring, until it is within its bound.
    pub(super) fn trim(&mut self, row: &RefusedRow, bound: RefusedBound) {
        let key = key(row);
        while let Some(held) = self.rings.get(&key)
            && bound.is_exceeded(held.count(), held.bytes)
            && let Some(oldest) = held.numbers.first().copied()
        {
            self.drop_one(oldest);
        }
    }

    /// Drops the bodies whose rows do not stay, and says how many they were.
    pub(super) fn retain(&mut self, stays: impl Fn(&RefusedRow) -> bool) -> u64 {
        let gone = self.rows().filter(|(_, row)| !stays(row));
        let gone: Vec<u64> = gone.map(|(number, _)| number).collect();
        for number in &gone {
            self.drop_one(*number);
        }
        length(gone.len())
    }

    fn drop_one(&mut self, number: u64) {
        let Some(Packed { row, body }) = self.bodies.remove(&number) else {
            return;
        };
        self.numbers.remove(&row.id);
        if let Some(held) = self.rings.get_mut(&key(&row)) {
            held.numbers.remove(&number);
            held.bytes = held.bytes.saturating_sub(length(body.len()));
        }
    }

    /// The rows in the order of writing.
    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = (u64, &RefusedRow)> {
        self.bodies.iter().map(|(number, packed)| (*number, &packed.row))
    }

    pub(super) fn counts(&self, source: &OfferSourceId) -> Vec<RefusedCount> {
        let of_source = self.rings.iter().filter(|((of, ..), _)| of == source);
        let counts = of_source.filter_map(|(_, held)| {
            let last = self.bodies.get(held.numbers.last()?)?.row.clone();
            let (kept, bytes) = (held.count(), held.bytes);
            Some(RefusedCount { kept, bytes, last })
        });
        counts.collect()
    }

    pub(super) fn body(&self, id: &RefusedId) -> Option<RefusedBody> {
        let Packed { row, body } = self.bodies.get(self.numbers.get(id)?)?;
        Some(RefusedBody {
            row: row.clone(),
            body: unpack(body)?,
        })
    }
}

fn key(row: &RefusedRow) -> Key {
    (row.source.clone(), row.interface, row.ring)
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
