//! The one door: who is taken, what a refusal says to whom, and what is kept of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

mod again;
mod kept;
mod never_gone;
mod notifications;
mod open_types;
mod postbacks;
mod support;
mod weekend;
