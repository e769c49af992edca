//! What the answers of the conversion APIs mean, and what is noted of them.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, unreachable_pub)]

mod answers;
mod reading;
mod recipes;
mod sending;
mod support;
