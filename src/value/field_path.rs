//! Paths into a network's message, as the configuration writes them:
//! `from = "lineItems[0].productTitle"`.

use crate::text::shown;
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{fmt, str::FromStr};
use thiserror::Error;

/// The longest path, in bytes. The longest real one, `customer.shipping.address.postalCode`, has
/// 36, and a vendor's variable has at most 128.
const MAX_PATH: usize = 256;
/// The highest index of a list: no order has more than a thousand lines.
const MAX_INDEX: usize = 999;

/// The place of a value in a message: names separated by `.`. A name is followed by `[index]` where
/// the value is in a list. Names are matched exactly. A name that holds `.`, `[` or `]` cannot be
/// written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath {
    text: String,
    steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    Name(String),
    Index(usize),
}

impl FieldPath {
    /// The text that was parsed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl FromStr for FieldPath {
    type Err = FieldPathError;

    /// # Errors
    /// - the empty text, and one of more than 256 bytes
    /// - an empty name: a `.` or `[` at the beginning, a `.` at the end, `..`
    /// - brackets that do not pair, or have anything but `.` or another bracket after them
    /// - an index that is not a decimal number of 0 to 999
    fn from_str(text: &str) -> Result<Self, FieldPathError> {
        let fail = |problem| {
            Err(FieldPathError {
                path: text.to_owned(),
                problem,
            })
        };
        if text.is_empty() {
            return fail(Problem::Empty);
        }
        if text.len() > MAX_PATH {
            // The text is not repeated: it is too long to be of use.
            return Err(FieldPathError {
                path: String::new(),
                problem: Problem::TooLong(text.len()),
            });
        }
        let mut steps = Vec::new();
        for part in text.split('.') {
            let (name, mut rest) = part
                .find('[')
                .and_then(|at| part.split_at_checked(at))
                .unwrap_or((part, ""));
            if name.is_empty() {
                return fail(Problem::EmptyName);
            }
            if name.contains(']') {
                return fail(Problem::Bracket);
            }
            steps.push(Step::Name(name.to_owned()));
            while !rest.is_empty() {
                let Some((index, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
                    return fail(Problem::Bracket);
                };
                match index
                    .parse()
                    .ok()
                    .filter(|_| index.bytes().all(|byte| byte.is_ascii_digit()))
                {
                    Some(number) if number <= MAX_INDEX => steps.push(Step::Index(number)),
                    _ => return fail(Problem::Index(index.to_owned())),
                }
                rest = after;
            }
        }
        Ok(Self {
            text: text.to_owned(),
            steps,
        })
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", self.text)
    }
}

impl serde::Serialize for FieldPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> serde::Deserialize<'de> for FieldPath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The error for a text that is not a path into a message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct FieldPathError {
    path: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Empty,
    TooLong(usize),
    EmptyName,
    Bracket,
    Index(String),
}

impl fmt::Display for FieldPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = shown(&self.path);
        match &self.problem {
            Problem::Empty => f.write_str("path is empty"),
            Problem::TooLong(length) => write!(f, "path is {length} bytes long, at most {MAX_PATH} are allowed"),
            Problem::EmptyName => write!(f, "path `{path}` holds an empty name"),
            Problem::Bracket => write!(
                f,
                "path `{path}` holds a bracket out of place, an index is written `name[0]`"
            ),
            Problem::Index(index) => write!(
                f,
                "path `{path}` holds the index `{}`, which is not 0 to {MAX_INDEX}",
                shown(index)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    #[test]
    fn a_wrong_path_says_what_is_wrong() {
        let text = |path: &str| path.parse::<FieldPath>().unwrap_err().to_string();
        assert_eq!(text(""), "path is empty");
        for path in ["a..b", ".a", "a.", "[0]", "a.[0]", "."] {
            assert_eq!(text(path), format!("path `{path}` holds an empty name"));
        }
        for path in ["a[0", "a]", "a[0]b", "a[0]]", "a[", "a[[0]]x"] {
            let text = text(path);
            let bracket = format!("path `{path}` holds a bracket out of place, an index is written `name[0]`");
            let index = format!("path `{path}` holds the index `[0`, which is not 0 to 999");
            assert!(text == bracket || text == index, "{text}");
        }
        for index in ["", "x", "-1", "+1", "1000", " 1", "99999999999999999999999"] {
            let path = format!("a[{index}]");
            assert_eq!(
                text(&path),
                format!("path `{path}` holds the index `{index}`, which is not 0 to 999")
            );
        }
    }

    #[test]
    fn a_path_has_at_most_256_bytes_and_an_index_is_at_most_999() {
        assert!("a".repeat(MAX_PATH - 1).parse::<FieldPath>().is_ok());
        assert!("a".repeat(MAX_PATH).parse::<FieldPath>().is_ok());
        let error = "a".repeat(MAX_PATH + 1).parse::<FieldPath>().unwrap_err();
        assert_eq!(error.to_string(), "path is 257 bytes long, at most 256 are allowed");
        assert!("a[998]".parse::<FieldPath>().is_ok());
        assert!("a[999]".parse::<FieldPath>().is_ok());
    }

    #[test]
    fn a_path_prints_as_it_was_written() {
        let path: FieldPath = "lineItems[0].productTitle".parse().unwrap();
        assert_eq!(
            (path.to_string(), format!("{path:?}")),
            (path.as_str().into(), format!("Path({path})"))
        );
        assert_eq!(serde_json::to_string(&path).unwrap(), "\"lineItems[0].productTitle\"");
        assert_eq!(
            serde_json::from_str::<FieldPath>("\"lineItems[0].productTitle\"").unwrap(),
            path
        );
        let error = serde_json::from_str::<FieldPath>("\"a..b\"").unwrap_err().to_string();
        assert!(error.starts_with("path `a..b` holds an empty name"), "{error}");
    }
}
