//! Conditional postbacks: which conversions fire a rule, and what the rule says when it does not.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, unreachable_pub)]

mod amounts;
mod lists;
mod many;
mod parameters;
mod share;
mod support;
