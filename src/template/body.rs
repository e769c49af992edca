//! Templates of bodies.

use super::encode::Position;
use super::error::{Place, Problem, RenderError, TemplateError, shown};
use super::foreign::{is_foreign_macro, is_placeholder};
use super::program::Program;
use super::structure::{Builder, Usage};
use crate::outbound::HoledText;
use crate::scope::{Field, Scope, Value};
use crate::value::SecretReference;
use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, string::ToString};
use core::fmt;

/// A content type of which bodies may be templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ContentType {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `text/plain`.
    Text,
}

impl ContentType {
    /// The value of the `content-type` header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Text => "text/plain",
        }
    }

    /// Reads a content type in any case. The only parameter that it may have is `charset=utf-8`.
    fn from_text(text: &str) -> Option<Self> {
        let (essence, parameter) = text.split_once(';').unwrap_or((text, "charset=utf-8"));
        let parameter = parameter.trim().replace('"', "");
        let known = [Self::Json, Self::Form, Self::Text];
        let known = known
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(essence.trim()));
        known.filter(|_| parameter.eq_ignore_ascii_case("charset=utf-8"))
    }
}

/// A body with macros. The content type decides how values are written:
///
/// - JSON: the value of a macro inside a string is escaped. A macro outside of a string stands for
///   a number, and only JSON numbers are written there. A brace begins a macro when a letter or `_`
///   follows it, which is never the case for JSON's own braces.
/// - Form: values are encoded as in a URL's query, so a space is `%20`.
/// - Plain text: values are written as they are, and must not hold control characters.
///
/// ```
/// use postback::{scope::Value, template::BodyTemplate};
/// let body = BodyTemplate::parse(r#"{"id":"{ref_id}","value":{payout}}"#, "application/json")?;
/// let error = body.render_with(|_| Value::Text("8\"}".into())).unwrap_err();
/// assert_eq!(error.to_string(), "`{payout}` stands where a number stands, and its value is not a JSON number");
/// # Ok::<(), postback::template::TemplateError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BodyTemplate {
    source: String,
    content_type: ContentType,
    program: Program,
}

impl BodyTemplate {
    /// Reads a body with this content type (`charset=utf-8` may follow it).
    ///
    /// # Errors
    /// The error has every problem at once:
    /// - another content type or character set
    /// - an unknown or unclosed macro, doubled braces, an incomplete map, a secret that is not a
    ///   reference
    /// - a raw macro outside of a form
    /// - a text that is not JSON when each macro is replaced by a value, or a personal value or a
    ///   secret outside of a JSON string
    /// - a form field that is blank, or a form field, a JSON string or a whole plain text that is
    ///   still a placeholder or another system's macro
    /// - a control character in a plain text
    /// - more than [`MAX_TEMPLATE`](super::MAX_TEMPLATE) bytes or [`MAX_MACROS`](super::MAX_MACROS)
    ///   macros
    pub fn parse(text: &str, content_type: &str) -> Result<Self, TemplateError> {
        let Some(content_type) = ContentType::from_text(content_type) else {
            return Err(TemplateError::new([Problem::ContentType(shown(content_type))].into()));
        };
        let values = BTreeMap::new();
        let mut builder = Builder::new(Usage::Form, &values);
        if builder.fits(text) {
            match content_type {
                ContentType::Form => {
                    let tokens = builder.tokens(text, 0);
                    builder.form(&tokens);
                }
                ContentType::Json => json(&mut builder, text),
                ContentType::Text => plain(&mut builder, text),
            }
        }
        let (program, _, problems) = builder.finish();
        if !problems.is_empty() {
            return Err(TemplateError::new(problems));
        }
        Ok(Self {
            source: text.to_owned(),
            content_type,
            program,
        })
    }

    /// The content type of the body.
    #[must_use]
    pub fn content_type(&self) -> ContentType {
        self.content_type
    }

