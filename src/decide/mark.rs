//! Whether a conversion is the first of its click and type.

use crate::model::Conversion;
use crate::plan::{Tally, TallyKey};

/// Whether a conversion is the first of its click and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The first one.
    New,
    /// A later one.
    Repeated,
    /// The policy `create_marked` was not in force.
    Unknown,
}

impl Mark {
    /// The word: `new`, `repeated`, `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Repeated => "repeated",
            Self::Unknown => "unknown",
        }
    }
}

/// Marks a conversion by the tallies of its click. Derived when it is read, so an earlier event
/// that arrives late needs no rewriting.
#[must_use]
pub fn mark(conversion: &Conversion, tallies: &[Tally]) -> Mark {
    let key = TallyKey::Type(conversion.shown.type_name.clone());
    let tally = tallies
        .iter()
        .find(|tally| tally.click == conversion.click && tally.key == key && tally.conversion.is_none());
    match tally {
        _ if conversion.shown.test || conversion.shown.kind.subtracts() => Mark::Unknown,
        None => Mark::Unknown,
        Some(tally) if tally.first.event == conversion.shown.event => Mark::New,
        Some(_) => Mark::Repeated,
    }
}
