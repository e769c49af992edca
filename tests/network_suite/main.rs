//! Postbacks of any network, and the names of their parameters.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod formats;
mod names;
mod postbacks;
