//! This module has the cases of the conformance suite that are about deliveries: how they are
//! queued, leased, settled and told apart. `conformance` lists them beside its own. (Layer 5.)
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test says no by panicking"
)]

#[doc(hidden)]
pub mod causes;
#[doc(hidden)]
pub mod claim;
#[doc(hidden)]
pub mod corrections;
#[doc(hidden)]
pub mod outbox;
#[doc(hidden)]
pub mod verdicts;
