//! Events of one click, one after the other.

use postback::Event;
use std::{
    array,
    hash::{BuildHasher, RandomState},
};
use tokio::sync::{Mutex, MutexGuard};

/// How many events of different clicks are decided at once; more wait a moment for their turn.
const TURNS: usize = 256;

/// Events of one click are decided one after the other, so that a burst of them does not conflict
/// with itself in the store. Other processes still can: this saves work, it guards nothing.
#[derive(Debug)]
pub(crate) struct Turns {
    turns: [Mutex<()>; TURNS],
    /// Drawn for each process, so that nobody can aim at the turn of a click.
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
    /// None for an event that can conflict with no other: it has neither click nor receipt.
    pub(crate) async fn take(&self, event: &Event) -> Option<MutexGuard<'_, ()>> {
        let click = event.clicks.first().map(|click| click.as_str());
        let name = click.or(event.receipt.as_ref().map(|receipt| receipt.as_str()))?;
        let turn = self.hasher.hash_one(name).checked_rem(TURNS as u64)?;
        Some(self.turns.get(usize::try_from(turn).ok()?)?.lock().await)
    }
}
