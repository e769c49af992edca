//! The work that needs no request: sending deliveries, opening the store, attributing events late,
//! taking in the journal, measuring, deleting old data, reloading.

use crate::clock;
use crate::configure;
use crate::deliver::deliver;
use crate::dry::show;
use crate::health;
use crate::ingest;
use crate::measure::{self, NamedLanes};
use crate::meter;
use crate::opening;
use crate::retention;
use crate::seldom::Seldom;
use crate::shared::Shared;
use postback::Timestamp;
use postback::drive;
use postback::port::{BoxFuture, StoreError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

/// The time between two rounds that decide again the events that have waited for less than
/// [`RECENT`].
const ATTRIBUTE_EVERY: Duration = Duration::from_secs(30);
/// The longest time after an event at which its click may still be expected to be recorded.
const RECENT: Duration = Duration::from_secs(60 * 60);
/// After so many rounds, one round decides everything that waits. That is every six hours.
const ATTRIBUTE_ALL_EVERY: u32 = 6 * 60 * 2;
/// The time between two attempts to take in the journal.
const REPLAY_EVERY: Duration = Duration::from_secs(5);
/// When it was last said that a part of the journal waits. It is tried every few seconds.
static LEFT: Seldom = Seldom::every(Duration::from_secs(60));
/// How often the health of the store and of the journal is measured.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often dead letters, lanes and memory are measured.
const MEASURE_EVERY: Duration = Duration::from_secs(60);
/// The pause before a loop that panicked is started again.
const AFTER_PANIC: Duration = Duration::from_secs(1);
/// The time between two deletions of what has become too old.
const PURGE_EVERY: Duration = Duration::from_secs(10 * 60);

/// Works until `shutdown` ends. Then it finishes the requests in flight, within a time limit.
pub(crate) async fn run(shared: Arc<Shared>, shutdown: impl Future<Output = ()>) {
    let (stop, until) = watch::channel(false);
    let mut loops = JoinSet::new();
    match shared.limits.dry_run {
        true => drop(loops.spawn(kept_up("show", once_open(&shared, &until, show)))),
        false => drop(loops.spawn(kept_up("deliver", once_open(&shared, &until, deliver)))),
    }
    loops.spawn(kept_up("attribute", once_open(&shared, &until, attribute)));
    loops.spawn(kept_up("replay", once_open(&shared, &until, replay)));
    loops.spawn(kept_up("purge", once_open(&shared, &until, purge)));
    loops.spawn(kept_up("measure", once_open(&shared, &until, measure)));
    loops.spawn(kept_up("open", work(&shared, &until, opening::keep_trying)));
    loops.spawn(kept_up("look", work(&shared, &until, look)));
    loops.spawn(kept_up("clock", work(&shared, &until, look_at_clock)));
    loops.spawn(kept_up("reload", work(&shared, &until, reload)));
    shutdown.await;
    stop.send_replace(true);
    let ended = async { while loops.join_next().await.is_some() {} };
    if timeout(shared.limits.last_round, ended).await.is_err() {
        // The loops that still run end when the set is dropped.
        tracing::warn!("deliveries were cut off; they are sent again when their leases end");
    }
}

/// Returns a loop that can be started again.
fn work<F, Fut>(shared: &Arc<Shared>, until: &watch::Receiver<bool>, of: F) -> impl Fn() -> Fut + use<F, Fut>
where
    F: Fn(Arc<Shared>, watch::Receiver<bool>) -> Fut,
{
    let (shared, until) = (shared.clone(), until.clone());
    move || of(shared.clone(), until.clone())
}

/// Returns a loop that begins when the store is open.
fn once_open<F, Fut>(
    shared: &Arc<Shared>,
    until: &watch::Receiver<bool>,
    of: F,
) -> impl Fn() -> BoxFuture<'static, ()> + use<F, Fut>
where
    F: Fn(Arc<Shared>, watch::Receiver<bool>) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let begin = work(shared, until, of);
    let (shared, until) = (shared.clone(), until.clone());
    move || {
        let (shared, mut stop, begun) = (shared.clone(), until.clone(), begin());
        Box::pin(async move {
            let is_open = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => false,
                () = shared.stores.opened() => true,
            };
            if is_open {
                begun.await;
            }
        })
    }
}

