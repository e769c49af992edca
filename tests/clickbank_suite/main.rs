//! ClickBank's links and macros, and the public vector pack.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod damaged_links;
mod links;
mod macros;
mod pack;
