//! A request that is ready to be sent, and what may be shown of it.

use crate::model::Method;
use crate::text::plain;
use crate::value::Pii;
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// A request that is ready to be sent. It holds secrets and personal data, so `Debug` shows none of
/// it.
pub struct Filled {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    /// The values that were filled in.
    pub(super) used: Vec<Pii>,
}

impl fmt::Debug for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filled")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl Filled {
    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The absolute URL, secrets included.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Header names and values, secrets included.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body, secrets included.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// A text of the receiver without what was filled in, since receivers like to repeat what they
    /// got. If the text repeats it in another spelling (percent-encoded otherwise, with JSON's or
    /// HTML's escapes), the result is empty.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let mut text = text.to_string();
        let mut used: Vec<&str> = self.used.iter().map(Pii::expose).collect();
        // The longest comes first, since a value may hold another one.
        used.sort_unstable_by_key(|value| core::cmp::Reverse(value.len()));
        for value in used {
            text = text.replace(value, "***");
        }
        let spelled = plain(&text);
        let mut values = self.used.iter().map(|value| plain(value.expose()));
        let repeats = values.any(|value| !value.is_empty() && spelled.contains(&value));
        if repeats { String::new() } else { text }
    }

    /// The target of the receiver's redirect, for a person: scheme, host, port and path, without
    /// what was filled in. None if the header is no URL, or repeats what was filled in.
    #[must_use]
    pub fn location(&self, header: &str) -> Option<String> {
        let mut target = url::Url::parse(&self.url).ok()?.join(header).ok()?;
        if !matches!(target.scheme(), "http" | "https") {
            return None;
        }
        target.set_query(None);
        target.set_fragment(None);
        target.set_username("").ok()?;
        target.set_password(None).ok()?;
        Some(self.redact(target.as_str())).filter(|shown| !shown.is_empty())
    }

    /// The request for [`crate::port::HttpClient`].
    ///
    /// # Errors
    /// [`FillError::Malformed`](super::FillError::Malformed) for a URL or header that HTTP does not
    /// allow.
    #[cfg(feature = "std")]
    pub fn to_http(&self) -> Result<http::Request<bytes::Bytes>, super::FillError> {
        let mut request = http::Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = bytes::Bytes::from(self.body.clone().unwrap_or_default());
        request.body(body).map_err(|_| super::FillError::Malformed)
    }
}
