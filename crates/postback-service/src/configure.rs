//! Activates a configuration: resolves its secrets, stores it, then replaces the one before.

use crate::handle::Live;
use crate::shared::Shared;
use crate::stores::Stores;
use crate::timely::{resolve, within};
use crate::vanish::{self, Gone};
use postback::port::{Clock, Secrets, Store, StoreError, StoreErrorKind};
use postback::{Credentials, Tracker, drive};
use std::{collections::BTreeMap, io, sync::Arc, time::Duration};
use thiserror::Error;

/// How long reading a configuration may take. Without a limit, a reload that hangs would block all
/// later ones.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the store may take to keep a configuration.
pub(crate) const INSTALL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a replaced configuration is kept: longer than any request that uses it.
const RETIRED_AFTER: Duration = Duration::from_secs(60);

/// The error for a configuration that was not activated. The one before, if there is one, stays
/// active.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigureError {
    /// The configuration cannot be read or does not compile, or its secrets are missing or cannot
    /// be used. It prints one problem on each line.
    #[error("{}", .0.join("\n"))]
    Refused(Vec<String>),
    /// The configuration could not be stored.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// The host has not set how to read it again
    /// ([`ServiceBuilder::reload`](crate::ServiceBuilder::reload)).
    #[error("this service does not reload its configuration")]
    NotReloaded,
    /// The process cannot listen for the signal.
    #[error("cannot listen to SIGHUP: {}", .0.kind())]
    Signal(io::Error),
}

/// A configuration that was put to work.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reloaded {
    /// The compiled configuration.
    pub tracker: Arc<Tracker>,
    /// What the configuration before had and this one has not.
    pub gone: Vec<Gone>,
}

/// Prepares a configuration: checks that its secrets are there.
pub(crate) async fn prepare(tracker: &Tracker, secrets: &dyn Secrets) -> Result<Credentials, ConfigureError> {
    let credentials = credentials(tracker, secrets).await?;
    check_outgoing(tracker, secrets).await?;
    Ok(credentials)
}

/// Stores a configuration.
pub(crate) async fn install(tracker: &Tracker, store: &dyn Store, clock: &dyn Clock) -> Result<(), StoreError> {
    in_time(INSTALL_TIMEOUT, drive::install(tracker, store, clock.now())).await
}

/// Stores the configuration with which a service begins, within `limit`. Returns the document of
/// the one before, if that is another one.
pub(crate) async fn begin(
    stores: &Stores,
    tracker: &Tracker,
    clock: &dyn Clock,
    limit: Duration,
) -> Result<Option<String>, StoreError> {
    let begin = async {
        let before = vanish::before(stores, tracker).await;
        drive::install(tracker, &*stores.store, clock.now()).await?;
        Ok(before)
    };
    in_time(limit, begin).await
}

async fn in_time<T>(limit: Duration, storing: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    within(limit, storing).await.unwrap_or_else(|| {
        let late = format!("the configuration was not stored within {limit:.0?}");
        Err(StoreError::new(StoreErrorKind::Unavailable, late))
    })
}

/// Activates another configuration.
pub(crate) async fn replace(shared: &Shared, tracker: Arc<Tracker>) -> Result<(), ConfigureError> {
    let _replacing = shared.replacing.lock().await;
    put_to_work(shared, tracker).await.map(drop)
}

/// Reads the configuration again and activates it.
pub(crate) async fn reload(shared: &Shared) -> Result<Reloaded, ConfigureError> {
    let read = shared.read.as_ref().ok_or(ConfigureError::NotReloaded)?;
    let _replacing = shared.replacing.lock().await;
    let reloaded = async {
        let read = within(READ_TIMEOUT, read()).await.unwrap_or_else(|| {
            let late = format!("the configuration was not read within {} s", READ_TIMEOUT.as_secs());
            Err(vec![late])
        });
        let tracker = Arc::new(read.map_err(ConfigureError::Refused)?);
        let gone = put_to_work(shared, tracker.clone()).await?;
        Ok(Reloaded { tracker, gone })
    };
    let reloaded = reloaded.await;
    match &reloaded {
        Ok(done) => tracing::info!(configuration = %done.tracker.fingerprint(), "the configuration was reloaded"),
        Err(error) => tracing::error!(%error, "the configuration was not reloaded; the old one stays active"),
    }
    reloaded
}

async fn put_to_work(shared: &Shared, tracker: Arc<Tracker>) -> Result<Vec<Gone>, ConfigureError> {
    let credentials = prepare(&tracker, &*shared.secrets).await?;
    // A store that is not open yet gets the configuration that is active when it opens.
    if shared.stores.not_open().is_none() {
        install(&tracker, &*shared.stores.store, &*shared.clock).await?;
    }
    shared.refusals.keep_those_of(&tracker);
    shared.hints.forget();
    shared.statuses.forget();
    #[cfg(feature = "legacy-ins")]
    let credentials = credentials.in_place_of(&shared.handle.load().credentials);
    let before = shared.handle.replace(tracker.clone(), credentials);
    let gone = vanish::since(&shared.stores, before.tracker.document(), &tracker).await;
    tokio::spawn(retire(before));
    Ok(gone)
}

/// Drops a replaced configuration where nobody waits for it. That takes milliseconds if it has
/// thousands of campaigns, and otherwise the request that used it last would wait for it.
async fn retire(before: Arc<Live>) {
    tokio::time::sleep(RETIRED_AFTER).await;
    drop(tokio::task::spawn_blocking(move || drop(before)));
}

/// Warns early of missing secrets of outgoing requests. Their deliveries would wait until the
/// secrets are there, at most for a week. A key that is there and cannot sign is refused.
async fn check_outgoing(tracker: &Tracker, secrets: &dyn Secrets) -> Result<(), ConfigureError> {
    let mut found = BTreeMap::new();
    for (reference, secret) in resolve(secrets, tracker.secret_references()).await {
        match secret {
            Ok(secret) => {
                found.insert(reference.clone(), secret);
            }
            Err(error) => tracing::warn!(%error, "outgoing requests that need it will fail"),
        }
    }
    let refused = Credentials::refusals(tracker, &found);
    if refused.is_empty() {
        return Ok(());
    }
    Err(ConfigureError::Refused(refused))
}

/// Resolves the secrets that reading events needs.
async fn credentials(tracker: &Tracker, secrets: &dyn Secrets) -> Result<Credentials, ConfigureError> {
    let mut found = BTreeMap::new();
    let mut problems = Vec::new();
    for (reference, secret) in resolve(secrets, tracker.inbound_references()).await {
        match secret {
            Ok(secret) => {
                found.insert(reference.clone(), secret);
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    if !problems.is_empty() {
        return Err(ConfigureError::Refused(problems));
    }
    let credentials =
        Credentials::new(tracker, &found).map_err(|error| ConfigureError::Refused(error.problems().to_vec()))?;
    for doubt in Credentials::doubts(tracker, &found) {
        tracing::warn!(%doubt, "a secret may be wrong");
    }
    Ok(credentials)
}
