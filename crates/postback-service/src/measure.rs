//! What is measured each minute: what was given up, what waits in each lane, for how long
//! access tokens are valid, and the memory of the process.

use crate::meter;
use crate::renewals::measure_tokens;
use crate::shared::Shared;
use postback::delivery::Lane;
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};
use tokio::time::timeout;

/// The lanes that were named. One in which nothing waits any more is named once more, so that its
/// last number does not stay for ever.
#[derive(Debug, Default)]
pub(crate) struct NamedLanes(Mutex<BTreeSet<Lane>>);

/// Measures once.
pub(crate) async fn measure(shared: &Shared, named: &NamedLanes) {
    let inspect = &shared.stores.inspect;
    if let Ok(Ok(dead)) = timeout(shared.limits.store, inspect.dead_letters()).await {
        meter::dead_letters(&dead, shared.now());
    }
    if let Ok(Ok(queues)) = timeout(shared.limits.store, inspect.lane_queues()).await {
        let now = shared.now();
        for queue in &queues {
            meter::queued(queue, now);
        }
        let waiting = queues.into_iter().map(|queue| queue.lane).collect();
        named.emptied(waiting).iter().for_each(meter::emptied);
    }
    measure_tokens(shared);
    if let Some(bytes) = resident().await {
        meter::resident(bytes);
    }
}

impl NamedLanes {
    /// Returns the lanes in which nothing waits since the last time.
    fn emptied(&self, waiting: BTreeSet<Lane>) -> BTreeSet<Lane> {
        let mut named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let emptied = named.difference(&waiting).cloned().collect();
        *named = waiting;
        emptied
    }
}

/// The memory that the process holds, in bytes, where the system says so.
async fn resident() -> Option<u64> {
    let status = tokio::fs::read_to_string("/proc/self/status").await.ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_in_which_nothing_waits_any_more_is_named_once() {
        let lanes = |hosts: &[&str]| -> BTreeSet<Lane> { hosts.iter().copied().map(Lane::new).collect() };
        let named = NamedLanes::default();
        assert_eq!(named.emptied(lanes(&["a", "b"])), lanes(&[]));
        assert_eq!(named.emptied(lanes(&["b", "c"])), lanes(&["a"]));
        assert_eq!(named.emptied(lanes(&["b", "c"])), lanes(&[]));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_process_holds_some_memory() {
        assert!(resident().await.unwrap() > 1024 * 1024);
    }
}
