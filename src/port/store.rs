//! The contract of storage.

use super::store_error::{StoreError, StoreErrorKind};
use super::{BoxFuture, Transact};
use crate::delivery::{Attempt, Cancelled, Hold, Lane, Leased, Settled, Settlement};
use crate::event::Event;
use crate::model::Click;
use crate::plan::{Commit, Committed, FactQuery, Facts};
use crate::value::{ClickId, DeliveryId, EventId, Namespace, OfferSourceId, Receipt, RefusedId, Timestamp, cut};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::{fmt::Debug, time::Duration};
use serde::Serialize;

/// Where clicks, events, conversions and deliveries are kept. A store is opened for one namespace.
///
/// There are no default methods: an adapter that misses one does not compile. What every adapter
/// must do beyond the signatures is what the suite in `postback::conformance` asks for (feature
/// `conformance`):
///
/// - An answer of `Ok` means durable: it survives the end of the process and of the machine.
/// - [`Store::commit`] is one transaction. `identity` is checked first, then `standing`, then
///   `guards`; then every guard's version is raised by one, and rows and deliveries are written.
/// - [`Store::record`] raises the version of `click:<id>` for each click that it writes, so that a
///   decision made without the click conflicts.
/// - Clicks may share a version. Then a decision for one of them may have to be made again because
///   of another, and a commit that names several of them raises the version once. Guards of one
///   commit that were read at the same moment must never make each other fail.
/// - Personal values (`private` of clicks, events and deliveries) are kept in columns that
///   [`Store::purge`] empties, never in the payload.
pub trait Store: Debug + Send + Sync {
    /// The tenant for which the store was opened. What the tracker of another tenant decided does
    /// not belong in it.
    fn namespace(&self) -> &Namespace;

    /// Writes clicks. A click whose id is known is left as it is.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was written.
    fn record<'a>(&'a self, clicks: &'a [Click]) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Reads what a decision needs, as of one moment; see [`Facts`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>>;

    /// How the store has decisions made within its own transaction; none if it does not. Then
    /// whoever decides calls [`Store::facts`] and [`Store::commit`].
    fn transact(&self) -> Option<&dyn Transact>;

    /// Applies one transaction.
    ///
    /// # Errors
    /// [`StoreError`]: whether it was applied may be unknown; committing it again is safe.
    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>>;

    /// Lists events stored as [`Outcome::Unattributed`](crate::plan::Outcome::Unattributed), after
    /// `after`, with their personal values. The order is by when they were received, in whole
    /// microseconds, and of one microsecond by event id ([`Cursor::waiting`]).
    ///
    /// # Errors
    /// [`StoreError`], of kind [`StoreErrorKind::ApiMisuse`] for a foreign cursor.
    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>>;

    /// Leases deliveries that are queued or accepted, due, under no running lease and in no lane
    /// that is held. The order is by due time, and at the same due time by when they were stored,
    /// earliest first. No lane gets more than its share. Each delivery gets a new fencing number,
    /// and its lease ends at `now + lease`. An accepted delivery comes with its receipt.
    ///
    /// # Errors
    /// [`StoreError`]: either nothing was leased, or the leases, which nobody holds, end by
    /// themselves.
    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, StoreError>>;

    /// Writes verdicts, each under its lease, and returns one answer for each, in order.
    /// [`Verdict::change`](crate::delivery::Verdict::change) says what each one changes. If a lane
    /// gets several holds, the longest counts.
    ///
    /// # Errors
    /// [`StoreError`]: writing them again is safe.
    fn settle<'a>(&'a self, verdicts: &'a [Settlement]) -> BoxFuture<'a, Result<Vec<Settled>, StoreError>>;

    /// Queues dead deliveries again and returns how many. They keep their ids; their attempts and
    /// checks are forgotten. A delivery that has a receipt becomes accepted again: it is checked,
    /// not sent. The hold on the lane that is named, or on every lane if all are selected, ends.
    /// The delivery that caused the hold waits no longer: it is due at `due_at`, or at its own due
    /// time if that is earlier. [`Which::Held`] queues nothing, and the number says whether a hold
    /// ended: 1 if one would have gone on after `due_at`, else 0.
    ///
    /// # Errors
    /// [`StoreError`].
    fn requeue<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<u64, StoreError>>;

