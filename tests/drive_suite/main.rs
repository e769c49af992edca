//! The whole way through the core: money that a channel is told, secrets that nobody is, stores in
//! trouble.
#![cfg(test)]
#![cfg(feature = "std")]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice, unreachable_pub)]

mod deliver;
#[cfg(feature = "conformance")]
mod fault_store;
mod money;
mod redaction;
mod renewed;
mod trouble;
