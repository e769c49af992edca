//! Tries kept refused messages again with the present configuration and secrets, or dismisses them.
//!
//! A reload often corrects what was wrong, so that the bodies wait in the store. Their senders are
//! not checked again: whoever calls this vouches for them. There is one exception: a postback that
//! came while the source required no token is taken in together with others only as long as the
//! source requires none. If it is chosen by its id, it is taken in all the same. An event is stored
//! before its body is deleted, so that a crash in between costs no more than a duplicate.

use crate::handle::Live;
use crate::ingest::{Taken, take_in_kept};
use crate::keep;
use crate::refused_place::{Place, Waiting};
use crate::shared::Shared;
use crate::timely;
use postback::Event;
use postback::event::Interface;
use postback::intake::{Caller, Intake};
use postback::plan::{Reason, RefusedBody, RefusedRow, Ring};
use postback::port::{BoxFuture, Cursor, Page, PageRequest, Purge, RefusedFilter, StoreError};
use postback::value::{OfferSourceId, RefusedId};
use serde::{Serialize, Serializer};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
    time::Duration,
};
use thiserror::Error;
use tokio::time::Instant;

/// The largest number of bodies that one call takes in, since each needs a decision and a
/// transaction, and somebody waits. A body that is refused again costs little more than reading it,
/// so that it is not counted.
const MAX_TAKEN: usize = 64;
/// How many rows are listed or deleted at once.
const PAGE: u32 = 512;

/// Selects refused messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichRefused {
    /// The message with this id.
    One(RefusedId),
    /// All messages of a source.
    Source(OfferSourceId),
    /// All messages.
    All,
}

impl fmt::Display for WhichRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(id) => write!(f, "message {id}"),
            Self::Source(id) => write!(f, "source {id}"),
            Self::All => f.write_str("all"),
        }
    }
}

/// The outcome of trying messages again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Retried {
    /// How many were taken in, by this call or because they were sent again. They are no longer
    /// kept.
    pub taken: usize,
    /// How many were refused again. They are still kept.
    pub still_refused: usize,
    /// How many are still kept because this call had no time for them, or the store did not take
    /// them. Call again for these.
    pub remaining: usize,
    /// The reasons of those that were taken in, such as [`Reason::NoRate`], with how many have
    /// each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<Reason, u64>,
    /// The place at which the next call continues; none if this one came to the newest message.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "cursor_text")]
    pub next: Option<Cursor>,
}

/// Why refused messages could not be tried again or dismissed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RetryError {
    /// The source is not configured.
    #[error("offer source `{0}` is not configured")]
    UnknownSource(OfferSourceId),
    /// No message is kept under this id: it was taken in, dismissed, or replaced by a newer one.
    #[error("no refused message is kept as `{0}`")]
    Unknown(RefusedId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time, or took none of the messages.
    #[error("the store is not available, try again")]
    Unavailable,
}

/// Tries messages again, from a place on. `patience` is the time for each read of the store, and
/// for trying them.
pub(crate) async fn retry(
    shared: &Arc<Shared>,
    which: &WhichRefused,
    after: &Cursor,
    patience: Duration,
) -> Result<Retried, RetryError> {
    let live = shared.live();
    if let WhichRefused::Source(id) = which
        && live.tracker.source(Some(id.as_str())).is_none()
    {
        return Err(RetryError::UnknownSource(id.clone()));
    }
    let mut round = Round::new(shared, live, patience);
    match which {
        WhichRefused::One(id) => {
            round.vouched = true;
            let row = one(shared, id, patience).await?;
            round.look(row).await;
            round.retried.remaining = round.failed;
        }
        WhichRefused::Source(_) | WhichRefused::All => round.all(&filter(which), after).await?,
    }
    let Round {
        retried, taken, failed, ..
    } = round;
    if taken.is_empty() && retried.still_refused == 0 && failed > 0 {
        return Err(RetryError::Unavailable);
    }
    forget(shared, taken, patience).await?;
    tracing::info!(
        %which,
        taken = retried.taken,
        still_refused = retried.still_refused,
        remaining = retried.remaining,
        "refused messages were tried again"
    );
    Ok(retried)
}

