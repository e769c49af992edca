//! The builder of a service: what a host must give, and what has a default.

use crate::configure::{self, ConfigureError};
use crate::handle::TrackerHandle;
use crate::hints::Hints;
use crate::host::{OsEntropy, SystemClock};
use crate::journal::Journal;
use crate::keep::Looks;
use crate::numbers;
use crate::opening;
use crate::pulse::Pulse;
use crate::refusals::Refusals;
use crate::service::Service;
use crate::shared::{Disks, Limits, ReadTracker, Shared};
use crate::statuses::UnknownStatuses;
use crate::stores::Stores;
use crate::timely::Timely;
use crate::turns::Turns;
use postback::Tracker;
use postback::delivery::Judges;
use postback::drive::LanePolicy;
use postback::port::{Clock, Entropy, HttpClient, Secrets};
use std::{fmt, io, sync::Arc, sync::Mutex, time::Duration};
use tokio::sync::Notify;

/// Builds a [`Service`].
pub struct ServiceBuilder {
    tracker: Arc<Tracker>,
    stores: Stores,
    http: Arc<dyn HttpClient>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    judges: Judges,
    limits: Limits,
    journal: Option<Journal>,
    read: Option<ReadTracker>,
    hangup: bool,
}

impl fmt::Debug for ServiceBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl ServiceBuilder {
    pub(crate) fn new(
        tracker: Arc<Tracker>,
        stores: Stores,
        http: Arc<dyn HttpClient>,
        secrets: Arc<dyn Secrets>,
    ) -> Self {
        Self {
            tracker,
            stores,
            http,
            secrets,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            judges: Judges::new(),
            limits: Limits::default(),
            journal: None,
            read: None,
            hangup: false,
        }
    }

    /// Sets how long the store may take while an event or a click waits for it;
    /// [`STORE_TIMEOUT`](crate::STORE_TIMEOUT) by default.
    #[must_use]
    pub fn store_timeout(mut self, time: Duration) -> Self {
        self.limits.store = time;
        self
    }

    /// Sets how long a visitor waits for the store if there is a journal;
    /// [`STORE_PATIENCE`](crate::STORE_PATIENCE) by default. After that the click is written to the
    /// journal, and the visitor is redirected. A postback that tries a store which is stuck waits
    /// as long, too.
    #[must_use]
    pub fn store_patience(mut self, time: Duration) -> Self {
        self.limits.patience = time;
        self
    }

    /// Sets how long the requests in flight may take to end when the service stops; 5 s by default.
    /// A request that is cut off is sent again when its lease ends.
    #[must_use]
    pub fn last_round(mut self, time: Duration) -> Self {
        self.limits.last_round = time;
        self
    }

    /// Sets for how many days personal values are kept; [`PRIVATE_DAYS`](crate::PRIVATE_DAYS) by
    /// default.
    #[must_use]
    pub fn private_days(mut self, days: u32) -> Self {
        self.limits.private_days = days;
        self
    }

    /// Sets how many deliveries are sent at the same time, and how many of them to one receiver.
    #[must_use]
    pub fn lanes(mut self, policy: LanePolicy) -> Self {
        self.limits.lanes = policy;
        self
    }

    /// Sends nothing: [`Service::run`] logs each request that would be sent, once, with the names
    /// of secrets and personal values in place of their values. Deliveries stay queued in the
    /// store, so that a service without this setting sends them later.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.limits.dry_run = true;
        self
    }

    /// Sets the clock; [`SystemClock`] by default.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the random source; [`OsEntropy`] by default.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// Sets the judges, which say what responses to deliveries mean. By default there is only the
    /// rule for postbacks.
    #[must_use]
    pub fn judges(mut self, judges: Judges) -> Self {
        self.judges = judges;
        self
    }

    /// Sets the journal, in which postbacks and clicks wait while the store is not available.
    /// Without one, the senders of postbacks are told to send again, which few do, and visitors are
    /// sent to the fallback.
    #[must_use]
    pub fn journal(mut self, journal: Journal) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Sets how [`Service::reload`] reads the configuration again: `read` returns a tracker, or all
    /// problems.
    #[must_use]
    pub fn reload<F>(mut self, read: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Tracker, Vec<String>>> + Send + 'static,
    {
        self.read = Some(Box::new(move || Box::pin(read())));
        self
    }

    /// Lets [`Service::run`] reload the configuration at each SIGHUP. It does not by default, since
    /// the signal belongs to the process; on a system without this signal it never does.
    #[must_use]
    pub fn reload_on_hangup(mut self) -> Self {
        self.hangup = true;
        self
    }

    /// Builds the service: resolves the secrets, and stores the configuration. With a journal, a
    /// store that takes nothing at present fails nothing: what comes in waits in the journal until
    /// [`Service::run`] can put the store to work. What the configuration that was stored last had
    /// and this one has not is named in the log when it runs.
    ///
    /// # Errors
    /// - [`ConfigureError::Refused`]: secrets that are missing or cannot be used; it lists all of
    ///   them
    /// - [`ConfigureError::Store`]: a store that cannot be opened, or fails to keep the
    ///   configuration
    /// - [`ConfigureError::Signal`]: a process that cannot listen for SIGHUP
    pub async fn build(self) -> Result<Service, ConfigureError> {
        numbers::describe();
        let Self { tracker, stores, .. } = self;
        let secrets: Arc<dyn Secrets> = Arc::new(Timely(self.secrets));
        let credentials = configure::prepare(&tracker, &*secrets).await?;
        let (stores, before) = opening::at_start(stores, &tracker, &*self.clock, self.journal.is_some()).await?;
        #[cfg(unix)]
        let hangup = match self.hangup {
            true => Some(hangup().map_err(ConfigureError::Signal)?),
            false => None,
        };
        Ok(Service(Arc::new(Shared {
            handle: TrackerHandle::new(tracker, credentials),
            stores,
            http: self.http,
            secrets,
            clock: self.clock,
            entropy: self.entropy,
            judges: self.judges,
            limits: self.limits,
            journal: self.journal,
            turns: Turns::default(),
            refusals: Refusals::default(),
            hints: Hints::default(),
            statuses: UnknownStatuses::default(),
            looks: Looks::default(),
            pulse: Pulse::default(),
            disks: Disks::default(),
            wake: Notify::new(),
            read: self.read,
            before: Mutex::new(before),
            replacing: tokio::sync::Mutex::default(),
            #[cfg(unix)]
            hangup: Mutex::new(hangup),
        })))
    }
}

/// Listens for SIGHUP. From now on the signal does not end the process.
#[cfg(unix)]
fn hangup() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
}
