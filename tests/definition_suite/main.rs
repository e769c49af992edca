//! The configuration as types: built in code, read from a document, written back.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    unreachable_pub
)]

mod built;
mod choices;
mod parts;
mod problems;
mod written_back;
