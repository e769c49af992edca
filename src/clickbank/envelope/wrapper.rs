//! Reads the JSON of the wrapper: first in the form that ClickBank prints, and otherwise in any
//! form.

use alloc::{collections::BTreeSet, string::String};
use core::fmt;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

/// The two texts of an object that has exactly these two members, in either order.
///
/// The texts are the bytes between two quotes; they are not checked to be JSON strings. That makes
/// the reading fast, and it is enough where only strict base64 is read from them: no letter of
/// base64 is forbidden in a JSON string or has another meaning there.
pub(super) struct Usual<'a> {
    pub(super) notification: &'a [u8],
    pub(super) iv: &'a [u8],
}

impl<'a> Usual<'a> {
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let mut rest = Rest(body);
        let (mut notification, mut iv) = (None, None);
        rest.mark(b'{')?;
        for after in [b',', b'}'] {
            let key = rest.quoted()?;
            rest.mark(b':')?;
            let value = rest.quoted()?;
            let repeated = match key {
                b"notification" => notification.replace(value).is_some(),
                b"iv" => iv.replace(value).is_some(),
                _ => true,
            };
            if repeated {
                return None;
            }
            rest.mark(after)?;
        }
        rest.blank();
        let (notification, iv) = (notification?, iv?);
        rest.0.is_empty().then_some(Self { notification, iv })
    }
}

/// The bytes that are left to read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn blank(&mut self) {
        while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    /// Reads one byte, with optional whitespace before it.
    fn mark(&mut self, mark: u8) -> Option<()> {
        self.blank();
        self.0 = self.0.split_first().filter(|(first, _)| **first == mark)?.1;
        Some(())
    }

    /// Returns the bytes between the next two quotes.
    fn quoted(&mut self) -> Option<&'a [u8]> {
        self.mark(b'"')?;
        let (quoted, rest) = self.0.split_at_checked(quote(self.0)?)?;
        self.0 = rest.get(1..)?;
        Some(quoted)
    }
}

/// The place of the first quote. A notification has thousands of bytes before it, so 32 bytes at a
/// time are examined without a branch; this compiles to vector instructions.
fn quote(text: &[u8]) -> Option<usize> {
    let (chunks, _) = text.as_chunks::<32>();
    let holds = |chunk: &&[u8; 32]| chunk.iter().fold(false, |found, byte| found | (*byte == b'"'));
    let before = chunks
        .iter()
        .take_while(|chunk| !holds(chunk))
        .count()
        .saturating_mul(32);
    let place = text.get(before..)?.iter().position(|byte| *byte == b'"')?;
    before.checked_add(place)
}

/// The two strings of any object; its other members are skipped.
#[derive(Default)]
pub(super) struct Wrapper {
    pub(super) notification: Option<String>,
    pub(super) iv: Option<String>,
}

impl<'de> Deserialize<'de> for Wrapper {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WrapperVisitor)
    }
}

struct WrapperVisitor;

impl<'de> Visitor<'de> for WrapperVisitor {
    type Value = Wrapper;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `notification` and `iv`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Wrapper, A::Error> {
        let mut wrapper = Wrapper::default();
        let mut others = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let repeated = match key.as_str() {
                "notification" => wrapper.notification.replace(map.next_value()?).is_some(),
                "iv" => wrapper.iv.replace(map.next_value()?).is_some(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    !others.insert(key.clone())
                }
            };
            if repeated {
                return Err(A::Error::custom(format_args!("`{key}` stands twice")));
            }
        }
        Ok(wrapper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn the_first_quote_is_found_at_every_place_of_every_length() {
        for length in 0..100 {
            assert_eq!(quote(&vec![b'A'; length]), None);
            for place in 0..length {
                let mut text = vec![b'A'; length];
                text[place] = b'"';
                text[length - 1] = b'"';
                assert_eq!(quote(&text), Some(place), "{place} of {length}");
            }
        }
    }
}
