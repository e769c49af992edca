//! This module reads ClickBank's links: which form a URL is, what stands in it; and it makes
//! tracking links of them. Begin with [`Link::parse`].
//!
//! A hoplink and a pay link look alike and give different things back: an affiliate's `tid` on the
//! one, a seller's `vtid` on the other. A click id in the wrong one is lost without a word from
//! ClickBank, so a link says by its [`LinkForm`] which one it takes, and
//! [`Link::with`] refuses the other.
//!
//! ```
//! use postback::clickbank::hoplink::Link;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let link = Link::parse("https://hop.clickbank.net/?affiliate=promoter&vendor=seller&pid=20")?;
//!     assert_eq!(link.form().to_string(), "hoplink of affiliate `promoter`, vendor `seller`");
//!     assert_eq!(link.form().tracking_parameter(), Some("tid"));
//!     let tracked = link.with("tid", "p2345").unwrap();
//!     assert_eq!(tracked.as_str(), "https://hop.clickbank.net/?affiliate=promoter&vendor=seller&pid=20&tid=p2345");
//!     assert_eq!(
//!         link.with("vtid", "p2345").unwrap_err().to_string(),
//!         "a hoplink does not take `vtid`; write `tid`"
//!     );
//!     Ok(())
//! }
//! ```

mod back;
mod doubt;
mod edit;
mod form;
mod parameter;
mod way_back;

pub use back::GivenBack;
pub(crate) use back::camel_case;
pub use doubt::Doubt;
pub(crate) use doubt::{Matter, holds_click_id};
pub use edit::ParameterError;
pub use form::LinkForm;
pub use parameter::TRACKING_PARAMETERS;
pub(crate) use parameter::longest;

use crate::value::{MAX_QUERY, Query, QueryError};
use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};
use thiserror::Error;
use url::Url;

/// The longest link, in bytes: as long as the longest query string.
pub const MAX_LINK: usize = MAX_QUERY;

/// A link, kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    text: String,
    form: LinkForm,
    pairs: Vec<(String, String)>,
}

/// The error for a text that is not a link.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct LinkError(Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("a link has at most {MAX_LINK} bytes, and this one has {0}")]
    TooLong(usize),
    #[error("the link holds a space or a control character")]
    Character,
    #[error("the link does not begin with `https://` or `http://`")]
    Scheme,
    #[error("the link is not a URL: {0}")]
    Url(url::ParseError),
    #[error("the link holds a user name or a password")]
    User,
    #[error("the link holds a backslash, which is read as `/` there")]
    Backslash,
    #[error("the link's {0}")]
    Query(QueryError),
}

impl Link {
    /// Reads a URL, whether it is a link of ClickBank's or not. Macros (`tid={clickid}`) may stand
    /// in the path and the query, as in the URL of an offer.
    ///
    /// # Errors
    /// - more than [`MAX_LINK`] bytes
    /// - a space or a control character
    /// - a text that is not an absolute http or https URL, or a URL with a user name or a password,
    ///   or with a backslash before its query
    /// - a query string that [`Query::parse`] refuses
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        Self::read(text).map_err(LinkError)
    }

    fn read(text: &str) -> Result<Self, Problem> {
        if text.len() > MAX_LINK {
            return Err(Problem::TooLong(text.len()));
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Problem::Character);
        }
        let begins = |scheme: &str| {
            let (head, _) = text.split_at_checked(scheme.len()).unwrap_or_default();
            head.eq_ignore_ascii_case(scheme)
        };
        if !begins("https://") && !begins("http://") {
            return Err(Problem::Scheme);
        }
        let url = Url::parse(text).map_err(Problem::Url)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Problem::User);
        }
        let parts = Parts::of(text);
        if parts.base.contains('\\') {
            return Err(Problem::Backslash);
        }
        let query = Query::parse(parts.query.unwrap_or_default().as_bytes()).map_err(Problem::Query)?;
        let pairs: Vec<(String, String)> = query
            .pairs()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let form = LinkForm::of(url.host_str().unwrap_or_default(), |name| {
            first(&pairs, name).map(ToString::to_string)
        });
        Ok(Self {
            text: text.to_owned(),
            form,
            pairs,
        })
    }

    /// The link as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form of the link.
    #[must_use]
    pub fn form(&self) -> &LinkForm {
        &self.form
    }

    /// The value of a parameter, decoded; none where it is absent or empty. Of a repeated parameter
    /// it is the first: which one ClickBank takes is not known, and [`Link::doubts`] names it.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        first(&self.pairs, name)
    }

    /// Every parameter in its order, decoded.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(own, value)| own == name && !value.is_empty());
    found.map(|(_, value)| value.as_str())
}

/// A URL split into its base, its query and its fragment, with every byte kept.
struct Parts<'a> {
    base: &'a str,
    query: Option<&'a str>,
    /// The fragment with its `#`, or the empty text.
    fragment: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let end = text.find('#').unwrap_or(text.len());
        let (text, fragment) = text.split_at_checked(end).unwrap_or((text, ""));
        let (base, query) = match text.split_once('?') {
            Some((base, query)) => (base, Some(query)),
            None => (text, None),
        };
        Self { base, query, fragment }
    }
}
