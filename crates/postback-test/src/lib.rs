//! The code that the tests of the workspace share: an account with a store in memory ([`World`]),
//! notifications encrypted by another implementation than ours ([`clickbank`]), stories of events
//! with their expected results ([`story`]), stand-ins of the conversion APIs ([`standin`]), a log
//! that a test reads ([`Log`]), and the bodies of the fuzz targets ([`fuzz`]). The program `crash`
//! (feature `crash`) stands in `src/crash`; the module `simulation` and the program `simulate` need
//! the feature `simulate`.

mod account;
pub mod clickbank;
pub mod fuzz;
mod log;
#[cfg(feature = "simulate")]
pub mod simulation;
pub mod standin;
pub mod story;
mod told;
mod vectors;
mod world;

pub use account::{SMALL, after, click, click_id, document, tracker, with, with_policy, with_postback};
pub use clickbank::{TRACKED, notification};
pub use log::Log;
pub use postback::testing::block_on;
pub use told::{answer, line, revenue, text, verdicts};
pub use vectors::jsonl;
pub use world::World;
