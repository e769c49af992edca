//! Layer 2: deliveries, from the outbox row to the verdict.
//!
//! [`batch`] groups what was leased into requests, [`Batch::request`] fills their holes,
//! [`Batch::settle`] has the answer judged.
//! [`address`] says who may be dialled at all.

pub mod address;
mod batch;
mod case;
mod cause;
mod echo;
mod fill;
mod filled;
mod judges;
mod lane;
mod listed;
mod retry;
mod row;
mod rules;
mod settle;
mod state;
mod verdict;

pub use batch::{Batch, batch};
pub use case::{Answer, Case, Judge, Judgement};
pub use cause::Cause;
pub(crate) use fill::fill_private;
pub use fill::{FillError, Values};
pub use filled::Filled;
pub use judges::Judges;
pub use lane::Lane;
pub use listed::DeliveryRow;
pub use retry::MAX_RETRY_AFTER;
pub use row::{Delivery, Leased, Replaced};
pub use rules::{RetryPolicy, SuccessRule};
pub use settle::{HOLD, MAX_EXCERPT, MAX_HELD, Sent};
pub use state::DeliveryState;
pub use verdict::{Attempt, Change, Hold, Settled, Settlement, Verdict};
