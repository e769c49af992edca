//! Collecting what is wrong, so that reading can go on.

use super::problem::{Problem, Problems};
use crate::value::nearest;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{cell::RefCell, fmt::Display};

/// The problems found so far.
#[derive(Default)]
pub(crate) struct Report(RefCell<Vec<Problem>>);

impl Report {
    pub(crate) fn add(&self, path: impl Into<String>, message: impl Into<String>) {
        self.push(Problem::new(path, message, None));
    }

    pub(crate) fn refuse(&self, path: impl Into<String>, refusal: impl Into<Refusal>) {
        let Refusal { message, suggestion } = refusal.into();
        self.push(match suggestion {
            None => Problem::from_text(path, &message),
            near => Problem::new(path, message, near),
        });
    }

    fn push(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.0.into_inner()
    }

    /// The value, if nothing was wrong on the way to it.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Problems> {
        let problems = self.into_problems();
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            _ => Err(Problems::new(problems)),
        }
    }
}

/// Why a text was refused, before its place is known.
pub(crate) struct Refusal {
    message: String,
    suggestion: Option<String>,
}

impl<E: Display> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self {
            message: error.to_string(),
            suggestion: None,
        }
    }
}

impl Refusal {
    /// A message about a word, with the known one that was probably meant.
    pub(crate) fn near<'a>(message: impl Into<String>, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            message: message.into(),
            suggestion: nearest(word, known).map(|near| near.escape_debug().to_string()),
        }
    }

    /// A word that is none of these.
    pub(crate) fn word<'a>(word: &str, what: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let message = format!(
            "`{}` is not {what}; there are {}",
            word.escape_debug(),
            known.join(", ")
        );
        Self::near(message, word, known)
    }

    /// A name that nothing has.
    pub(crate) fn reference<'a>(name: &str, what: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self::near(format!("there is no {what} `{}`", name.escape_debug()), name, known)
    }
}

/// One of the values of a closed vocabulary by its word.
pub(crate) fn one_of<T: Copy + Display>(word: &str, what: &str, all: &[T]) -> Result<T, Refusal> {
    let words: Vec<String> = all.iter().map(ToString::to_string).collect();
    let found = all.iter().zip(&words).find(|(_, known)| *known == word);
    found
        .map(|(value, _)| *value)
        .ok_or_else(|| Refusal::word(word, what, words.iter().map(String::as_str)))
}
