//! A store with both of its contracts.

use postback::port::{Inspect, Store};
use std::sync::Arc;

/// A store with both of its contracts. An `Arc<S>` of a store that implements both converts into
/// it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Stores {
    /// Stores events and deliveries.
    pub store: Arc<dyn Store>,
    /// Reads what people look at.
    pub inspect: Arc<dyn Inspect>,
}

impl Stores {
    /// Joins the two contracts of one store, each behind its own pointer.
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