    /// Gives up a delivery that is queued or accepted and that nobody holds a running lease on, as
    /// of the time of `attempt`, or one that is dead and was not given up by a person: it is dead,
    /// and `attempt` is its last one without being counted. It keeps its receipt. A lane that it
    /// stopped stands still all the same.
    ///
    /// # Errors
    /// [`StoreError`]: giving it up again is safe.
    fn cancel<'a>(
        &'a self,
        delivery: &'a DeliveryId,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Cancelled, StoreError>>;

    /// Forgets what `what` names, and returns how many rows were changed. It takes as many
    /// transactions as it needs, each of few rows, so that no other call waits long. It may be
    /// stopped and started again anywhere. Old clicks and events that had to be kept may be looked
    /// at again only once a day.
    ///
    /// # Errors
    /// [`StoreError`]; what was forgotten before stays forgotten.
    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<Purged, StoreError>>;
}

/// Which deliveries to lease.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The present time; what is due later is not leased.
    pub now: Timestamp,
    /// How long the lease runs.
    pub lease: Duration,
    /// The most deliveries that are leased.
    pub limit: u32,
    /// The only lane to lease from; any lane if absent.
    pub lane: Option<Lane>,
    /// The most deliveries of one lane that `shares` does not name.
    pub per_lane: u32,
    /// The most deliveries of each of these lanes; from a lane with 0 nothing is leased.
    pub shares: BTreeMap<Lane, u32>,
}

impl Claim {
    /// Claims up to `limit` deliveries of any lane.
    #[must_use]
    pub fn new(now: Timestamp, lease: Duration, limit: u32) -> Self {
        Self {
            now,
            lease,
            limit,
            lane: None,
            per_lane: u32::MAX,
            shares: BTreeMap::new(),
        }
    }

    /// The most deliveries of a lane.
    #[must_use]
    pub fn share(&self, lane: &Lane) -> u32 {
        self.shares.get(lane).copied().unwrap_or(self.per_lane)
    }
}

/// What was leased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claimed {
    /// The deliveries, with their leases.
    pub deliveries: Vec<Leased>,
    /// The time from which the next delivery that was not leased can be leased: it is due then, or
    /// its lease or its lane's hold ends then. The time may lie in the past. Deliveries beyond
    /// their lane's share are left out of account.
    pub next_due: Option<Timestamp>,
    /// How many were leased and left out, because a newer version wrote them.
    pub unreadable: u32,
    /// The lanes that are held, in the order of their texts.
    pub holds: Vec<Hold>,
}

/// Which dead deliveries are queued again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// The deliveries to queue.
    pub which: Which,
    /// When they will be due.
    pub due_at: Timestamp,
}

impl Selection {
    /// Selects these deliveries, to be due at that time.
    #[must_use]
    pub fn new(which: Which, due_at: Timestamp) -> Self {
        Self { which, due_at }
    }
}

/// Selects dead deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one with this id.
    One(DeliveryId),
    /// All of this lane.
    Lane(Lane),
    /// None: only the hold on this lane ends.
    Held(Lane),
    /// All of all lanes.
    All,
}

/// What to forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purge {
    /// The personal values of clicks that happened, of events received and of deliveries decided
    /// before this time, and the bodies refused before it. Deliveries that are still queued or
    /// accepted keep theirs.
    PrivateBefore(Timestamp),
    /// Delivered and dead deliveries that ended before this time: whose last attempt was before it,
    /// or which a person gave up before it. When they were decided does not matter.
    DeliveriesBefore(Timestamp),
    /// The clicks that happened before this time and to which no event and no delivery belongs, and
    /// their guards.
    ClicksBefore(Timestamp),
    /// The events that were received before this time.
    ///
    /// - An event without a click goes by itself.
    /// - The events of a click go together, when all of them were received before this time and no
    ///   delivery of the click is queued or accepted. The click goes with them, and so do its
    ///   tallies, conversions, deliveries and its guard. The click must be gone before the first of
    ///   its events is: an event that is repeated later then finds no click and changes nothing.
    /// - The record of a receipt or an event id goes with its guard, when no event has that receipt
    ///   any more and the click that it names is gone. A contested record stays.
    EventsBefore(Timestamp),
    /// The personal values that belong to one click, those of queued deliveries too, and the
    /// refused bodies that name it. An event without a click belongs to each click that it names
    /// ([`Event::candidates`](crate::Event::candidates)).
    Erase(ClickId),
    /// The personal values of the events of a source that have this receipt or wait for it as their
    /// parent, and of each click to which one of them belongs, as [`Purge::Erase`] does.
    EraseReceipt(OfferSourceId, Receipt),
    /// Refused bodies that were taken in after all, or that a person dismissed.
    Refused(Vec<RefusedId>),
    /// The bodies of a source that were refused before this time.
    RefusedBefore(OfferSourceId, Timestamp),
}

