//! What the tests of the server share: a configuration, the server inside the test or as a program,
//! a client, a traffic channel.
#![allow(
    clippy::arithmetic_side_effects,
    dead_code,
    missing_debug_implementations,
    unreachable_pub,
    reason = "each test program uses its part of it"
)]

pub mod clickbank;
pub mod client;
pub mod console;
pub mod load;
pub mod notification;
pub mod page;
pub mod program;
pub mod receiver;
pub mod tracker;
