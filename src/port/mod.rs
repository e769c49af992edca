//! This module has the contracts with the world: storage, HTTP, clock, randomness, secrets. Begin
//! with [`Store`] or [`HttpClient`], whichever you bring yourself. (Layer 5.)
//!
//! Futures are boxed by hand, so that every port is usable as `Arc<dyn ..>` without a macro and
//! without a runtime. A host without async uses the pure calls of [`crate::tracker`] and
//! [`crate::delivery`] with storage of its own.
//!
//! ```
//! use postback::port::{Clock, SecretError, Secrets, Store};
//! use postback::{Timestamp, memory::MemoryStore};
//! use std::sync::Arc;
//!
//! /// A clock that stands still, for tests.
//! #[derive(Debug)]
//! struct Stopped(Timestamp);
//!
//! impl Clock for Stopped {
//!     fn now(&self) -> Timestamp {
//!         self.0
//!     }
//! }
//!
//! // Every port is a trait object.
//! let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
//! assert_eq!(store.namespace().as_str(), "default");
//! ```

mod host;
pub mod http;
mod inspect;
pub mod row;
mod store;
mod store_error;
mod transact;

pub use host::{Clock, Entropy, RenewalTrouble, Renewing, SecretError, Secrets};
pub use http::{BoxFuture, HttpClient, HttpError};
pub use inspect::{
    ConversionFilter, DeadLetters, DeliveryFilter, EventFilter, Inspect, LaneQueue, Page, PageRequest, RefusedFilter,
};
pub(crate) use store::micros;
pub use store::{Claim, Claimed, Cursor, Purge, Purged, Selection, Store, Which};
pub use store_error::{StoreError, StoreErrorKind};
pub use transact::{Decide, Transact, Transacted, decided};
