//! Our click ids. They are ordered by time, valid as a ClickBank `tid`, and signed, so that nobody
//! can make up an id that counts. An id that none of the keys has signed still costs a look-up: it
//! counts if the very click is stored.
//!
//! A click id is `p` and 32 characters of lower-case base32: 6 bytes of milliseconds, 6 random
//! bytes, and 8 bytes of HMAC-SHA256 over these twelve. ClickBank's `tid` accepts lower-case
//! letters, digits and single underscores, at most 100 characters (support article 220365867,
//! "HopLinks"). It may change the case (it once returned upper case), so the case is ignored when
//! an id comes back. No other common id has 33 characters: UUIDs and MD5 sums have 32, SHA-1 sums
//! 40.

use crate::event::ClickHint;
use crate::id::base32;
use crate::value::{ClickId, Secret, Timestamp};
use alloc::{format, vec::Vec};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The length of our click ids, in characters.
pub const CLICK_ID_LENGTH: usize = 33;
const STAMP: usize = 12;
const TAG: usize = 8;
const DOMAIN: &[u8] = b"postback click id 1";

/// The keys that sign our click ids, newest first. Without a key, ids are made but not signed, and
/// no id is refused as forged.
#[derive(Debug, Clone, Default)]
pub struct ClickIdKeys(Vec<Secret>);

/// The outcome of looking at a text that may be a click id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognised {
    /// A click id of ours, in the form in which it is stored.
    Ours(ClickId),
    /// A click id of another tracker, exactly as it came.
    Foreign(ClickId),
    /// A text in the form of our click ids that none of the keys has signed.
    Forged(ClickId),
    /// The text is not a click id: it is empty, too long, or has control characters.
    Invalid,
}

impl ClickIdKeys {
    /// Takes the keys, newest first.
    #[must_use]
    pub fn new(keys: Vec<Secret>) -> Self {
        Self(keys)
    }

    /// Makes a click id. `entropy` is 128 random bits; if there is a key to sign with, 48 of them
    /// are used.
    #[must_use]
    pub fn mint(&self, at: Timestamp, entropy: [u64; 2]) -> ClickId {
        let [random, unsigned] = entropy;
        let mut bytes = Vec::with_capacity(STAMP.saturating_add(TAG));
        let millis = u64::try_from(at.unix_millis()).unwrap_or(0).to_be_bytes();
        bytes.extend(millis.iter().skip(2));
        bytes.extend(random.to_be_bytes().iter().skip(2));
        let tag = self.0.first().map_or(unsigned.to_be_bytes(), |key| tag(key, &bytes));
        bytes.extend(tag);
        let text = format!("p{}", base32::encode(&bytes));
        ClickId::new(text).unwrap_or_else(|_| unreachable_id())
    }

    /// Recognises a text. White space and quotes around one of our ids, and a `.`, `,` or `/`
    /// behind it, are ignored: people and spreadsheets leave them there, and the signature shows
    /// which id is meant. Another tracker's id may really end like that, so nothing is removed from
    /// it.
    #[must_use]
    pub fn recognise(&self, text: &str) -> Recognised {
        if let Some(ours) = self.in_our_form(text) {
            return ours;
        }
        let bare = text.trim_matches(is_around).trim_end_matches(is_behind);
        match self.in_our_form(bare.trim_matches(is_around)) {
            Some(Recognised::Ours(id)) => Recognised::Ours(id),
            _ => ClickId::new(text).map_or(Recognised::Invalid, Recognised::Foreign),
        }
    }

    /// Recognises a text that has the form of our ids.
    fn in_our_form(&self, text: &str) -> Option<Recognised> {
        if text.len() != CLICK_ID_LENGTH {
            return None;
        }
        let folded = text.to_ascii_lowercase();
        let bytes = folded.strip_prefix('p').and_then(base32::decode)?;
        let (stamp, presented) = bytes.split_at_checked(STAMP)?;
        let signed = self
            .0
            .iter()
            .any(|key| bool::from(tag(key, stamp).as_slice().ct_eq(presented)));
        let made = if signed || self.0.is_empty() {
            Recognised::Ours
        } else {
            Recognised::Forged
        };
        Some(ClickId::new(&folded).map_or(Recognised::Invalid, made))
    }
}

/// Whether a character may be ignored on both sides of an id.
fn is_around(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}'
        )
}

/// Whether a character may be ignored behind an id.
fn is_behind(character: char) -> bool {
    is_around(character) || matches!(character, '.' | ',' | '/' | ';')
}

impl ClickIdKeys {
    /// Returns what is nearly right about a text that is not one of our ids, if anything.
    #[must_use]
    pub fn hint(&self, text: &str) -> Option<ClickHint> {
        if text.len() > CLICK_ID_LENGTH {
            let begins = text.get(..CLICK_ID_LENGTH).map(|ours| self.recognise(ours));
            return matches!(begins, Some(Recognised::Ours(_))).then_some(ClickHint::BeginsWithOurs);
        }
        // With one more character behind it, the text would have the form of our ids.
        let short = text.len().saturating_add(1) == CLICK_ID_LENGTH && text.starts_with(['p', 'P']);
        let folded = format!("{}2", text.to_ascii_lowercase());
        let short = short && folded.strip_prefix('p').and_then(base32::decode).is_some();
        short.then_some(ClickHint::OneShort)
    }
}

