//! Layer 2: any network's postback as a query and a map of its parameter names -> one
//! network-neutral [`Postback`].
//!
//! A [`ParameterMap`] says which query parameter holds which [`Meaning`]; trackers and networks
//! differ in little else. Shipped are RedTrack's names, the same for any other network to rename
//! ([`ParameterMap::with_names`]), and what ClickBank's Postback/Pixel sends. [`Postback::read`] is
//! strict where money or identity is at stake and says by name what it refuses; what it does not
//! know it lists in [`Postback::ignored`] and drops. It knows no configuration: what the words mean
//! here is `tracker`'s work.

mod clickbank;
mod map;
mod meaning;
mod postback;

pub(crate) use clickbank::TEST_RECEIPT;
pub use clickbank::{
    Audience, CLICKBANK_EVENTS, CLICKBANK_MACROS, ClickBankEvent, ClickBankMacro, Confidence, clickbank_kind,
    is_clickbank_test,
};
pub use map::{MAX_PARAMETER_NAME, NameError, ParameterMap};
pub use meaning::Meaning;
pub use postback::{Format, MAX_IGNORED_SHOWN, MAX_PARAMETER, MAX_STATUS_WORD, Postback, PostbackError};
