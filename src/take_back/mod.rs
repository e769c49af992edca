//! This module decides what ad platforms are told when money of a sale is taken back: by a refund,
//! a chargeback, or a status that says so. Begin with [`correction`], the table. (Layer 4.)
//!
//! The value that an account was told last stands in its deliveries, so nothing else is kept: where
//! a decision leaves less of a sale than that, the account is told what is left. So the order of
//! arrival does not matter, and nothing is told twice.
//!
//! What has not left is withdrawn. What an account may have is corrected, if its interface takes
//! that, and the correction waits for the verdict on the sale's own event
//! ([`Delivery::after`](crate::delivery::Delivery::after)): a correction of a sale that never
//! arrived would count as a new one.
//!
//! ```
//! use postback::delivery::Progress;
//! use postback::plan::Correction;
//! use postback::take_back::{Takes, correction};
//!
//! // Google's Data Manager has a sale, and nothing of it is left.
//! let takes = Takes::of("google");
//! assert_eq!(correction(takes, Progress::Delivered, false), Correction::RestatedStillCounted);
//! // At Meta it goes on counting, unless it has not left yet.
//! assert_eq!(correction(Takes::of("meta"), Progress::Delivered, false), Correction::Unsupported);
//! assert_eq!(correction(Takes::of("meta"), Progress::Unsent, false), Correction::Cancelled);
//! ```

mod book;
mod history;
mod look;
mod rest;
mod restate;
mod table;
mod tell;

pub(crate) use look::Decided;
pub(crate) use rest::{Rest, rest};
pub use table::{Takes, correction};
