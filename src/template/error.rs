//! The problems of a template, and the reasons why a valid template cannot be rendered for one
//! conversion.

use super::{MAX_MACROS, MAX_RENDERED, MAX_TEMPLATE};
use crate::text::Cut;
use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use thiserror::Error;

/// The error for a text that is not a template, with every problem of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    problems: Vec<TemplateProblem>,
}

impl TemplateError {
    pub(super) fn new(problems: Vec<Problem>) -> Self {
        Self {
            problems: problems.into_iter().map(TemplateProblem).collect(),
        }
    }

    /// The problems, at least one.
    #[must_use]
    pub fn problems(&self) -> &[TemplateProblem] {
        &self.problems
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl core::error::Error for TemplateError {}

/// One problem of a template. Its text says where it is and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct TemplateProblem(Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Problem {
    #[error("the template is {0} bytes long, at most {MAX_TEMPLATE} are allowed")]
    TooLong(usize),
    #[error("the template holds {0} macros, at most {MAX_MACROS} are allowed")]
    TooManyMacros(usize),
    #[error("`{{` at byte {0} is not closed")]
    Unclosed(usize),
    #[error("`}}` at byte {0} closes nothing; write `%7D` if the character is meant")]
    Stray(usize),
    #[error("unknown macro `{{{text}}}` at byte {at}{hint}")]
    UnknownMacro { text: String, at: usize, hint: String },
    #[error(
        "`${{{text}}}` at byte {at} is another system's macro, which would be sent as it is; name a field, as in `{{{ours}}}`"
    )]
    Dollar {
        text: String,
        at: usize,
        ours: Cow<'static, str>,
    },
    #[error("`{{{{` at byte {0}: macros are written with single braces, as in `{{ref_id}}`")]
    Doubled(usize),
    #[error("map `{{{text}}}` at byte {at} {fault}")]
    Map { text: String, at: usize, fault: MapFault },
    #[error(
        "`{{{text}}}` at byte {at} is not a reference to a secret; write `{{secret:env:NAME}}`, `file:PATH` or `host:NAME`"
    )]
    SecretReference { text: String, at: usize },
    #[error("`{{{text}}}` at byte {at} {why}")]
    Misplaced { text: String, at: usize, why: &'static str },
    #[error("the template is not an absolute http or https URL")]
    NotAbsolute,
    #[error("the host part `{0}` is not valid: {1}")]
    Host(String, String),
    #[error(
        "the host part holds a user name or a password, which is never sent; put a token into a header or a parameter"
    )]
    UserInfo,
    #[error("a macro stands in the scheme or the host part, so a value could choose who is called; write the host out")]
    MacroInHost,
    #[error("`#` at byte {0}: a fragment is never sent; write `%23` if the character is meant")]
    Fragment(usize),
    #[error("`&amp;` at byte {0}: the URL is HTML-escaped, as the source of a page has it; write `&`")]
    Html(usize),
    #[error("a space stands at the {0} of the URL; take it away")]
    OuterSpace(&'static str),
    #[error("`#` at byte {0}: a URL has one fragment; write `%23` if the character is meant")]
    SecondFragment(usize),
    #[error("{what} at byte {at} does not belong in a URL; percent-encode it")]
    Character { what: &'static str, at: usize },
    #[error("`%` at byte {0} is not followed by two hexadecimal digits; write `%25` if the character is meant")]
    Percent(usize),
    #[error("path segment `{0}` leads out of its place; write the path without it")]
    DotSegment(String),
    #[error("{place} has no value: write one{}", .place.or_values())]
    Blank { place: Place },
    #[error("{place} is still `{word}`: write its value{}", .place.or_values())]
    Placeholder { place: Place, word: String },
    #[error(
        "{place} is `{text}`, another system's macro, which would be sent as it is; name a field, as in `{{{ours}}}`"
    )]
    Foreign {
        place: Place,
        text: String,
        ours: Cow<'static, str>,
    },
    #[error("value `{0}` is still `{1}`")]
    UnfilledValue(String, String),
    #[error("value `{0}` would be the path segment `{1}`, which is empty or leads out of its place")]
    SegmentValue(String, String),
    #[error("value `{0}` fills nothing: {1}")]
    UnusedValue(String, String),
    #[error(
        "content type `{0}` has no templates; known are application/json, application/x-www-form-urlencoded and text/plain"
    )]
    ContentType(String),
    #[error("the body is not JSON once its macros are filled: {0}")]
    NotJson(String),
    #[error("the body holds a control character at byte {0}")]
    Control(usize),
}

