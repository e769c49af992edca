//! Layer 0: ids and names. They are bounded and printable, and they are compared exactly.
//!
//! Their texts are shared. Keeping short ones in place took a tenth more time in `decide`; whether
//! they are in place changed its instructions by less than 4 %.

pub(crate) mod base32;
mod hash;

use alloc::{string::String, sync::Arc};
use core::{borrow::Borrow, fmt, marker::PhantomData, str::FromStr};
pub(crate) use hash::DeliveryKey;
use hash::hashed;
use kind::IdKind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The longest id of the configuration (of a campaign, an offer, a postback ..), in bytes. It must
/// fit in a path segment and in an index.
pub const MAX_CONFIG_ID: usize = 64;
/// The longest click id, receipt or event id of a network, in bytes: ClickBank passes on an
/// `extclid` of up to 256.
pub const MAX_FOREIGN_ID: usize = 256;
/// The longest conversion type name, in bytes.
pub const MAX_TYPE_NAME: usize = 64;

/// The error for a text that is not an id.
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
    #[error("holds {0:?}, which is not allowed there; letters, digits, `-`, `_` and `.` are")]
    ConfigCharacter(char),
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

/// An id of one kind. It is bounded and printable, and it is compared exactly. A clone does not
/// allocate.
///
/// Ids of two kinds have two types, so a [`CampaignId`] and an [`OfferId`] cannot be mistaken for
/// each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<K: IdKind>(Arc<str>, PhantomData<K>);

impl<K: IdKind> Id<K> {
    /// Checks a text and makes an id of it.
    ///
    /// # Errors
    /// - an empty text, one over the length of this kind of id, or one with a character that the
    ///   kind does not allow
    pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
        let text = text.as_ref();
        (K::CHECK)(K::NAME, text)?;
        Ok(Self::checked(text))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The text itself, which is shared.
    pub(crate) fn counted(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    fn checked(text: &str) -> Self {
        Self(text.into(), PhantomData)
    }
}

impl<K: IdKind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", K::TYPE, self.as_str())
    }
}

impl<K: IdKind> AsRef<str> for Id<K> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<K: IdKind> Borrow<str> for Id<K> {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl<K: IdKind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        (K::STORED)(K::NAME, &text).map_err(serde::de::Error::custom)?;
        Ok(Self::checked(&text))
    }
}

