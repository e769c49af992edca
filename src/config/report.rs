//! Collects what is wrong, so that reading can go on.

use super::problem::{Problem, Problems};
use crate::text::nearest;
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{
    cell::{Cell, RefCell},
    fmt::Display,
};

/// The problems found so far.
#[derive(Default)]
pub(crate) struct Report {
    problems: RefCell<Vec<Problem>>,
    /// The paths of what could not be read.
    unread: RefCell<BTreeSet<String>>,
    /// Whether reading is over.
    is_read: Cell<bool>,
    /// How many problems stay in front, unsorted.
    front: Cell<usize>,
}

impl Report {
    /// Says that the document was read. From here on nothing is reported at or below a place that
    /// could not be read: the value that stands there now is a substitute, which nobody wrote.
    pub(crate) fn close_reading(&self) {
        self.is_read.set(true);
    }

    fn is_unread(&self, path: &str) -> bool {
        let unread = self.unread.borrow();
        let mut ends = path.match_indices(['.', '[']).map(|(end, _)| end);
        unread.contains(path) || ends.any(|end| path.get(..end).is_some_and(|above| unread.contains(above)))
    }

    /// Says that the problems found so far stay in front, however the rest is sorted.
    pub(crate) fn keep_in_front(&self) {
        self.front.set(self.problems.borrow().len());
    }

    /// Sorts the problems by the document's parts and their rows; those of a row stay in the order
    /// in which they were found.
    pub(crate) fn sort(&self, parts: &[&str]) {
        let place = |problem: &Problem| {
            let path = problem.path();
            let end = path.find(['.', '[']).unwrap_or(path.len());
            let (part, below) = path.split_at_checked(end).unwrap_or((path, ""));
            let row = below.strip_prefix('[').and_then(|below| below.split_once(']'));
            let row = row.and_then(|(row, _)| row.parse().ok());
            // A problem outside every part stands beside the version's, before all others.
            let part = parts.iter().position(|known| *known == part).unwrap_or_default();
            (part, row.unwrap_or(usize::MAX))
        };
        if let Some(problems) = self.problems.borrow_mut().get_mut(self.front.get()..) {
            problems.sort_by_cached_key(place);
        }
    }

    pub(crate) fn add(&self, path: impl Into<String>, message: impl Into<String>) {
        self.push(Problem::new(path, message, None));
    }

    /// Reports what is wrong with a list or a table that can still be used.
    pub(crate) fn remark(&self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.borrow_mut().push(Problem::new(path, message, None));
    }

    pub(crate) fn refuse(&self, path: impl Into<String>, refusal: impl Into<Refusal>) {
        let Refusal { message, suggestion } = refusal.into();
        self.push(match suggestion {
            None => Problem::from_text(path, &message),
            near => Problem::new(path, message, near),
        });
    }

    fn push(&self, problem: Problem) {
        if !self.is_read.get() {
            self.unread.borrow_mut().insert(problem.path().into());
        } else if self.is_unread(problem.path()) {
            return;
        }
        self.problems.borrow_mut().push(problem);
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
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

    /// The refusal of a key that a table does not have: with the one that was probably meant, or
    /// else with all that it has.
    pub(crate) fn key(key: &str, known: &[&str]) -> Self {
        let refusal = Self::near("there is no such key", key, known.iter().copied());
        match refusal.suggestion {
            Some(_) => refusal,
            None => format!("there is no such key; there are {}", known.join(", ")).into(),
        }
    }

    /// The refusal of a word that is not one of the known ones.
    pub(crate) fn word<'a>(word: &str, what: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let message = format!(
            "`{}` is not {what}; there are {}",
            word.escape_debug(),
            known.join(", ")
        );
        Self::near(message, word, known)
    }

    /// The refusal of a name that refers to nothing.
    pub(crate) fn reference<'a>(name: &str, what: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self::near(format!("there is no {what} `{}`", name.escape_debug()), name, known)
    }
}

/// The value of a closed vocabulary that this word names.
pub(crate) fn one_of<T: Copy + Display>(word: &str, what: &str, all: &[T]) -> Result<T, Refusal> {
    let words: Vec<String> = all.iter().map(ToString::to_string).collect();
    let found = all.iter().zip(&words).find(|(_, known)| *known == word);
    found
        .map(|(value, _)| *value)
        .ok_or_else(|| Refusal::word(word, what, words.iter().map(String::as_str)))
}
