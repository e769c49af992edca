//! Recording a click while its visitor waits: in the store, or in the journal until the store takes
//! it. Its id was made without the store, so the visitor can be sent on either way.

use crate::journal::Journal;
use crate::meter;
use crate::pulse::LATE;
use crate::seldom::Seldom;
use crate::shared::Shared;
use postback::Click;
use std::{slice, sync::Arc};
use tokio::time::timeout;
use tracing::Instrument;

/// When it was last said that the store failed.
static FAILED: Seldom = Seldom::new();
/// When it was last said that a click was not journalled.
static NOT_JOURNALLED: Seldom = Seldom::new();

/// Where a click is durable.
pub(crate) enum Recorded {
    Stored,
    Journalled,
}

/// Records a click; none when it is durable nowhere, as far as is known. With a journal the store
/// has only a moment's time. A call of the store that is late is not cut off: it goes on, and the
/// journal's copy does nothing when the click is there already.
pub(crate) async fn record(shared: &Arc<Shared>, click: &Click) -> Option<Recorded> {
    let Some(journal) = &shared.journal else {
        return is_stored(shared, click).await.then_some(Recorded::Stored);
    };
    let (other, copy) = (shared.clone(), click.clone());
    let mut storing = tokio::spawn(async move { is_stored(&other, &copy).await }.in_current_span());
    let stored = timeout(shared.limits.patience, &mut storing).await;
    if matches!(stored, Ok(Ok(true))) {
        return Some(Recorded::Stored);
    }
    if is_journalled(journal, click).await {
        return Some(Recorded::Journalled);
    }
    // The journal takes nothing, so the store has its whole time.
    let stored = stored.is_err() && matches!(storing.await, Ok(true));
    stored.then_some(Recorded::Stored)
}

async fn is_stored(shared: &Shared, click: &Click) -> bool {
    let record = shared.stores.store.record(slice::from_ref(click));
    match timeout(shared.limits.store, record).await {
        Ok(Ok(())) => {
            shared.pulse.written();
            true
        }
        Ok(Err(error)) => {
            if error.is_retryable() {
                shared.pulse.failed(&error);
            }
            if let Some(count) = FAILED.happened() {
                tracing::error!(kind = ?error.kind(), error = %error, count, "the store failed");
            }
            false
        }
        Err(_) => {
            shared.pulse.failed(LATE);
            false
        }
    }
}

async fn is_journalled(journal: &Journal, click: &Click) -> bool {
    let campaign = click.campaign.as_str();
    match journal.append_click(click).await {
        Ok(()) => {
            meter::click_journalled(campaign);
            true
        }
        Err(error) => {
            if let Some(count) = NOT_JOURNALLED.happened() {
                tracing::error!(campaign, kind = %error.kind(), count, "click was not journalled");
            }
            false
        }
    }
}
