//! Layer 3: deliveries, from the outbox row to the verdict.
//!
//! [`batch`] groups what was leased into requests, [`Batch::request`] fills their holes, [`Batch::settle`] turns the answer into verdicts.
//! [`address`] says who may be dialled at all.

pub mod address;
mod echo;
mod request;
mod row;
mod rules;
mod settle;

pub(crate) use request::fill_private;
pub use request::{Batch, FillError, Filled, Values, batch};
pub use row::{Attempt, Delivery, DeliveryRow, DeliveryState, Lane, Leased, Settled, Settlement, Verdict};
pub use rules::{RetryPolicy, SuccessRule};
pub use settle::{MAX_EXCERPT, MAX_RETRY_AFTER, Sent};
