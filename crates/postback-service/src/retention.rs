//! Deletes what has become too old: personal values by the host's limit or the configuration's,
//! everything else only if the configuration says how long it is kept.

use crate::keep;
use crate::meter;
use crate::shared::Shared;
use crate::work::failed;
use postback::Timestamp;
use postback::port::{Purge, Purged};
use std::{io::ErrorKind, time::Duration};

const DAY: u64 = 24 * 60 * 60;

/// What is older than a time.
type Old = fn(Timestamp) -> Purge;

/// Deletes all that is too old now. Deliveries go before the clicks to which they belong. The
/// journal comes first: what is taken in from there meanwhile is forgotten in the store.
pub(crate) async fn purge(shared: &Shared) {
    let retention = *shared.live().tracker.retention();
    let private = retention.private.unwrap_or_else(|| days(shared.limits.private_days));
    let lines = forget_journalled(shared, private).await;
    let rows = forget(shared, private, Purge::PrivateBefore).await.total();
    if rows > 0 || lines > 0 {
        tracing::info!(rows, lines, "old personal values were deleted");
    }
    let kinds: [(Option<Duration>, Old); 3] = [
        (retention.deliveries, Purge::DeliveriesBefore),
        (retention.events, Purge::EventsBefore),
        (retention.clicks, Purge::ClicksBefore),
    ];
    let mut gone = Purged::default();
    for (kept, what) in kinds {
        if let Some(kept) = kept {
            gone.add(&forget(shared, kept, what).await);
        }
    }
    if gone.total() > 0 {
        tracing::info!(rows = gone.total(), "rows that were kept long enough were deleted");
    }
    meter::letters_deleted(gone.dead_letters);
    purge_refused(shared).await;
}

fn days(days: u32) -> Duration {
    Duration::from_secs(u64::from(days).saturating_mul(DAY))
}

/// Forgets what is older than it is kept. Returns what was changed.
async fn forget(shared: &Shared, kept: Duration, what: Old) -> Purged {
    let Some(before) = shared.now().checked_sub(kept) else {
        return Purged::default();
    };
    let what = what(before);
    let is_private = matches!(what, Purge::PrivateBefore(_));
    match shared.stores.store.purge(&what).await {
        Ok(purged) => {
            if is_private && purged.files_hold {
                tracing::warn!(
                    "the files of the store still hold personal values that were deleted, since a reader needs them; \
                     it is tried again every ten minutes"
                );
            }
            purged
        }
        Err(error) => {
            let text = match is_private {
                true => "old personal values were not deleted",
                false => "old rows were not deleted",
            };
            failed(text, &error);
            Purged::default()
        }
    }
}

/// Forgets the personal values of the journal's lines that are older than these are kept. Returns
/// how many lines were changed.
async fn forget_journalled(shared: &Shared, kept: Duration) -> u64 {
    let (Some(journal), Some(before)) = (&shared.journal, shared.now().checked_sub(kept)) else {
        return 0;
    };
    match journal.forget_before(before).await {
        Ok(lines) => lines,
        // A replay is under way. The next round comes in ten minutes.
        Err(error) if error.kind() == ErrorKind::ResourceBusy => 0,
        Err(error) => {
            tracing::error!(kind = %error.kind(), "old personal values in the journal were not deleted");
            0
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
