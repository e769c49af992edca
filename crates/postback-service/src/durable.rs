//! Making durable what may go to the store or to the journal, within the time that its sender has.
//!
//! Usually the store has its time, and the journal takes what the store did not. Once a call has
//! waited for a store in vain, the next ones go to the journal at once, and one each second tries
//! the store. A call of the store that is late is not cut off: it goes on, and what it writes is
//! known by its id when the journal is taken in.

use crate::journal::Journal;
use crate::pulse::{Door, LATE};
use crate::shared::Shared;
use postback::event::Interface;
use postback::port::StoreError;
use std::time::Duration;
use tokio::{
    task::JoinHandle,
    time::{Instant, timeout},
};
use tracing::Instrument;

/// Where something is durable.
pub(crate) enum Durable<T> {
    Stored(T),
    Journalled,
    /// Nowhere, as far as is known.
    Nowhere(Unstored),
}

/// Why the store did not take something.
#[derive(Debug, Clone)]
pub(crate) struct Unstored {
    pub(crate) why: String,
    /// Whether it may take it later.
    pub(crate) passes: bool,
}

impl Unstored {
    pub(crate) fn new(why: impl ToString, passes: bool) -> Self {
        let why = why.to_string();
        Self { why, passes }
    }

    pub(crate) fn late() -> Self {
        Self::new(LATE, true)
    }
}

/// Whether what came is sent again by itself: ClickBank repeats its notifications for hours, and
/// most networks send a postback only once.
pub(crate) fn is_sent_again(interface: Interface) -> bool {
    interface != Interface::Postback
}

/// Makes a message durable. One that nobody sends again may go to the journal.
pub(crate) async fn keep_message<T, F>(
    shared: &Shared,
    is_sent_again: bool,
    store: impl Fn() -> F,
    journal: impl AsyncFnOnce(&Journal, &Unstored) -> bool,
) -> Durable<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Unstored>> + Send + 'static,
{
    if is_sent_again {
        return stored_or_not(shared, store().await);
    }
    keep(shared, None, store, journal).await
}

/// Makes something durable. `store` begins a call of the store. If there is a journal, the call is
/// waited for as long as `patience` says, and without one until it ends; a store that is stuck is
/// waited for as [`Door`] says. `journal` writes to the journal, is told why, and returns whether
/// it did.
pub(crate) async fn keep<T, F>(
    shared: &Shared,
    patience: Option<Duration>,
    store: impl Fn() -> F,
    journal: impl AsyncFnOnce(&Journal, &Unstored) -> bool,
) -> Durable<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Unstored>> + Send + 'static,
{
    let asked = match &shared.journal {
        Some(_) => ask(shared, patience, &store).await,
        None => Asked::Answered(store().await),
    };
    let why = match &asked {
        Asked::Answered(Ok(_)) => None,
        Asked::Answered(Err(why)) => Some(why.clone()),
        Asked::Late(_) => Some(Unstored::late()),
        Asked::Not => Some(Unstored::new("it is stuck, and was not waited for", true)),
    };
    if let (Some(why), Some(place)) = (&why, &shared.journal)
        && journal(place, why).await
    {
        shared.pulse.journalled();
        return Durable::Journalled;
    }
    // The journal takes nothing, so the store has its whole time.
    let stored = match asked {
        Asked::Answered(stored) => stored,
        Asked::Late(call) => ended(call.await),
        Asked::Not => store().await,
    };
    stored_or_not(shared, stored)
}

/// Returns where something is durable that never goes to the journal.
fn stored_or_not<T>(shared: &Shared, stored: Result<T, Unstored>) -> Durable<T> {
    stored.map_or_else(
        |why| {
            shared.pulse.refused();
            Durable::Nowhere(why)
        },
        Durable::Stored,
    )
}

/// Calls the store within its time, and notes what that came to.
pub(crate) async fn timely<T>(
    shared: &Shared,
    call: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, Unstored> {
    let began = Instant::now();
    let why = match timeout(shared.limits.store, call).await {
        Ok(Ok(done)) => {
            shared.pulse.written();
            return Ok(done);
        }
        Ok(Err(error)) => Unstored::new(&error, error.is_retryable()),
        Err(_) => Unstored::late(),
    };
    if why.passes {
        shared.pulse.failed(&why.why, began);
    }
    Err(why)
}

/// What the store was asked.
enum Asked<T> {
    Answered(Result<T, Unstored>),
    Late(JoinHandle<Result<T, Unstored>>),
    Not,
}

async fn ask<T, F>(shared: &Shared, patience: Option<Duration>, store: &impl Fn() -> F) -> Asked<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Unstored>> + Send + 'static,
{
    let patience = match shared.pulse.door() {
        Door::Shut => return Asked::Not,
        Door::Open => patience,
        Door::Probe => Some(shared.limits.patience),
    };
    let Some(patience) = patience else {
        return Asked::Answered(store().await);
    };
    let mut call = tokio::spawn(store().in_current_span());
    match timeout(patience, &mut call).await {
        Ok(answer) => Asked::Answered(ended(answer)),
        Err(_) => Asked::Late(call),
    }
}

/// What a call came to. One that panicked counts as one that did not answer in time.
fn ended<T, E>(call: Result<Result<T, Unstored>, E>) -> Result<T, Unstored> {
    call.unwrap_or_else(|_| Err(Unstored::late()))
}
