//! Decides the events that are set aside in the journal, because a person asks for it. The journal
//! takes them in by itself as soon as their source is configured; asked for, it does so at once,
//! and a dry run says what they would become.

use crate::decide::{DecideAgain, DecideError, DecidedAgain, DecidedEvent, MOST_DECIDED};
use crate::journal::Journal;
use crate::meter;
use crate::shared::Shared;
use postback::drive::{self, IngestError, Rehearsal};
use postback::port::{Cursor, StoreError, StoreErrorKind};
use postback::value::EventId;
use postback::{Event, Plan};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::{Instant, timeout};

/// What the text of a cursor into these events begins with. The id behind it is that of the last
/// event that was looked at and is still set aside; there is none if there is no such event.
const MARK: &str = "aside:";

pub(crate) async fn decide(
    shared: &Shared,
    again: &DecideAgain,
    patience: Duration,
) -> Result<DecidedAgain, DecideError> {
    let mut last = place(&again.after)?;
    let Some(journal) = &shared.journal else {
        return Ok(DecidedAgain::default());
    };
    let until = Instant::now().checked_add(patience);
    let is_late = || until.is_some_and(|until| Instant::now() >= until);
    // One more than are looked at shows whether there are more.
    let most = usize::try_from(MOST_DECIDED.saturating_add(1)).unwrap_or(usize::MAX);
    let chosen = journal.aside(again.source.clone(), last.clone(), most).await?;
    let (mut done, mut taken) = (DecidedAgain::default(), BTreeSet::new());
    let mut rehearsal = again.dry_run.then(|| shared.stores.rehearsal());
    for event in &chosen {
        let is_enough = done.looked_at() >= MOST_DECIDED || is_late();
        // Each call looks at one event at least, so that the calls come to an end.
        if done.looked_at() > 0 && is_enough {
            done.next = Some(cursor(last.as_ref()));
            break;
        }
        match one(shared, event, rehearsal.as_mut(), &mut done, patience).await {
            Ok(Fate::Goes) => {
                taken.insert(event.id.clone());
            }
            Ok(Fate::Stays) => last = Some(event.id.clone()),
            Err(error) if done.looked_at() > 0 => {
                done = done.cut_off(&error, cursor(last.as_ref()));
                break;
            }
            Err(error) => return Err(error),
        }
    }
    forget(journal, taken).await;
    Ok(done)
}

/// Removes the lines of events that are stored now. What was done is told although this fails: then
/// the events are taken in again later, which changes nothing.
async fn forget(journal: &Journal, taken: BTreeSet<EventId>) {
    if taken.is_empty() {
        return;
    }
    if let Err(error) = journal.forget_aside(taken).await {
        tracing::warn!(kind = %error.kind(), "events that were set aside are stored, and their lines are still there");
    }
    meter::set_aside(&journal.seen_aside());
}

/// What becomes of an event's line.
enum Fate {
    /// The event is stored.
    Goes,
    Stays,
}

/// Takes an event in, or only says what it would become.
async fn one(
    shared: &Shared,
    event: &Event,
    rehearsal: Option<&mut Rehearsal<'_>>,
    done: &mut DecidedAgain,
    patience: Duration,
) -> Result<Fate, DecideError> {
    let dry_run = rehearsal.is_some();
    let plan = match timeout(patience, plan(shared, event, rehearsal)).await {
        Ok(Ok(plan)) => plan,
        Ok(Err(error)) => {
            done.refuse(&event.id, error)?;
            return Ok(Fate::Stays);
        }
        Err(_) if dry_run => return Err(DecideError::Unavailable),
        Err(_) => return Err(DecideError::Unsure(event.id.clone())),
    };
    match plan {
        Some(plan) => {
            if !dry_run {
                tracing::info!(event = %event.id, outcome = plan.reply.outcome.as_str(), "event was set aside, and is decided");
                shared.wake.notify_one();
            }
            done.change(DecidedEvent::of(&event.id, None, &plan));
        }
        // It was taken in before the process ended, and only its line is still there.
        None => done.same = done.same.saturating_add(1),
    }
    Ok(if dry_run { Fate::Stays } else { Fate::Goes })
}

async fn plan(
    shared: &Shared,
    event: &Event,
    rehearsal: Option<&mut Rehearsal<'_>>,
) -> Result<Option<Plan>, IngestError> {
    let (live, store) = (shared.live(), &*shared.stores.store);
    if let Some(rehearsal) = rehearsal {
        return rehearsal.ingest(&live.tracker, event, shared.now()).await;
    }
    let _turn = shared.turns.take(event).await;
    let taken = drive::ingest_with_plan(&live.tracker, store, event, shared.now()).await;
    taken.map(|(_, plan)| plan)
}

fn cursor(last: Option<&EventId>) -> Cursor {
    Cursor::from_text(format!("{MARK}{}", last.map_or("", |id| id.as_str())))
}

/// Reads the cursor of a call: the event behind which it goes on, if there is one.
fn place(cursor: &Cursor) -> Result<Option<EventId>, StoreError> {
    let text = cursor.as_str();
    let id = text.strip_prefix(MARK);
    if text.is_empty() || id == Some("") {
        return Ok(None);
    }
    let id = id.and_then(|id| EventId::new(id).ok());
    let text = "the cursor was not made for events that are set aside";
    let misuse = || StoreError::new(StoreErrorKind::ApiMisuse, text);
    id.map(Some).ok_or_else(misuse)
}
