//! A store under both of its contracts.

use postback::port::{Inspect, Store};
use std::sync::Arc;

/// A store under both of its contracts. `Arc<S>` of a store that has both becomes one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Stores {
    /// What events and deliveries are written to.
    pub store: Arc<dyn Store>,
    /// What people look at.
    pub inspect: Arc<dyn Inspect>,
}

impl Stores {
    /// Two halves of one store, each behind a pointer of its own.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, inspect: Arc<dyn Inspect>) -> Self {
        Self { store, inspect }
    }
}

impl<S: Store + Inspect + 'static> From<Arc<S>> for Stores {
    fn from(store: Arc<S>) -> Self {
        Self::new(store.clone(), store)
    }
}
