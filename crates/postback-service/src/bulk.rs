//! Works on many deliveries in one call: queues them again as they are, writes them again, or gives
//! them up.

use crate::cancel::{self, CancelError};
use crate::meter;
use crate::requeue::{self, RequeueError};
use crate::resend::{self, ResendError};
use crate::shared::Shared;
use crate::timely;
use postback::Timestamp;
use postback::delivery::{DeliveryRow, DeliveryState, Lane};
use postback::port::{BoxFuture, Cursor, DeliveryFilter, PageRequest, Selection, StoreError, Which};
use postback::value::{CampaignId, DeliveryId};
use std::time::Duration;
use thiserror::Error;
use tokio::time::Instant;

/// How many deliveries are read at once. A call ends between two such pages.
const PAGE: u32 = 100;
/// A call that has done this many deliveries ends after their page.
const MOST_DONE: u64 = 100;
/// The largest number of deliveries that a call reads, to work on them or to count what remains.
const MOST_SEEN: u32 = 10_000;

/// The work on each delivery of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkWork {
    /// Queues the delivery again with the same bytes. Only dead deliveries can be queued again;
    /// what a person gave up, and what another delivery replaces, is left out.
    Retry,
    /// Writes the postback again under the present configuration. Of dead deliveries the same are
    /// left out.
    Resend,
    /// Gives the delivery up: a queued or accepted one before it is sent, a dead one for good. Of
    /// dead deliveries the same are left out.
    Cancel,
}

impl BulkWork {
    fn word(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Resend => "resend",
            Self::Cancel => "cancel",
        }
    }
}

/// A selection of deliveries, and the work on them. A filter that is none selects all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bulk {
    /// The work on each delivery.
    pub work: BulkWork,
    /// Selects deliveries in this state.
    pub state: DeliveryState,
    /// Selects deliveries of this campaign's postbacks.
    pub campaign: Option<CampaignId>,
    /// Selects deliveries of this lane.
    pub lane: Option<Lane>,
    /// Selects deliveries that were decided at this time or later.
    pub from: Option<Timestamp>,
    /// Selects deliveries that were decided before this time.
    pub to: Option<Timestamp>,
    /// The place from which to continue: the `next` of the call before.
    pub after: Cursor,
    /// Whether the deliveries are only counted.
    pub dry_run: bool,
}

impl Bulk {
    /// Selects all dead deliveries; to be cancelled, all queued ones.
    #[must_use]
    pub fn new(work: BulkWork) -> Self {
        let state = match work {
            BulkWork::Retry | BulkWork::Resend => DeliveryState::Dead,
            BulkWork::Cancel => DeliveryState::Queued,
        };
        Self {
            work,
            state,
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
        let of_campaign = |wanted: &CampaignId| delivery.cause.rule().is_some_and(|(campaign, _)| campaign == wanted);
        // What was written again and then delivered is done. A repeated call finds it too.
        let is_resend = self.work == BulkWork::Resend && self.state == DeliveryState::Delivered;
        let is_done = is_resend && delivery.replaces.is_some();
        !is_done
            && self.campaign.as_ref().is_none_or(of_campaign)
            && self.lane.as_ref().is_none_or(|lane| delivery.lane == *lane)
            && self.from.is_none_or(|from| delivery.created_at >= from)
            && self.to.is_none_or(|to| delivery.created_at < to)
    }
}

/// What a call has done, and what remains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkDone {
    /// How many deliveries were queued, written again or cancelled.
    pub done: u64,
    /// How many deliveries of the selection needed nothing: they were written again before, or are
    /// no longer in the state.
    pub needless: u64,
    /// How many were left out because their conversion was declined or taken back since.
    pub withdrawn: u64,
    /// How many dead ones were left out because a person gave them up, or because another delivery
    /// replaces them. A resend counts those whose request would be the same as `needless`.
    pub others: u64,
    /// The deliveries that cannot be written again, or are being sent while they are to be
    /// cancelled.
    pub refused: Vec<NotDone>,
    /// Whether a hold of the lane was ended; none where no lane was to be retried.
    pub released: Option<bool>,
    /// How many deliveries of the selection remain after `next`, as far as they were counted; in a
    /// dry run, how many there are. What a person gave up is not counted; whether another delivery
    /// replaces one is known only when it is its turn.
    pub remaining: u64,
    /// Where the next call continues; none if everything is done. In a dry run, where counting
    /// continues.
    pub next: Option<Cursor>,
}

/// A delivery that was not written again, or not cancelled.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct NotDone {
    /// The id of the delivery.
    pub delivery: DeliveryId,
    /// The reason, as a text.
    pub error: String,
}

/// Why a call could not finish.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BulkError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time.
    #[error("the store is not available, try again")]
    Unavailable,
}

pub(crate) async fn work(shared: &Shared, bulk: &Bulk, patience: Duration) -> Result<BulkDone, BulkError> {
    let mut done = one_call(shared, bulk, patience).await?;
    // Whoever tries the dead ones of a lane again has mended what held it.
    if let (BulkWork::Retry, false, Some(lane)) = (bulk.work, bulk.dry_run, &bulk.lane) {
        let release = Selection::new(Which::Held(lane.clone()), shared.now());
        let ended = within(patience, shared.stores.store.requeue(&release)).await?;
        done.released = Some(ended > 0);
        shared.wake.notify_one();
    }
    if !bulk.dry_run {
        meter::bulk(bulk.work.word(), done.done, done.remaining);
    }
    Ok(done)
}

async fn one_call(shared: &Shared, bulk: &Bulk, patience: Duration) -> Result<BulkDone, BulkError> {
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
            if row.is_cancelled() {
                done.others = done.others.saturating_add(u64::from(works));
                continue;
            }
            if works && is_late() {
                // The deliveries of this page that are done need nothing in the next call.
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
    // Nothing of the selection remains after the last delivery that was done.
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
        BulkWork::Retry => match requeue::this(shared, row, false, patience).await {
            Ok(()) => true,
            Err(RequeueError::NotDead(..) | RequeueError::Unknown(_)) => false,
            Err(RequeueError::Cancelled(_) | RequeueError::Withdrawn(_) | RequeueError::Replaced(..)) => {
                done.others = done.others.saturating_add(1);
                return Ok(());
            }
            Err(RequeueError::Store(error)) => return Err(error.into()),
            Err(RequeueError::Unavailable) => return Err(BulkError::Unavailable),
        },
        BulkWork::Resend => match resend::this(shared, row, false, patience).await {
            Ok(resent) => !resent.repeated,
            Err(ResendError::Open(..)) => false,
            Err(ResendError::Store(error)) => return Err(error.into()),
            Err(ResendError::Unavailable) => return Err(BulkError::Unavailable),
            Err(ResendError::Replaced(..)) if row.state == DeliveryState::Dead => {
                done.others = done.others.saturating_add(1);
                return Ok(());
            }
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
        BulkWork::Cancel => match cancel::this(shared, row, patience).await {
            Ok(()) => true,
            Err(CancelError::Closed(..) | CancelError::Before(_) | CancelError::Unknown(_)) => false,
            Err(CancelError::Replaced(..)) => {
                done.others = done.others.saturating_add(1);
                return Ok(());
            }
            Err(CancelError::Store(error)) => return Err(error.into()),
            Err(CancelError::Unavailable) => return Err(BulkError::Unavailable),
            Err(error @ CancelError::UnderWay(_)) => {
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
