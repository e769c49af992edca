//! INS 6.0 to 8.0 from the outside: real and openssl-made ciphertexts, tampering, strict JSON,
//! printing back, redaction.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice, unreachable_pub)]

mod differential;
mod envelope;
mod fields;
mod json;
mod open;
mod properties;
mod redaction;
mod samples;
mod seal;
mod support;
mod tamper;
