//! This module has the [`Event`], a network-neutral "something happened". Begin with
//! it, and with [`Kind`] for what happened. (Layer 1.)
//!
//! One message of a network (a notification, a postback) becomes one [`Event`]. It owns everything
//! that the decision needs; what the message looked like is forgotten. An event says what the
//! network said, never what it means here: that is the work of `decide`.
//!
//! ```
//! use postback::{Event, Timestamp, event::{Interface, Kind}};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // What arrives from outside is made an event by an `Intake`. An import makes one by hand.
//!     let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
//!     let mut event = Event::assume_authentic("eaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, "network".parse()?, Interface::Postback, at);
//!     event.kind = Some(Kind::Refund);
//!     event.clicks.push("p2345".parse()?);
//!     assert!(Kind::Refund.subtracts());
//!     Ok(())
//! }
//! ```

pub(crate) mod message;
mod words;

pub use message::{ByHand, MAX_CANDIDATES, MAX_IGNORED, MAX_NAMED};
pub(crate) use message::{Event, Received};
pub use words::{Assurance, ClickHint, Interface, Kind};
