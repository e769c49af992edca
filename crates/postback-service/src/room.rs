//! How much room the disk of the store has for what is taken in from the journal. The journal may
//! hold more than the disk has, and the store's log takes room before it is written back: a replay
//! must not fill the disk on which everything else is written.

use crate::disk::{self, Seen};
use crate::shared::Shared;
use std::time::Duration;

/// With so much left beside what is needed, nobody needs to look after the store's log: it has
/// 64 MiB at most as a rule, and the file grows by as much when it is written back.
const AMPLE: u64 = 128 * 1024 * 1024;
/// How long the disk may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Ample,
    /// A few lines may be taken in; then the store's log is to be written back.
    Tight,
    /// So much is left, which is less than what is needed.
    Short {
        free: u64,
        needed: u64,
    },
}

impl Room {
    fn of(free: Option<u64>, needed: u64) -> Self {
        match free {
            Some(free) if free < needed => Self::Short { free, needed },
            Some(free) if free < AMPLE.saturating_add(needed) => Self::Tight,
            _ => Self::Ample,
        }
    }
}

/// Asks the store's disk. As much as the journal's reserve must be left.
pub(crate) async fn of_store(shared: &Shared) -> Room {
    let needed = shared.journal.as_ref().map_or(0, |journal| journal.reserve());
    let seen = store_disk(shared, PATIENCE).await;
    Room::of(seen.and_then(|(seen, _)| seen.free), needed)
}

/// Looks at the disk and the file of the store, where they are known. Returns what was seen last,
/// and whether that is new.
pub(crate) async fn store_disk(shared: &Shared, patience: Duration) -> Option<(Seen, bool)> {
    let file = shared.stores.file()?.clone();
    let ask = move || Seen {
        free: disk::free(file.path()),
        wrong: file.check().err().map(|error| error.to_string()),
    };
    Some(shared.disks.store.look(patience, ask).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_ample_tight_or_short() {
        let needed = 10;
        for (free, room) in [
            (Some(0), Room::Short { free: 0, needed }),
            (Some(9), Room::Short { free: 9, needed }),
            (Some(10), Room::Tight),
            (Some(AMPLE + 9), Room::Tight),
            (Some(AMPLE + 10), Room::Ample),
            (None, Room::Ample),
        ] {
            assert_eq!(Room::of(free, needed), room, "{free:?}");
        }
    }
}
