//! Decides events of one click one after the other.

use postback::Event;
use std::{
    array,
    hash::{BuildHasher, RandomState},
};
use tokio::sync::{Mutex, MutexGuard};

/// How many events of different clicks are decided at the same time. More events wait for their
/// turn.
const TURNS: usize = 256;

/// Lets events of one click be decided one after the other, so that a burst of them causes no
/// conflicts in the store. A store that has events decided in its own transaction needs no turns.
/// Other processes can still cause conflicts: this saves work and protects nothing.
#[derive(Debug)]
pub(crate) struct Turns {
    turns: [Mutex<()>; TURNS],
    /// Seeded at random for each process, so that nobody can choose clicks that share a turn.
    hasher: RandomState,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            turns: array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
        }
    }
}

impl Turns {
    /// Waits for an event's turn. Returns none for an event that cannot conflict, since it has
    /// neither a click nor a receipt.
    pub(crate) async fn take(&self, event: &Event) -> Option<MutexGuard<'_, ()>> {
        let click = event.candidates().next().map(|click| click.as_str());
        let name = click.or(event.receipt.as_ref().map(|receipt| receipt.as_str()))?;
        let turn = self.hasher.hash_one(name).checked_rem(TURNS as u64)?;
        Some(self.turns.get(usize::try_from(turn).ok()?)?.lock().await)
    }
}
