//! This module has the tracking code of a ClickBank link, [`Tid`]: `tid` of an affiliate's hoplink,
//! `vtid` of a seller's pay link. A text that ClickBank would change is none.
//!
//! ```
//! use postback::clickbank::tid::Tid;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let tid = Tid::new("p2345")?;
//!     assert!(tid.is("P2345")); // ClickBank may change the case
//!     assert!(Tid::new("has-a-hyphen").is_err()); // ClickBank would drop the whole code
//!     Ok(())
//! }
//! ```

use crate::text::shown;
use alloc::string::{String, ToString};
use core::fmt;
use thiserror::Error;

/// The longest tracking code, in characters (support article 220365867, "HopLinks", and
/// 360036580432 on the payment link; certain). It was 8 until November 2006 (ClickBank's release
/// summary of the 14th), then 24.
pub const MAX_TID: usize = 100;

/// A tracking code that ClickBank accepts today and gives back unchanged.
///
/// The rule: lower-case letters, digits and underscores; no underscore at the beginning and no two
/// in a row; at most [`MAX_TID`] characters (the articles above; certain). A seller's `vtid` has
/// the same length and, as far as is documented, letters, digits and underscores too, so a `Tid`
/// fits there as well.
///
/// What ClickBank does today with any other code is not documented. Until the limit was 24, it cut
/// longer codes, dropped the whole code from hop, order and report for one other character, and
/// changed letters to upper case (affiliates who quote its help of that time). So a code that might
/// be changed is refused here, and a code that comes back is compared without regard to case:
/// [`Tid::is`].
///
/// ```
/// use postback::clickbank::tid::Tid;
/// let tid = Tid::new("summer_1")?;
/// assert!(tid.is("SUMMER_1"));
/// assert_eq!(
///     Tid::new("summer-1").unwrap_err().to_string(),
///     "tracking code `summer-1` holds '-'; ClickBank takes lower-case letters, digits and underscores, and may drop the whole code for another"
/// );
/// # Ok::<(), postback::clickbank::tid::TidError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tid(String);

/// The error for a text that is not a [`Tid`]. It says what ClickBank would change and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct TidError(Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("a tracking code must not be empty")]
    Empty,
    #[error("a tracking code has at most {MAX_TID} characters, and this one has {0}; ClickBank may cut it")]
    TooLong(usize),
    #[error("tracking code `{0}` begins with an underscore; ClickBank takes a letter or a digit there")]
    Start(String),
    #[error("tracking code `{0}` holds two underscores in a row, which ClickBank does not take")]
    Underscores(String),
    #[error("tracking code `{0}` holds '{1}'; ClickBank may change the case of letters, so write lower-case ones")]
    Case(String, char),
    #[error(
        "tracking code `{0}` holds {1:?}; ClickBank takes lower-case letters, digits and underscores, and may drop the whole code for another"
    )]
    Character(String, char),
}

impl Tid {
    /// Takes a code that ClickBank passes on unchanged.
    ///
    /// # Errors
    /// - the empty text
    /// - more than [`MAX_TID`] characters
    /// - an upper-case letter
    /// - any character but `a`-`z`, `0`-`9` and `_`; so a dash too (a UUID has four, and `extclid`
    ///   accepts those)
    /// - an underscore at the beginning, or two underscores in a row
    pub fn new(text: &str) -> Result<Self, TidError> {
        match problem(text) {
            Some(problem) => Err(TidError(problem)),
            None => Ok(Self(text.to_string())),
        }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a code that came back is this one. The case of its letters may have changed.
    #[must_use]
    pub fn is(&self, came_back: &str) -> bool {
        self.0.eq_ignore_ascii_case(came_back)
    }
}

impl fmt::Display for Tid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn problem(text: &str) -> Option<Problem> {
    if text.is_empty() {
        return Some(Problem::Empty);
    }
    let length = text.chars().count();
    if length > MAX_TID {
        return Some(Problem::TooLong(length));
    }
    let wrong = |c: &char| !matches!(c, 'a'..='z' | '0'..='9' | '_' | 'A'..='Z');
    if let Some(character) = text.chars().find(wrong) {
        return Some(Problem::Character(shown(text), character));
    }
    if let Some(letter) = text.chars().find(char::is_ascii_uppercase) {
        return Some(Problem::Case(shown(text), letter));
    }
    if text.starts_with('_') {
        return Some(Problem::Start(shown(text)));
    }
    text.contains("__").then(|| Problem::Underscores(shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Tid::new(text).unwrap_err().to_string()
    }

    #[test]
    fn letters_digits_and_single_underscores_are_a_code() {
        for text in ["a", "0", "a_b_1", "9lives_", "a_", "p2345"] {
            assert_eq!(Tid::new(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn each_fault_says_what_clickbank_would_do() {
        let taken =
            "ClickBank takes lower-case letters, digits and underscores, and may drop the whole code for another";
        assert_eq!(refused(""), "a tracking code must not be empty");
        for (text, character) in [
            ("a-b", "'-'"),
            ("a b", "' '"),
            ("é", "'é'"),
            ("A-B", "'-'"),
            ("{tid}", "'{'"),
        ] {
            assert_eq!(
                refused(text),
                alloc::format!("tracking code `{text}` holds {character}; {taken}")
            );
        }
        assert_eq!(
            refused("a\nb"),
            alloc::format!("tracking code `a\\nb` holds '\\n'; {taken}")
        );
        assert_eq!(
            refused("aB"),
            "tracking code `aB` holds 'B'; ClickBank may change the case of letters, so write lower-case ones"
        );
        assert_eq!(
            refused("_a"),
            "tracking code `_a` begins with an underscore; ClickBank takes a letter or a digit there"
        );
        assert_eq!(
            refused("a__b"),
            "tracking code `a__b` holds two underscores in a row, which ClickBank does not take"
        );
    }

    #[test]
    fn a_code_has_at_most_100_characters() {
        for length in [MAX_TID - 1, MAX_TID] {
            assert!(Tid::new(&"a".repeat(length)).is_ok());
        }
        assert_eq!(
            refused(&"é".repeat(MAX_TID + 1)),
            "a tracking code has at most 100 characters, and this one has 101; ClickBank may cut it"
        );
    }

    #[test]
    fn a_code_is_the_same_whatever_its_case() {
        let tid = Tid::new("summer_1").unwrap();
        assert!(tid.is("SUMMER_1") && tid.is("summer_1") && !tid.is("summer_2") && !tid.is("summer1"));
    }
}