/// Runs a loop to its end, and starts it again if it panics: a panic in the host's judge, client or
/// store must not end all sending.
async fn kept_up<Fut>(name: &'static str, work: impl Fn() -> Fut)
where
    Fut: Future<Output = ()> + Send + 'static,
{
    loop {
        let mut one = JoinSet::new();
        one.spawn(work());
        match one.join_next().await {
            Some(Err(error)) if error.is_panic() => tracing::error!(name, "a loop panicked; it begins again"),
            _ => return,
        }
        sleep(AFTER_PANIC).await;
    }
}

/// Decides waiting events again: those of the last hour often, the others at the start and then
/// every six hours, until they have waited as long as the configuration says.
async fn attribute(shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let rounds = AtomicU32::new(0);
    every(ATTRIBUTE_EVERY, stop, || async {
        let all = rounds.load(Ordering::Relaxed).is_multiple_of(ATTRIBUTE_ALL_EVERY);
        let waiting = shared.live().tracker.retention().waiting;
        let longest = if all { waiting } else { Some(RECENT) };
        let since = longest.and_then(|longest| shared.now().checked_sub(longest));
        if attribute_since(&shared, since).await {
            // A round over all events that failed is repeated.
            rounds.fetch_add(1, Ordering::Relaxed);
        }
    })
    .await;
}

/// Decides again the events that have waited since a time. Returns false if that failed.
async fn attribute_since(shared: &Shared, since: Option<Timestamp>) -> bool {
    let live = shared.live();
    match drive::attribute(&live.tracker, &*shared.stores.store, since, shared.now()).await {
        Ok(done) => {
            if done.resolved > 0 {
                meter::attributed_late(&done);
                shared.wake.notify_one();
            }
            true
        }
        Err(error) => {
            tracing::error!(%error, "events were not attributed");
            false
        }
    }
}

/// Takes in the events and clicks that wait in the journal, at the start and from time to time.
async fn replay(shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    every(REPLAY_EVERY, stop, || async {
        let done = ingest::replay(&shared).await;
        if done.as_ref().is_ok_and(|done| done.clicks > 0) {
            // Sales of theirs may have come before them.
            attribute_since(&shared, shared.now().checked_sub(RECENT)).await;
        }
        match done {
            Ok(done) if done.set_aside > 0 => {
                tracing::error!(
                    set_aside = done.set_aside,
                    "events of sources that are not configured are set aside; configure the sources again, or discard them"
                );
            }
            Ok(done) if done.unreadable > 0 => {
                tracing::error!(
                    unreadable = done.unreadable,
                    "lines of the journal cannot be read; GET /api/journal lists them, POST /api/journal/retry tries them again"
                );
            }
            Ok(done) if done.left > 0 => {
                if LEFT.happened().is_some() {
                    tracing::warn!(taken = done.taken, left = done.left, "a part of the journal still waits");
                }
            }
            Ok(done) if done.taken > 0 => tracing::info!(taken = done.taken, "the journal was taken in"),
            Ok(_) => {}
            Err(error) => tracing::error!(kind = %error.kind(), "the journal cannot be read"),
        }
    })
    .await;
}

/// Deletes what has become too old, at the start and then again and again. It ends when the service
/// stops: what is left then is deleted later.
async fn purge(shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    every(PURGE_EVERY, stop.clone(), || {
        let mut stop = stop.clone();
        async {
            let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
            tokio::select! {
                () = stopped => {}
                () = retention::purge(&shared) => {}
            }
        }
    })
    .await;
}

/// Measures what no call counts, at the start and from time to time.
async fn measure(shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let named = NamedLanes::default();
    every(MEASURE_EVERY, stop, || measure::measure(&shared, &named)).await;
}

/// Measures the health of the store and of the journal.
async fn look(shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    every(LOOK_EVERY, stop, async || health::look(&shared).await).await;
}

/// Looks whether the clock was put back.
async fn look_at_clock(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut looked = clock::Looked::now(shared.now());
    while goes_on(&stop) && timeout(LOOK_EVERY, stop.wait_for(|stop| *stop)).await.is_err() {
        if let Some(by) = looked.put_back(shared.now()) {
            meter::clock_put_back(by);
        }
    }
}

/// Reloads the configuration at each SIGHUP, if the host has asked for that.
async fn reload(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    #[cfg(unix)]
    {
        let taken = shared
            .hangup
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        let Some(mut hangup) = taken else { return };
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                received = hangup.recv() => if received.is_none() { return },
            }
            // The outcome is logged there.
            drop(configure::reload(&shared).await);
        }
    }
    #[cfg(not(unix))]
    drop(stop.wait_for(|stop| *stop).await);
}

async fn every<F: Future<Output = ()>>(period: Duration, mut stop: watch::Receiver<bool>, mut work: impl FnMut() -> F) {
    while goes_on(&stop) {
        work().await;
        // The service was told to stop, or is gone.
        if timeout(period, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

/// Whether the service was not told to stop and still exists.
pub(crate) fn goes_on(stop: &watch::Receiver<bool>) -> bool {
    !*stop.borrow() && stop.has_changed().is_ok()
}

pub(crate) fn failed(what: &'static str, error: &StoreError) {
    tracing::error!(kind = ?error.kind(), %error, "{what}");
}
