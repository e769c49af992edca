//! Many deliveries at once: queued again as they are, or written again.

use crate::resend::{self, ResendError};
use crate::shared::Shared;
use crate::timely;
use postback::Timestamp;
use postback::delivery::{Cause, DeliveryRow, DeliveryState, Lane};
use postback::port::{BoxFuture, Cursor, DeliveryFilter, PageRequest, Selection, StoreError, Which};
use postback::value::{CampaignId, DeliveryId};
use std::time::Duration;
use thiserror::Error;
use tokio::time::Instant;

/// How many deliveries a call looks at together. Work stops between two pages.
const PAGE: u32 = 100;
/// A call that has done so many ends with their page.
const MOST_DONE: u64 = 100;
/// How many deliveries a call looks at, to do something or to count what remains.
const MOST_SEEN: u32 = 10_000;

/// What is done with each delivery of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkWork {
    /// It is queued again with the bytes that it has. Dead ones alone are.
    Retry,
    /// Its postback is written again under the configuration at work.
    Resend,
}

/// Which deliveries, and what is done with them; what is absent does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bulk {
    /// What is done.
    pub work: BulkWork,
    /// Those in this state.
    pub state: DeliveryState,
    /// Those of a campaign's postbacks.
    pub campaign: Option<CampaignId>,
    /// Those of a lane.
    pub lane: Option<Lane>,
    /// Those decided then or later.
    pub from: Option<Timestamp>,
    /// Those decided before then.
    pub to: Option<Timestamp>,
    /// Where a call before this one has stopped.
    pub after: Cursor,
    /// Whether they are counted alone.
    pub dry_run: bool,
}

impl Bulk {
    /// All that are dead.
    #[must_use]
    pub fn new(work: BulkWork) -> Self {
        Self {
            work,
            state: DeliveryState::Dead,
            campaign: None,
            lane: None,
            from: None,
            to: None,
            after: Cursor::start(),
            dry_run: false,
        }
    }

    fn selects(&self, row: &DeliveryRow) -> bool {
        let delivery = &row.delivery;
        let of_campaign = |wanted| matches!(&delivery.cause, Cause::Postback { campaign, .. } if campaign == wanted);
        // What was written again and delivered is done: a call that is repeated finds it too.
        let is_resend = self.work == BulkWork::Resend && self.state == DeliveryState::Delivered;
        let is_done = is_resend && delivery.replaces.is_some();
        !is_done
            && self.campaign.as_ref().is_none_or(of_campaign)
            && self.lane.as_ref().is_none_or(|lane| delivery.lane == *lane)
            && self.from.is_none_or(|from| delivery.created_at >= from)
            && self.to.is_none_or(|to| delivery.created_at < to)
    }
}

/// What a call has done, and what is left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkDone {
    /// How many were queued, or written again.
    pub done: u64,
    /// How many of the selection needed nothing: they were written again before, or are no longer
    /// in the state.
    pub needless: u64,
    /// How many were passed over because what they tell of was declined or taken back since.
    pub withdrawn: u64,
    /// Those that cannot be written again.
    pub refused: Vec<NotDone>,
    /// How many of the selection are left behind `next`, as far as they were counted; of a dry run,
    /// how many there are.
    pub remaining: u64,
    /// Where the next call goes on; none when all is done. Of a dry run, where the counting goes
    /// on.
    pub next: Option<Cursor>,
}

/// A delivery that was not written again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct NotDone {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Why not.
    pub error: String,
}

/// Trouble with many deliveries.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BulkError {
    /// The store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time.
    #[error("the store is not available, try again")]
    Unavailable,
}

pub(crate) async fn work(shared: &Shared, bulk: &Bulk, patience: Duration) -> Result<BulkDone, BulkError> {
    let until = Instant::now().checked_add(patience);
    let is_late = || until.is_some_and(|until| Instant::now() >= until);
    let filter = DeliveryFilter::in_state(bulk.state);
    let mut request = PageRequest {
        after: bulk.after.clone(),
        limit: PAGE,
    };
    let (mut done, mut works, mut seen) = (BulkDone::default(), !bulk.dry_run, 0_u32);
    loop {
        let page = within(patience, shared.stores.inspect.deliveries(&filter, &request)).await?;
        for row in page.items.iter().filter(|row| bulk.selects(row)) {
            if works && is_late() {
                // What is done of this page is needless at the next call.
                works = false;
                done.next = Some(request.after.clone());
            }
            if works {
                one(shared, bulk.work, row, &mut done, patience).await?;
            } else {
                done.remaining = done.remaining.saturating_add(1);
            }
        }
        seen = seen.saturating_add(PAGE);
        let Some(next) = page.next else { break };
        if works && (done.done >= MOST_DONE || is_late()) {
            works = false;
            done.next = Some(next.clone());
        }
        request.after = next;
        if seen >= MOST_SEEN || (is_late() && !bulk.dry_run) {
            done.next.get_or_insert(request.after);
            return Ok(done);
        }
    }
    // Nothing of the selection is left behind the last that was done.
    done.next.take_if(|_| done.remaining == 0);
    Ok(done)
}

async fn one(
    shared: &Shared,
    work: BulkWork,
    row: &DeliveryRow,
    done: &mut BulkDone,
    patience: Duration,
) -> Result<(), BulkError> {
    let id = &row.delivery.id;
    let count = match work {
        BulkWork::Retry => {
            let selection = Selection::new(Which::One(id.clone()), shared.now());
            let requeued = within(patience, shared.stores.store.requeue(&selection)).await?;
            shared.wake.notify_one();
            requeued > 0
        }
        BulkWork::Resend => match resend::this(shared, row, false, patience).await {
            Ok(resent) => !resent.repeated,
            Err(ResendError::Open(..)) => false,
            Err(ResendError::Store(error)) => return Err(error.into()),
            Err(ResendError::Unavailable) => return Err(BulkError::Unavailable),
            Err(ResendError::NotRewritten(_, why)) if why.is_withdrawn() => {
                done.withdrawn = done.withdrawn.saturating_add(1);
                return Ok(());
            }
            Err(error) => {
                let (delivery, error) = (id.clone(), error.to_string());
                done.refused.push(NotDone { delivery, error });
                return Ok(());
            }
        },
    };
    let counter = if count { &mut done.done } else { &mut done.needless };
    *counter = counter.saturating_add(1);
    Ok(())
}

async fn within<T>(patience: Duration, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, BulkError> {
    timely::read(patience, reading, BulkError::Unavailable).await
}