    /// Renders the body.
    ///
    /// # Errors
    /// - an amount without a rate into the channel's currency
    /// - a value without an entry in a map that has no `*`
    /// - a raw value with bytes that would change the structure of the form
    /// - a value that is not a JSON number in the place of a number, or a control character in a
    ///   plain text
    /// - more than [`MAX_RENDERED`](super::MAX_RENDERED) bytes
    pub fn render(&self, scope: &Scope<'_>) -> Result<HoledText, RenderError> {
        self.render_with(|field| scope.value(field))
    }
}

reads!(BodyTemplate);

impl fmt::Debug for BodyTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyTemplate({}, {})", self.content_type.as_str(), self.source)
    }
}

fn plain(builder: &mut Builder<'_>, text: &str) {
    if let Some((at, _)) = text.char_indices().find(|(_, c)| c.is_control()) {
        builder.problems.push(Problem::Control(at));
    }
    left_over(builder, 0, text);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at = text.len().saturating_sub(rest.len());
        let taken = match inner(builder, rest, at) {
            Some(inner) => {
                builder.macro_at(at, inner, Position::Plain);
                inner.len().saturating_add(2)
            }
            None => {
                builder.program.push_text(first.encode_utf8(&mut [0; 4]));
                first.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
}

/// Reads JSON only as far as its strings matter. A real parser checks the rest: each macro is
/// replaced by a sample of the same length, so that the places in the parser's messages are right.
fn json(builder: &mut Builder<'_>, text: &str) {
    let mut sample = String::with_capacity(text.len());
    // The place where the current string begins, after its quote.
    let mut string: Option<usize> = None;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at = text.len().saturating_sub(rest.len());
        let taken = match inner(builder, rest, at) {
            Some(inner) => {
                // `null` cannot be a part of a longer word or number, so a macro that it replaces
                // is a value of its own.
                let (position, value, filler) = match string {
                    Some(_) => (Position::JsonString, "", 'x'),
                    None => (Position::JsonNumber, "null", ' '),
                };
                builder.macro_at(at, inner, position);
                let taken = inner.len().saturating_add(2);
                sample.push_str(value);
                sample.extend(core::iter::repeat_n(filler, taken.saturating_sub(value.len())));
                taken
            }
            None => {
                let taken = match (first, string) {
                    ('\\', Some(_)) => 1_usize.saturating_add(rest.chars().nth(1).map_or(0, char::len_utf8)),
                    _ => first.len_utf8(),
                };
                string = match (first, string) {
                    ('"', None) => Some(at.saturating_add(1)),
                    ('"', Some(start)) => {
                        left_over(builder, start, text.get(start..at).unwrap_or_default());
                        None
                    }
                    (_, string) => string,
                };
                let taken_text = rest.get(..taken).unwrap_or_default();
                builder.program.push_text(taken_text);
                sample.push_str(taken_text);
                taken
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&sample) {
        builder.problems.push(Problem::NotJson(error.to_string()));
    }
}

/// Returns the text in the braces with which `rest` begins, if they are a macro's braces: a letter
/// or `_` follows the first one.
fn inner<'t>(builder: &mut Builder<'_>, rest: &'t str, at: usize) -> Option<&'t str> {
    let behind = rest.strip_prefix('{')?;
    let begins = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if behind.strip_prefix('{').is_some_and(begins) {
        builder.problems.push(Problem::Doubled(at));
    }
    if !begins(behind) {
        return None;
    }
    let inner = behind.split_once('}').map(|(inner, _)| inner);
    let inner = inner.filter(|inner| !inner.contains(['{', '"', '\\', '\n']));
    if inner.is_none() {
        builder.problems.push(Problem::Unclosed(at));
    }
    inner
}

/// Reports a text that a person or another system still has to fill in, if it is the whole text.
/// With one of our macros in it, it is not.
fn left_over(builder: &mut Builder<'_>, at: usize, text: &str) {
    if is_placeholder(text) {
        builder.problems.push(Problem::Placeholder {
            place: Place::Text(at),
            word: shown(text),
        });
    } else if !text.contains('{') && is_foreign_macro(text) {
        builder.foreign(Place::Text(at), text);
    }
}
