//! What is sent to the conversion APIs of ad platforms.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod user_data;
