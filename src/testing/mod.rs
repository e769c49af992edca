//! Layer 5: what the tests of a host need (feature `testing`).
//!
//! - ClickBank sends an affiliate no test notification, and a seller's only from its own settings
//!   page. [`seal`], `sign_form`, [`sign_thank_you`] and [`seal_thank_you`] make what it sends,
//!   and [`Transaction`] the text that goes into them.
//! - [`RecordingClient`], [`SettableClock`], [`SeededEntropy`] and [`OneSecret`] stand at the ports
//!   in place of the world.
//! - [`World`] is a whole tracker in memory, with one campaign and one click: a test of a rule, a
//!   payout or a template needs no more.
//!
//! Nothing here is for a tracker at work: whoever can seal can report sales. The module draws no
//! random number and reads no clock; the caller hands both in.
//!
//! ```
//! use postback::testing::World;
//!
//! let world = World::new();
//! assert_eq!(world.postback("clickid=c1&sum=8.50&eventid=e1").outcome.as_str(), "applied");
//! assert_eq!(world.send(), ["GET https://channel.example.com/log?key=R1&price=8.5"]);
//! ```

mod block_on;
mod client;
mod host;
mod transaction;
mod world;

pub use crate::clickbank::envelope::seal::{iv, seal};
#[cfg(feature = "legacy-ins")]
pub use crate::clickbank::form::sign::sign_form;
pub use crate::clickbank::thank_you::sign::{seal_thank_you, sign_thank_you};
pub use block_on::block_on;
pub use client::RecordingClient;
pub use host::{OneSecret, SeededEntropy, SettableClock};
pub use transaction::Transaction;
pub use world::World;
