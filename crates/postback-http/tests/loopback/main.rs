//! The client against a tiny server on the loopback interface: the promises of
//! `postback::port::http::HttpClient`, one by one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod answers;
mod destinations;
mod failures;
mod options;
mod server;
mod support;
mod tls;
