//! The problems of a click's URL. The visitor was sent on all the same; a person can see the
//! problem here and mend it.

use super::vocabulary::closed_enum;
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// The most notes that one click keeps.
pub const MAX_NOTES: usize = 32;
/// The most characters of a value that a note keeps.
pub const MAX_NOTE_VALUE: usize = 64;

closed_enum! {
    /// The problem of a parameter of a click's URL.
    pub enum NoteProblem {
        /// It is a macro that the channel did not fill.
        Unfilled = "unfilled",
        /// It came more than once.
        Repeated = "repeated",
        /// It is longer than the limit for a click's values.
        TooLong = "too_long",
        /// It holds a percent sign without two hexadecimal digits.
        Escape = "escape",
        /// It holds bytes that are not UTF-8: another encoding, or a letter that was cut in two.
        NotUtf8 = "not_utf8",
        /// It holds a control character.
        Control = "control",
        /// It is not an amount.
        NotAnAmount = "not_an_amount",
        /// Its click would be larger than a click may be.
        TooMuch = "too_much",
        /// It does not fit its place in the URL of the offer.
        Unfit = "unfit",
    }
}

closed_enum! {
    /// What was done with the value of a [`Note`].
    pub enum Kept {
        /// It was left out.
        Nothing = "nothing",
        /// The part before the problem was kept.
        Part = "part",
        /// The first of several values was kept.
        First = "first",
        /// All of it was kept in the click, but the offer's URL was written without it.
        Whole = "whole",
    }
}

/// The problem of one parameter of a click's URL, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Note {
    /// The parameter's name in the URL.
    pub parameter: String,
    /// The slot that the parameter fills (`ref_id`, `sub1` ..), where it is not the parameter's
    /// name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// The problem.
    pub problem: NoteProblem,
    /// What was done with the value.
    pub kept: Kept,
    /// The beginning of an unfilled macro, as it came. No other value is repeated here, and no
    /// personal value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Note {
    /// Makes a note on a parameter that fills the slot with its own name.
    #[must_use]
    pub fn new(parameter: impl Into<String>, problem: NoteProblem, kept: Kept) -> Self {
        Self {
            parameter: parameter.into(),
            slot: None,
            problem,
            kept,
            value: None,
        }
    }

    /// The slot that the parameter fills.
    #[must_use]
    pub fn slot(&self) -> &str {
        self.slot.as_deref().unwrap_or(&self.parameter)
    }

    /// How the value came, as a text to follow a name: `came as `${SUBID}``.
    pub(crate) fn came(&self) -> impl fmt::Display {
        Came(self)
    }
}

struct Came<'a>(&'a Note);

impl fmt::Display for Came<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.problem, &self.0.value) {
            (NoteProblem::Unfilled, Some(value)) => write!(f, "came as `{value}`"),
            (problem, _) => write!(f, "came {}", problem.text()),
        }
    }
}

impl NoteProblem {
    /// How the value came, as a text to follow "came".
    fn text(self) -> &'static str {
        match self {
            Self::Unfilled => "as a macro that nobody filled",
            Self::Repeated => "more than once",
            Self::TooLong => "too long to be kept",
            Self::Escape => "with a `%` that has no two hexadecimal digits behind it",
            Self::NotUtf8 => "with bytes that are not UTF-8",
            Self::Control => "with a control character",
            Self::NotAnAmount => "as something that is no amount",
            Self::TooMuch => "with more than a click may hold",
            Self::Unfit => "as something that does not fit the offer's URL",
        }
    }
}

impl Kept {
    fn text(self) -> &'static str {
        match self {
            Self::Nothing => "it was left out",
            Self::Part => "the part before that was kept",
            Self::First => "the first one was kept",
            Self::Whole => "the URL was written without it",
        }
    }
}

/// Prints one sentence: `` `ref_id` came as `${SUBID}`; it was left out ``.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}; {}", self.parameter, self.came(), self.kept.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{collections::BTreeSet, string::ToString};

    #[test]
    fn a_note_is_a_sentence() {
        let mut note = Note::new("kclid", NoteProblem::Unfilled, Kept::Nothing);
        assert_eq!(note.slot(), "kclid");
        assert_eq!(
            note.to_string(),
            "`kclid` came as a macro that nobody filled; it was left out"
        );
        note.value = Some("${SUBID}".into());
        note.slot = Some("ref_id".into());
        assert_eq!(note.slot(), "ref_id");
        assert_eq!(note.to_string(), "`kclid` came as `${SUBID}`; it was left out");
    }

    #[test]
    fn every_problem_has_words_of_its_own() {
        let words: BTreeSet<_> = NoteProblem::ALL.iter().map(|known| known.text()).collect();
        assert_eq!(words.len(), NoteProblem::ALL.len());
        let words: BTreeSet<_> = Kept::ALL.iter().map(|known| known.text()).collect();
        assert_eq!(words.len(), Kept::ALL.len());
    }

    #[test]
    fn a_note_in_json_has_its_parameter_and_its_problem() {
        let note = Note::new("sub1", NoteProblem::NotUtf8, Kept::Part);
        let json = serde_json::to_string(&note).unwrap();
        assert_eq!(json, r#"{"parameter":"sub1","problem":"not_utf8","kept":"part"}"#);
        assert_eq!(serde_json::from_str::<Note>(&json).unwrap(), note);
    }
}
