//! The response body that a source asks for, in place of our own.

use super::map::is_name_character;
use crate::text::nearest;
use alloc::string::String;
use core::{fmt, str::FromStr};
use thiserror::Error;

/// The longest response body that a source may ask for, in bytes.
pub const MAX_REPLY: usize = 1024;
/// The macros that may stand in it.
const MACROS: [&str; 3] = ["outcome", "reason", "parameter"];

/// The body of a response, with the macros `{outcome}`, `{reason}` and `{parameter}`. Any other
/// brace stands for itself, so the body may be JSON.
///
/// ```
/// use postback::definition::ReplyBody;
/// let body: ReplyBody = "ERR {reason}".parse()?;
/// assert_eq!(body.filled("refused", "malformed_amount", "sum"), "ERR malformed_amount");
/// let json: ReplyBody = r#"{"status": "{outcome}"}"#.parse()?;
/// assert_eq!(json.filled("applied", "", ""), r#"{"status": "applied"}"#);
/// # Ok::<(), postback::definition::ReplyBodyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplyBody(String);

/// The error for a text that is not the body of a response.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct ReplyBodyError(Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("is {0} bytes long, at most {MAX_REPLY} are allowed")]
    TooLong(usize),
    #[error("there is no macro `{{{0}}}` here; there are {{outcome}}, {{reason}}, {{parameter}}")]
    Unknown(String),
    #[error(
        "there is no macro `{{{0}}}` here; there are {{outcome}}, {{reason}}, {{parameter}}; did you mean `{{{1}}}`?"
    )]
    Mistyped(String, &'static str),
}

impl ReplyBody {
    /// Returns the body for an outcome, the code of its reason, and the name of the parameter with
    /// the error. A macro without a value becomes empty.
    #[must_use]
    pub fn filled(&self, outcome: &str, reason: &str, parameter: &str) -> String {
        // The name comes from the caller, and a browser may show the body, so only plain names are
        // filled in.
        let is_plain = parameter.chars().all(is_name_character);
        let parameter = if is_plain { parameter } else { "" };
        let body = self.0.replace("{outcome}", outcome).replace("{reason}", reason);
        body.replace("{parameter}", parameter)
    }
}

impl FromStr for ReplyBody {
    type Err = ReplyBodyError;

    /// # Errors
    /// - more than [`MAX_REPLY`] bytes
    /// - a word of lower-case letters and underscores in braces that is not one of the macros
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_REPLY {
            return Err(ReplyBodyError(Problem::TooLong(text.len())));
        }
        let words = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let unknown = words.filter(is_word).find(|word| !MACROS.contains(word));
        let Some(word) = unknown else {
            return Ok(Self(text.into()));
        };
        Err(ReplyBodyError(match nearest(word, MACROS) {
            Some(near) => Problem::Mistyped(word.into(), near),
            None => Problem::Unknown(word.into()),
        }))
    }
}

impl fmt::Display for ReplyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
