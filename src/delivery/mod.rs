//! Layer 3: deliveries, from the outbox row to the verdict.
//!
//! [`batch`] groups what was leased into requests, [`Batch::request`] fills their holes,
//! [`Batch::settle`] turns the answer into verdicts.
//! [`address`] says who may be dialled at all.

pub mod address;
mod batch;
mod echo;
mod fill;
mod filled;
mod row;
mod rules;
mod settle;

pub use batch::{Batch, batch};
pub(crate) use fill::fill_private;
pub use fill::{FillError, Values};
pub use filled::Filled;
pub use row::{Attempt, Delivery, DeliveryRow, DeliveryState, Lane, Leased, Settled, Settlement, Verdict};
pub use rules::{RetryPolicy, SuccessRule};
pub use settle::{MAX_EXCERPT, MAX_RETRY_AFTER, Sent};
