//! A server under load: what is sent to it, how its answers are timed, and what its process holds.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "small numbers of a program that measures"
)]

mod channel;
mod connection;
mod loops;
mod receivers;
mod server;
pub mod world;

pub use channel::Channel;
pub use loops::{Latencies, Percentiles, Sender};
pub use receivers::{Arrivals, Manner, receiver};
pub use server::{Serve, Server, Used};

use std::{error::Error, fmt, time::Duration};

/// Whatever goes wrong ends the program.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A folder on the disk of the target directory, which is no memory; gone when it is dropped.
///
/// # Errors
/// Trouble of the disk.
pub fn scratch() -> Result<tempfile::TempDir, Failure> {
    let program = std::env::current_exe()?;
    Ok(tempfile::tempdir_in(
        program.parent().ok_or("the program lies nowhere")?,
    )?)
}

/// So many a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u128);

impl Rate {
    /// The rate of a number of things in a time.
    #[must_use]
    pub fn new(count: usize, took: Duration) -> Self {
        Self(count as u128 * 1_000_000 / took.as_micros().max(1))
    }

    fn median(rates: &[Self]) -> u128 {
        let mut sorted = rates.to_vec();
        sorted.sort();
        sorted.get(sorted.len() / 2).map_or(0, |rate| rate.0)
    }

    /// The median, with all of them.
    #[must_use]
    pub fn all(rates: &[Self]) -> String {
        let each: Vec<String> = rates.iter().map(ToString::to_string).collect();
        format!("{}/s (median of {})", Self::median(rates), each.join(", "))
    }

    /// How many times as large the median of `ours` is, with one decimal.
    #[must_use]
    pub fn ratio(ours: &[Self], rival: &[Self]) -> String {
        let tenths = Self::median(ours) * 10 / Self::median(rival).max(1);
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