/// The place where a value is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A parameter of a URL's query, by its name.
    Parameter(String),
    /// A segment of a URL's path, by the name that fills it: the segment before it, or `path`.
    Segment(String),
    /// A field of a form body, by its name.
    FormField(String),
    /// A string in a JSON body, or a whole plain text, that begins at this byte.
    Text(usize),
}

impl Place {
    /// The name in `values` that fills the place, if there is one.
    pub(super) fn fill_name(&self) -> Option<&str> {
        match self {
            Self::Parameter(name) | Self::Segment(name) => Some(name),
            Self::FormField(_) | Self::Text(_) => None,
        }
    }

    fn or_values(&self) -> String {
        self.fill_name().map_or_else(String::new, |name| {
            alloc::format!(", or give `{}` in `values`", shown(name))
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(name) => write!(f, "parameter `{}`", shown(name)),
            Self::Segment(name) => write!(f, "path segment `{}`", shown(name)),
            Self::FormField(name) => write!(f, "form field `{}`", shown(name)),
            Self::Text(at) => write!(f, "the text at byte {at}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum MapFault {
    #[error("is empty")]
    Empty,
    #[error("is always encoded; leave out the `_`")]
    Raw,
    #[error("reads a personal value, which is not known when it is rendered")]
    Private,
    #[error("has the entry `{0}`, which is not `key=value`")]
    Entry(String),
    #[error("holds `{0}`, which is not percent-encoded UTF-8")]
    Encoding(String),
    #[error("names `{0}` twice")]
    Twice(String),
    #[error("names `{0}`, which is not a status; they are approved, pending, declined and other")]
    NotAStatus(String),
    #[error("has no entry for {0} and no `*=`")]
    Misses(String),
    #[error("stands where a number stands, and `{0}` is not a JSON number")]
    NotANumber(String),
}

/// The reason why a template cannot be rendered with these values. Macros are shown as they are
/// written, with their braces. Values are not shown, since they may be personal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RenderError {
    /// An amount is needed for which there is no rate into the channel's currency.
    #[error("`{name}` has no rate into the channel's currency")]
    NoRate {
        /// The macro.
        name: String,
    },
    /// An amount is needed, and the conversion came without one although it counts as money.
    #[error("`{name}` is not known, since no amount came; a postback with a fixed `payout` fires without one")]
    NoAmount {
        /// The macro.
        name: String,
    },
    /// The value has no entry in a map that has no `*`.
    #[error("`{name}` has no entry for its value and no `*=`")]
    Unmapped {
        /// The macro.
        name: String,
    },
    /// The value of a raw macro holds a character that would change the URL.
    #[error("`{name}` is raw and its value holds {character:?}, which is not allowed there")]
    Raw {
        /// The macro.
        name: String,
        /// The first character that is not allowed.
        character: char,
    },
    /// A path segment would be empty, `.` or `..`.
    #[error("path segment `{name}` would be empty, `.` or `..`")]
    Segment {
        /// The segment as it is written in the template.
        name: String,
    },
    /// A macro stands in the place of a JSON number, and its value is not one.
    #[error("`{name}` stands where a number stands, and its value is not a JSON number")]
    NotANumber {
        /// The macro.
        name: String,
    },
    /// A plain text body would hold a control character.
    #[error("the value of `{name}` holds a control character, which is not allowed in a plain text")]
    Control {
        /// The macro.
        name: String,
    },
    /// A personal value stands where it cannot be filled in later.
    #[error("`{name}` is a personal value, which can only be written encoded")]
    Private {
        /// The macro.
        name: String,
    },
    /// The text is longer than [`MAX_RENDERED`].
    #[error("the rendered text is over {MAX_RENDERED} bytes long")]
    TooLong,
}

impl RenderError {
    /// The part that cannot be written, as it stands in the template.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::NoRate { name }
            | Self::NoAmount { name }
            | Self::Unmapped { name }
            | Self::Raw { name, .. }
            | Self::Segment { name }
            | Self::NotANumber { name }
            | Self::Control { name }
            | Self::Private { name } => name,
            Self::TooLong => "the whole URL",
        }
    }
}

/// The beginning of a text, on one line, for a message.
pub(super) fn shown(text: &str) -> String {
    Cut::new(text, 80).marked().to_string()
}
