//! What is wrong with a document.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

/// One thing that is wrong, with its place.
///
/// Prints as one line:
/// `campaign[0].channel: there is no traffic channel `richpsh`; did you mean `richpush`?`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    path: String,
    message: String,
    suggestion: Option<String>,
}

impl Problem {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>, suggestion: Option<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            suggestion,
        }
    }

    /// A problem with the text of another module's error. A suggestion at its end becomes the
    /// problem's own.
    pub(crate) fn from_text(path: impl Into<String>, text: &str) -> Self {
        let split = text
            .strip_suffix("`?")
            .and_then(|text| text.rsplit_once(" did you mean `"));
        match split {
            Some((message, near)) => Self::new(path, message.trim_end_matches([',', ';']), Some(near.to_owned())),
            None => Self::new(path, text, None),
        }
    }

    /// Where it is, as in `campaign[0].postback[1].types[0]`; lists count from 0. Empty for the
    /// document as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong. It never shows a secret that stands in plain text.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What was probably meant.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(near) => write!(f, "; did you mean `{near}`?"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a document, one line for each problem; there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self(problems)
    }

    /// The problems, in the order of the document's parts.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl core::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_problem_is_one_line_with_its_path_and_a_suggestion() {
        let near = Problem::new("a[0].b", "there is no `x`", Some("y".into()));
        assert_eq!(near.to_string(), "a[0].b: there is no `x`; did you mean `y`?");
        let whole = Problem::new("", "is empty", None);
        assert_eq!(whole.to_string(), "is empty");
        let both = Problems::new([near, whole].into());
        assert_eq!(both.to_string(), "a[0].b: there is no `x`; did you mean `y`?\nis empty");
    }

    #[test]
    fn a_suggestion_in_a_text_becomes_the_problems() {
        for text in [
            "unknown macro `{x}`, did you mean `{y}`?",
            "unknown macro `{x}`; did you mean `{y}`?",
        ] {
            let problem = Problem::from_text("url", text);
            assert_eq!(
                (problem.message(), problem.suggestion()),
                ("unknown macro `{x}`", Some("{y}"))
            );
        }
        assert_eq!(Problem::from_text("url", "is it?").to_string(), "url: is it?");
    }
}
