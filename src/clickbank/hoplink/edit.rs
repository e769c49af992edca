//! Makes tracking links: adds or replaces one parameter and keeps every other byte.

use super::form::Shape;
use super::parameter::{TRACKING_PARAMETERS, is_code, longest};
use super::{Link, LinkError, LinkForm, Parts};
use crate::clickbank::tid::{Tid, TidError};
use crate::text::{ESCAPED, nearest, shown};
use crate::value::Query;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use percent_encoding::utf8_percent_encode;
use thiserror::Error;

/// The error for a parameter that a link does not take, or for a value that the parameter does not
/// take.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct ParameterError(Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("`{0}` is not a tracking parameter of ClickBank's{1}")]
    Unknown(String, String),
    #[error("{}", refusal(.0, .1))]
    NotTaken(LinkForm, String),
    #[error("`{0}` is empty")]
    Empty(String),
    #[error("`{0}`: {1}")]
    Code(String, TidError),
    #[error("`{0}` has {1} characters; ClickBank takes at most {2}")]
    TooLong(String, usize, usize),
    #[error("`{0}` holds a control character")]
    Control(String),
    #[error(transparent)]
    Link(LinkError),
    #[error(
        "a macro's `{{` before the query is not closed there, so that what is put into the query may stand inside the \
         macro; write `%3F` and `%23` within it"
    )]
    Open,
    #[error("a parameter's name holds a macro (`{0}`), so that it may turn out to be `{1}` when the macro is filled")]
    Named(String, String),
    #[error("`{0}` is not a macro: the name of a macro has only lower-case letters, digits and underscores")]
    Macro(String),
}

fn refusal(form: &LinkForm, parameter: &str) -> String {
    let why = match (form.tracking_parameter(), form.shape()) {
        (Some(code), _) => return format!("{} does not take `{parameter}`; write `{code}`", with_article(form)),
        (None, Shape::Landing) => "the hop was made already; track the hoplink that led there",
        (None, Shape::OrderForm) => "it is the page of one visit; track the link that led there",
        (None, _) => {
            return "it does not look like a link of ClickBank's, so it takes no tracking parameter".into();
        }
    };
    format!("{} takes no tracking parameter: {why}", with_article(form))
}

/// The name of the form with its article, as in `an encrypted hoplink`.
pub(super) fn with_article(form: &LinkForm) -> String {
    let name = form.name();
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}

impl Link {
    /// Returns the link with a tracking parameter. It is added at the end of the query, or replaces
    /// the one that is there (of repeated ones the first is replaced and the others are removed).
    /// The value is encoded. Every other byte stays, except that a host without a path gets a `/`.
    ///
    /// # Errors
    /// - a name that is not a tracking parameter of ClickBank's, or one that the link's form does
    ///   not take
    /// - a `tid` or `vtid` that is not a [`Tid`]
    /// - an empty value, one with a control character, or one over the length in
    ///   [`TRACKING_PARAMETERS`]
    /// - a link with a macro that opens before its query and does not close there, or with a macro
    ///   in the name of a parameter
    /// - a result that is too long, or has more parameters than [`Link::parse`] accepts
    pub fn with(&self, parameter: &str, value: &str) -> Result<Self, ParameterError> {
        self.check(parameter).map_err(ParameterError)?;
        sound(parameter, value).map_err(ParameterError)?;
        self.edited(parameter, &utf8_percent_encode(value, ESCAPED).to_string())
    }

    /// Returns the link with a macro as a parameter's value, as in `tid={clickid}`. This is the URL
    /// of an offer, in which the values of each click are filled in.
    ///
    /// # Errors
    /// - a name that is not a tracking parameter of ClickBank's, or one that the link's form does
    ///   not take
    /// - a link with a macro that opens before its query and does not close there, or with a macro
    ///   in the name of a parameter
    /// - a macro's name with characters other than `a`-`z`, `0`-`9` and `_`
    pub fn with_macro(&self, parameter: &str, name: &str) -> Result<Self, ParameterError> {
        self.check(parameter).map_err(ParameterError)?;
        let is_name = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_');
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(ParameterError(Problem::Macro(format!("{{{}}}", shown(name)))));
        }
        self.edited(parameter, &format!("{{{name}}}"))
    }

    fn check(&self, parameter: &str) -> Result<(), Problem> {
        if longest(parameter).is_none() {
            let near = nearest(parameter, TRACKING_PARAMETERS.iter().map(|(name, _)| *name));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(Problem::Unknown(shown(parameter), near));
        }
        match self.form().takes(parameter) {
            true => Ok(()),
            false => Err(Problem::NotTaken(self.form().clone(), parameter.into())),
        }
    }

    /// Adds or replaces a parameter; `value` is written without encoding.
    fn edited(&self, name: &str, value: &str) -> Result<Self, ParameterError> {
        let Parts { base, query, fragment } = Parts::of(self.as_str());
        // When the macro is filled, the `?` or `#` that ends the base would be replaced with it.
        if base.rfind('{') > base.rfind('}') {
            return Err(ParameterError(Problem::Open));
        }
        // When the macro is filled, it may become the parameter that is added here, and stand
        // before it.
        let mut names = query
            .unwrap_or_default()
            .split('&')
            .filter_map(|segment| segment.split('=').next());
        if let Some(open) = names.find(|name| name.contains('{')) {
            return Err(ParameterError(Problem::Named(shown(open), name.into())));
        }
        let pair = format!("{name}={value}");
        let mut placed = false;
        let mut kept: Vec<&str> = Vec::new();
        for segment in query.unwrap_or_default().split('&') {
            if !is_named(segment, name) {
                kept.push(segment);
            } else if !placed {
                kept.push(&pair);
                placed = true;
            }
        }
        if !placed {
            match kept.last_mut() {
                // The empty segment is what follows the last `&`, or a whole query that is empty.
                Some(last) if last.is_empty() => *last = &pair,
                _ => kept.push(&pair),
            }
        }
        let host = base.split_once("://").map_or(base, |(_, host)| host);
        let slash = if host.contains('/') { "" } else { "/" };
        let text = format!("{base}{slash}?{}{fragment}", kept.join("&"));
        Self::parse(&text).map_err(|error| ParameterError(Problem::Link(error)))
    }
}

fn sound(parameter: &str, value: &str) -> Result<(), Problem> {
    if value.is_empty() {
        return Err(Problem::Empty(parameter.into()));
    }
    if is_code(parameter) {
        return match Tid::new(value) {
            Ok(_) => Ok(()),
            Err(error) => Err(Problem::Code(parameter.into(), error)),
        };
    }
    let length = value.chars().count();
    match longest(parameter) {
        Some(longest) if length > longest => Err(Problem::TooLong(parameter.into(), length, longest)),
        _ if value.contains(char::is_control) => Err(Problem::Control(parameter.into())),
        _ => Ok(()),
    }
}

/// Whether a segment of a query has this name once it is decoded.
fn is_named(segment: &str, name: &str) -> bool {
    let read = Query::parse(segment.as_bytes());
    read.is_ok_and(|query| query.pairs().next().is_some_and(|(own, _)| own == name))
}