/// Returns a click id for a case that is never reached: base32 behind a letter is always valid.
fn unreachable_id() -> ClickId {
    #[expect(clippy::expect_used, reason = "a constant text that a test checks")]
    ClickId::new("p").expect("one letter is a click id")
}

fn tag(key: &Secret, stamp: &[u8]) -> [u8; TAG] {
    let mut mac = match Hmac::<Sha256>::new_from_slice(key.expose()) {
        Ok(mac) => mac,
        // This is never reached: HMAC accepts keys of every length.
        Err(_) => return [0; TAG],
    };
    mac.update(DOMAIN);
    mac.update(stamp);
    let mut out = [0; TAG];
    for (slot, byte) in out.iter_mut().zip(mac.finalize().into_bytes()) {
        *slot = byte;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{
        format,
        string::{String, ToString},
        vec,
    };

    fn keys(texts: &[&str]) -> ClickIdKeys {
        ClickIdKeys::new(texts.iter().map(|text| Secret::from(*text)).collect())
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    #[test]
    fn an_id_is_recognised_in_either_case_and_under_an_older_key() {
        let old = keys(&["old"]).mint(at(1_700_000_000), [7, 8]);
        assert_eq!(old.as_str().len(), CLICK_ID_LENGTH);
        let both = keys(&["new", "old"]);
        assert_eq!(both.recognise(old.as_str()), Recognised::Ours(old.clone()));
        assert_eq!(
            both.recognise(&old.as_str().to_uppercase()),
            Recognised::Ours(old.clone())
        );
        assert_eq!(keys(&["new"]).recognise(old.as_str()), Recognised::Forged(old.clone()));
        assert_eq!(keys(&[]).recognise(old.as_str()), Recognised::Ours(old));
    }

    #[test]
    fn every_changed_character_makes_a_forged_or_a_foreign_id() {
        let keys = keys(&["key"]);
        let id = keys.mint(at(1_700_000_000), [1, 2]);
        for place in 0..id.as_str().len() {
            let mut text: Vec<u8> = id.as_str().bytes().collect();
            text[place] = if text[place] == b'3' { b'4' } else { b'3' };
            let text = String::from_utf8(text).unwrap();
            assert!(
                matches!(keys.recognise(&text), Recognised::Forged(_) | Recognised::Foreign(_)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_people_leave_around_our_ids_is_no_part_of_them() {
        let keys = keys(&["key"]);
        let id = keys.mint(at(1_700_000_000), [1, 2]);
        for text in [
            format!(" {id}"),
            format!("\"{id}\""),
            format!("'{id}',"),
            format!("{id}."),
            format!("{id}/"),
            format!("\u{201c}{id}\u{201d}."),
            format!("\u{a0}{}\t", id.as_str().to_uppercase()),
        ] {
            assert_eq!(keys.recognise(&text), Recognised::Ours(id.clone()), "{text:?}");
        }
        for text in [
            format!(".{id}"),
            format!("{id}x"),
            format!("{id}-"),
            "a.".into(),
            "\"a\"".into(),
        ] {
            assert_eq!(keys.recognise(&text), Recognised::Foreign(ClickId::new(&text).unwrap()));
        }
        let other = ClickIdKeys::new(alloc::vec![Secret::from("other")]);
        let text = format!("{id}.");
        assert_eq!(
            other.recognise(&text),
            Recognised::Foreign(ClickId::new(&text).unwrap())
        );
    }

    #[test]
    fn what_is_nearly_one_of_ours_is_said() {
        let keys = keys(&["key"]);
        let id = keys.mint(at(1_700_000_000), [1, 2]).to_string();
        let short = id.get(..CLICK_ID_LENGTH - 1).unwrap();
        assert_eq!(keys.hint(&format!("{id}xx")), Some(ClickHint::BeginsWithOurs));
        assert_eq!(
            keys.hint(&format!("{}-1", id.to_uppercase())),
            Some(ClickHint::BeginsWithOurs)
        );
        assert_eq!(keys.hint(short), Some(ClickHint::OneShort));
        let other = ClickIdKeys::new(vec![Secret::from("other")]);
        assert_eq!(other.hint(&format!("{id}xx")), None, "nobody here made it");
        for text in [
            &id,
            "",
            "p",
            "0123456789abcdef0123456789abcdef",
            &"p".repeat(34),
            &"\u{e9}".repeat(40),
        ] {
            assert_eq!(keys.hint(text), None, "{text}");
        }
    }

    #[test]
    fn ids_of_others_are_taken_exactly() {
        let keys = keys(&["key"]);
        for text in ["0123456789abcdef0123456789abcdef", "65F2A9", "a-b_C.d", "p2345"] {
            assert_eq!(keys.recognise(text), Recognised::Foreign(ClickId::new(text).unwrap()));
        }
        assert_eq!(keys.recognise(""), Recognised::Invalid);
        assert_eq!(keys.recognise("a\nb"), Recognised::Invalid);
        assert_eq!(keys.recognise(&"a".repeat(257)), Recognised::Invalid);
    }

    #[test]
    fn ids_sort_by_their_time_and_are_legal_as_a_tid() {
        let keys = keys(&["key"]);
        let ids: Vec<_> = [1, 1_000, 1_700_000_000, 4_000_000_000]
            .map(|s| keys.mint(at(s), [u64::MAX, 0]).to_string())
            .to_vec();
        let mut sorted = ids.clone();
        sorted.sort();
        assert_eq!(ids, sorted);
        for id in ids {
            assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{id}");
        }
        assert_eq!(vec![unreachable_id().as_str()], ["p"]);
    }
}
