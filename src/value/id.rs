//! Ids and names: bounded, printable, compared exactly.

use super::base32;
use super::id_text::{HashText, IdText};
use alloc::string::String;
use core::{fmt, str::FromStr};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The longest id of the configuration (campaign, offer, postback ..), in bytes: it must fit in a
/// path segment and an index.
pub const MAX_CONFIG_ID: usize = 64;
/// The longest click id, receipt or network event id, in bytes: ClickBank passes `extclid` up to
/// 256.
pub const MAX_FOREIGN_ID: usize = 256;
/// The longest conversion type name, in bytes.
pub const MAX_TYPE_NAME: usize = 64;

/// A text that is not an id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what} {problem}")]
pub struct IdError {
    what: &'static str,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("is empty")]
    Empty,
    #[error("is {0} bytes long, at most {1} are allowed")]
    TooLong(usize, usize),
    #[error("holds {0:?}, which is not allowed there")]
    Character(char),
    #[error("is not 26 characters of lower-case base32")]
    NotBase32,
}

fn bounded(what: &'static str, text: &str, longest: usize, allowed: fn(char) -> bool) -> Result<(), IdError> {
    let problem = if text.is_empty() {
        Problem::Empty
    } else if text.len() > longest {
        Problem::TooLong(text.len(), longest)
    } else if let Some(character) = text.chars().find(|c| !allowed(*c)) {
        Problem::Character(character)
    } else {
        return Ok(());
    };
    Err(IdError { what, problem })
}

fn config_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn foreign_character(c: char) -> bool {
    !c.is_control()
}

