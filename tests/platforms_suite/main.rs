//! What ad platforms are told of a conversion: the exact request of each, and why one is not
//! written.
#![cfg(test)]
#![cfg(feature = "toml")]
#![allow(clippy::arithmetic_side_effects, clippy::disallowed_methods, clippy::string_slice)]

mod any_text;
mod modes;
mod modes_settings;
mod private;
mod recipe_any;
mod recipe_problems;
mod recipes;
mod requests;
#[cfg(feature = "testing")]
mod roles;
mod seconds;
mod settings;
mod told;
mod truth_table;
mod unsent;
mod world;
