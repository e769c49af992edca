//! Refused messages. They are kept as they came, to be tried again after a secret, a token, a
//! version or the reading of a parameter was corrected. Notifications and postbacks share the
//! mechanism.

use super::refused_reason::RefusedReason;
use crate::event::Interface;
use crate::value::{ClickId, OfferSourceId, RefusedId, Timestamp};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use serde::{Deserialize, Serialize};

/// The ring of its source that keeps a refused body. There are two, so that what anybody may post
/// never evicts what the network sent.
///
/// For a notification the ring depends only on what the caller knows anyway: the token, the
/// address, and whether the wrapper can be read. It never depends on what is inside. Each interface
/// of a source has rings of its own, so that postbacks never evict notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ring {
    /// The message probably comes from the network: the source asks for a token or an address, and
    /// the caller has it. A notification must also be readable as a wrapper or as a form. It was
    /// refused because the secret or the version is wrong, or because somebody who has the token is
    /// guessing.
    Probable,
    /// Every other message. For a notification, the token or the address is wrong, or the body is
    /// no notification. For a postback, the source asks nobody for a token or an address, or does
    /// not ask for them for this type.
    Doubtful,
}

impl Ring {
    /// Both rings.
    pub const ALL: &'static [Self] = &[Self::Probable, Self::Doubtful];

    /// The word, as it is stored. Both words have the same length, so that rows of both rings take
    /// the same space.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Probable => "probable",
            Self::Doubtful => "doubtful",
        }
    }

    /// The ring of a word; none for any other text.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|ring| ring.as_str() == word)
    }
}

/// A refused body without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// Its id, made of the source, the interface, the ring, the time and the bytes.
    pub id: RefusedId,
    /// The source that it was sent to.
    pub source: OfferSourceId,
    /// The interface through which it came.
    pub interface: Interface,
    /// When it arrived.
    pub at: Timestamp,
    /// The ring that keeps it.
    pub ring: Ring,
    /// Why it was refused.
    pub reason: RefusedReason,
    /// The name of the parameter at fault, shortened; never its value.
    pub parameter: Option<String>,
    /// The click that it names, where that could be read.
    pub click: Option<ClickId>,
}

/// A refused body, as it came. For a notification it is the ciphertext, or a plain form before
/// version 6.0. For a postback it is the query or the form, without the values of tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedBody {
    /// Everything but the bytes.
    pub row: RefusedRow,
    /// The bytes of the request.
    pub body: Vec<u8>,
}

impl RefusedBody {
    /// A body that was refused just now. Its id is made of all arguments but the reason: the same
    /// bytes a moment later get another id, and committing one body twice writes it once.
    #[must_use]
    pub fn new(
        source: OfferSourceId,
        interface: Interface,
        at: Timestamp,
        ring: Ring,
        reason: RefusedReason,
        body: Vec<u8>,
    ) -> Self {
        let time = at.to_string();
        let words = [interface.as_str(), ring.as_str(), &time];
        let [interface_word, ring_word, time_word] = words.map(str::as_bytes);
        let parts = [source.as_bytes(), interface_word, ring_word, time_word, &body];
        let id = RefusedId::of_bytes(Some(at.unix_seconds()), &parts);
        let row = RefusedRow {
            id,
            source,
            interface,
            at,
            ring,
            reason,
            parameter: None,
            click: None,
        };
        Self { row, body }
    }

    /// A notification that was refused just now. Its reason is the one that tells nothing.
    #[must_use]
    pub fn notification(source: OfferSourceId, at: Timestamp, ring: Ring, body: Vec<u8>) -> Self {
        Self::new(source, Interface::Ins, at, ring, RefusedReason::Notification, body)
    }

    /// Adds what is known of the parameter at fault and of the click.
    #[must_use]
    pub fn about(mut self, parameter: Option<String>, click: Option<ClickId>) -> Self {
        self.row.parameter = parameter;
        self.row.click = click;
        self
    }
}

/// How many bodies one ring of a source keeps, and the newest of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCount {
    /// The number of bodies; never 0.
    pub kept: u64,
    /// Their bytes, as they are stored.
    pub bytes: u64,
    /// The one that was written last. It names the interface and the ring.
    pub last: RefusedRow,
}

/// Prints no bytes, since a form holds personal values.
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
        RefusedBody::notification(source.parse().unwrap(), at, ring, body.to_vec())
    }

    #[test]
    fn the_id_is_made_of_source_interface_time_ring_and_bytes_and_grows_with_time() {
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
        let posted_back = {
            let RefusedBody { row, body } = one();
            let reason = RefusedReason::Repeated;
            RefusedBody::new(row.source, Interface::Postback, row.at, row.ring, reason, body)
        };
        assert_ne!(one().row.id, posted_back.row.id);
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
        assert!(
            text.ends_with("click: None }, bytes: 9 }") && !text.contains("Jane"),
            "{text}"
        );
    }
}
