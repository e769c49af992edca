//! Attributes an event without a click to a click that a person has chosen.

use crate::shared::Shared;
use crate::timely;
use postback::decide::Reply;
use postback::drive::{self, IngestError};
use postback::plan::{Outcome, Write};
use postback::port::{BoxFuture, StoreError};
use postback::value::{ClickId, ConversionId, EventId, OfferSourceId};
use std::time::Duration;
use thiserror::Error;
use tokio::time::timeout;

/// The outcome of an attribution by a person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct AttributedByHand {
    /// The id of the event.
    pub event: EventId,
    /// The id of the click.
    pub click: ClickId,
    /// The decision about the event with this click.
    #[serde(flatten)]
    pub reply: Reply,
    /// The conversion that the event made or changed, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<ConversionId>,
    /// How many other waiting events were attributed because of it.
    pub resolved: u32,
}

/// Why an event was not attributed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AttributeError {
    /// No event has this id.
    #[error("event `{0}` is not known")]
    UnknownEvent(EventId),
    /// No click has this id.
    #[error("click `{0}` is not known; an event is attributed to a click that was recorded")]
    UnknownClick(ClickId),
    /// The event does not wait for a click.
    #[error("event `{event}` is {outcome}; only unattributed ones are attributed by hand")]
    NotWaiting {
        /// The id of the event.
        event: EventId,
        /// The outcome of the event so far.
        outcome: Outcome,
    },
    /// The click was sent to an offer of another source.
    #[error("click `{click}` went to an offer of source `{of_click}`, and the event is one of `{of_event}`")]
    OtherSource {
        /// The id of the click.
        click: ClickId,
        /// The source of the click's offer.
        of_click: OfferSourceId,
        /// The source of the event.
        of_event: OfferSourceId,
    },
    /// The event's source is no longer configured.
    #[error("offer source `{0}` is no longer configured")]
    UnknownSource(OfferSourceId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time, or the click changed too often meanwhile.
    #[error("the store is not available, try again")]
    Unavailable,
}

pub(crate) async fn attribute(
    shared: &Shared,
    id: &EventId,
    click: &ClickId,
    note: Option<String>,
    patience: Duration,
) -> Result<AttributedByHand, AttributeError> {
    let (live, inspect) = (shared.live(), &shared.stores.inspect);
    let row = within(patience, inspect.event(id)).await?;
    let row = row.ok_or_else(|| AttributeError::UnknownEvent(id.clone()))?;
    let not_waiting = |outcome| AttributeError::NotWaiting {
        event: id.clone(),
        outcome,
    };
    if row.outcome != Outcome::Unattributed {
        return Err(not_waiting(row.outcome));
    }
    let known = within(patience, inspect.click(click)).await?;
    let known = known.ok_or_else(|| AttributeError::UnknownClick(click.clone()))?;
    if known.source != row.event.source {
        return Err(AttributeError::OtherSource {
            click: known.id,
            of_click: known.source,
            of_event: row.event.source.clone(),
        });
    }
    let now = shared.now();
    let event = row.event.into_inner().attributed_by_hand(known.id, now, note);
    let decided = async {
        let _turn = shared.turns.take(&event).await;
        drive::attribute_by_hand(&live.tracker, &*shared.stores.store, &event, now).await
    };
    let plan = match timeout(patience, decided).await {
        Ok(Ok(plan)) => plan,
        Ok(Err(IngestError::Store(error))) => return Err(error.into()),
        Ok(Err(IngestError::UnknownSource(_))) => return Err(AttributeError::UnknownSource(event.source)),
        Ok(Err(_)) | Err(_) => return Err(AttributeError::Unavailable),
    };
    let Some(plan) = plan else {
        // Its click was recorded meanwhile, or another person was faster.
        let now = within(patience, inspect.event(id)).await?.map(|row| row.outcome);
        return Err(now
            .filter(|now| *now != Outcome::Unattributed)
            .map_or(AttributeError::Unavailable, not_waiting));
    };
    tracing::info!(event = %id, click = %click, outcome = plan.reply.outcome.as_str(), "event attributed by hand");
    shared.wake.notify_one();
    let conversion = plan.commit.writes.into_iter().find_map(|write| match write {
        Write::Event(row) if row.event.id == *id => row.conversion,
        _ => None,
    });
    Ok(AttributedByHand {
        event: event.id,
        click: click.clone(),
        reply: plan.reply,
        conversion,
        resolved: plan.trace.resolved,
    })
}

async fn within<T>(patience: Duration, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, AttributeError> {
    timely::read(patience, reading, AttributeError::Unavailable).await
}
