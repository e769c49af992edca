//! What the parts of a service share.

use crate::handle::{Live, TrackerHandle};
use crate::hints::Hints;
use crate::journal::Journal;
use crate::keep::Looks;
use crate::refusals::Refusals;
use crate::statuses::UnknownStatuses;
use crate::stores::Stores;
use crate::turns::Turns;
use postback::delivery::Judges;
use postback::drive::LanePolicy;
use postback::port::{BoxFuture, Clock, Entropy, HttpClient, Secrets};
use postback::{Received, Timestamp, Tracker};
#[cfg(unix)]
use std::sync::Mutex;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// The time for the store on the way of an event or a click. ClickBank waits three seconds for an
/// answer and tries again later when it gets none; an answer of our own tells it so with half a
/// second to spare.
pub const STORE_TIMEOUT: Duration = Duration::from_millis(2_500);
/// How many days personal values are kept.
pub const PRIVATE_DAYS: u32 = 30;
/// How long the requests that are under way may take to end when a service stops. What a receiver
/// does not answer by then is sent again later.
pub(crate) const LAST_ROUND: Duration = Duration::from_secs(8);

/// Reads the configuration anew.
pub(crate) type ReadTracker = Box<dyn Fn() -> BoxFuture<'static, Result<Tracker, Vec<String>>> + Send + Sync>;

/// How a service works, as far as a host may choose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) store: Duration,
    pub(crate) last_round: Duration,
    pub(crate) private_days: u32,
    pub(crate) lanes: LanePolicy,
    /// Whether deliveries are shown and not sent.
    pub(crate) dry_run: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            store: STORE_TIMEOUT,
            last_round: LAST_ROUND,
            private_days: PRIVATE_DAYS,
            lanes: LanePolicy::default(),
            dry_run: false,
        }
    }
}

pub(crate) struct Shared {
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
    /// What the sources refused of postbacks.
    pub(crate) refusals: Refusals,
    pub(crate) hints: Hints,
    pub(crate) statuses: UnknownStatuses,
    /// When somebody looked at what they keep of it.
    pub(crate) looks: Looks,
    /// Is notified when something may have come into the outbox.
    pub(crate) wake: Notify,
    pub(crate) read: Option<ReadTracker>,
    /// Held while a configuration is replaced, so that the one that was read last is at work last.
    pub(crate) replacing: tokio::sync::Mutex<()>,
    /// Taken by the loop that reloads.
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

    /// What a message that comes now gets at the door.
    pub(crate) fn received(&self) -> Received {
        Received {
            at: self.now(),
            nonce: self.entropy.next_u64(),
        }
    }
}
