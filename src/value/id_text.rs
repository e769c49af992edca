//! The text of an id. Rows are full of ids, and most of them are copies of one another, so a clone never allocates.

use alloc::sync::Arc;
use core::cmp::Ordering;

/// The longest text that lies in place, in bytes: our click ids (33), UUIDs (36) and hashes (26) do, and the whole takes five words.
const MAX_IN_PLACE: usize = 38;

/// A short text lies in place, a longer one is shared.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum IdText {
    /// The rest of `bytes` is zero, so that the derived comparison is right.
    InPlace {
        length: u8,
        bytes: [u8; MAX_IN_PLACE],
    },
    Shared(Arc<str>),
}

impl IdText {
    pub(super) fn new(text: &str) -> Self {
        let mut bytes = [0; MAX_IN_PLACE];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Self::InPlace { length, bytes }
            }
            _ => Self::Shared(text.into()),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::InPlace { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Self::Shared(text) => text.as_bytes(),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            // It was a text when it was put there.
            Self::InPlace { .. } => core::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Self::Shared(text) => text,
        }
    }
}

impl PartialOrd for IdText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IdText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl core::hash::Hash for IdText {
    /// As a `str`, since ids are looked up by one.
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_38_bytes_lies_in_place_and_a_longer_one_is_shared() {
        for (length, in_place) in [(0, true), (37, true), (38, true), (39, false)] {
            let written = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let text = IdText::new(&written);
            assert_eq!(matches!(text, IdText::InPlace { .. }), in_place, "{length}");
            assert_eq!(text.as_str(), written);
            assert!(text == text.clone(), "{length}");
        }
    }

    #[test]
    fn texts_sort_and_compare_as_str_does() {
        let long = "a".repeat(MAX_IN_PLACE + 1);
        let written = ["", "a", "a\u{0}", "aa", "ab", "b", "é", long.as_str()];
        for one in written {
            for other in written {
                let (first, second) = (IdText::new(one), IdText::new(other));
                assert_eq!(first.cmp(&second), one.cmp(other), "{one} {other}");
                assert_eq!(first == second, one == other, "{one} {other}");
            }
        }
    }
}
