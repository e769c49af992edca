//! URLs of a definition that are no templates.

use alloc::{format, string::String};
use url::Url;

/// The URL without a slash at the end.
pub(crate) fn domain_url(text: &str) -> Result<String, String> {
    let is_bare = |url: &Url| url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    match web_url(text).filter(is_bare) {
        Some(url) => Ok(url.origin().ascii_serialization()),
        None => Err(format!(
            "`{}` is not the URL of a domain, as in `https://trk.example.com`",
            text.escape_debug()
        )),
    }
}

/// An absolute URL of the web, without user and password.
pub(crate) fn web_url(text: &str) -> Option<Url> {
    // The parser drops some of these characters silently, so the URL would not be the one that was
    // written.
    let clean = !text.chars().any(|c| c.is_control() || c.is_whitespace());
    let url = Url::parse(text).ok().filter(|_| clean)?;
    let plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && plain).then_some(url)
}
