//! What the values that are read from text share: how an error shows the text, and serde as a
//! string.

use alloc::{borrow::ToOwned, string::String};

/// The most that an error shows of a text that was refused, in bytes: enough to find it, too little
/// to flood a log.
pub(super) const MAX_SHOWN: usize = 64;

/// `text` as an error shows it: cut at [`MAX_SHOWN`] bytes, and control characters escaped so that
/// it stays on one line.
pub(crate) fn shown(text: &str) -> String {
    if text.len() <= MAX_SHOWN && !text.contains(char::is_control) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(MAX_SHOWN);
    for character in text.chars() {
        let start = out.len();
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
        if out.len() > MAX_SHOWN {
            out.truncate(start);
            break;
        }
    }
    out
}

/// Serde as a string and nothing else: a number would have passed through a float on its way.
macro_rules! text_serde {
    ($name:ty, $expected:literal, $read:expr) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                        $read(text).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}
pub(super) use text_serde;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_64_bytes_are_shown_and_never_half_a_character() {
        for length in [MAX_SHOWN - 1, MAX_SHOWN] {
            assert_eq!(shown(&"x".repeat(length)).len(), length);
        }
        assert_eq!(shown(&"x".repeat(MAX_SHOWN + 1)).len(), MAX_SHOWN);
        assert_eq!(shown(&"€".repeat(30)), "€".repeat(21));
    }

    #[test]
    fn control_characters_are_shown_escaped() {
        assert_eq!(shown("a\nb\u{0}"), "a\\nb\\u{0}");
    }
}
