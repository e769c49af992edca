//! Histories of a tracker, drawn from a seed: one thread, no clock, no socket. Messages are lost,
//! repeated and reordered, processes end anywhere, the store fails, receivers misbehave, the
//! configuration is exchanged, the clock jumps. After each step the promises of the design are
//! checked. The same seed makes the same history.

mod audit;
mod cast;
mod dice;
mod end;
mod history;
mod money;
mod network;
mod node;
mod setups;
mod tale;
mod trouble;
mod turns;

pub use setups::Library;
pub use turns::Turns;

use history::History;
use postback::memory::MemoryStore;
use postback::port::Store;
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What stands between the tracker and its store in memory: nothing, or a store that is broken on
/// purpose.
pub type StoreMaker<'a> = &'a dyn Fn(Arc<MemoryStore>) -> Arc<dyn Store>;

/// What happened in a history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    pub steps: u64,
    pub events: u64,
    pub conversions: u64,
    pub deliveries: u64,
    /// How many requests the receivers got.
    pub requests: u64,
}

impl Report {
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.events += other.events;
        self.conversions += other.conversions;
        self.deliveries += other.deliveries;
        self.requests += other.requests;
    }
}

/// A promise that was broken.
#[derive(Debug)]
pub struct Finding {
    pub seed: u64,
    pub what: String,
    /// All that happened before.
    pub trace: Vec<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.trace {
            writeln!(f, "  {line}")?;
        }
        writeln!(f, "seed {}: {}", self.seed, self.what)?;
        write!(
            f,
            "again: cargo run -p postback-test --features simulate --bin simulate -- --from {} --histories 1",
            self.seed
        )
    }
}

/// Plays the history of a seed. If it breaks a promise it is played again, for the trace.
///
/// # Errors
/// The [`Finding`].
pub fn play(seed: u64, library: &mut Library) -> Result<Report, Finding> {
    play_over(seed, library, &|memory| memory)
}

/// Like [`play`], over a store that is wrapped.
///
/// # Errors
/// The [`Finding`].
pub fn play_over(seed: u64, library: &mut Library, maker: StoreMaker<'_>) -> Result<Report, Finding> {
    let what = match attempt(&mut History::new(seed, library, maker, false)) {
        Ok(report) => return Ok(report),
        Err(what) => what,
    };
    let mut again = History::new(seed, library, maker, true);
    let what = match attempt(&mut again) {
        Err(same) if same == what => what,
        other => format!("{what}\nThe same seed then came to something else: {other:?}"),
    };
    let trace = again.trace();
    Err(Finding { seed, what, trace })
}

/// A panic is a broken promise too.
fn attempt(history: &mut History<'_>) -> Result<Report, String> {
    catch_unwind(AssertUnwindSafe(|| history.run())).unwrap_or_else(|panic| Err(said(&*panic)))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a panic: {}", text.unwrap_or("without a text"))
}
