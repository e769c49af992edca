//! Doubts about the text of a URL that somebody pasted, whoever is called.

use crate::config::Place;
use crate::scope::Field;
use crate::template::is_placeholder;
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use percent_encoding::percent_decode_str;

/// What is doubtful about a URL, wherever it leads.
pub(super) fn lint(url: &str, place: &Place<'_>) {
    if let Some(before) = before_second_mark(url) {
        place.problem(format!(
            "a second `?` stands behind `{}`, so what follows it is part of that value; write `&` in its place, or `%3F` if the character is \
             meant",
            before.escape_debug()
        ));
    }
    for (name, value) in pairs(url) {
        let parts = [("name", name), ("value", value)];
        for (what, _) in parts.into_iter().filter(|(_, text)| has_outer_space(text)) {
            place.problem(format!(
                "the {what} in `{}={}` has an encoded space at an end; take it away",
                name.escape_debug(),
                value.escape_debug()
            ));
        }
    }
    maps(url, place);
}

/// What is left to fill in inside the value maps of a URL or a body.
pub(super) fn maps(text: &str, place: &Place<'_>) {
    let inner = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    for map in inner {
        let Some((field, entries)) = map.split_once(':').filter(|(name, _)| Field::from_name(name).is_some()) else {
            continue;
        };
        for (key, value) in entries.split(' ').filter_map(|entry| entry.split_once('=')) {
            let said = match value {
                // For all else nothing may be meant.
                "" if key != "*" => String::from("has no value"),
                word if is_placeholder(word) => {
                    format!("is still `{}`, which would be sent as it is", word.escape_debug())
                }
                _ => continue,
            };
            let key = key.escape_debug();
            place.problem(format!(
                "`{key}` in the map `{{{field}:..}}` {said}; write its value, as in `{key}=1`"
            ));
        }
    }
}

/// Values that fill the blanks of a URL.
pub(super) fn values(values: &BTreeMap<String, String>, place: &Place<'_>) {
    for (name, value) in values {
        if value.trim().len() < value.len() {
            place.at(name).problem(OUTER_SPACE);
        }
    }
}

/// A word that is compared as it is written.
pub(super) fn words<'w>(words: impl Iterator<Item = &'w String>, place: &Place<'_>) {
    for word in words.filter(|word| word.trim().len() < word.len()) {
        place.at(word).problem(OUTER_SPACE);
    }
}

const OUTER_SPACE: &str = "a space stands at an end of it; take it away";

fn has_outer_space(text: &str) -> bool {
    // Only what is encoded is decoded: a macro has spaces inside at most.
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    decoded.trim().len() < decoded.len()
}

/// The parameters of a URL's query as they are written; braces hold a macro together.
pub(super) fn pairs(url: &str) -> Vec<(&str, &str)> {
    let url = split_outside(url, '#').into_iter().next().unwrap_or_default();
    let query = outside(url, '?').map_or("", |(_, query)| query);
    let pairs = split_outside(query, '&').into_iter();
    pairs
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect()
}

/// The parameter before a second `?`. A link that stands in a value as it is has a `?` of its own.
fn before_second_mark(url: &str) -> Option<&str> {
    let url = split_outside(url, '#').into_iter().next()?;
    let (_, query) = outside(url, '?')?;
    let mut marked = split_outside(query, '&')
        .into_iter()
        .filter_map(|pair| outside(pair, '?'));
    marked
        .find(|(before, _)| !before.contains('/'))
        .map(|(before, _)| before)
}

/// The text in two at the first `mark` that stands outside braces.
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
            assert_eq!(before_second_mark(url), before, "{url}");
        }
    }

    #[test]
    fn the_parameters_of_a_query_are_as_they_are_written() {
        assert_eq!(
            pairs("https://a.example/p?a=1&&b={type:x=1&2 *=?}&c#d=e"),
            [("a", "1"), ("b", "{type:x=1&2 *=?}"), ("c", "")]
        );
        assert!(pairs("https://a.example/").is_empty());
    }
}
