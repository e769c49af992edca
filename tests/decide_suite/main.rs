//! What an event means: every sentence of `docs/design` on identity, types, money, duplicates and
//! attribution, as a test that is named after it.
#![cfg(test)]
#![cfg(feature = "std")]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice)]

mod again;
mod attribution;
mod booked;
mod clickbank;
mod clickbank_notifications;
mod clickbank_pixel;
mod duplicates;
mod event_matching;
mod identity;
mod keys;
mod late;
mod lives;
mod lives_permuted;
mod money;
mod order;
mod permutations;
mod receipts;
mod refunded;
mod rehearsal;
mod reversals;
mod rows;
mod rules;
mod taken_back;
mod truth;
mod types_and_statuses;
mod unfilled;
mod updates;