fn hash_text(what: &'static str, text: &str) -> Result<(), IdError> {
    let fits = text.len() == base32::HASH_LENGTH && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
    if fits {
        Ok(())
    } else {
        Err(IdError {
            what,
            problem: Problem::NotBase32,
        })
    }
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $text:ident, $what:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($text);

        impl $name {
            /// Checks `text`.
            ///
            /// # Errors
            /// Rejects the empty text, one over its length, and characters that do not belong in
            /// it.
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                let text = text.as_ref();
                let check: fn(&'static str, &str) -> Result<(), IdError> = $check;
                check($what, text)?;
                Ok(Self($text::new(text)))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// The text's bytes; less work than the text.
            #[allow(dead_code, reason = "not every id is hashed")]
            pub(crate) fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl core::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! config_id {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        id!($(#[$meta])* $name, IdText, $what, |what, text| bounded(what, text, MAX_CONFIG_ID, config_character));
    };
}
macro_rules! foreign_id {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        id!($(#[$meta])* $name, IdText, $what, |what, text| bounded(what, text, MAX_FOREIGN_ID, foreign_character));
    };
}
macro_rules! hash_id {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        id!($(#[$meta])* $name, HashText, $what, hash_text);
    };
}

config_id!(
    /// A campaign's id, also the first path segment of its click URL.
    CampaignId, "campaign id");
config_id!(
    /// An offer's id.
    OfferId, "offer id");
config_id!(
    /// An offer source's id, also the last path segment of its postback and INS URL.
    OfferSourceId, "offer source id");
config_id!(
    /// A traffic channel's id.
    ChannelId, "traffic channel id");
config_id!(
    /// A postback's id inside its campaign.
    PostbackId, "postback id");
config_id!(
    /// A domain's id.
    DomainId, "domain id");
config_id!(
    /// The tenant of a store; part of every delivery id.
    Namespace, "namespace");
foreign_id!(
    /// A click id, ours or another tracker's; compared exactly.
    ClickId, "click id");
foreign_id!(
    /// A network's receipt, without the `-Bnnn` of a rebill.
    Receipt, "receipt");
impl Receipt {
    /// A receipt's text without the `-Bnnn` of a rebill, and which payment it is, counted from 1
    /// for the sale (ClickBank's vendor tools page: `P3RGBKGB-B002` is the second payment of
    /// `P3RGBKGB`). Three digits or more.
    #[must_use]
    pub fn split_rebill(text: &str) -> (&str, Option<u32>) {
        let split = text.rsplit_once("-B").filter(|(sale, number)| {
            !sale.is_empty() && number.len() >= 3 && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        match split.and_then(|(sale, number)| Some((sale, number.parse().ok()?))) {
            Some((sale, number)) => (sale, Some(number)),
            None => (text, None),
        }
    }
}
id!(
    /// A conversion type's name: exact, case-sensitive, sent to the channel as it is.
    TypeName, IdText, "conversion type", |what, text| bounded(what, text, MAX_TYPE_NAME, foreign_character));
hash_id!(
    /// The identity of one message: sending it again is a duplicate.
    EventId, "event id");
hash_id!(
    /// The identity of one conversion.
    ConversionId, "conversion id");
hash_id!(
    /// The identity of one postback to be delivered; it never changes over retries, restarts and
    /// replays.
    DeliveryId, "delivery id");
hash_id!(
    /// The identity of one refused body.
    RefusedId, "refused body id");
hash_id!(
    /// The fingerprint of a configuration document.
    Fingerprint, "fingerprint");

/// Room for what most ids are made of: a few other ids.
const TYPICAL_MESSAGE: usize = 128;
// What fits in there behind its length has a length of one byte.
const _: () = assert!(TYPICAL_MESSAGE <= 0x80);

/// The text of sixteen bytes of [`digest`]; with a time prefix of whole seconds, ids of one time
/// lie together.
fn hashed<'a>(prefix_seconds: Option<i64>, domain: u8, parts: impl Iterator<Item = &'a [u8]>) -> HashText {
    let digest = digest(domain, parts);
    let mut bytes = [0_u8; 16];
    let prefix = prefix_seconds.map(|s| u64::try_from(s).unwrap_or(0).to_be_bytes());
    // Forty bits of seconds reach the year 36812.
    let time = prefix.as_ref().and_then(|p| p.get(3..)).unwrap_or_default();
    for (slot, byte) in bytes.iter_mut().zip(time.iter().chain(digest.iter())) {
        *slot = *byte;
    }
    base32::encode_hash(bytes).into()
}

/// SHA-256 of a letter for what is named and of `parts`, each with its length in front, so that no
/// two lists collide by concatenation. The letter and the lengths are short: most ids are made of
/// fifty-five bytes at most, which is what one block of the hash takes.
fn digest<'a>(domain: u8, parts: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    // One long piece is hashed sooner than many short ones.
    let (mut gathered, mut length) = ([0_u8; TYPICAL_MESSAGE], 1_usize);
    gathered[0] = domain;
    for part in parts {
        let end = length.saturating_add(1).saturating_add(part.len());
        // A part that fits in there, its length in front, is shorter than 0x80 bytes, so that the
        // length is one byte.
        if let (Ok(size), Some([first, rest @ ..])) = (u8::try_from(part.len()), gathered.get_mut(length..end)) {
            *first = size;
            rest.copy_from_slice(part);
            length = end;
            continue;
        }
        hasher.update(gathered.get(..length).unwrap_or_default());
        length = 0;
        let mut rest = part.len();
        // Seven bits a byte, the lowest first; the highest bit says that there are more.
        while rest >= 0x80 {
            hasher.update([0x80 | (rest & 0x7f) as u8]);
            rest >>= 7;
        }
        hasher.update([(rest & 0x7f) as u8]);
        hasher.update(part);
    }
    hasher.update(gathered.get(..length).unwrap_or_default());
    hasher.finalize().into()
}

/// What is the same in all ids of the deliveries of one postback, hashed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeliveryKey([u8; 16]);

impl DeliveryKey {
    pub(crate) fn of(parts: &[&str]) -> Self {
        let digest = digest(b'k', parts.iter().map(|part| part.as_bytes()));
        let mut bytes = [0_u8; 16];
        for (slot, byte) in bytes.iter_mut().zip(digest) {
            *slot = byte;
        }
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

macro_rules! hashed {
    ($name:ident, $domain:literal) => {
        impl $name {
            /// The id of these parts; with `seconds`, prefixed by that time.
            #[allow(dead_code, reason = "not every id is made of texts")]
            pub(crate) fn of(seconds: Option<i64>, parts: &[&str]) -> Self {
                Self(hashed(seconds, $domain, parts.iter().map(|part| part.as_bytes())))
            }

            /// The same of texts as bytes.
            #[allow(dead_code, reason = "not every id is made of other ids")]
            pub(crate) fn of_bytes(seconds: Option<i64>, parts: &[&[u8]]) -> Self {
                Self(hashed(seconds, $domain, parts.iter().copied()))
            }
        }
    };
}
hashed!(EventId, b'e');
hashed!(ConversionId, b'c');
hashed!(DeliveryId, b'd');
hashed!(RefusedId, b'r');
hashed!(Fingerprint, b'f');

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_id_says_what_is_wrong_with_it() {
        let text = |r: Result<CampaignId, IdError>| r.unwrap_err().to_string();
        assert_eq!(text(CampaignId::new("")), "campaign id is empty");
        assert_eq!(
            text(CampaignId::new("a b")),
            "campaign id holds ' ', which is not allowed there"
        );
        assert_eq!(
            text(CampaignId::new("a".repeat(65))),
            "campaign id is 65 bytes long, at most 64 are allowed"
        );
        assert!(CampaignId::new("a".repeat(64)).is_ok());
        assert!(CampaignId::new("a".repeat(63)).is_ok());
    }

    #[test]
    fn hashed_ids_have_26_characters_and_depend_on_every_part() {
        let one = EventId::of(Some(1_700_000_000), &["a", "bc"]);
        assert_eq!(one.as_str().len(), 26);
        assert_ne!(one, EventId::of(Some(1_700_000_000), &["ab", "c"]));
        assert!(EventId::new(one.as_str()).is_ok());
        assert!(EventId::of(Some(1), &["x"]).as_str() < EventId::of(Some(2), &["x"]).as_str());
    }

    #[test]
    fn an_id_is_the_hash_of_a_letter_and_of_its_parts_with_their_lengths() {
        // echo -n 'e\x01a\x02bc' | sha256sum, the first 16 bytes.
        let expected = base32::encode(&[
            0x5d, 0x14, 0xac, 0x09, 0xb4, 0x21, 0x44, 0x0e, 0xb9, 0x0b, 0x3a, 0xed, 0x03, 0xe7, 0x5d, 0xa1,
        ]);
        assert_eq!(EventId::of(None, &["a", "bc"]).as_str(), expected);
    }

    #[test]
    fn a_long_part_is_hashed_as_any_other() {
        for (length, prefix) in [
            (0, [0x00].as_slice()),
            (127, &[0x7f]),
            (128, &[0x80, 0x01]),
            (TYPICAL_MESSAGE - 4, &[0x7c]),
            (16_383, &[0xff, 0x7f]),
            (16_384, &[0x80, 0x80, 0x01]),
        ] {
            let long = "x".repeat(length);
            let plain = [b"e\x01a".as_slice(), prefix, long.as_bytes(), b"\x01b"].concat();
            let expected = base32::encode(&Sha256::digest(&plain)[..16]);
            assert_eq!(EventId::of(None, &["a", &long, "b"]).as_str(), expected, "{length}");
            // The same where nothing is gathered before it.
            let (before, after) = ("y".repeat(200), [prefix, long.as_bytes()].concat());
            let plain = [b"e\xc8\x01".as_slice(), before.as_bytes(), &after].concat();
            let expected = base32::encode(&Sha256::digest(&plain)[..16]);
            assert_eq!(EventId::of(None, &[&before, &long]).as_str(), expected, "{length}");
        }
    }

    #[test]
    fn a_rebills_suffix_is_three_digits_or_more_behind_a_dash_and_b() {
        for (receipt, sale) in [
            ("P3RGBKGB-B002", "P3RGBKGB"),
            ("P3RGBKGB", "P3RGBKGB"),
            ("P3RGBKGB-B02", "P3RGBKGB-B02"),
            ("P3RGBKGB-B1000", "P3RGBKGB"),
            ("P3RGBKGB-b002", "P3RGBKGB-b002"),
            ("-B002", "-B002"),
        ] {
            assert_eq!(Receipt::split_rebill(receipt).0, sale);
        }
    }
}
