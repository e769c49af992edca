//! This module says how rows are written: which columns they are found by, and JSON with a version
//! for the rest. Both are made by the core, so that no adapter invents a schema of its own.
//!
//! ```
//! use postback::port::row::{decode, encode, of_click};
//! use postback::{Click, Timestamp};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
//!     let (campaign, offer) = ("summer".parse()?, "book".parse()?);
//!     let click = Click::new("p2345".parse()?, at, campaign, offer, "network".parse()?, "push".parse()?);
//!     // The columns that an adapter creates and fills, and the payload beside them.
//!     let columns: Vec<&str> = of_click(&click)?.into_iter().map(|(name, _)| name).collect();
//!     assert!(columns.contains(&"id"), "{columns:?}");
//!     let read: Click = decode(&encode(&click)?)?;
//!     assert_eq!(read, click);
//!     Ok(())
//! }
//! ```

mod columns;
mod packed;
mod payload;

pub use columns::{Column, Columns, of_click, of_delivery, of_write};
pub use packed::{pack, unpack};
pub use payload::{PAYLOAD_VERSION, decode, decode_private, encode, encode_private};
