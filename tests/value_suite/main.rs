//! The values that everything is made of.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice)]

mod amount;
mod no_floats;
mod query;
mod time;
mod unfilled;
