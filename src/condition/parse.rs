//! Reads a clause from its text.

use super::clause::Clause;
use super::number::{Number, NumberError};
use super::print::before_ignoring_case;
use super::range::Range;
use super::test::Test;
use super::texts::{TextOp, Texts};
use crate::text::shown;
use crate::value::span::DurationError;
use crate::value::{IpRangeError, Percent, PercentError, ip_range};
use alloc::{string::String, vec::Vec};
use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The error for a text that is not a [`Clause`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a condition: {problem}")]
pub struct ClauseError {
    text: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("it holds a control character")]
    Control,
    #[error("it is empty; a condition is a name, an operation and a value, as in `payout at least 10.00`")]
    NoName,
    #[error("no operation follows `{0}`; there are {OPERATIONS}")]
    NoOperation(String),
    #[error("`{0}` wants a value")]
    NoValue(&'static str),
    #[error("`equals` takes one value, `in` takes several; write a value that has a comma within quotes")]
    Several,
    #[error("a text to look for is empty")]
    EmptyText,
    #[error("a text is empty; write `\"\"` if that is meant")]
    EmptyItem,
    #[error("a text with a quote must be within quotes, with a backslash before the quote")]
    QuoteInside,
    #[error("a quoted text has no closing quote")]
    Quote,
    #[error("`{0}` follows a quoted text; write a comma between two texts")]
    Beside(String),
    #[error("`between` wants two numbers, as in `between 10 and 20`")]
    Between,
    #[error("no number is between {0} and {1}")]
    Nothing(Number, Number),
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error(transparent)]
    Percent(#[from] PercentError),
    #[error("a share is at most 100%, not {0}%")]
    OverWhole(Percent),
    #[error(transparent)]
    Duration(#[from] DurationError),
    #[error(transparent)]
    Range(#[from] IpRangeError),
}

const OPERATIONS: &str = "`equals`, `in`, `not in`, `contains`, `begins with`, `at least`, `at most`, `between`, \
                          `matches`, `within`, `share` and `is there`";

impl FromStr for Clause {
    type Err = ClauseError;

    /// Reads `name operation value`.
    ///
    /// # Errors
    /// - a text without a name, without an operation, or without a value
    /// - a value of the wrong kind for the operation: not a number, a duration, or a range of
    ///   addresses
    /// - a range that holds no number, or a share of more than the whole
    /// - several values where one is meant, an empty text to look for, or a quote without an end
    /// - a control character
    fn from_str(text: &str) -> Result<Self, ClauseError> {
        read(text).map_err(|problem| ClauseError {
            text: shown(text),
            problem,
        })
    }
}

fn read(text: &str) -> Result<Clause, Problem> {
    if text.contains(char::is_control) {
        return Err(Problem::Control);
    }
    let text = text.trim();
    let (name, rest) = match quoted(text)? {
        Some(read) => read,
        None => {
            let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            (name.into(), rest)
        }
    };
    if name.is_empty() {
        return Err(Problem::NoName);
    }
    let test = test(rest.trim(), &name)?;
    Ok(Clause { name, test })
}

fn test(text: &str, name: &str) -> Result<Test, Problem> {
    for (op, words) in TextOp::ALL {
        if let Some(value) = behind(text, words) {
            return texts(op, some(value, words)?).map(Test::Text);
        }
    }
    let number = |words| behind(text, words).map(|value| some(value, words)?.parse().map_err(Problem::Number));
    if let Some(least) = number("at least") {
        let (least, most) = (Some(least?), None);
        return Ok(Test::Number(Range { least, most }));
    }
    if let Some(most) = number("at most") {
        let (least, most) = (None, Some(most?));
        return Ok(Test::Number(Range { least, most }));
    }
    if let Some(value) = behind(text, "between") {
        return between(value).map(Test::Number);
    }
    if let Some(value) = behind(text, "matches") {
        let ranges = some(value, "matches")?.split(',').map(|range| ip_range(range.trim()));
        return Ok(Test::Address(ranges.collect::<Result<_, _>>()?));
    }
    if let Some(value) = behind(text, "within") {
        return Ok(Test::Within(crate::value::span::duration(some(value, "within")?)?));
    }
    if let Some(value) = behind(text, "share") {
        let value = some(value, "share")?;
        let number = value.strip_suffix('%').unwrap_or(value).trim_end();
        return share(number.parse()?).map(Test::Share);
    }
    match behind(text, "is there") {
        Some("") => Ok(Test::IsThere),
        _ => Err(Problem::NoOperation(shown(name))),
    }
}

/// Returns the text after an operation, if `text` begins with that operation.
fn behind<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let mut rest = text;
    for word in words.split(' ') {
        rest = rest.trim_start().strip_prefix(word)?;
        if rest.starts_with(|next: char| !next.is_whitespace()) {
            return None;
        }
    }
    Some(rest.trim())
}

fn some<'a>(value: &'a str, words: &'static str) -> Result<&'a str, Problem> {
    if value.is_empty() {
        Err(Problem::NoValue(words))
    } else {
        Ok(value)
    }
}

fn between(value: &str) -> Result<Range, Problem> {
    let (least, most) = value.split_once(" and ").ok_or(Problem::Between)?;
    let (least, most): (Number, Number) = (least.trim().parse()?, most.trim().parse()?);
    if least.amount > most.amount || least.currency != most.currency {
        return Err(Problem::Nothing(least, most));
    }
    let (least, most) = (Some(least), Some(most));
    Ok(Range { least, most })
}

/// Refuses a share above 100 percent, which a percentage may otherwise be.
fn share(percent: Percent) -> Result<Percent, Problem> {
    if percent > Percent::whole() {
        return Err(Problem::OverWhole(percent));
    }
    Ok(percent)
}

fn texts(op: TextOp, value: &str) -> Result<Texts, Problem> {
    let mut wanted = Vec::new();
    let mut rest = value;
    let ignoring_case = loop {
        match quoted(rest)? {
            Some((text, behind)) => {
                wanted.push(text);
                rest = behind.trim_start();
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (text, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
                let plain = match behind {
                    "" => without_end(text),
                    _ => None,
                };
                let text = plain.unwrap_or(text).trim();
                if text.contains('"') {
                    return Err(Problem::QuoteInside);
                }
                if text.is_empty() {
                    return Err(Problem::EmptyItem);
                }
                wanted.push(text.into());
                if plain.is_some() {
                    break true;
                }
                rest = behind;
            }
        }
        match rest.strip_prefix(',') {
            Some(next) => rest = next.trim_start(),
            None if rest.is_empty() => break false,
            None if before_ignoring_case(rest) == Some("") => break true,
            None => return Err(Problem::Beside(shown(rest))),
        }
    };
    if op == TextOp::Equals && wanted.len() > 1 {
        return Err(Problem::Several);
    }
    if matches!(op, TextOp::Contains | TextOp::BeginsWith) && wanted.iter().any(String::is_empty) {
        return Err(Problem::EmptyText);
    }
    Ok(Texts {
        op,
        wanted,
        ignoring_case,
        printed: false,
    })
}

/// Returns the text before a final `ignoring case`, if there is such an end and a text before it.
fn without_end(text: &str) -> Option<&str> {
    before_ignoring_case(text).filter(|before| before.ends_with(char::is_whitespace))
}

/// Reads a text in quotes at the beginning, and returns it with the rest.
fn quoted(text: &str) -> Result<Option<(String, &str)>, Problem> {
    let Some(inside) = text.strip_prefix('"') else {
        return Ok(None);
    };
    let mut read = String::new();
    let mut characters = inside.chars();
    loop {
        match characters.next().ok_or(Problem::Quote)? {
            '"' => return Ok(Some((read, characters.as_str()))),
            '\\' => read.push(characters.next().ok_or(Problem::Quote)?),
            other => read.push(other),
        }
    }
}

impl Serialize for Clause {
    /// Writes the text of the clause.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Clause {
    /// Reads the clause from its text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Clause;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a condition as text, such as \"payout at least 10.00\"")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Clause, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
