//! INS 6.0 to 8.0 from the outside: real and openssl-made ciphertexts, tampering, strict JSON,
//! printing back, redaction.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![allow(clippy::panic, clippy::string_slice, unreachable_pub)]

mod differential;
mod envelope;
mod fields;
mod json;
mod open;
mod properties;
mod redaction;
mod samples;
mod support;
mod tamper;
