//! Templates of URLs.

use super::error::{Place, Problem, RenderError, TemplateError, shown};
use super::program::Program;
use super::structure::{Builder, Usage, split_at_any};
use crate::outbound::HoledText;
use crate::scope::{Field, Scope, Value};
use crate::value::SecretReference;
use alloc::{
    borrow::ToOwned,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use url::Url;

/// An absolute http or https URL with macros in its path and query. The host is fixed, so no value
/// can choose which server is called.
#[derive(Clone, PartialEq, Eq)]
pub struct UrlTemplate {
    source: String,
    origin: String,
    program: Program,
}

impl UrlTemplate {
    /// Reads the URL of a postback.
    ///
    /// # Errors
    /// The error has every problem at once:
    /// - a text that is not an absolute http or https URL, a user name or password, a fragment
    /// - a space, a backslash, a control character, or a `%` without two hex digits (other
    ///   characters that a URL may not hold are encoded)
    /// - an unknown or unclosed macro, an incomplete map, a secret that is not a reference
    /// - a macro in the scheme or the host, or a raw macro of a personal value
    /// - a blank parameter, or a value or path segment that is still `REPLACE`, `OPTIONAL`
    ///   (`REPLACE_ME` ..) or another system's macro
    /// - more than [`MAX_TEMPLATE`](super::MAX_TEMPLATE) bytes or [`MAX_MACROS`](super::MAX_MACROS)
    ///   macros
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Self::parse_with(text, &BTreeMap::new())
    }

    /// Reads the URL of a postback and fills its blanks with `values`: a blank parameter by its
    /// name, and a path segment `REPLACE` by the segment before it (`path` where there is none).
    /// Values are literal text: they are encoded, and braces in them have no meaning. An empty
    /// value leaves a parameter blank on purpose.
    ///
    /// # Errors
    /// As [`parse`](Self::parse) for blanks without a value. Also: a value that fills no blank, is
    /// itself a placeholder, or would make an empty segment or a dot segment.
    pub fn parse_with(text: &str, values: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        build(text, Usage::Postback, values).sound()
    }

    /// Reads the URL of an offer or a lander, to which a visitor is sent. Its parameters may be
    /// blank. It may have a fragment, also with macros, since browsers follow it
    /// (`https://www.example.com/#/course?cid={clickid}`).
    ///
    /// # Errors
    /// As [`parse`](Self::parse), except that blank parameters and a fragment are allowed. Also: a
    /// second `#`, a field of the conversion, which is not known yet, or a secret, which the
    /// visitor would see.
    pub fn parse_offer(text: &str) -> Result<Self, TemplateError> {
        build(text, Usage::Offer, &BTreeMap::new()).sound()
    }

    /// The scheme, host and port, normalised, as in `https://us.ahows.co`. It is the same whatever
    /// the values are.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Renders the URL.
    ///
    /// # Errors
    /// - an amount without a rate into the channel's currency
    /// - a value without an entry in a map that has no `*`
    /// - a raw value with bytes that would change the structure of the URL
    /// - a path segment that would be empty, `.` or `..`
    /// - more than [`MAX_RENDERED`](super::MAX_RENDERED) bytes
    pub fn render(&self, scope: &Scope<'_>) -> Result<HoledText, RenderError> {
        self.render_with(|field| scope.value(field))
    }

    /// Renders the URL into the buffer of `out`, whose content is replaced. So a loop need not
    /// allocate.
    ///
    /// # Errors
    /// As [`render`](Self::render). After an error, `out` is empty.
    pub fn render_into<'v>(&self, value: impl Fn(&Field) -> Value<'v>, out: &mut HoledText) -> Result<(), RenderError> {
        self.program.render(value, out)
    }
}

reads!(UrlTemplate);

impl fmt::Debug for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UrlTemplate({})", self.source)
    }
}

impl fmt::Display for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// A place in a URL template that a person has to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placeholder {
    /// The name to use in `values`: the parameter's name, or the name of the segment before the
    /// place (`path` where there is none).
    pub name: String,
    /// The text at the place: empty, `REPLACE` or `OPTIONAL`.
    pub word: String,
}

/// Returns the places for which [`UrlTemplate::parse_with`] needs values, in order. Other problems
/// of the text are ignored.
#[must_use]
pub fn placeholders(text: &str) -> Vec<Placeholder> {
    let named = |(place, word): (Place, String)| {
        Some(Placeholder {
            name: place.fill_name()?.to_owned(),
            word,
        })
    };
    let built = build(text, Usage::Postback, &BTreeMap::new());
    built.blanks.into_iter().filter_map(named).collect()
}

/// A template with its blanks and its problems.
struct Built {
    template: UrlTemplate,
    blanks: Vec<(Place, String)>,
    problems: Vec<Problem>,
}

impl Built {
    fn sound(self) -> Result<UrlTemplate, TemplateError> {
        if self.problems.is_empty() {
            Ok(self.template)
        } else {
            Err(TemplateError::new(self.problems))
        }
    }
}

fn build(text: &str, usage: Usage, values: &BTreeMap<String, String>) -> Built {
    let mut builder = Builder::new(usage, values);
    let mut origin = String::new();
    if builder.fits(text) {
        let is_space = |c: char| c.is_whitespace() && !c.is_control();
        let whole = text.trim_end_matches(is_space);
        let bare = whole.trim_start_matches(is_space);
        if bare.len() < whole.len() {
            builder.problems.push(Problem::OuterSpace("beginning"));
        }
        if whole.len() < text.len() {
            builder.problems.push(Problem::OuterSpace("end"));
        }
        match split(bare) {
            None => {
                let host_is_open = bare.starts_with('{');
                builder.problems.push(if host_is_open {
                    Problem::MacroInHost
                } else {
                    Problem::NotAbsolute
                });
            }
            Some((scheme, authority, rest)) => {
                match origin_of(scheme, authority) {
                    Ok(found) => origin = found,
                    Err(problem) => builder.problems.push(problem),
                }
                builder.program.push_text(&origin);
                if !rest.starts_with('/') {
                    builder.program.push_text("/");
                }
                let base = whole.len().saturating_sub(rest.len());
                let tokens = builder.tokens(rest, base);
                builder.path_and_query(&tokens);
            }
        }
    }
    let (program, blanks, problems) = builder.finish();
    let template = UrlTemplate {
        source: match values.is_empty() {
            true => text.to_owned(),
            false => program.written(),
        },
        origin,
        program,
    };
    Built {
        template,
        blanks,
        problems,
    }
}

/// Splits a URL into its scheme, its host part and the rest.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    if !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return None;
    }
    let authority = split_at_any(rest, &['/', '?', '#']).map_or(rest, |(authority, _, _)| authority);
    Some((scheme, authority, rest.strip_prefix(authority)?))
}

fn origin_of(scheme: &str, authority: &str) -> Result<String, Problem> {
    let invalid = |why: &str| Problem::Host(shown(authority), why.to_owned());
    if authority.contains(['{', '}']) {
        return Err(Problem::MacroInHost);
    }
    if authority.contains('@') {
        return Err(Problem::UserInfo);
    }
    // The URL parser would drop a tab or a line end, and would read a backslash as a slash.
    if authority
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    {
        return Err(invalid("it holds a space, a control character or a backslash"));
    }
    match Url::parse(&format!("{scheme}://{authority}/")) {
        Ok(url) => Ok(url.origin().ascii_serialization()),
        Err(error) => Err(invalid(&error.to_string())),
    }
}
