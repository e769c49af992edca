//! Prints a clause as a text that reads as the same clause.

use super::clause::Clause;
use super::test::Test;
use super::texts::TextOp;
use super::words::list;
use crate::value::span::Span;
use core::fmt;

/// Returns the text before a final `ignoring case`, which is the end of a clause that compares
/// lower-case letters. There may be any number of spaces between the two words.
pub(super) fn before_ignoring_case(text: &str) -> Option<&str> {
    let first = text.trim_end().strip_suffix("case")?;
    let alone = first.ends_with(char::is_whitespace);
    first.trim_end().strip_suffix("ignoring").filter(|_| alone)
}

impl TextOp {
    /// Each operation with its words. Of two that begin alike, the longer one must come first.
    pub(super) const ALL: [(Self, &'static str); 5] = [
        (Self::Equals, "equals"),
        (Self::In, "in"),
        (Self::NotIn, "not in"),
        (Self::Contains, "contains"),
        (Self::BeginsWith, "begins with"),
    ];

    fn as_str(self) -> &'static str {
        let known = Self::ALL.iter().find(|(op, _)| *op == self);
        known.map_or("", |(_, words)| words)
    }
}

impl<N: AsRef<str>> fmt::Display for Clause<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_ref();
        quoted(f, name, name.contains(|c: char| c.is_whitespace() || c == '"'))?;
        f.write_str(" ")?;
        match &self.test {
            Test::Text(texts) => {
                write!(f, "{} ", texts.op.as_str())?;
                list(f, &texts.wanted, |f, text| quoted(f, text, needs_quotes(text)))?;
                let end = if texts.ignoring_case { " ignoring case" } else { "" };
                f.write_str(end)
            }
            Test::Number(range) => write!(f, "{range}"),
            Test::Address(ranges) => {
                f.write_str("matches ")?;
                list(f, ranges, |f, range| write!(f, "{range}"))
            }
            Test::Within(longest) => write!(f, "within {}", Span(*longest)),
            Test::Share(share) => write!(f, "share {share}%"),
            Test::IsThere => f.write_str("is there"),
        }
    }
}

fn needs_quotes(text: &str) -> bool {
    text.is_empty() || text.trim() != text || text.contains([',', '"']) || before_ignoring_case(text).is_some()
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str, quotes: bool) -> fmt::Result {
    if !quotes {
        return f.write_str(text);
    }
    f.write_str("\"")?;
    for character in text.chars() {
        f.write_str(if matches!(character, '"' | '\\') { "\\" } else { "" })?;
        write!(f, "{character}")?;
    }
    f.write_str("\"")
}
