//! The state that the parts of a service share.

use crate::disk::Disk;
use crate::handle::{Live, TrackerHandle};
use crate::hints::Hints;
use crate::journal::Journal;
use crate::keep::Looks;
use crate::pulse::Pulse;
use crate::refusals::Refusals;
use crate::statuses::UnknownStatuses;
use crate::stores::Stores;
use crate::turns::Turns;
use postback::delivery::Judges;
use postback::drive::LanePolicy;
use postback::port::{BoxFuture, Clock, Entropy, HttpClient, Secrets};
use postback::{Received, Timestamp, Tracker};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Notify;

/// The time that the store may take while an event or a click waits for it. ClickBank waits three
/// seconds for a response and sends again later if it gets none. With this limit we send our own
/// response half a second before that.
pub const STORE_TIMEOUT: Duration = Duration::from_millis(2_500);
/// The time that a visitor waits for the store if there is a journal. After that the click is
/// written to the journal. A commit takes a few milliseconds, and nobody notices this time. A
/// postback that tries a store which is stuck waits as long, too.
pub const STORE_PATIENCE: Duration = Duration::from_millis(50);
/// The number of days for which personal values are kept.
pub const PRIVATE_DAYS: u32 = 30;
/// How long the requests in flight may take to end when a service stops. A request without a
/// response by then is sent again later. What else ends, ends within ten seconds with it.
pub(crate) const LAST_ROUND: Duration = Duration::from_secs(5);

/// A function that reads the configuration again.
pub(crate) type ReadTracker = Box<dyn Fn() -> BoxFuture<'static, Result<Tracker, Vec<String>>> + Send + Sync>;

/// The limits of a service that a host may set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) store: Duration,
    pub(crate) patience: Duration,
    pub(crate) last_round: Duration,
    pub(crate) private_days: u32,
    pub(crate) lanes: LanePolicy,
    /// Whether deliveries are only shown, not sent.
    pub(crate) dry_run: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            store: STORE_TIMEOUT,
            patience: STORE_PATIENCE,
            last_round: LAST_ROUND,
            private_days: PRIVATE_DAYS,
            lanes: LanePolicy::default(),
            dry_run: false,
        }
    }
}

/// The disks of a service's files.
#[derive(Debug, Default)]
pub(crate) struct Disks {
    pub(crate) store: Disk,
    pub(crate) journal: Disk,
}

pub(crate) struct Shared {
    /// The document of the configuration before, until it is said what is gone with it.
    pub(crate) before: Mutex<Option<String>>,
    pub(crate) handle: TrackerHandle,
    pub(crate) stores: Stores,
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) judges: Judges,
    pub(crate) limits: Limits,
    pub(crate) journal: Option<Journal>,
    pub(crate) turns: Turns,
    /// The postbacks that each source refused and did not keep.
    pub(crate) refusals: Refusals,
    pub(crate) hints: Hints,
    pub(crate) statuses: UnknownStatuses,
    /// The times of the last looks at the rings of refused messages.
    pub(crate) looks: Looks,
    /// What the store's calls came to.
    pub(crate) pulse: Pulse,
    /// The disks that are looked at for what is said of health.
    pub(crate) disks: Disks,
    /// It is notified when something may have come into the outbox.
    pub(crate) wake: Notify,
    pub(crate) read: Option<ReadTracker>,
    /// Held while a configuration is replaced, so that the one that was read last stays active.
    pub(crate) replacing: tokio::sync::Mutex<()>,
    /// The reload loop takes it out.
    #[cfg(unix)]
    pub(crate) hangup: Mutex<Option<tokio::signal::unix::Signal>>,
}

impl Shared {
    pub(crate) fn live(&self) -> Arc<Live> {
        self.handle.load()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the time of arrival and the nonce for a message that comes now.
    pub(crate) fn received(&self) -> Received {
        Received {
            at: self.now(),
            nonce: self.entropy.next_u64(),
        }
    }
}
