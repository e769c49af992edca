//! The active configuration, behind one atomic pointer.

use arc_swap::ArcSwap;
use postback::{Credentials, Tracker};
use std::{fmt, sync::Arc};

/// A tracker with the secrets with which it reads events. Both are replaced together.
#[derive(Clone)]
#[non_exhaustive]
pub struct Live {
    /// The compiled configuration.
    pub tracker: Arc<Tracker>,
    /// The secrets to which it refers.
    pub credentials: Credentials,
}

/// Shows only the configuration's fingerprint.
impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Live").field(self.tracker.fingerprint()).finish()
    }
}

/// Holds the active configuration, and lets it be replaced at any time. Loading it never waits.
/// Whoever has loaded a configuration uses it to the end, even if it is replaced meanwhile.
#[derive(Debug)]
pub struct TrackerHandle(ArcSwap<Live>);

impl TrackerHandle {
    /// A handle with a first configuration.
    #[must_use]
    pub fn new(tracker: impl Into<Arc<Tracker>>, credentials: Credentials) -> Self {
        let tracker = tracker.into();
        Self(ArcSwap::from_pointee(Live { tracker, credentials }))
    }

    /// Returns the active configuration.
    #[must_use]
    pub fn load(&self) -> Arc<Live> {
        self.0.load_full()
    }

    /// Activates another configuration, and returns the one before.
    pub fn replace(&self, tracker: impl Into<Arc<Tracker>>, credentials: Credentials) -> Arc<Live> {
        let tracker = tracker.into();
        self.0.swap(Arc::new(Live { tracker, credentials }))
    }
}