/// How many rows [`Store::purge`] has changed, and what is left to do. A row that lost its personal
/// values counts like one that is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Purged {
    /// The number of clicks.
    pub clicks: u64,
    /// The number of events.
    pub events: u64,
    /// The number of deliveries.
    pub deliveries: u64,
    /// The number of refused bodies.
    pub refused: u64,
    /// How many of `deliveries` were dead letters that are gone now: given up, neither cancelled by
    /// a person nor sent again as another delivery ([`DeadLetters`](crate::port::DeadLetters)).
    #[serde(skip_serializing_if = "is_zero")]
    pub dead_letters: u64,
    /// Whether the files of the store still hold what the rows have lost, because a reader needs
    /// them. A later call removes it when the reader has ended, whatever that call is for.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub files_hold: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Purged {
    /// The number of all rows.
    #[must_use]
    pub fn total(&self) -> u64 {
        let parts = [self.clicks, self.events, self.deliveries, self.refused];
        parts.into_iter().fold(0, u64::saturating_add)
    }

    /// Adds the counts of a later call. What the files still hold is as that call says.
    pub fn add(&mut self, other: &Self) {
        self.clicks = self.clicks.saturating_add(other.clicks);
        self.events = self.events.saturating_add(other.events);
        self.deliveries = self.deliveries.saturating_add(other.deliveries);
        self.refused = self.refused.saturating_add(other.refused);
        self.dead_letters = self.dead_letters.saturating_add(other.dead_letters);
        self.files_hold = other.files_hold;
    }
}

/// A place in a list. A store makes it, and no other store understands it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// The beginning of a list.
    #[must_use]
    pub fn start() -> Self {
        Self::default()
    }

    /// The place behind an event, in the order of [`Store::orphans`].
    #[must_use]
    pub fn after(event: &Event) -> Self {
        Self(format!("{WAITING}{}.{}", micros(event.received_at), event.id))
    }

    /// The place before the events that were received at this time or later, in the order of
    /// [`Store::orphans`].
    #[must_use]
    pub fn since(time: Timestamp) -> Self {
        Self(format!("{WAITING}{}.", micros(time)))
    }

    /// What a cursor says in the order of [`Store::orphans`]: the events behind it were received
    /// after this microsecond since 1970, or in it and have an id behind this one. The beginning is
    /// the smallest number with an empty id.
    ///
    /// # Errors
    /// A cursor of another list ([`StoreErrorKind::ApiMisuse`]).
    pub fn waiting(&self) -> Result<(i64, &str), StoreError> {
        if self.0.is_empty() {
            return Ok((i64::MIN, ""));
        }
        let parts = self.0.strip_prefix(WAITING).and_then(|rest| rest.split_once('.'));
        let read = parts.and_then(|(at, id)| {
            let is_id = id.is_empty() || EventId::new(id).is_ok();
            Some((at.parse().ok().filter(|_| is_id)?, id))
        });
        read.ok_or_else(|| {
            let shown = cut(&self.0, 40);
            StoreError::new(
                StoreErrorKind::ApiMisuse,
                format!("cursor `{shown}` was not made for this list"),
            )
        })
    }

    /// A cursor from its text, as a client sends it back.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text; empty for the beginning.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a cursor into the waiting events begins with.
const WAITING: char = 'w';

/// A time in whole microseconds since 1970, rounded down.
pub(crate) fn micros(at: Timestamp) -> i64 {
    let seconds = at.unix_seconds().saturating_mul(1_000_000);
    seconds.saturating_add(i64::from(at.subsec_nanos() / 1_000))
}
