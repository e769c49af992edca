//! Decides many stored events again under the present configuration.

use crate::decide_aside;
use crate::shared::Shared;
use crate::timely;
use postback::Plan;
use postback::drive::{self, IngestError};
use postback::plan::{EventRow, Outcome, Reason, Write};
use postback::port::{BoxFuture, Cursor, EventFilter, PageRequest, StoreError};
use postback::value::{ClickId, ConversionId, EventId, OfferSourceId};
use std::{io, time::Duration};
use thiserror::Error;
use tokio::time::{Instant, timeout};

/// How many events are read at once. A call ends between two such pages.
const PAGE: u32 = 100;
/// A call that has looked at this many events of its selection ends after their page.
pub(crate) const MOST_DECIDED: u64 = 100;
/// The largest number of stored events that a call reads.
const MOST_SEEN: u32 = 10_000;

/// What became of the events that are decided again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgainWhat {
    /// The configuration did not say which conversion type they are.
    Unmapped,
    /// They count without revenue, since there was no rate from their currency.
    NoRate,
    /// None of the keys had signed their click id.
    ForgedClick,
    /// Their click went to an offer of another source.
    OtherSource,
    /// They are set aside in the journal, since their source was not configured.
    SetAside,
}

impl AgainWhat {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Unmapped,
        Self::NoRate,
        Self::ForgedClick,
        Self::OtherSource,
        Self::SetAside,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unmapped => Outcome::Unmapped.as_str(),
            Self::NoRate => Reason::NoRate.as_str(),
            Self::ForgedClick => Reason::ForgedClick.as_str(),
            Self::OtherSource => Reason::OtherSource.as_str(),
            Self::SetAside => "set_aside",
        }
    }

    /// The stored outcome of such events, and their reason where that is not all.
    fn stored(self) -> Option<(Outcome, Option<Reason>)> {
        match self {
            Self::Unmapped => Some((Outcome::Unmapped, None)),
            Self::NoRate => Some((Outcome::Applied, Some(Reason::NoRate))),
            Self::ForgedClick => Some((Outcome::Unattributed, Some(Reason::ForgedClick))),
            Self::OtherSource => Some((Outcome::Unattributed, Some(Reason::OtherSource))),
            Self::SetAside => None,
        }
    }
}

/// A selection of events to decide again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecideAgain {
    /// What became of them so far.
    pub what: AgainWhat,
    /// Selects events of this source; of all sources if absent.
    pub source: Option<OfferSourceId>,
    /// The place from which to continue: the `next` of the call before.
    pub after: Cursor,
    /// Whether it is only said what they would become.
    pub dry_run: bool,
}

impl DecideAgain {
    /// Selects the events of all sources of which this has become.
    #[must_use]
    pub fn new(what: AgainWhat) -> Self {
        Self {
            what,
            source: None,
            after: Cursor::start(),
            dry_run: false,
        }
    }
}

/// What a call came to, and where the next one continues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecidedAgain {
    /// The events that were looked at, with what each became, or would become in a dry run.
    pub events: Vec<DecidedEvent>,
    /// How many of them changed, or would change.
    pub changed: u64,
    /// How many stay what they are.
    pub same: u64,
    /// The events that cannot be decided.
    pub refused: Vec<NotDecided>,
    /// Where the next call continues; none if everything was looked at.
    pub next: Option<Cursor>,
}

/// An event that was decided again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct DecidedEvent {
    /// The id of the event.
    pub event: EventId,
    /// Its source.
    pub source: OfferSourceId,
    /// What had become of it; absent for one that was set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<Became>,
    /// What becomes of it.
    pub becomes: Became,
    /// Its click, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<ClickId>,
    /// The conversion that it makes or changes, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<ConversionId>,
    /// How many postbacks fire because of it.
    pub postbacks: u64,
    /// How many other waiting events are decided because of it.
    pub resolved: u32,
}

/// An outcome with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Became {
    /// The outcome.
    pub outcome: Outcome,
    /// The reason, where the outcome alone does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl Became {
    fn of(row: &EventRow) -> Self {
        Self {
            outcome: row.outcome,
            reason: row.reason,
        }
    }
}

/// An event that cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct NotDecided {
    /// The id of the event.
    pub event: EventId,
    /// The reason, as a text.
    pub error: String,
}

/// Why a call could not finish.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecideError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal's files cannot be read or changed.
    #[error("the journal cannot be taken in: {}", .0.kind())]
    Journal(#[from] io::Error),
    /// The store did not answer in time.
    #[error("the store is not available, try again")]
    Unavailable,
}

