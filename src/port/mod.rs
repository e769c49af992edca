//! Layer 5: the contracts with the world: storage, HTTP, clock, randomness, secrets.
//!
//! Futures are boxed by hand, so that every port is usable as `Arc<dyn ..>` without a macro and
//! without a runtime. A host without async uses the pure calls of [`crate::tracker`] and
//! [`crate::delivery`] with storage of its own.

mod host;
pub mod http;
mod inspect;
pub mod row;
mod store;

pub use host::{Clock, Entropy, SecretError, Secrets};
pub use http::{BoxFuture, HttpClient, HttpError};
pub use inspect::{ConversionFilter, DeliveryFilter, EventFilter, Inspect, Page, PageRequest, RefusedFilter};
pub use store::{Claim, Claimed, Cursor, Purge, Selection, Store, StoreError, StoreErrorKind, Which};
