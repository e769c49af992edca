//! A store as a service holds it: behind its contracts, open or opened later.

use crate::later::Later;
use postback::drive::Rehearsal;
use postback::port::{BoxFuture, Inspect, Store, StoreError};
use postback::value::Namespace;
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A store with both of its contracts. An `Arc<S>` of a store that implements both converts into
/// it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Stores {
    /// Stores events and deliveries.
    pub store: Arc<dyn Store>,
    /// Reads what people look at.
    pub inspect: Arc<dyn Inspect>,
    file: Option<StoreFile>,
    write_back: Option<WriteBack>,
    pub(crate) later: Option<Arc<Later>>,
}

/// Writes a store's log back into its file.
#[derive(Clone)]
struct WriteBack(Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>);

/// The file in which a store lies.
#[derive(Clone)]
pub(crate) struct StoreFile {
    path: PathBuf,
    check: Arc<dyn Fn() -> Result<(), StoreError> + Send + Sync>,
}

impl Stores {
    /// Joins the two contracts of one store, each behind its own pointer.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, inspect: Arc<dyn Inspect>) -> Self {
        Self {
            store,
            inspect,
            file: None,
            write_back: None,
            later: None,
        }
    }

    /// A store that `open` opens for a namespace when the service is built, or as soon as it can be
    /// opened. A service with a [`Journal`](crate::Journal) is built all the same while its disk is
    /// full or another process locks it: what comes in waits in the journal, and
    /// [`Service::run`](crate::Service::run) opens the store when that is possible. `open` may
    /// block; it has a thread of its own.
    ///
    /// An error that is not [retryable](StoreError::is_retryable) fails the building, and so does
    /// any error without a journal.
    #[must_use]
    pub fn later(namespace: Namespace, open: impl Fn() -> Result<Self, StoreError> + Send + Sync + 'static) -> Self {
        Self::waiting(Later::new(namespace, open))
    }

    /// The same store, which takes nothing until it is put to work again.
    pub(crate) fn closed(self) -> Self {
        Self::waiting(Later::of(self))
    }

    fn waiting(later: Later) -> Self {
        let later = Arc::new(later);
        Self {
            store: later.clone(),
            inspect: later.clone(),
            file: None,
            write_back: None,
            later: Some(later),
        }
    }

    /// Sets the file in which the store lies, for what is said of health: how much room its disk
    /// has, and `check`, whether the file under its path is still the one that is open.
    #[must_use]
    pub fn with_file(
        mut self,
        path: impl Into<PathBuf>,
        check: impl Fn() -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> Self {
        self.file = Some(StoreFile {
            path: path.into(),
            check: Arc::new(check),
        });
        self
    }

    /// Sets how the store's log is written back into its file, so that the disk has its room again.
    /// It is done again and again while a journal is taken in on a disk with little room. The
    /// answer says whether the log is empty.
    #[must_use]
    pub fn with_write_back(
        mut self,
        write_back: impl Fn() -> BoxFuture<'static, bool> + Send + Sync + 'static,
    ) -> Self {
        self.write_back = Some(WriteBack(Arc::new(write_back)));
        self
    }

    /// Writes the log of the open store back, where the host has said how.
    pub(crate) async fn write_back(&self) {
        if let Some(WriteBack(write_back)) = self.working().and_then(|stores| stores.write_back.as_ref()) {
            // A log that a reader needs is written back later.
            let _is_empty = write_back().await;
        }
    }

    /// Begins to rehearse decisions on what is stored now.
    pub(crate) fn rehearsal(&self) -> Rehearsal<'_> {
        Rehearsal::new(&*self.store, &*self.inspect)
    }

    /// Returns the store that is not open yet, if it is not.
    pub(crate) fn not_open(&self) -> Option<&Later> {
        self.later.as_deref().filter(|later| later.working().is_none())
    }

    /// Waits until the store is open.
    pub(crate) async fn opened(&self) {
        if let Some(later) = &self.later {
            later.opened().await;
        }
    }

    /// Returns the file in which the open store lies.
    pub(crate) fn file(&self) -> Option<&StoreFile> {
        self.working()?.file.as_ref()
    }

    /// Returns the stores that are open: these, or those that were opened later.
    fn working(&self) -> Option<&Self> {
        match &self.later {
            None => Some(self),
            Some(later) => later.working()?.working(),
        }
    }
}

impl StoreFile {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file under its path is still the one that is open.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        (self.check)()
    }
}

impl fmt::Debug for StoreFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreFile").field(&self.path).finish()
    }
}

impl fmt::Debug for WriteBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WriteBack(..)")
    }
}

impl<S: Store + Inspect + 'static> From<Arc<S>> for Stores {
    fn from(store: Arc<S>) -> Self {
        Self::new(store.clone(), store)
    }
}
