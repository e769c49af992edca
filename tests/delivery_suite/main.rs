//! From a leased delivery to a request, and from an answer to a verdict.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, unreachable_pub)]

mod addresses;
mod causes;
mod echoes;
mod judged;
mod lanes;
mod optional;
mod requests;
mod shipped;
mod signed;
mod support;
mod verdicts;
