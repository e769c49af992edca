//! Refuses an object in which a key stands twice; keys are compared after their escapes were
//! decoded. The captured objects have up to 20 keys. So each new key is compared with the keys
//! before it, and only where a mask of 64 bits says that it may be among them. The keys of a larger
//! object are sorted once, at its end: a hundred thousand keys must not take a hundred thousand
//! times as long.

use super::node::{JsonFault, Node, after};
use alloc::vec::Vec;

/// The most keys that are compared one by one.
const NEAR: u32 = 32;
/// An odd number with bits all over it (2 to the power 64 by the golden ratio), so that the upper
/// bits of a product depend on all the lower ones.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Returns a number that differs for most different keys. It is made of the length and of the first
/// and the last eight bytes.
#[inline]
pub(super) fn hash(key: &[u8]) -> u32 {
    if let (Some(head), Some(tail)) = (key.first_chunk(), key.last_chunk()) {
        return mix(key.len(), u64::from_le_bytes(*head), u64::from_le_bytes(*tail));
    }
    let whole = key.iter().rev().fold(0, |whole, byte| whole << 8 | u64::from(*byte));
    mix(key.len(), whole, whole)
}

/// Returns the same number for the key that stands in `text` from `start` to `end`. Because other
/// text stands around the key, no branch depends on its length.
#[inline]
pub(super) fn hash_within(text: &[u8], start: usize, end: usize) -> u32 {
    let head = text.get(start..).and_then(<[u8]>::first_chunk);
    let tail = text.get(..end).and_then(<[u8]>::last_chunk);
    let (Some(head), Some(tail)) = (head, tail) else {
        return hash(text.get(start..end).unwrap_or_default());
    };
    let length = end.saturating_sub(start);
    let foreign = 64_u32.saturating_sub((length.min(8) as u32).wrapping_mul(8));
    let head = u64::from_le_bytes(*head) & u64::MAX.checked_shr(foreign).unwrap_or_default();
    let tail = u64::from_le_bytes(*tail).checked_shr(foreign).unwrap_or_default();
    mix(length, head, tail)
}

#[inline]
fn mix(length: usize, head: u64, tail: u64) -> u32 {
    let mixed = (head ^ tail.rotate_left(29) ^ length as u64).wrapping_mul(SPREAD);
    (mixed >> 32) as u32
}

/// The keys of an object that is being read.
pub(super) struct Seen {
    /// The node of the object's first key.
    first: usize,
    count: u32,
    mask: u64,
}

impl Seen {
    /// Makes the set for an object whose first key will be the node `first`.
    pub(super) fn new(first: usize) -> Self {
        Self {
            first,
            count: 0,
            mask: 0,
        }
    }

    /// Adds the key `name`, whose hash is `hash` and which follows after `nodes`.
    #[inline]
    pub(super) fn add<'a>(
        &mut self,
        name: &str,
        hash: u32,
        nodes: &[Node],
        text: impl Fn(Node) -> &'a str,
    ) -> Result<(), JsonFault> {
        let bit = 1 << (hash >> 26);
        if self.mask & bit != 0 && self.count < NEAR && self.holds(name, hash, nodes, text) {
            return Err(JsonFault::DuplicateKey);
        }
        self.mask |= bit;
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    fn holds<'a>(&self, name: &str, hash: u32, nodes: &[Node], text: impl Fn(Node) -> &'a str) -> bool {
        keys(nodes, self.first).any(|key| key.hash == hash && text(key) == name)
    }

    /// Ends the object, which is the last one in `nodes`.
    pub(super) fn finish<'a>(self, nodes: &[Node], text: impl Fn(Node) -> &'a str) -> Result<(), JsonFault> {
        if self.count <= NEAR {
            return Ok(());
        }
        let mut names: Vec<&str> = keys(nodes, self.first).map(text).collect();
        names.sort_unstable();
        let twice = names.iter().zip(names.iter().skip(1)).any(|(one, next)| one == next);
        if twice { Err(JsonFault::DuplicateKey) } else { Ok(()) }
    }
}

