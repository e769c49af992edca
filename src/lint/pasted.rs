//! Doubts about the text of a URL that somebody pasted, whoever is called.

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

/// What is doubtful about a URL, wherever it leads.
pub(super) fn lint(url: &str, place: &Place<'_>) {
    if let Some(mark) = SecondMark::find(url) {
        place.problem(mark.to_string());
    }
    for (name, value) in written_pairs(url) {
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
