//! What may be noted of an answer: codes and field paths. Both come from the other side, so that
//! only what looks like one is let through.

use alloc::string::String;

/// The longest code or path that is noted.
const LONGEST: usize = 100;

/// A code in capitals (`A-Z`, `0-9`, `_`, `/`): `ValidationError` is `VALIDATION_ERROR`. What is no
/// code is `?`.
pub(super) fn code(text: &str) -> String {
    let fits = text.len() <= LONGEST && !text.is_empty();
    let is_code = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'/');
    if !fits || !text.bytes().all(is_code) {
        return "?".into();
    }
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.chars() {
        if letter.is_ascii_uppercase() && before.is_ascii_lowercase() {
            shown.push('_');
        }
        shown.push(letter.to_ascii_uppercase());
        before = letter;
    }
    shown
}

/// A path such as `events.events[1].event_source`: names with points between them, and places in
/// brackets. What is no path is nothing, and of a long one the beginning is shown.
pub(super) fn path(text: &str) -> Option<&str> {
    // Nothing but ASCII is left, so that each place is the beginning of a letter.
    let is_path = !text.is_empty() && text.split('.').all(is_step);
    is_path.then(|| text.get(..LONGEST).unwrap_or(text))
}

/// Whether it is a name, with or without places behind it.
fn is_step(step: &str) -> bool {
    let (name, places) = step
        .split_once('[')
        .map_or((step, None), |(name, places)| (name, Some(places)));
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_';
    let is_name = name.bytes().all(is_letter) && name.starts_with(|first: char| !first.is_ascii_digit());
    let is_place = |place: &str| place.len() <= 6 && place.bytes().all(|digit| digit.is_ascii_digit());
    let are_places = |places: &str| {
        places
            .strip_suffix(']')
            .is_some_and(|all| all.split("][").all(is_place))
    };
    is_name && places.is_none_or(are_places)
}

/// The place that a path names in this list: 1 of `events[1].event_source`.
pub(super) fn place_in(path: &str, list: &str) -> Option<usize> {
    let of_step = |step: &str| {
        step.strip_prefix(list)?
            .strip_prefix('[')?
            .split(']')
            .next()?
            .parse()
            .ok()
    };
    path.split('.').find_map(of_step)
}

/// The first place that a path names: 2 of `data[2].user_data.em`.
pub(super) fn first_place_in(path: &str) -> Option<usize> {
    let (_, rest) = path.split_once('[')?;
    rest.split(']').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_code_is_shown_in_capitals_and_nothing_else() {
        for (text, shown) in [
            ("EVENT_NOT_FOUND", "EVENT_NOT_FOUND"),
            ("ValidationError", "VALIDATION_ERROR"),
            ("5616", "5616"),
            ("", "?"),
            ("jane@example.com", "?"),
            ("a b", "?"),
            ("caf\u{e9}", "?"),
        ] {
            assert_eq!(code(text), shown, "{text}");
        }
        assert_eq!(code(&"A".repeat(101)), "?");
    }

    #[test]
    fn what_looks_like_a_path_is_shown_and_its_end_is_cut() {
        for shown in ["events.events[1].event_source", "data[2].userData.em", "a[1][22]", "_b"] {
            assert_eq!(path(shown), Some(shown));
        }
        for hidden in [
            "",
            "data[0].jane@example.com",
            "data[0].447700900123",
            "a..b",
            "a[x]",
            "a[1",
            "a[1]b",
            "[1]",
            "a[4477009]",
            "\u{e9}",
            "user data",
        ] {
            assert_eq!(path(hidden), None, "{hidden}");
        }
        assert_eq!(path(&"a".repeat(150)).map(str::len), Some(100));
    }

    #[test]
    fn a_path_names_a_place_in_a_list() {
        assert_eq!(place_in("events.events[12].event_source", "events"), Some(12));
        assert_eq!(place_in("data[2].userData.em", "data"), Some(2));
        for none in [
            "events",
            "events.event_source",
            "destinations[0].reference",
            "events[x]",
            "myevents[1]",
        ] {
            assert_eq!(place_in(none, "events"), None, "{none}");
        }
    }
}
