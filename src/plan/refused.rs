//! Bodies that were refused: kept as they came, to be tried again after a secret, a token or a
//! version was mended.

use crate::value::{OfferSourceId, RefusedId, Timestamp};
use alloc::{string::ToString, vec::Vec};
use core::fmt;
use serde::{Deserialize, Serialize};

/// How many refused bodies a source keeps in each [`Ring`]: the oldest go first. ClickBank sends a
/// notification up to five times, each time with other bytes, so these are the refusals of some
/// fifty sales.
pub const MAX_REFUSED: u32 = 256;

/// Which ring of its source keeps a refused body, so that what anybody posts never evicts what the
/// network sent.
///
/// It is decided by what a caller knows anyway, never by what is inside: the token, the address,
/// and whether the wrapper can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ring {
    /// The source authorises the caller, and the body can be read as the wrapper of a notification
    /// or as a form: the secret or the version is wrong, or somebody guesses who has the token.
    Probable,
    /// Anything else: the token or the address is wrong, or it is no notification at all.
    Doubtful,
}

impl Ring {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::Probable, Self::Doubtful];

    /// The word, as it is stored: of one length, so that rows of both rings weigh the same.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Probable => "probable",
            Self::Doubtful => "doubtful",
        }
    }

    /// The ring of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|ring| ring.as_str() == word)
    }
}

/// A refused body without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// Names it.
    pub id: RefusedId,
    /// The source that it was posted to.
    pub source: OfferSourceId,
    /// When it arrived.
    pub at: Timestamp,
    /// Which ring keeps it.
    pub ring: Ring,
}

/// A body that was refused, as it came: ciphertext, or of a notification before version 6.0 a plain
/// form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedBody {
    /// What is known of it.
    pub row: RefusedRow,
    /// The bytes.
    pub body: Vec<u8>,
}

impl RefusedBody {
    /// A body that was refused just now. Its id is made of everything: the same bytes a moment
    /// later are another one, and committing one twice writes it once.
    #[must_use]
    pub fn new(source: OfferSourceId, at: Timestamp, ring: Ring, body: Vec<u8>) -> Self {
        let time = at.to_string();
        let parts = [source.as_bytes(), ring.as_str().as_bytes(), time.as_bytes(), &body];
        let id = RefusedId::of_bytes(Some(at.unix_seconds()), &parts);
        let row = RefusedRow { id, source, at, ring };
        Self { row, body }
    }
}

/// Without the bytes: a form holds personal values.
impl fmt::Debug for RefusedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedBody")
            .field("row", &self.row)
            .field("bytes", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn refused(source: &str, seconds: i64, ring: Ring, body: &[u8]) -> RefusedBody {
        let at = Timestamp::from_unix_seconds(seconds).unwrap();
        RefusedBody::new(source.parse().unwrap(), at, ring, body.to_vec())
    }

    #[test]
    fn the_id_is_made_of_source_time_ring_and_bytes_and_grows_with_time() {
        let one = || refused("a", 1_780_000_000, Ring::Probable, b"body");
        assert_eq!(one(), one());
        for other in [
            refused("b", 1_780_000_000, Ring::Probable, b"body"),
            refused("a", 1_780_000_001, Ring::Probable, b"body"),
            refused("a", 1_780_000_000, Ring::Doubtful, b"body"),
            refused("a", 1_780_000_000, Ring::Probable, b"Body"),
        ] {
            assert_ne!(one().row.id, other.row.id, "{other:?}");
        }
        let later = refused("a", 1_780_000_001, Ring::Probable, b"body");
        assert!(one().row.id < later.row.id);
    }

    #[test]
    fn the_words_of_the_rings_have_one_length_and_lead_back() {
        for ring in Ring::ALL.iter().copied() {
            assert_eq!(ring.as_str().len(), 8);
            assert_eq!(Ring::from_word(ring.as_str()), Some(ring));
        }
        assert_eq!(Ring::from_word("Probable"), None);
    }

    #[test]
    fn what_is_printed_for_debugging_holds_no_bytes() {
        let text = format!("{:?}", refused("a", 1, Ring::Doubtful, b"name=Jane"));
        assert!(text.ends_with("ring: Doubtful }, bytes: 9 }"), "{text}");
    }
}
