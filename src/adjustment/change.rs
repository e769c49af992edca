//! What is said of a conversion, and why it may not be.

use crate::outbound::HoledText;
use crate::value::{Money, Pii};
use alloc::{collections::BTreeMap, string::String};
use thiserror::Error;

/// What is said of a conversion that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// It did not happen: its count and its value are taken back.
    Retract,
    /// Its value is this now: the new total, not a difference.
    Restate(Money),
}

/// Why an adjustment is not written. Each text begins with a word that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotAdjusted {
    /// The interface of the account has no message for it.
    #[error("unsupported: the interface `{0}` has no message that takes back or corrects a conversion")]
    Unsupported(&'static str),
    /// The delivery did not tell of a conversion in the form of the account's interface.
    #[error("told_otherwise: the conversion was not told by the interface `{0}`, so it cannot be corrected there")]
    ToldOtherwise(&'static str),
    /// The platform knows the conversion by the person's hashes alone, and these have expired.
    #[error("expired: the platform knows the conversion by the person's data alone, and these have expired")]
    Expired,
    /// The conversion is too old.
    #[error("too_old: the platform corrects no conversion that is over {days} days old")]
    TooOld {
        /// The age that it takes.
        days: u64,
    },
}

/// What an interface makes of an adjustment.
pub(super) struct Written {
    pub(super) text: HoledText,
    pub(super) private: BTreeMap<String, Pii>,
    /// What the platform knows the conversion by.
    pub(super) key: String,
}

/// What the platform was told of a conversion.
pub(super) struct Told<'a> {
    /// The item of JSON without its personal members.
    pub(super) json: &'a str,
    pub(super) private: &'a BTreeMap<String, Pii>,
}
