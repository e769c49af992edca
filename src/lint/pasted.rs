//! Warnings about the text of any URL that somebody pasted.

use crate::config::Place;
use crate::scope::Field;
use crate::template::is_placeholder;
use crate::text::{SecondMark, written_pairs};
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
};
use percent_encoding::percent_decode_str;

/// Warns of what is doubtful in a URL, wherever it leads.
pub(super) fn lint(url: &str, place: &Place<'_>) {
    if let Some(mark) = SecondMark::find(url) {
        place.problem(mark.to_string());
    }
    for (name, value) in written_pairs(url) {
        let parts = [("name", name), ("value", value)];
        for (what, _) in parts.into_iter().filter(|(_, text)| has_outer_space(text)) {
            place.problem(format!(
                "the {what} in `{}={}` begins or ends with an encoded space; remove it",
                name.escape_debug(),
                value.escape_debug()
            ));
        }
    }
    maps(url, place);
}

/// Warns of entries that are still to be filled in, inside the value maps of a URL or a body.
pub(super) fn maps(text: &str, place: &Place<'_>) {
    let inner = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    for map in inner {
        let Some((field, entries)) = map.split_once(':').filter(|(name, _)| Field::from_name(name).is_some()) else {
            continue;
        };
        for (key, value) in entries.split(' ').filter_map(|entry| entry.split_once('=')) {
            let said = match value {
                // The entry for all other values may be empty on purpose.
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

/// Warns of values for the blanks of a URL that begin or end with a space.
pub(super) fn values(values: &BTreeMap<String, String>, place: &Place<'_>) {
    for (name, value) in values {
        if value.trim().len() < value.len() {
            place.at(name).problem(OUTER_SPACE);
        }
    }
}

/// Warns of words that begin or end with a space, since they are compared as they are written.
pub(super) fn words<'w>(words: impl Iterator<Item = &'w String>, place: &Place<'_>) {
    for word in words.filter(|word| word.trim().len() < word.len()) {
        place.at(word).problem(OUTER_SPACE);
    }
}

const OUTER_SPACE: &str = "begins or ends with a space; remove it";

fn has_outer_space(text: &str) -> bool {
    // Only percent-encoding is undone. A macro may hold spaces, but none at its ends.
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    decoded.trim().len() < decoded.len()
}
