//! The parts of a URL as they are written, with its macros. A `?`, an `&` or a `#` inside the
//! braces of a macro does not end a part.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

/// The parameters of a URL's query, as they are written.
pub(crate) fn written_pairs(url: &str) -> Vec<(&str, &str)> {
    let url = split_outside(url, '#').into_iter().next().unwrap_or_default();
    let query = outside(url, '?').map_or("", |(_, query)| query);
    let pairs = split_outside(query, '&').into_iter();
    pairs
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect()
}

/// A second `?` in a URL. It prints as a sentence that says how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecondMark {
    /// The parameter before it, as it is written.
    before: String,
}

impl SecondMark {
    /// Finds a second `?` in the query. A `?` in a value that is a link does not count, since that
    /// `?` belongs to the link.
    pub(crate) fn find(url: &str) -> Option<Self> {
        let url = split_outside(url, '#').into_iter().next()?;
        let (_, query) = outside(url, '?')?;
        let mut marked = split_outside(query, '&')
            .into_iter()
            .filter_map(|pair| outside(pair, '?'));
        let (before, _) = marked.find(|(before, _)| !before.contains('/'))?;
        Some(Self {
            before: before.to_owned(),
        })
    }

    /// The name of the parameter before the second `?`.
    pub(crate) fn name(&self) -> &str {
        self.before.split('=').next().unwrap_or_default()
    }
}

impl fmt::Display for SecondMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a second `?` stands behind `{}`, so what follows it is part of that value; write `&` in its place, or `%3F` if the character is \
             meant",
            self.before.escape_debug()
        )
    }
}

/// Splits the text at the first `mark` that stands outside braces.
fn outside(text: &str, mark: char) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let at = text.char_indices().find(|(_, c)| {
        match c {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *c == mark
    });
    let (before, rest) = text.split_at_checked(at?.0)?;
    Some((before, rest.strip_prefix(mark)?))
}

fn split_outside(text: &str, mark: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = outside(rest, mark) {
        parts.push(before);
        rest = after;
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_mark_is_found_outside_macros_and_links() {
        for (url, before) in [
            ("https://a.example/?a=1?cid={clickid}", Some("a=1")),
            ("https://a.example/?vendor=b&x=shop?tid={clickid}", Some("x=shop")),
            ("https://a.example/?a={sub1}?b=1", Some("a={sub1}")),
            ("https://a.example/??a=1", Some("")),
            ("https://a.example/?a=1&cid={clickid}", None),
            ("https://a.example/?a={type:Purchase=? *=2}", None),
            ("https://a.example/?to=https://b.example/?cid={clickid}", None),
            ("https://a.example/?to=/b?cid=1", None),
            ("https://a.example/?a=1#/course?cid={clickid}", None),
            ("https://a.example/", None),
        ] {
            let found = SecondMark::find(url);
            assert_eq!(found.as_ref().map(|mark| mark.before.as_str()), before, "{url}");
        }
    }

    #[test]
    fn the_parameters_of_a_query_are_as_they_are_written() {
        assert_eq!(
            written_pairs("https://a.example/p?a=1&&b={type:x=1&2 *=?}&c#d=e"),
            [("a", "1"), ("b", "{type:x=1&2 *=?}"), ("c", "")]
        );
        assert!(written_pairs("https://a.example/").is_empty());
    }
}
