//! The text of an id. Rows are full of ids, and most of them are copies of one another, so a clone
//! never allocates.

use super::base32::HASH_LENGTH;
use alloc::sync::Arc;
use core::cmp::Ordering;

/// The longest text that lies in place, in bytes: our click ids (33), UUIDs (36) and hashes (26)
/// do, and the whole takes five words.
const MAX_IN_PLACE: usize = 38;

/// Where the text of an id lies.
pub trait Text: Clone + Ord {
    /// The text of a checked `text`.
    fn new(text: &str) -> Self;

    fn as_bytes(&self) -> &[u8];

    fn as_str(&self) -> &str;
}

/// A short text lies in place, a longer one is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdText {
    InPlace(InPlace),
    Shared(Arc<str>),
}

/// A byte that is always the same, so that an enum around it (an `Option`) needs no room for its
/// tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Always {
    Zero,
}

/// Whole words, since a copy in pieces makes the processor wait when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(8))]
pub struct InPlace {
    always: Always,
    length: u8,
    /// The rest is zero, so that the derived comparison is right.
    bytes: [u8; MAX_IN_PLACE],
}

impl Text for IdText {
    fn new(text: &str) -> Self {
        let mut bytes = [0; MAX_IN_PLACE];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                let always = Always::Zero;
                Self::InPlace(InPlace { always, length, bytes })
            }
            _ => Self::Shared(text.into()),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::InPlace(text) => text.bytes.get(..usize::from(text.length)).unwrap_or_default(),
            Self::Shared(text) => text.as_bytes(),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            // It was a text when it was put there.
            Self::InPlace(_) => core::str::from_utf8(self.as_bytes()).unwrap_or_default(),
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
        match (self, other) {
            // The zeros behind a text sort it before every longer one, but for one that goes on
            // with zeros.
            (Self::InPlace(one), Self::InPlace(other)) => {
                one.bytes.cmp(&other.bytes).then_with(|| one.length.cmp(&other.length))
            }
            _ => self.as_bytes().cmp(other.as_bytes()),
        }
    }
}

/// The text of an id that is a hash: so many characters, all of them of one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(align(8))]
pub struct HashText {
    bytes: [u8; HASH_LENGTH],
    always: Always,
}

impl From<[u8; HASH_LENGTH]> for HashText {
    fn from(bytes: [u8; HASH_LENGTH]) -> Self {
        let always = Always::Zero;
        Self { bytes, always }
    }
}

impl Text for HashText {
    fn new(text: &str) -> Self {
        let mut bytes = [0; HASH_LENGTH];
        for (place, byte) in bytes.iter_mut().zip(text.bytes()) {
            *place = byte;
        }
        bytes.into()
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_38_bytes_lies_in_place_and_a_longer_one_is_shared() {
        assert_eq!(size_of::<Option<IdText>>(), 40);
        for (length, in_place) in [(0, true), (37, true), (38, true), (39, false)] {
            let written = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let text = IdText::new(&written);
            assert_eq!(matches!(text, IdText::InPlace(_)), in_place, "{length}");
            assert_eq!(text.as_str(), written);
            assert!(text == text.clone(), "{length}");
        }
    }

    #[test]
    fn texts_sort_and_compare_as_str_does() {
        let long = "a".repeat(MAX_IN_PLACE + 1);
        let written = ["", "a", "a\u{0}", "a\u{0}b", "aa", "ab", "b", "é", long.as_str()];
        for one in written {
            for other in written {
                let (first, second) = (IdText::new(one), IdText::new(other));
                assert_eq!(first.cmp(&second), one.cmp(other), "{one} {other}");
                assert_eq!(first < second, one < other, "{one} {other}");
                assert_eq!(first == second, one == other, "{one} {other}");
            }
        }
    }
}