/// Declares kinds of ids, each with its name for errors and its check.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident: $kind:ident($what:literal, $check:expr $(, $stored:expr)?);)+) => {
        mod kind {
            use super::IdError;

            /// The properties in which kinds of ids differ.
            pub trait IdKind: Copy + Ord + core::hash::Hash {
                /// The name of the type, for `Debug`.
                const TYPE: &'static str;
                /// The name of the kind, for errors.
                const NAME: &'static str;
                /// Checks whether a text is an id of this kind.
                const CHECK: fn(&'static str, &str) -> Result<(), IdError>;
                /// Checks whether a stored text is an id of this kind.
                const STORED: fn(&'static str, &str) -> Result<(), IdError> = Self::CHECK;
            }

            $(
                #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
                pub enum $kind {}
            )+
        }
        $(
            impl IdKind for kind::$kind {
                const TYPE: &'static str = stringify!($name);
                const NAME: &'static str = $what;
                const CHECK: fn(&'static str, &str) -> Result<(), IdError> = $check;
                $(const STORED: fn(&'static str, &str) -> Result<(), IdError> = $stored;)?
            }
            $(#[$meta])*
            pub type $name = Id<kind::$kind>;
        )+
    };
}

fn config_text(what: &'static str, text: &str) -> Result<(), IdError> {
    bounded(what, text, MAX_CONFIG_ID, config_character).map_err(|error| match error.problem {
        Problem::Character(character) => IdError {
            what,
            problem: Problem::ConfigCharacter(character),
        },
        _ => error,
    })
}

/// Checks a text that may hold everything but control characters. Most are plain ASCII, of which
/// the bytes are looked at and not the characters.
fn printable(what: &'static str, text: &str, longest: usize) -> Result<(), IdError> {
    let is_usual = (1..=longest).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_usual {
        return Ok(());
    }
    bounded(what, text, longest, foreign_character)
}

fn foreign_text(what: &'static str, text: &str) -> Result<(), IdError> {
    printable(what, text, MAX_FOREIGN_ID)
}

/// The character before an event id that is kept among receipts. No text from a network can hold
/// it.
const EVENT_ID: char = '\u{1}';

fn receipt_or_event_id(what: &'static str, text: &str) -> Result<(), IdError> {
    foreign_text(what, text.strip_prefix(EVENT_ID).unwrap_or(text))
}

fn type_text(what: &'static str, text: &str) -> Result<(), IdError> {
    printable(what, text, MAX_TYPE_NAME)
}

ids! {
    /// A campaign's id. It is also the first path segment of its click URL.
    CampaignId: Campaign("campaign id", config_text);
    /// An offer's id.
    OfferId: Offer("offer id", config_text);
    /// An offer source's id. It is also the last path segment of its postback and INS URL.
    OfferSourceId: OfferSource("offer source id", config_text);
    /// A traffic channel's id.
    ChannelId: Channel("traffic channel id", config_text);
    /// The id of a postback inside its campaign.
    PostbackId: Postback("postback id", config_text);
    /// A domain's id.
    DomainId: Domain("domain id", config_text);
    /// The tenant of a store. It is a part of every delivery id.
    Namespace: Tenant("namespace", config_text);
    /// A click id, our own or another tracker's.
    ClickId: Click("click id", foreign_text);
    /// A network's receipt, without the `-Bnnn` of a rebill.
    Receipt: Sale("receipt", foreign_text, receipt_or_event_id);
    /// The name of a conversion type: case-sensitive, and sent to the channel unchanged.
    TypeName: ConversionType("conversion type", type_text);
    /// The identity of one message. The same message sent again has the same id, which makes it a
    /// duplicate.
    EventId: Event("event id", hash_text);
    /// The identity of one conversion.
    ConversionId: Conversion("conversion id", hash_text);
    /// The identity of one delivery of a postback. It never changes over retries, restarts and
    /// replays.
    DeliveryId: Delivery("delivery id", hash_text);
    /// The identity of one refused body.
    RefusedId: Refused("refused body id", hash_text);
    /// The fingerprint of a configuration document.
    Fingerprint: Document("fingerprint", hash_text);
}

impl Default for Namespace {
    /// The namespace `default`.
    fn default() -> Self {
        Self::checked("default")
    }
}

impl Receipt {
    /// The key of a network's event id among the receipts of its source. It allows the same look-up
    /// for both: the click to which the event or receipt belongs. It is never equal to a receipt
    /// that a network sends.
    #[must_use]
    pub fn of_event_id(id: &str) -> Self {
        Self::checked(&[EVENT_ID.encode_utf8(&mut [0; 1]), id].concat())
    }

    /// Returns the receipt of one payment: with the number of a rebill, if it has one.
    #[must_use]
    pub(crate) fn of_payment(&self, number: Option<u32>) -> Self {
        match number {
            Some(number) if number > 1 => Self::checked(&alloc::format!("{}-B{number:03}", self.as_str())),
            _ => self.clone(),
        }
    }

    /// Returns the receipt without the number of a rebill.
    #[must_use]
    pub(crate) fn of_sale(&self) -> Self {
        Self::checked(Self::split_rebill(self.as_str()).0)
    }

    /// Splits the `-Bnnn` of a rebill off a receipt's text. Returns the receipt of the sale, and
    /// the number of the payment, counted from 1 for the sale (ClickBank's vendor tools page:
    /// `P3RGBKGB-B002` is the second payment of `P3RGBKGB`). The number has three digits or more.
    #[must_use]
    pub(crate) fn split_rebill(text: &str) -> (&str, Option<u32>) {
        let split = text.rsplit_once("-B").filter(|(sale, number)| {
            !sale.is_empty() && number.len() >= 3 && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        match split.and_then(|(sale, number)| Some((sale, number.parse().ok()?))) {
            Some((sale, number)) => (sale, Some(number)),
            None => (text, None),
        }
    }
}

/// Kinds of ids that are made here. Each has a letter of its own in its hash.
trait Made: IdKind {
    const DOMAIN: u8;
}

macro_rules! made {
    ($($kind:ident $domain:literal),+) => {
        $(impl Made for kind::$kind {
            const DOMAIN: u8 = $domain;
        })+
    };
}

made!(Event b'e', Conversion b'c', Delivery b'd', Refused b'r', Document b'f');

#[expect(private_bounds, reason = "ids are made inside this crate alone")]
impl<K: Made> Id<K> {
    /// Makes the id of these parts. With `seconds`, the id begins with that time.
    pub(crate) fn of(seconds: Option<i64>, parts: &[&str]) -> Self {
        Self::checked(&hashed(seconds, K::DOMAIN, parts.iter().map(|part| part.as_bytes())))
    }

    /// Makes the same id from parts that are given as bytes.
    pub(crate) fn of_bytes(seconds: Option<i64>, parts: &[&[u8]]) -> Self {
        Self::checked(&hashed(seconds, K::DOMAIN, parts.iter().copied()))
    }
}

impl DeliveryId {
    /// Makes the id of a delivery that a host adds itself. It is never equal to the id of a decided
    /// postback.
    pub(crate) fn of_host(seconds: i64, parts: &[&str]) -> Self {
        let parts = parts.iter().map(|part| part.as_bytes());
        Self::checked(&hashed(Some(seconds), b'h', parts))
    }
}

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
            "campaign id holds ' ', which is not allowed there; letters, digits, `-`, `_` and `.` are"
        );
        assert_eq!(
            text(CampaignId::new("a".repeat(65))),
            "campaign id is 65 bytes long, at most 64 are allowed"
        );
        assert!(CampaignId::new("a".repeat(64)).is_ok());
        assert!(CampaignId::new("a".repeat(63)).is_ok());
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

    #[test]
    fn the_key_of_an_event_id_is_no_receipt_and_is_read_back_from_storage() {
        let key = Receipt::of_event_id("A1");
        assert_ne!(key, Receipt::new("A1").unwrap());
        assert!(Receipt::new(key.as_str()).is_err(), "no network can send it");
        let stored = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<Receipt>(&stored).unwrap(), key);
        assert!(serde_json::from_str::<Receipt>(r#""\u0001\u0001A1""#).is_err());
        assert!(serde_json::from_str::<ClickId>(&stored).is_err());
    }

    #[test]
    fn ids_sort_and_compare_as_their_texts_do() {
        let long = "a".repeat(39);
        let written = ["a", "aa", "ab", "b", "é", long.as_str()];
        for one in written {
            for other in written {
                let (first, second) = (ClickId::new(one).unwrap(), ClickId::new(other).unwrap());
                assert_eq!(first.cmp(&second), one.cmp(other), "{one} {other}");
                assert_eq!(first == second, one == other, "{one} {other}");
            }
        }
    }

    #[test]
    fn an_id_hashes_as_the_str_by_which_it_is_looked_up() {
        extern crate std;
        use core::hash::{Hash, Hasher};
        fn hashed(key: &(impl Hash + ?Sized)) -> u64 {
            let mut hasher = std::hash::DefaultHasher::new();
            key.hash(&mut hasher);
            hasher.finish()
        }
        for written in ["a", &"b".repeat(38), &"c".repeat(39)] {
            assert_eq!(hashed(&ClickId::new(written).unwrap()), hashed(written));
        }
        let written = "abcdefghijklmnopqrstuvwxyz";
        assert_eq!(hashed(&EventId::new(written).unwrap()), hashed(written));
    }
}
