//! This module reads any network's postback: of a query and a map of the network's parameter names
//! it makes one network-neutral [`InboundPostback`]. Begin with that and with [`ParameterMap`].
//! (Layer 2.)
//!
//! A map says which query parameter holds which [`Meaning`]; trackers and networks
//! differ in little else. Here are RedTrack's names and the same for any other network to rename
//! ([`ParameterMap::with_names`]); what a network has beside names is its own wing's, which stands
//! above this module and is not known here. [`InboundPostback::read`] is strict where money or
//! identity is at stake and says by name what it refuses; what it does not know it lists in
//! [`InboundPostback::ignored`] and drops. It knows no configuration: what the words mean here is
//! the work of `decide`.
//!
//! ```
//! use postback::Query;
//! use postback::network::{InboundPostback, ParameterMap};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let names = [("clickid".to_owned(), "cid".to_owned())].into();
//!     let map = ParameterMap::generic().with_names(&names)?;
//!     let query = Query::parse(b"cid=p2345&sum=8.50&status={status}&page=2")?;
//!     let read = InboundPostback::read(&query, &map, &[])?;
//!     assert_eq!(read.sum, Some("8.5".parse()?));
//!     assert_eq!(read.status_word, None); // a macro that nobody filled
//!     assert_eq!(read.ignored, ["page"]);
//!     Ok(())
//! }
//! ```

mod dialect;
pub(crate) mod format;
mod map;
mod meaning;
mod message;
mod postback;
pub(crate) mod reply;
mod usual;
mod view;

pub(crate) use dialect::{Dialect, PastedRow};
pub(crate) use format::{
    AmountFormat, AmountUnit, DecimalMark, Formats, RefusedAmount, RefusedTime, Symbol, ThousandsMark, TimeFormat,
};
pub use map::{MAX_PARAMETER_NAME, NameError, NameErrors, ParameterMap};
pub use meaning::Meaning;
pub(crate) use message::Draft;
pub use message::NotTaken;
pub use postback::{Format, InboundPostback, InboundPostbackError, MAX_IGNORED_SHOWN, MAX_PARAMETER, MAX_STATUS_WORD};
pub(crate) use postback::{PostbackFault, currency_of};
pub(crate) use reply::ReplyBody;
pub use usual::NameHint;
pub(crate) use usual::is_part_of;
pub(crate) use view::{SourceParameter, SourceView};