/// Deletes messages that nobody wants to take in, the newest first, and returns how many they were.
/// What comes meanwhile stays.
pub(crate) async fn dismiss(shared: &Shared, which: &WhichRefused, patience: Duration) -> Result<u64, RetryError> {
    let mut sources = BTreeSet::new();
    let dismissed = match which {
        WhichRefused::One(id) => {
            let row = one(shared, id, patience).await?;
            drop_rows(shared, &[row], &mut sources, patience).await
        }
        WhichRefused::Source(_) | WhichRefused::All => {
            dismiss_all(shared, &filter(which), &mut sources, patience).await
        }
    };
    // Also when only a part of them is gone.
    look_at(shared, &sources).await;
    let dismissed = dismissed?;
    tracing::info!(%which, dismissed, "refused messages were dismissed");
    Ok(dismissed)
}

/// Deletes page by page, since there may be many.
async fn dismiss_all(
    shared: &Shared,
    filter: &RefusedFilter,
    sources: &mut BTreeSet<OfferSourceId>,
    patience: Duration,
) -> Result<u64, RetryError> {
    let mut request = PageRequest::first(PAGE);
    let mut dismissed = 0_u64;
    loop {
        let page = page(shared, filter, &request, patience).await?;
        let dropped = drop_rows(shared, &page.items, sources, patience).await?;
        dismissed = dismissed.saturating_add(dropped);
        match page.next {
            Some(next) => request.after = next,
            None => return Ok(dismissed),
        }
    }
}

async fn one(shared: &Shared, id: &RefusedId, patience: Duration) -> Result<RefusedRow, RetryError> {
    let body = within(patience, shared.stores.inspect.refused_body(id)).await?;
    body.map_or_else(|| Err(RetryError::Unknown(id.clone())), |body| Ok(body.row))
}

/// Selects the messages of a source, or all of them.
fn filter(which: &WhichRefused) -> RefusedFilter {
    match which {
        WhichRefused::Source(id) => RefusedFilter::of_source(id.clone()),
        WhichRefused::One(_) | WhichRefused::All => RefusedFilter::default(),
    }
}

async fn page(
    shared: &Shared,
    filter: &RefusedFilter,
    request: &PageRequest,
    patience: Duration,
) -> Result<Page<RefusedRow>, RetryError> {
    within(patience, shared.stores.inspect.refused(filter, request)).await
}

/// One call that tries messages again, one at a time, since each body may be large.
struct Round<'s> {
    shared: &'s Arc<Shared>,
    live: Arc<Live>,
    vouched: bool,
    patience: Duration,
    until: Option<Instant>,
    retried: Retried,
    /// Those that were taken in. Their bodies must still be deleted.
    taken: Vec<RefusedRow>,
    /// How many were looked at.
    looked_at: usize,
    /// How many the store did not take, or could not read.
    failed: usize,
}

impl<'s> Round<'s> {
    fn new(shared: &'s Arc<Shared>, live: Arc<Live>, patience: Duration) -> Self {
        Self {
            shared,
            live,
            vouched: false,
            patience,
            until: Instant::now().checked_add(patience),
            retried: Retried::default(),
            taken: Vec::new(),
            looked_at: 0,
            failed: 0,
        }
    }

    /// Each call looks at one message at least, so that the calls come to an end.
    fn is_over(&self) -> bool {
        let is_late = self.until.is_some_and(|until| Instant::now() >= until);
        self.taken.len() >= MAX_TAKEN || self.looked_at > 0 && is_late
    }

    /// Tries the messages behind a place again, the oldest first.
    async fn all(&mut self, filter: &RefusedFilter, after: &Cursor) -> Result<(), RetryError> {
        let (shared, patience) = (self.shared, self.patience);
        let mut place = Place::read(after);
        let mut waiting = Waiting::default();
        while let Some(request) = waiting.request(PAGE) {
            let page = page(shared, filter, &request, patience).await?;
            waiting.add(request.after, page, &place);
        }
        self.until = Instant::now().checked_add(patience);
        while let Some(after) = waiting.oldest() {
            let request = PageRequest { after, limit: PAGE };
            let rows = match page(shared, filter, &request, patience).await {
                Err(error) if self.looked_at > 0 => {
                    tracing::error!(%error, "not all refused messages were tried again");
                    self.stop(waiting.count(), &place);
                    return Ok(());
                }
                page => place.rest(page?.items),
            };
            for row in rows.into_iter().rev() {
                if self.is_over() {
                    self.stop(waiting.count(), &place);
                    return Ok(());
                }
                let id = row.id.clone();
                let is_kept = self.look(row).await;
                place.looked_at(id, is_kept);
            }
        }
        self.retried.remaining = self.failed;
        Ok(())
    }

