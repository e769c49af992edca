//! Whether a conversion is the first of its click and type.

use super::records::{Tally, TallyKey};
use crate::model::Conversion;

/// Whether a conversion is the first of its click and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The first one.
    New,
    /// A later one.
    Repeated,
    /// The policy was not `create_marked`, so that nothing is known.
    Unknown,
}

impl Mark {
    /// Returns the word: `new`, `repeated` or `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Repeated => "repeated",
            Self::Unknown => "unknown",
        }
    }
}

/// Marks a conversion by the tallies of its click. The mark is computed when it is read, so that an
/// earlier event that arrives late makes no rewriting necessary.
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