/// The keys of one object, from the node `at` on.
fn keys(nodes: &[Node], mut at: usize) -> impl Iterator<Item = Node> {
    core::iter::from_fn(move || {
        let key = nodes.get(at).copied()?;
        at = after(nodes, at.saturating_add(1));
        Some(key)
    })
}

#[cfg(test)]
mod tests {
    use super::{NEAR, hash, hash_within};
    use crate::clickbank::json::{Document, JsonFault};
    use alloc::{collections::BTreeSet, format, string::String, vec::Vec};

    fn object(keys: &[String]) -> Result<Document, JsonFault> {
        let members: Vec<String> = keys.iter().map(|key| format!("\"{key}\":[0,{{\"x\":\"\"}}]")).collect();
        Document::parse(format!("{{{}}}", members.join(",")))
    }

    #[test]
    fn a_key_is_found_at_every_place_of_objects_of_every_size() {
        for count in [1, 2, 3, NEAR - 1, NEAR, NEAR + 1, 2 * NEAR] {
            let keys: Vec<String> = (0..count).map(|number| format!("key{number}")).collect();
            assert!(object(&keys).is_ok(), "{count}");
            for again in &keys {
                let mut keys = keys.clone();
                keys.push(again.clone());
                assert_eq!(
                    object(&keys).unwrap_err(),
                    JsonFault::DuplicateKey,
                    "{again} of {count}"
                );
            }
        }
    }

    #[test]
    fn keys_of_every_length_that_differ_in_one_byte_are_two() {
        for length in 1..40 {
            for place in 0..length {
                let (one, mut other) = ("a".repeat(length), "a".repeat(length));
                other.replace_range(place..=place, "b");
                assert!(object(&[one.clone(), other.clone()]).is_ok());
                assert_eq!(
                    object(&[one, other.clone(), other]).unwrap_err(),
                    JsonFault::DuplicateKey
                );
            }
        }
    }

    #[test]
    fn the_hash_is_the_same_inside_a_text_and_alone() {
        let text: Vec<u8> = (b'0'..=b'Z').collect();
        for start in 0..text.len() {
            for end in start..=text.len() {
                assert_eq!(hash_within(&text, start, end), hash(&text[start..end]), "{start} {end}");
            }
        }
    }

    #[test]
    fn the_keys_of_a_notification_have_hashes_of_their_own() {
        let sample = include_str!("../../../tests/vectors/ins_sample_v8_0_SALE_2026_northdashboard.json");
        let quoted = sample.split('"').zip(sample.split('"').skip(1));
        let keys: BTreeSet<&str> = quoted
            .filter(|(_, next)| next.starts_with(':'))
            .map(|(key, _)| key)
            .collect();
        assert!(keys.len() > 50 && keys.contains("transactionTime"));
        let hashes: BTreeSet<u32> = keys.iter().map(|key| hash(key.as_bytes())).collect();
        assert_eq!(hashes.len(), keys.len());
        // The upper six bits choose the bit of the mask.
        let bits: BTreeSet<u32> = hashes.iter().map(|hash| hash >> 26).collect();
        assert!(bits.len() > 32, "{bits:?}");
    }

    #[test]
    fn short_keys_that_are_numbered_have_hashes_of_their_own() {
        let hashes: BTreeSet<u32> = (0..1_000)
            .map(|number| hash(format!("key{number}").as_bytes()))
            .collect();
        assert_eq!(hashes.len(), 1_000);
    }

    #[test]
    fn keys_with_equal_hashes_are_two() {
        let (one, other) = (format!("{0}1{0}", "long-end"), format!("{0}2{0}", "long-end"));
        assert_eq!(hash(one.as_bytes()), hash(other.as_bytes()));
        assert!(object(&[one.clone(), other.clone()]).is_ok());
        assert_eq!(object(&[one.clone(), other, one]).unwrap_err(), JsonFault::DuplicateKey);
    }

    #[test]
    fn a_hundred_thousand_keys_with_one_hash_are_read() {
        let keys: Vec<String> = (0..100_000)
            .map(|number| format!("long-end{number:06}long-end"))
            .collect();
        assert_eq!(
            keys.iter()
                .map(|key| hash(key.as_bytes()))
                .collect::<BTreeSet<_>>()
                .len(),
            1
        );
        assert!(object(&keys).is_ok());
    }
}
