//! Money that was taken back, from a network's message to what an ad platform counts in the end.
#![cfg(test)]
#![cfg(feature = "testing")]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::string_slice)]

mod identifiers;
mod modes;
mod order;
mod platforms;
mod rehearsal;
mod resent;
mod rules;
mod table;
mod waits;
mod world;
