//! What an event means: every sentence of `DESIGN.md`, section 4, as a test that is named after it.
#![cfg(feature = "std")]
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod attribution;
mod clickbank;
mod clickbank_notifications;
mod clickbank_pixel;
mod duplicates;
mod event_matching;
mod identity;
mod late;
mod money;
mod order;
mod permutations;
mod receipts;
mod reversals;
mod rules;
mod support;
mod truth;
mod types_and_statuses;
mod updates;
