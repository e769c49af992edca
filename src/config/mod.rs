//! This module reads the configuration document, and says what is wrong with it. Begin with
//! [`Document`], and with [`Problems`] for what is refused. (Layer 1.)
//!
//! A document is read from TOML or JSON into a neutral tree, so both forms of one configuration
//! are the same document and have the same fingerprint. Reading refuses only what has no shape at
//! all; every other problem is found by
//! [`compile`](crate::compile()), which reports all of them at once, each with its path and,
//! where one is near, a suggestion.
//!
//! ```
//! use postback::Document;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{"version": 1, "currency": "USD"}"#)?;
//!     let same = Document::from_json(r#"{ "currency": "USD", "version": 1 }"#)?;
//!     assert_eq!(document.fingerprint(), same.fingerprint());
//!     assert!(Document::from_json("[1, 2").is_err());
//!     Ok(())
//! }
//! ```
//!
//! # Templates
//! `template = ".."` of an offer source or a traffic channel fills in what the document leaves out:
//! tables are merged key by key, rows of a list by their `slot`, `id` or `name`, and what the
//! document says wins. Shipped are
//! - offer sources: `clickbank-ins` and `clickbank-s2s` (the guides "ClickBank and RedTrack", INS
//!   and S2S: their additional parameters and roles, and the receipt, by which a postback is known
//!   to be the sale that a notification reports too), `generic` (nothing but its name)
//! - traffic channels: `richpush` (host `us.ahows.co`, seen at several live callers in 2026; it
//!   answers 200 to a call that lacks parameters, so the body decides), `exoclick` and `evadav`
//!   (they answer 200 to what they refuse, too, and say so in the body), `facebook` (`fbclid`, and
//!   the cookies `_fbp` and `_fbc` in `sub19` and `sub20`, where RedTrack's universal script puts
//!   them), `google`, `tiktok`, `bing`, `snapchat`, `reddit`, `pinterest` (the click ids that the
//!   platform appends itself, and the cookies of its pixel), `taboola` and `outbrain` (with their
//!   postbacks). The guide "Ad platforms" says where each fact is from and how sure it is.
//!
//! Conversion APIs that are described as data are another matter: see [`recipe`](crate::recipe).

pub(crate) mod document;
mod expand;
mod node;
pub(crate) mod part;
mod place;
mod problem;
mod report;
pub(crate) mod setters;
pub(crate) mod shape;
mod table;
mod text;
pub(crate) mod word;

pub use crate::value::span::MAX_DURATION_DAYS;
pub(crate) use document::Document;
pub use document::MAX_DOCUMENT;
pub use node::MAX_DEPTH;
pub use problem::{Problem, Problems};
pub use table::MAX_ENTRIES;

pub(crate) use crate::value::span::{duration, duration_text};
pub(crate) use node::{Entries, Node, Seed};
pub(crate) use place::Place;
pub(crate) use report::{Refusal, Report, one_of};
pub(crate) use shape::Shape;
pub(crate) use table::Table;
pub(crate) use text::{date_or_time, status_ranges};