    /// Ends the call before all messages were looked at, so many of which had waited.
    fn stop(&mut self, waiting: usize, place: &Place) {
        let left = waiting.saturating_sub(self.looked_at);
        self.retried.remaining = left.saturating_add(self.failed);
        self.retried.next = Some(place.cursor());
    }

    /// Tries a message again, and returns whether it stays kept.
    async fn look(&mut self, row: RefusedRow) -> bool {
        self.looked_at = self.looked_at.saturating_add(1);
        let (shared, live) = (self.shared, self.live.clone());
        let body = match within(self.patience, shared.stores.inspect.refused_body(&row.id)).await {
            Ok(Some(body)) => body,
            // A newer message replaced it meanwhile.
            Ok(None) => return false,
            // The bodies of messages that were taken in before must still be deleted.
            Err(error) => {
                tracing::error!(%error, "a refused message cannot be read");
                self.failed = self.failed.saturating_add(1);
                return true;
            }
        };
        let Some(event) = again(shared, &live, &body, self.vouched) else {
            self.retried.still_refused = self.retried.still_refused.saturating_add(1);
            return true;
        };
        let Ok(Taken::Decided(reply)) = take_in_kept(shared, &live, event).await else {
            self.failed = self.failed.saturating_add(1);
            return true;
        };
        if let Some(reason) = reply.reason {
            let count = self.retried.reasons.entry(reason).or_default();
            *count = count.saturating_add(1);
        }
        self.taken.push(row);
        self.retried.taken = self.taken.len();
        false
    }
}

/// Makes the event of a message, if it is accepted now. Its time of arrival is now, as if it were
/// sent again, since lists and late attribution go by the order in which events became readable.
fn again(shared: &Shared, live: &Live, body: &RefusedBody, vouched: bool) -> Option<Event> {
    let row = &body.row;
    let source = live.tracker.source(Some(row.source.as_str()))?;
    let intake = Intake::new(source, &live.credentials, shared.received());
    let nobody_was_asked = row.interface == Interface::Postback && row.ring == Ring::Doubtful;
    if nobody_was_asked && !vouched && intake.postback(&Caller::default(), &body.body).is_err() {
        return None;
    }
    intake.assume_authorized().again(body).ok()
}

async fn forget(shared: &Shared, rows: Vec<RefusedRow>, patience: Duration) -> Result<(), RetryError> {
    let mut sources = BTreeSet::new();
    drop_rows(shared, &rows, &mut sources, patience).await?;
    look_at(shared, &sources).await;
    Ok(())
}

/// Deletes messages, notes their sources, and returns how many were still kept.
async fn drop_rows(
    shared: &Shared,
    rows: &[RefusedRow],
    sources: &mut BTreeSet<OfferSourceId>,
    patience: Duration,
) -> Result<u64, RetryError> {
    if rows.is_empty() {
        return Ok(0);
    }
    sources.extend(rows.iter().map(|row| row.source.clone()));
    let ids = rows.iter().map(|row| row.id.clone()).collect();
    let dropped = within(patience, shared.stores.store.purge(&Purge::Refused(ids))).await?;
    Ok(dropped.refused)
}

/// Measures the rings of sources again.
async fn look_at(shared: &Shared, sources: &BTreeSet<OfferSourceId>) {
    let tracker = &shared.live().tracker;
    for source in sources.iter().filter_map(|id| tracker.source(Some(id.as_str()))) {
        keep::look(shared, source.id(), source.refused_bounds()).await;
    }
}

async fn within<T>(patience: Duration, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, RetryError> {
    timely::read(patience, reading, RetryError::Unavailable).await
}

fn cursor_text<S: Serializer>(cursor: &Option<Cursor>, serializer: S) -> Result<S::Ok, S::Error> {
    cursor.as_ref().map(Cursor::as_str).serialize(serializer)
}
