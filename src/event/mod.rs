//! Layer 1: a network-neutral "something happened".
//!
//! One message of a network (a notification, a postback) becomes one [`Event`]. It owns everything
//! that the decision needs; what the message looked like is forgotten. An event says what the
//! network said, never what it means here: that is the work of `decide`.

pub(crate) mod message;
mod words;

pub use message::{ByHand, MAX_CANDIDATES, MAX_IGNORED, MAX_NAMED};
pub(crate) use message::{Event, Received};
pub use words::{Assurance, ClickHint, Interface, Kind};
