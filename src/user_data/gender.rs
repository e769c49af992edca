//! Genders.

use super::left_out::LeftOut;

/// `f` or `m`. The words are those of Meta's parameter builder that somebody writes in a form (H);
/// it has kings and goddesses too.
pub(super) fn gender(text: &str) -> Result<&'static str, LeftOut> {
    match text.to_lowercase().as_str() {
        "f" | "female" | "woman" | "girl" | "lady" | "ms" | "mrs" | "miss" | "madam" | "she" | "her" | "hers" => {
            Ok("f")
        }
        "m" | "male" | "man" | "boy" | "gentleman" | "guy" | "sir" | "mr" | "mister" | "he" | "him" | "his" => Ok("m"),
        _ => Err(LeftOut::UnknownGender),
    }
}
