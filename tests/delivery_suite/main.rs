//! From a leased delivery to a request, and from an answer to a verdict.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    unreachable_pub
)]

mod echoes;
mod requests;
mod support;
mod verdicts;
