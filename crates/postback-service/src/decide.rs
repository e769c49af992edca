//! Decides many stored events again under the present configuration.

use crate::decide_aside;
use crate::decide_place::{PAGE, Place};
use crate::shared::Shared;
use crate::timely;
use postback::Plan;
use postback::drive::{self, IngestError, Rehearsal};
use postback::plan::{EventRow, Outcome, Reason, Write};
use postback::port::{BoxFuture, Cursor, EventFilter, StoreError};
use postback::value::{ClickId, ConversionId, EventId, OfferSourceId};
use std::{io, time::Duration};
use thiserror::Error;
use tokio::time::{Instant, timeout};

/// A call that has looked at this many events of its selection ends after their page.
pub(crate) const MOST_DECIDED: u64 = 100;
/// The largest number of stored events that a call reads.
const MOST_SEEN: u32 = 10_000;

/// What is said of an event whose rows cannot be read.
const UNREADABLE: &str = "what is stored of it cannot be read: the log says why";

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
    /// The event that may be decided although it is not among those above, since the store did not
    /// answer in time. The next call looks at it again, which changes nothing more.
    pub unsure: Option<EventId>,
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
    /// The store did not answer in time while this event was decided, so it may be decided.
    #[error("{}", unsure(.0))]
    Unsure(EventId),
}

fn unsure(event: &EventId) -> String {
    format!(
        "the store did not answer in time: event `{event}` may be decided all the same; try again, which changes \
         nothing more"
    )
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
    let (mut place, mut done, mut seen) = (Place::read(&again.after), DecidedAgain::default(), 0_u32);
    let mut rehearsal = again.dry_run.then(|| shared.stores.rehearsal());
    loop {
        let request = place.request();
        let page = match within(patience, shared.stores.inspect.events(&filter, &request)).await {
            Err(error) if done.looked_at() > 0 => return Ok(done.cut_off(&error, place.cursor())),
            page => page?,
        };
        let Some((rows, next)) = place.rest(&page) else {
            place.look_again();
            continue;
        };
        let is_chosen = |row: &&EventRow| reason.is_none() || row.reason == reason;
        // Lists are newest first. What happened first is decided first.
        for row in rows.iter().rev().filter(is_chosen) {
            // Each call looks at one event at least, so that the calls come to an end.
            if done.looked_at() > 0 && is_late() {
                done.next = Some(place.cursor());
                return Ok(done);
            }
            match one(shared, row, rehearsal.as_mut(), &mut done, patience).await {
                Ok(became) if again.dry_run || became == outcome => place.looked_at(&row.event.id, next.as_ref()),
                Ok(_) => {}
                Err(error) if done.looked_at() > 0 => return Ok(done.cut_off(&error, place.cursor())),
                Err(error) => return Err(error),
            }
        }
        seen = seen.saturating_add(PAGE);
        let Some(next) = next else { return Ok(done) };
        place.turn(next);
        if done.looked_at() >= MOST_DECIDED || seen >= MOST_SEEN || is_late() {
            done.next = Some(place.cursor());
            return Ok(done);
        }
    }
}

/// Decides an event again, and returns its outcome after that. In a dry run it is only rehearsed.
async fn one(
    shared: &Shared,
    row: &EventRow,
    rehearsal: Option<&mut Rehearsal<'_>>,
    done: &mut DecidedAgain,
    patience: Duration,
) -> Result<Outcome, DecideError> {
    let (live, stores) = (shared.live(), &shared.stores);
    let (id, dry_run) = (&row.event.id, rehearsal.is_some());
    let decided = async {
        if let Some(rehearsal) = rehearsal {
            return rehearsal.decide_again(&live.tracker, id, shared.now()).await;
        }
        let _turn = shared.turns.take(&row.event).await;
        drive::decide_again(&live.tracker, &*stores.store, &*stores.inspect, id, shared.now()).await
    };
    let plan = match timeout(patience, decided).await {
        Ok(Ok(plan)) => plan,
        Ok(Err(error)) => {
            done.refuse(id, error)?;
            return Ok(row.outcome);
        }
        Err(_) if dry_run => return Err(DecideError::Unavailable),
        Err(_) => return Err(DecideError::Unsure(id.clone())),
    };
    let Some(plan) = plan else {
        done.stay(row);
        return Ok(row.outcome);
    };
    let outcome = plan.reply.outcome.as_str();
    if !dry_run {
        tracing::info!(event = %id, was = row.outcome.as_str(), outcome, "event decided again");
        shared.wake.notify_one();
    }
    let changed = DecidedEvent::of(id, Some(Became::of(row)), &plan);
    let became = changed.as_ref().map(|event| event.becomes.outcome);
    done.change(changed);
    Ok(became.unwrap_or(row.outcome))
}

impl DecidedAgain {
    /// How many events were looked at.
    pub(crate) fn looked_at(&self) -> u64 {
        let refused = u64::try_from(self.refused.len()).unwrap_or(u64::MAX);
        self.changed.saturating_add(self.same).saturating_add(refused)
    }

    /// Returns what was done before a call failed; the next one goes on here, or fails at once.
    pub(crate) fn cut_off(mut self, error: &DecideError, next: Cursor) -> Self {
        tracing::warn!(error = %error, "not all events were decided again");
        self.next = Some(next);
        if let DecideError::Unsure(event) = error {
            self.unsure = Some(event.clone());
        }
        self
    }

    pub(crate) fn change(&mut self, event: Option<DecidedEvent>) {
        self.changed = self.changed.saturating_add(1);
        self.events.extend(event);
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

    /// Notes an event that cannot be decided. The others can be.
    ///
    /// # Errors
    /// A store that takes nothing.
    pub(crate) fn refuse(&mut self, event: &EventId, error: IngestError) -> Result<(), DecideError> {
        let error = match error {
            IngestError::Store(error) if error.is_retryable() => return Err(error.into()),
            IngestError::Store(error) => {
                tracing::error!(event = %event, error = %error, "event cannot be decided again");
                UNREADABLE.into()
            }
            error => error.to_string(),
        };
        let event = event.clone();
        self.refused.push(NotDecided { event, error });
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_at_which_a_call_was_cut_off_is_named() {
        let event = EventId::new("2".repeat(26)).unwrap();
        let next = Cursor::from_text("here");
        let cut_off = |error| DecidedAgain::default().cut_off(&error, next.clone());
        let unsure = cut_off(DecideError::Unsure(event.clone()));
        assert_eq!((unsure.unsure, unsure.next), (Some(event), Some(next.clone())));
        assert_eq!(cut_off(DecideError::Unavailable).unsure, None);
    }
}
