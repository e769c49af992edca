//! The contract of storage.

use super::BoxFuture;
use crate::delivery::{Hold, Lane, Leased, Settled, Settlement};
use crate::event::Event;
use crate::model::Click;
use crate::plan::{Commit, Committed, FactQuery, Facts};
use crate::value::{ClickId, DeliveryId, EventId, Namespace, OfferSourceId, RefusedId, Timestamp};
use alloc::{
    borrow::Cow,
    boxed::Box,
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt::Debug, time::Duration};
use thiserror::Error;

/// Where clicks, events, conversions and deliveries are kept. A store is opened for one namespace.
///
/// There are no default methods: an adapter that misses one does not compile. What every adapter
/// must do beyond the signatures is what the suite in `postback::conformance` asks for (feature
/// `conformance`):
///
/// - An answer of `Ok` means durable: it survives the end of the process and of the machine.
/// - [`Store::commit`] is one transaction. `identity` is checked first, then `waiting`, then
///   `guards`; then every guard's version is raised by one, and rows and deliveries are written.
/// - [`Store::record`] raises the version of `click:<id>` for each click that it writes, so that a
///   decision made without the click conflicts.
/// - Clicks may share a version, so that one of them is decided again for another's sake; a commit
///   that names several raises it once. Versions of one moment must never keep each other from
///   being raised.
/// - Personal values (`private` of clicks, events and deliveries) are kept in columns that
///   [`Store::purge`] empties, never in the payload.
pub trait Store: Debug + Send + Sync {
    /// The tenant that it was opened for. What was decided by a tracker of another tenant does not
    /// belong in it.
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

    /// Applies one transaction.
    ///
    /// # Errors
    /// [`StoreError`]: whether it was applied may be unknown; committing it again is safe.
    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>>;

    /// Lists events stored as [`Outcome::Unattributed`](crate::plan::Outcome::Unattributed) by
    /// event id, after `after`, with their personal values.
    ///
    /// # Errors
    /// [`StoreError`], of kind [`StoreErrorKind::ApiMisuse`] for a foreign cursor.
    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>>;

    /// Leases deliveries that are queued or accepted, due, not under a running lease and not of a
    /// lane that stands still: by when they are due, and of one moment by when they were stored,
    /// earliest first, and of each lane no more than its share. Each gets a new fencing number, and
    /// its lease ends at `now + lease`. An accepted one comes with its receipt.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was leased, or leases that nobody holds run out by themselves.
    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, StoreError>>;

    /// Writes verdicts, each under its lease; one answer each, in order. What each one changes is
    /// what [`Verdict::change`](crate::delivery::Verdict::change) says; of several holds of a lane
    /// the longest counts.
    ///
    /// # Errors
    /// [`StoreError`]: writing them again is safe.
    fn settle<'a>(&'a self, verdicts: &'a [Settlement]) -> BoxFuture<'a, Result<Vec<Settled>, StoreError>>;

    /// Queues dead deliveries again, under the same ids and with their attempts and checks
    /// forgotten; says how many. One that has a receipt is accepted again: it is checked, not sent.
    /// A lane that is named, or every lane when all are, stands still no more, and what stopped it
    /// waits no more: it is due at `due_at`, or when it was due if that is earlier.
    ///
    /// # Errors
    /// [`StoreError`].
    fn requeue<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<u64, StoreError>>;

    /// Forgets; says how many rows were changed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<u64, StoreError>>;
}

/// What to lease.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The time; what is due later stays.
    pub now: Timestamp,
    /// How long the lease runs.
    pub lease: Duration,
    /// How many at most.
    pub limit: u32,
    /// One lane, or all.
    pub lane: Option<Lane>,
    /// How many of one lane at most, where `shares` does not name it.
    pub per_lane: u32,
    /// How many of each of these lanes at most; of a lane with 0 nothing is leased.
    pub shares: BTreeMap<Lane, u32>,
}

impl Claim {
    /// Up to `limit` deliveries of any lane.
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

    /// How many of a lane at most.
    #[must_use]
    pub fn share(&self, lane: &Lane) -> u32 {
        self.shares.get(lane).copied().unwrap_or(self.per_lane)
    }
}

/// What was leased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claimed {
    /// The deliveries.
    pub deliveries: Vec<Leased>,
    /// When the next one that was not leased is due, or its lease or its lane's hold ends; it may
    /// lie in the past. What a lane has beyond its share does not count.
    pub next_due: Option<Timestamp>,
    /// How many were leased and left out, because a newer version wrote them.
    pub unreadable: u32,
    /// The lanes that stand still, by their texts.
    pub holds: Vec<Hold>,
}

/// Which dead deliveries are queued again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// Which ones.
    pub which: Which,
    /// When they are due.
    pub due_at: Timestamp,
}

impl Selection {
    /// These, due then.
    #[must_use]
    pub fn new(which: Which, due_at: Timestamp) -> Self {
        Self { which, due_at }
    }
}

/// Which dead deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// One.
    One(DeliveryId),
    /// All of a lane.
    Lane(Lane),
    /// All.
    All,
}

/// What to forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purge {
    /// The personal values of clicks that happened, of events received and of deliveries decided
    /// before then, and bodies refused before then. Deliveries that are still queued or accepted
    /// keep theirs.
    PrivateBefore(Timestamp),
    /// Delivered and dead deliveries that were decided before then.
    DeliveriesBefore(Timestamp),
    /// The personal values that hang on one click, those of queued deliveries too, and the refused
    /// bodies that name it.
    Erase(ClickId),
    /// Refused bodies that were taken in after all, or that a person dismissed.
    Refused(Vec<RefusedId>),
    /// The refused bodies of a source that were refused before then.
    RefusedBefore(OfferSourceId, Timestamp),
}

/// A place in a list, made by a store and understood by it alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// The beginning.
    #[must_use]
    pub fn start() -> Self {
        Self::default()
    }

    /// Behind an event, in the order of [`Store::orphans`].
    #[must_use]
    pub fn after(event: &EventId) -> Self {
        Self(event.as_str().into())
    }

    /// A cursor from its text, as a client sends it back.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text; empty at the beginning.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Trouble of a store.
#[derive(Debug, Error)]
#[error("{context}")]
pub struct StoreError {
    kind: StoreErrorKind,
    context: Cow<'static, str>,
    #[source]
    source: Option<Box<dyn core::error::Error + Send + Sync>>,
}

/// Whose fault a [`StoreError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store is busy or away; the same call may go through later.
    Unavailable,
    /// What is stored is not what this version writes.
    Corrupt,
    /// The host called it wrongly: a foreign cursor, a row that breaks the contract.
    ApiMisuse,
}

impl StoreError {
    /// An error with what was being done.
    #[must_use]
    pub fn new(kind: StoreErrorKind, context: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            context: context.into(),
            source: None,
        }
    }

    /// An error with its cause.
    #[must_use]
    pub fn caused(
        kind: StoreErrorKind,
        context: impl Into<Cow<'static, str>>,
        source: impl Into<Box<dyn core::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            context: context.into(),
            source: Some(source.into()),
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether the same call may go through later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind == StoreErrorKind::Unavailable
    }
}

impl From<StoreErrorKind> for StoreError {
    fn from(kind: StoreErrorKind) -> Self {
        let context = match kind {
            StoreErrorKind::Unavailable => "the store is not available",
            StoreErrorKind::Corrupt => "a stored row cannot be read",
            StoreErrorKind::ApiMisuse => "the store was called wrongly",
        };
        Self::new(kind, context.to_string())
    }
}
