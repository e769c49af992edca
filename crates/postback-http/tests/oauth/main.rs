//! Access tokens that renew themselves, against a token endpoint that says what a test wants: under
//! a clock that is moved, and over the loopback interface with the real client.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod endpoint;
mod files;
mod loopback;
mod renewal;
mod silence;
