//! Deletes what has become too old: personal values by the host's limit or the configuration's,
//! everything else only if the configuration says how long it is kept.

use crate::keep;
use crate::shared::Shared;
use crate::work::failed;
use postback::Timestamp;
use postback::port::Purge;
use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

/// What is older than a time.
type Old = fn(Timestamp) -> Purge;

/// Deletes all that is too old now. Deliveries go before the clicks to which they belong.
pub(crate) async fn purge(shared: &Shared) {
    let retention = *shared.live().tracker.retention();
    let private = retention.private.unwrap_or_else(|| days(shared.limits.private_days));
    if let Some(rows) = forget(shared, private, Purge::PrivateBefore).await {
        tracing::info!(rows, "old personal values were deleted");
    }
    let kinds: [(Option<Duration>, Old); 3] = [
        (retention.deliveries, Purge::DeliveriesBefore),
        (retention.events, Purge::EventsBefore),
        (retention.clicks, Purge::ClicksBefore),
    ];
    let mut rows = 0_u64;
    for (kept, what) in kinds {
        if let Some(kept) = kept {
            rows = rows.saturating_add(forget(shared, kept, what).await.unwrap_or_default());
        }
    }
    if rows > 0 {
        tracing::info!(rows, "rows that were kept long enough were deleted");
    }
    purge_refused(shared).await;
}

fn days(days: u32) -> Duration {
    Duration::from_secs(u64::from(days).saturating_mul(DAY))
}

/// Forgets what is older than it is kept. Returns how many rows were changed, if any were.
async fn forget(shared: &Shared, kept: Duration, what: Old) -> Option<u64> {
    let what = what(shared.now().checked_sub(kept)?);
    match shared.stores.store.purge(&what).await {
        Ok(purged) => Some(purged.total()).filter(|rows| *rows > 0),
        Err(error) => {
            let text = match what {
                Purge::PrivateBefore(_) => "old personal values were not deleted",
                _ => "old rows were not deleted",
            };
            failed(text, &error);
            None
        }
    }
}

/// Deletes the refused messages of each source that are older than it keeps them, and measures the
/// rest.
async fn purge_refused(shared: &Shared) {
    let tracker = shared.live().tracker.clone();
    for source in tracker.sources() {
        let Some(before) = shared.now().checked_sub(days(source.refused_days())) else {
            continue;
        };
        let what = Purge::RefusedBefore(source.id().clone(), before);
        match shared.stores.store.purge(&what).await.map(|purged| purged.refused) {
            Ok(rows) if rows > 0 => {
                tracing::warn!(
                    source = source.id().as_str(),
                    rows,
                    "refused messages became too old and were deleted"
                );
            }
            Ok(_) => {}
            Err(error) => failed("old refused messages were not deleted", &error),
        }
        keep::look(shared, source.id(), source.refused_bounds()).await;
    }
}
