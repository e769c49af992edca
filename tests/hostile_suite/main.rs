//! Hostile input, exhaustively: every prefix and every change of one bit of each vector through its
//! parser, and every named limit from both sides. `POSTBACK_SWEEP=full` sweeps all of what is
//! otherwise looked at with a stride.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]
#![allow(
    clippy::disallowed_methods,
    reason = "what to write and how long to search is the caller's choice, and the seeds are files"
)]
#![allow(unreachable_pub, reason = "the bodies are the library of the fuzz targets")]

#[path = "../fuzz_suite/bodies/mod.rs"]
mod bodies;
mod envelopes;
mod limits;
mod one_line;
#[path = "../fuzz_suite/seeds/mod.rs"]
mod seeds;
mod sweeps;

/// The stride of a sweep: the given one, or 1 for a full sweep.
fn stride(usual: usize) -> usize {
    let full = std::env::var_os("POSTBACK_SWEEP").is_some_and(|value| value == "full");
    if full { 1 } else { usual }
}
