//! The program `examples/inspect` from outside: what it prints, where, and its exit codes; and the
//! two small examples beside it.
//!
//! `cargo test` builds the examples. Whoever runs this suite alone builds them first:
//! `cargo build --examples`.
#![cfg(feature = "toml")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods
)]

mod accessors;
mod batch;
mod destination;
mod examples;
mod explain;
mod form;
mod guide;
mod hoplink;
mod ins;
mod lint;
mod postback;
mod render;
mod setup;
mod support;
mod thankyou;
