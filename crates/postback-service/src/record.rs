//! Recording a click while its visitor waits: in the store, or in the journal until the store takes
//! it. Its id was made without the store, so the visitor can be sent on either way.

use crate::durable::{self, Durable, Unstored};
use crate::journal::Journal;
use crate::meter;
use crate::seldom::Seldom;
use crate::shared::Shared;
use postback::Click;
use std::{slice, sync::Arc};

/// When it was last said that a click was not stored.
static NOT_STORED: Seldom = Seldom::new();
/// When it was last said that a click was not journalled.
static NOT_JOURNALLED: Seldom = Seldom::new();

/// Where a click is durable.
pub(crate) enum Recorded {
    Stored,
    Journalled,
}

/// Records a click; none when it is durable nowhere, as far as is known. With a journal the store
/// has only a moment's time.
pub(crate) async fn record(shared: &Arc<Shared>, click: &Click) -> Option<Recorded> {
    let store = || {
        let (shared, click) = (shared.clone(), click.clone());
        async move {
            let record = shared.stores.store.record(slice::from_ref(&click));
            durable::timely(&shared, record).await
        }
    };
    let journal = async |place: &Journal, why: &Unstored| is_journalled(place, click, why).await;
    match durable::keep(shared, Some(shared.limits.patience), store, journal).await {
        Durable::Stored(()) => Some(Recorded::Stored),
        Durable::Journalled => Some(Recorded::Journalled),
        Durable::Nowhere(why) => {
            if let Some(count) = NOT_STORED.happened() {
                tracing::error!(error = why.why, count, "click was not stored");
            }
            None
        }
    }
}

async fn is_journalled(journal: &Journal, click: &Click, why: &Unstored) -> bool {
    let campaign = click.campaign.as_str();
    match journal.append_click(click).await {
        Ok(()) => {
            meter::click_journalled(campaign, &why.why);
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
