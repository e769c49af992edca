//! Conversions told to four ad platforms, from the click to the verdict: the real service, router,
//! store and client, and stand-ins of the platforms on this machine.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice)]

mod accounts;
mod again;
mod canary;
mod checks;
mod decided;
mod many;
mod modes;
mod modes_standins;
mod odd;
mod recipes;
mod refunds;
mod renewable;
mod renewed;
mod running;
mod settings;
mod standins;
#[path = "../support/mod.rs"]
mod support;
mod token;
mod trouble;
mod truth_table;
mod version;
mod world;