pub(crate) async fn work(
    shared: &Shared,
    again: &DecideAgain,
    patience: Duration,
) -> Result<DecidedAgain, DecideError> {
    let Some((outcome, reason)) = again.what.stored() else {
        return decide_aside::decide(shared, again, patience).await;
    };
    let until = Instant::now().checked_add(patience);
    let is_late = || until.is_some_and(|until| Instant::now() >= until);
    let mut filter = EventFilter::default();
    (filter.source, filter.outcome) = (again.source.clone(), Some(outcome));
    let mut request = PageRequest {
        after: again.after.clone(),
        limit: PAGE,
    };
    let (mut done, mut seen) = (DecidedAgain::default(), 0_u32);
    loop {
        let page = within(patience, shared.stores.inspect.events(&filter, &request)).await?;
        let is_chosen = |row: &&EventRow| reason.is_none() || row.reason == reason;
        // Lists are newest first. What happened first is decided first.
        for row in page.items.iter().rev().filter(is_chosen) {
            if is_late() {
                // Events that were decided are no longer selected, or stay as they are.
                done.next = Some(request.after);
                return Ok(done);
            }
            one(shared, row, again.dry_run, &mut done, patience).await?;
        }
        seen = seen.saturating_add(PAGE);
        let Some(next) = page.next else { return Ok(done) };
        let looked_at = done.changed.saturating_add(done.same);
        if looked_at >= MOST_DECIDED || seen >= MOST_SEEN || is_late() {
            done.next = Some(next);
            return Ok(done);
        }
        request.after = next;
    }
}

async fn one(
    shared: &Shared,
    row: &EventRow,
    dry_run: bool,
    done: &mut DecidedAgain,
    patience: Duration,
) -> Result<(), DecideError> {
    let (live, stores) = (shared.live(), &shared.stores);
    let id = &row.event.id;
    let decided = async {
        let _turn = shared.turns.take(&row.event).await;
        let (store, inspect) = (&*stores.store, &*stores.inspect);
        drive::decide_again(&live.tracker, store, inspect, id, shared.now(), dry_run).await
    };
    let plan = match timeout(patience, decided).await {
        Ok(Ok(plan)) => plan,
        Ok(Err(IngestError::Store(error))) => return Err(error.into()),
        Ok(Err(error @ (IngestError::UnknownSource(_) | IngestError::Contended))) => {
            done.refuse(id, &error);
            return Ok(());
        }
        Ok(Err(_)) | Err(_) => return Err(DecideError::Unavailable),
    };
    match plan {
        Some(plan) => {
            if !dry_run {
                let outcome = plan.reply.outcome.as_str();
                tracing::info!(event = %id, was = row.outcome.as_str(), outcome, "event decided again");
                shared.wake.notify_one();
            }
            done.change(row, &plan);
        }
        None => done.stay(row),
    }
    Ok(())
}

impl DecidedAgain {
    fn change(&mut self, row: &EventRow, plan: &Plan) {
        self.changed = self.changed.saturating_add(1);
        self.events
            .extend(DecidedEvent::of(&row.event.id, Some(Became::of(row)), plan));
    }

    fn stay(&mut self, row: &EventRow) {
        self.same = self.same.saturating_add(1);
        self.events.push(DecidedEvent {
            event: row.event.id.clone(),
            source: row.event.source.clone(),
            was: Some(Became::of(row)),
            becomes: Became::of(row),
            click: row.click.clone(),
            conversion: row.conversion.clone(),
            postbacks: 0,
            resolved: 0,
        });
    }

    /// Notes an event that cannot be decided.
    pub(crate) fn refuse(&mut self, event: &EventId, error: &IngestError) {
        self.refused.push(NotDecided {
            event: event.clone(),
            error: error.to_string(),
        });
    }
}

impl DecidedEvent {
    /// Returns what a plan makes of an event; none if the plan does not write it.
    pub(crate) fn of(event: &EventId, was: Option<Became>, plan: &Plan) -> Option<Self> {
        let row = plan.commit.writes.iter().find_map(|write| match write {
            Write::Event(row) if row.event.id == *event => Some(row),
            _ => None,
        })?;
        Some(Self {
            event: event.clone(),
            source: row.event.source.clone(),
            was,
            becomes: Became::of(row),
            click: row.click.clone(),
            conversion: row.conversion.clone(),
            postbacks: u64::try_from(plan.commit.outbox.len()).unwrap_or(u64::MAX),
            resolved: plan.trace.resolved,
        })
    }
}

async fn within<T>(patience: Duration, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, DecideError> {
    timely::read(patience, reading, DecideError::Unavailable).await
}
