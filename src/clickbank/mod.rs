//! Layer 2: what ClickBank sends, as typed values. Bytes go in; no clock, no network, no decision
//! about what a sale means.

mod budget;
mod check;
pub mod hoplink;
pub mod ins;
pub mod pixel;
pub mod thank_you;
pub mod tid;

pub use budget::{ALARMING_FAILURES, Alarm, Attempt, FAILURE_WINDOW, FailureBudget, MAX_FAILURES, MAX_PREFIXES};
