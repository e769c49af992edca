//! What the handlers share: the tracker with its credentials, the ports, the limits.

use crate::host::{OsEntropy, SystemClock};
use crate::ingest::Turns;
use crate::journal::{Journal, Replayed};
use crate::refusals::Refusals;
use postback::clickbank::FailureBudget;
use postback::port::{Clock, Entropy, Inspect, Store};
use postback::tracker::{Credentials, Tracker};
use postback::value::{IpNet, Secret, Timestamp};
use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::Notify;

/// The longest body that is read, in bytes. Real notifications are 1 to 4 KiB of ciphertext, a form
/// has 16 KiB at most; the rest only costs memory, which the caller would choose.
pub const MAX_BODY: usize = 64 * 1024;
/// The time for a body to arrive, from the first byte after the headers to the last.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(5);
/// The time for the store on the way of an event or a click. ClickBank waits three seconds for an
/// answer and tries again later when it gets none; an answer of our own tells it so with half a
/// second to spare.
pub const STORE_TIMEOUT: Duration = Duration::from_millis(2_500);
/// The time for a read that serves a person.
pub(crate) const API_TIMEOUT: Duration = Duration::from_secs(10);
/// The time for the trivial read of `/healthz`.
pub(crate) const HEALTH_TIMEOUT: Duration = Duration::from_secs(1);

/// The limits of the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest body, in bytes; [`MAX_BODY`] by default.
    pub body: usize,
    /// The time for a body to arrive; 5 s by default.
    pub body_timeout: Duration,
    /// The time for the store on the way of an event or a click; [`STORE_TIMEOUT`] by default.
    pub store_timeout: Duration,
    /// The time for a read of the API; 10 s by default.
    pub api_timeout: Duration,
    /// The time for the read of `/healthz`; 1 s by default.
    pub health_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: MAX_BODY,
            body_timeout: BODY_TIMEOUT,
            store_timeout: STORE_TIMEOUT,
            api_timeout: API_TIMEOUT,
            health_timeout: HEALTH_TIMEOUT,
        }
    }
}

/// A tracker with the secrets that it reads events with; they change together.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) tracker: Arc<Tracker>,
    pub(crate) credentials: Credentials,
}

/// What the router serves with. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct AppState {
    pub(crate) shared: Arc<Shared>,
}

/// Prints a page of metrics in Prometheus' text form.
pub(crate) type RenderMetrics = Box<dyn Fn() -> String + Send + Sync>;

pub(crate) struct Shared {
    live: RwLock<Arc<Live>>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) inspect: Arc<dyn Inspect>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    pub(crate) api_token: Option<Secret>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) limits: Limits,
    pub(crate) metrics: Option<RenderMetrics>,
    pub(crate) journal: Option<Journal>,
    pub(crate) turns: Turns,
    /// Who was wrong about the check of an old notification, of which source, and how often.
    pub(crate) form_failures: Mutex<FailureBudget>,
    /// What the sources refused of postbacks.
    pub(crate) refusals: Refusals,
    wake: Arc<Notify>,
}

impl AppState {
    /// Begins with what has no default.
    #[must_use]
    pub fn builder(
        tracker: Arc<Tracker>,
        credentials: Credentials,
        store: Arc<dyn Store>,
        inspect: Arc<dyn Inspect>,
    ) -> AppStateBuilder {
        AppStateBuilder(Shared {
            live: RwLock::new(Arc::new(Live { tracker, credentials })),
            store,
            inspect,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            api_token: None,
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
            metrics: None,
            journal: None,
            turns: Turns::default(),
            form_failures: Mutex::default(),
            refusals: Refusals::default(),
            wake: Arc::new(Notify::new()),
        })
    }

    /// Puts another configuration to work. Requests that are being answered end with the one that
    /// they began with. Have it stored first, with [`postback::drive::install`].
    pub fn replace(&self, tracker: Arc<Tracker>, credentials: Credentials) {
        self.shared.refusals.keep_those_of(&tracker);
        *self.shared.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Live { tracker, credentials });
        // What failed with the secrets of before says nothing any more.
        *self.shared.form_failures.lock().unwrap_or_else(PoisonError::into_inner) = FailureBudget::default();
    }

    /// The tracker at work.
    #[must_use]
    pub fn tracker(&self) -> Arc<Tracker> {
        self.live().tracker.clone()
    }

    /// Is notified when something may have come into the outbox: whoever sends deliveries waits for
    /// it.
    #[must_use]
    pub fn wake(&self) -> Arc<Notify> {
        self.shared.wake.clone()
    }

    /// Takes in what waits in the journal; nothing without one.
    ///
    /// # Errors
    /// Trouble with the journal's files. Events that the store does not take yet are no error: they
    /// go on waiting.
    pub async fn replay_journal(&self) -> io::Result<Replayed> {
        let Some(journal) = &self.shared.journal else {
            return Ok(Replayed::default());
        };
        journal.replay(self).await
    }

    pub(crate) fn live(&self) -> Arc<Live> {
        self.shared.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    pub(crate) fn random(&self) -> u64 {
        self.shared.entropy.next_u64()
    }

    pub(crate) fn committed(&self) {
        self.shared.wake.notify_one();
    }
}

/// Secrets have no text, and the configuration is shown by its fingerprint.
impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState")
            .field("configuration", self.live().tracker.fingerprint())
            .field("api_token", &self.shared.api_token)
            .field("trusted_proxies", &self.shared.trusted_proxies)
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}

/// Builds an [`AppState`].
pub struct AppStateBuilder(Shared);

impl fmt::Debug for AppStateBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppStateBuilder")
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

impl AppStateBuilder {
    /// The bearer token of `/api` and `/metrics`. Without one, or with an empty one, they are
    /// closed.
    #[must_use]
    pub fn api_token(mut self, token: Option<Secret>) -> Self {
        self.0.api_token = token.filter(|token| !token.expose().is_empty());
        self
    }

    /// Whose `X-Forwarded-For` is believed; nobody's by default.
    #[must_use]
    pub fn trusted_proxies(mut self, ranges: Vec<IpNet>) -> Self {
        self.0.trusted_proxies = ranges;
        self
    }

    /// The limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.0.limits = limits;
        self
    }

    /// The clock; [`SystemClock`] by default.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.0.clock = clock;
        self
    }

    /// The random source; [`OsEntropy`] by default.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.0.entropy = entropy;
        self
    }

    /// What prints the page of `/metrics`, as the handle of a recorder does. The router counts
    /// through the `metrics` facade, so whatever recorder the host has installed sees it.
    #[must_use]
    pub fn metrics(mut self, render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.0.metrics = Some(Box::new(render));
        self
    }

    /// Where postbacks wait while the store does not take them; without one their senders are told
    /// to come back, which few do. Whoever runs the router calls [`AppState::replay_journal`] at
    /// the start and from time to time.
    #[must_use]
    pub fn journal(mut self, journal: Journal) -> Self {
        self.0.journal = Some(journal);
        self
    }

    /// The finished state.
    #[must_use]
    pub fn build(self) -> AppState {
        AppState {
            shared: Arc::new(self.0),
        }
    }
}
