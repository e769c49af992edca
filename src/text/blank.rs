//! Values that say nothing, whole or at their ends.

use super::macros::is_unfilled_macro;

/// Returns a value without the white space and the invisible marks around it, such as a byte order
/// mark, which no id, word or amount has. None where nothing is left.
pub(crate) fn trimmed(value: &str) -> Option<&str> {
    // Most values begin and end with a letter or a digit.
    let ends = value.as_bytes().first().zip(value.as_bytes().last());
    if ends.is_some_and(|(first, last)| first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric()) {
        return Some(value);
    }
    let rest = value.trim_matches(is_blank);
    let says = rest.len() == value.len() || !(rest.is_empty() || is_unfilled_macro(rest));
    says.then_some(rest)
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Whether the text is a word that networks write where they know no amount.
pub(crate) fn is_no_amount(text: &str) -> bool {
    const WORDS: [&str; 6] = ["n/a", "na", "nan", "none", "null", "undefined"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}
