//! The configuration at work, behind one atomic pointer.

use arc_swap::ArcSwap;
use postback::{Credentials, Tracker};
use std::{fmt, sync::Arc};

/// A tracker with the secrets that it reads events with; they change together.
#[derive(Clone)]
#[non_exhaustive]
pub struct Live {
    /// The compiled configuration.
    pub tracker: Arc<Tracker>,
    /// The secrets behind its references.
    pub credentials: Credentials,
}

/// The configuration is shown by its fingerprint.
impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Live").field(self.tracker.fingerprint()).finish()
    }
}

/// Where the configuration at work is found, and replaced while it is at work. Reading it waits for
/// nobody: whoever has loaded one goes on with it to the end.
#[derive(Debug)]
pub struct TrackerHandle(ArcSwap<Live>);

impl TrackerHandle {
    /// A handle of a first configuration.
    #[must_use]
    pub fn new(tracker: impl Into<Arc<Tracker>>, credentials: Credentials) -> Self {
        let tracker = tracker.into();
        Self(ArcSwap::from_pointee(Live { tracker, credentials }))
    }

    /// The configuration at work.
    #[must_use]
    pub fn load(&self) -> Arc<Live> {
        self.0.load_full()
    }

    /// Puts another one to work; gives the one before.
    pub fn replace(&self, tracker: impl Into<Arc<Tracker>>, credentials: Credentials) -> Arc<Live> {
        let tracker = tracker.into();
        self.0.swap(Arc::new(Live { tracker, credentials }))
    }
}
