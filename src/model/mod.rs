//! This module has the things that a tracker knows: clicks and conversions as rows, and the words
//! that the configuration is made of. Begin with [`Click`] and
//! [`Conversion`]. (Layer 1.)
//!
//! ```
//! use postback::model::{Entry, Status};
//! use postback::{Click, Conversion, Timestamp};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
//!     let (campaign, offer) = ("summer".parse()?, "book".parse()?);
//!     let mut click = Click::new("p2345".parse()?, at, campaign, offer, "network".parse()?, "push".parse()?);
//!     click.ref_id = Some("RP1".into()); // the channel's own id of the click
//!     let sale = Entry::new("eaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, at, "Sale".parse()?);
//!     let conversion = Conversion::new("vaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, &click, sale);
//!     assert_eq!(conversion.shown.status, Status::Approved);
//!     assert_eq!(Status::from_word("pending"), Some(Status::Pending));
//!     Ok(())
//! }
//! ```

pub(crate) mod click;
pub(crate) mod conversion;
mod note;
mod vocabulary;

pub(crate) use click::Click;
pub use click::{SLOTS, Slots};
pub(crate) use conversion::Conversion;
pub use conversion::{Basis, Entry, Revenue};
pub use note::{Kept, MAX_NOTE_VALUE, MAX_NOTES, Note, NoteProblem};
pub use vocabulary::{
    AccountRole, ApiMode, Counts, Duplicates, Method, ParameterRole, Platform, ReferrerPolicy, Refunds, Status,
    TypeCase, Updates, UserDatum,
};
