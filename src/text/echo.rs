//! Finds what was filled into a request when the receiver repeats it. Receivers like to do so, each
//! in its own spelling.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use percent_encoding::percent_decode_str;

/// A text with the spellings undone in which receivers repeat a value: percent-encoding, `+` for a
/// space, JSON's and HTML's escapes. It serves only for comparing.
pub(crate) fn plain(text: &str) -> String {
    let mut text = text.to_string();
    // It is done twice, since a value may be encoded twice.
    for _ in 0..2 {
        text = unescaped(&text.replace('+', " "));
        text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
    }
    text.retain(|character| !matches!(character, '\\' | '+' | ' '));
    text.to_lowercase()
}

/// The text with `\u00e9`, `&#233;`, `&#xe9;` and the named entities of HTML's own characters
/// replaced by what they stand for.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let unit = rest
            .strip_prefix("\\u")
            .and_then(|tail| Some((tail.get(..4)?, tail.get(4..)?)));
        if let Some((unit, tail)) = unit.and_then(|(hex, tail)| Some((u16::from_str_radix(hex, 16).ok()?, tail))) {
            // Two of these units may make one character.
            units.push(unit);
            rest = tail;
            continue;
        }
        out.extend(char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
        let entity = rest.strip_prefix('&').and_then(|tail| tail.split_once(';'));
        if let Some((character, tail)) = entity.and_then(|(name, tail)| Some((entity_of(name)?, tail))) {
            out.push(character);
            rest = tail;
            continue;
        }
        out.push(character);
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    out.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    out
}

fn entity_of(name: &str) -> Option<char> {
    let number = name
        .strip_prefix('#')
        .and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        });
    let named = || match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    };
    number.and_then(char::from_u32).or_else(named)
}
