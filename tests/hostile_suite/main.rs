//! Hostile input, exhaustively: every prefix and every change of one bit of each vector through its
//! parser, and every named limit from both sides. `POSTBACK_SWEEP=full` sweeps all of what is
//! otherwise looked at with a stride.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice)]
#![allow(clippy::disallowed_methods, reason = "how long to search is the caller's choice")]

mod envelopes;
mod limits;
mod one_line;
mod sweeps;

/// The stride of a sweep: the given one, or 1 for a full sweep.
fn stride(usual: usize) -> usize {
    let full = std::env::var_os("POSTBACK_SWEEP").is_some_and(|value| value == "full");
    if full { 1 } else { usual }
}
