//! The client against a tiny server on the loopback interface: the promises of
//! `postback::port::http::HttpClient`, one by one.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod answers;
mod destinations;
mod failures;
mod options;
mod server;
mod support;
mod tls;
