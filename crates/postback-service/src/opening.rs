//! Opens a service's store, at the start or as soon as it can be opened, keeps the configuration in
//! it, and then names what is gone since the one before.

use crate::configure::{self, INSTALL_TIMEOUT};
use crate::later::{Attempted, Later};
use crate::meter;
use crate::shared::Shared;
use crate::stores::Stores;
use crate::vanish;
use crate::work::goes_on;
use postback::Tracker;
use postback::port::{Clock, StoreError};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

/// How long the start waits for the store, where there is a journal. A lock that another process
/// holds is known after two seconds.
const AT_START: Duration = Duration::from_secs(3);
/// The time between two attempts, and how long one of them waits.
const EVERY: Duration = Duration::from_secs(2);
/// How often it is said that the store is still not open.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// The stores with which a service begins, and the document of the configuration before, if that is
/// known and another one.
pub(crate) type Begun = (Stores, Option<String>);

/// Opens a service's store, if it is not open, and keeps the configuration in it. With a journal
/// the store that takes nothing at present is left to [`keep_trying`].
pub(crate) async fn at_start(
    stores: Stores,
    tracker: &Tracker,
    clock: &dyn Clock,
    has_journal: bool,
) -> Result<Begun, StoreError> {
    let Some(later) = stores.later.clone() else {
        let limit = if has_journal { AT_START } else { INSTALL_TIMEOUT };
        return match configure::begin(&stores, tracker, clock, limit).await {
            Err(error) if has_journal && error.is_retryable() => {
                let closed = stores.closed();
                if let Some(later) = closed.not_open() {
                    later.note(&error);
                }
                Ok((closed, None))
            }
            begun => begun.map(|before| (stores, before)),
        };
    };
    let began = Instant::now();
    loop {
        // What is left of the time is for the configuration. Without a journal nothing could be
        // taken in meanwhile.
        let left = || match has_journal {
            true => AT_START.saturating_sub(began.elapsed()),
            false => INSTALL_TIMEOUT,
        };
        match attempt(&later, tracker, clock, AT_START, left).await {
            Ok(Opened::Yes(before)) => return Ok((stores, before)),
            Ok(Opened::NotYet) if !has_journal => {}
            Ok(Opened::NotYet) => return Ok((stores, None)),
            Err(error) if has_journal && error.is_retryable() => return Ok((stores, None)),
            Err(error) => return Err(error),
        }
    }
}

/// Whether a store is at work, and the document of the configuration before, if that is another
/// one.
enum Opened {
    Yes(Option<String>),
    NotYet,
}

/// Tries to open the store, within `patience`, and keeps the configuration in it, within what
/// `left` says then.
async fn attempt(
    later: &Later,
    tracker: &Tracker,
    clock: &dyn Clock,
    patience: Duration,
    left: impl FnOnce() -> Duration,
) -> Result<Opened, StoreError> {
    match later.attempt(patience).await {
        Attempted::Opening => Ok(Opened::NotYet),
        Attempted::Failed(error) => Err(error),
        Attempted::Opened(stores) => {
            // An event names its configuration, so that must be there first.
            let begun = configure::begin(&stores, tracker, clock, left()).await;
            let before = begun.inspect_err(|error| later.note(error))?;
            later.put_to_work(stores);
            Ok(Opened::Yes(before))
        }
    }
}

/// Names what the configuration before had and the one of now has not, once the service is up.
async fn name_vanished(shared: &Shared) {
    let before = shared.before.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(before) = before {
        vanish::since(&shared.stores, &before, &shared.live().tracker).await;
    }
}

/// Tries to open the store until it is at work. Then it says what is gone since the configuration
/// before.
pub(crate) async fn keep_trying(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let Some(later) = shared.stores.later.clone() else {
        return name_vanished(&shared).await;
    };
    let began = Instant::now();
    let mut told: Option<Instant> = None;
    while later.working().is_none() && goes_on(&stop) {
        if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            told = Some(Instant::now());
            meter::not_open(&later.why(), began.elapsed(), waiting(&shared));
        }
        let tried = Instant::now();
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            opened = open_now(&shared, &later) => {
                if let Ok(Opened::Yes(before)) = opened {
                    meter::open(began.elapsed(), waiting(&shared));
                    *shared.before.lock().unwrap_or_else(PoisonError::into_inner) = before;
                    break;
                }
            }
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep(EVERY.saturating_sub(tried.elapsed())) => {}
        }
    }
    name_vanished(&shared).await;
}

async fn open_now(shared: &Shared, later: &Later) -> Result<Opened, StoreError> {
    // No reload comes between keeping the configuration and putting the store to work.
    let _replacing = shared.replacing.lock().await;
    let live = shared.live();
    attempt(later, &live.tracker, &*shared.clock, EVERY, || INSTALL_TIMEOUT).await
}

fn waiting(shared: &Shared) -> u64 {
    shared.journal.as_ref().map_or(0, |journal| journal.state().waiting)
}
