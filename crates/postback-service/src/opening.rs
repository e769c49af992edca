//! Opens a store that could not be opened when the service was built, and puts it to work.

use crate::configure;
use crate::later::{Attempted, Later};
use crate::meter;
use crate::shared::Shared;
use crate::stores::Stores;
use crate::work::goes_on;
use postback::Tracker;
use postback::port::{Clock, StoreError};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

/// How long the start waits for the store. A lock that another process holds is known after two
/// seconds.
const AT_START: Duration = Duration::from_secs(3);
/// The time between two attempts, and how long one of them waits.
const EVERY: Duration = Duration::from_secs(2);
/// How often it is said that the store is still not open.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Opens a service's store, if it is not open, and keeps the configuration in it. With a journal
/// the store that takes nothing at present is left to [`keep_trying`].
pub(crate) async fn at_start(
    stores: Stores,
    tracker: &Tracker,
    clock: &dyn Clock,
    has_journal: bool,
) -> Result<Stores, StoreError> {
    let Some(later) = stores.later.clone() else {
        return match configure::begin(&stores, tracker, clock).await {
            Err(error) if has_journal && error.is_retryable() => {
                let closed = stores.closed();
                if let Some(later) = closed.not_open() {
                    later.note(&error);
                }
                Ok(closed)
            }
            installed => installed.map(|()| stores),
        };
    };
    loop {
        match attempt(&later, tracker, clock, AT_START).await {
            Ok(Opened::Yes) => return Ok(stores),
            // Nothing could be taken in meanwhile.
            Ok(Opened::NotYet) if !has_journal => {}
            Ok(Opened::NotYet) => return Ok(stores),
            Err(error) if has_journal && error.is_retryable() => return Ok(stores),
            Err(error) => return Err(error),
        }
    }
}

/// Whether a store is at work.
enum Opened {
    Yes,
    NotYet,
}

async fn attempt(
    later: &Later,
    tracker: &Tracker,
    clock: &dyn Clock,
    patience: Duration,
) -> Result<Opened, StoreError> {
    match later.attempt(patience).await {
        Attempted::Opening => Ok(Opened::NotYet),
        Attempted::Failed(error) => Err(error),
        Attempted::Opened(stores) => {
            // An event names its configuration, so that must be there first.
            if let Err(error) = configure::begin(&stores, tracker, clock).await {
                later.note(&error);
                return Err(error);
            }
            later.put_to_work(stores);
            Ok(Opened::Yes)
        }
    }
}

/// Tries to open the store until it is at work.
pub(crate) async fn keep_trying(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let Some(later) = shared.stores.later.clone() else {
        return;
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
                if let Ok(Opened::Yes) = opened {
                    meter::open(began.elapsed(), waiting(&shared));
                    return;
                }
            }
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep(EVERY.saturating_sub(tried.elapsed())) => {}
        }
    }
}

async fn open_now(shared: &Shared, later: &Later) -> Result<Opened, StoreError> {
    // No reload comes between keeping the configuration and putting the store to work.
    let _replacing = shared.replacing.lock().await;
    let live = shared.live();
    attempt(later, &live.tracker, &*shared.clock, EVERY).await
}

fn waiting(shared: &Shared) -> u64 {
    shared.journal.as_ref().map_or(0, |journal| journal.state().waiting)
}
