//! Cuts the text of others for display, and keeps it on one line.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
};
use core::fmt::{self, Write as _};

/// The most bytes that an error shows of a refused text: enough to find it, and too few to flood a
/// log.
const MAX_SHOWN: usize = 64;

/// The beginning of somebody else's text on one line: control characters are escaped or replaced by
/// spaces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut<'a> {
    text: &'a str,
    longest: usize,
    bytes: bool,
    spaces: bool,
    mark: &'static str,
}

impl<'a> Cut<'a> {
    /// Shows at most `longest` characters of `text`.
    pub(crate) const fn new(text: &'a str, longest: usize) -> Self {
        Self {
            text,
            longest,
            bytes: false,
            spaces: false,
            mark: "",
        }
    }

    /// Adds two points where something is left out.
    pub(crate) const fn marked(self) -> Self {
        Self { mark: "..", ..self }
    }

    /// Replaces each control character by a space.
    pub(crate) const fn spaced(self) -> Self {
        Self { spaces: true, ..self }
    }
}

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut length = 0_usize;
        for character in self.text.chars() {
            let escape = (character.is_control() && !self.spaces).then(|| character.escape_default());
            let size = match &escape {
                _ if !self.bytes => 1,
                Some(escape) => escape.len(),
                None => character.len_utf8(),
            };
            length = length.saturating_add(size);
            if length > self.longest {
                return f.write_str(self.mark);
            }
            match escape {
                Some(escape) => escape.fmt(f)?,
                None if character.is_control() => f.write_char(' ')?,
                None => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// Shows at most `longest` characters of a text on one line: control characters are escaped.
#[must_use]
pub fn cut(text: &str, longest: usize) -> impl fmt::Display {
    Cut::new(text, longest)
}

/// The beginning of a text, at most `longest` bytes. No character is cut in two.
pub(crate) fn prefix(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// The form of `text` in an error: cut at [`MAX_SHOWN`] bytes and on one line.
pub(crate) fn shown(text: &str) -> String {
    if text.len() <= MAX_SHOWN && !text.contains(char::is_control) {
        return text.to_owned();
    }
    let cut = Cut {
        bytes: true,
        ..Cut::new(text, MAX_SHOWN)
    };
    cut.to_string()
}

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
        assert_eq!(shown(&"\u{0}".repeat(20)), "\\u{0}".repeat(12));
    }

    #[test]
    fn a_cut_text_has_so_many_characters_and_a_mark_where_it_is_asked_for() {
        assert_eq!(cut("é\nb", 2).to_string(), "é\\n");
        assert_eq!(Cut::new("abc", 3).marked().to_string(), "abc");
        assert_eq!(Cut::new("abcd", 3).marked().to_string(), "abc..");
        assert_eq!(Cut::new("a\r\nb", 3).spaced().to_string(), "a  ");
    }
}
