//! From leased deliveries to requests: grouped into batches, their holes filled.

use super::echo::plain;
use super::row::Leased;
use crate::model::Method;
use crate::outbound::{Encoding, Hole, HoledText, Outbound, Part};
use crate::value::{Pii, Secret, Timestamp};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::fmt;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;
use thiserror::Error;

/// How deep signed messages may nest: a signature over a text with holes, none over another signature.
const MAX_DEPTH: u32 = 2;

/// Unreserved characters of RFC 3986 stay as they are.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Deliveries that go out in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch(Vec<Leased>);

/// Groups deliveries into requests: those with an item whose requests are otherwise equal go together, up to the receiver's limit, in the
/// order in which they came; each of the others goes alone.
#[must_use]
pub fn batch(deliveries: Vec<Leased>) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for leased in deliveries {
        let open = batches.iter_mut().find(|batch| batch.takes(&leased));
        match open {
            Some(batch) => batch.0.push(leased),
            None => batches.push(Batch(vec![leased])),
        }
    }
    batches
}

impl Batch {
    /// The deliveries in it, at least one.
    #[must_use]
    pub fn deliveries(&self) -> &[Leased] {
        &self.0
    }

    fn takes(&self, other: &Leased) -> bool {
        let Some(first) = self.0.first() else { return false };
        let (mine, theirs) = (&first.delivery.outbound, &other.delivery.outbound);
        let (Some(item), Some(_)) = (&mine.item, &theirs.item) else {
            return false;
        };
        let room = u32::try_from(self.0.len()).is_ok_and(|held| held < item.limit);
        let alike = mine.method == theirs.method
            && mine.url == theirs.url
            && mine.headers == theirs.headers
            && mine.body == theirs.body
            && theirs.item.as_ref().is_some_and(|their| their.limit == item.limit)
            && first.delivery.success == other.delivery.success;
        // A personal value in the part that they share belongs to one of them alone.
        room && alike && !shared_holes(mine).any(|hole| matches!(hole, Hole::Private { .. }))
    }

    /// The references of the secrets that its holes name.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<&str> {
        let holes = self.0.iter().flat_map(|leased| leased.delivery.outbound.holes());
        holes
            .filter_map(|hole| match hole {
                Hole::Secret { reference, .. } => Some(reference.as_str()),
                Hole::Hmac { key, .. } => Some(key.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The request with its holes filled.
    ///
    /// # Errors
    /// [`FillError`]: a secret that is not there, a value that does not fit its place.
    pub fn request(&self, values: &Values<'_>) -> Result<Filled, FillError> {
        let Some(first) = self.0.first() else {
            return Err(FillError::Malformed);
        };
        let outbound = &first.delivery.outbound;
        let mut filler = Filler {
            values,
            private: &first.delivery.private,
            items: None,
            used: Vec::new(),
        };
        if outbound.item.is_some() {
            let mut items = Vec::with_capacity(self.0.len());
            for leased in &self.0 {
                let Some(item) = &leased.delivery.outbound.item else {
                    return Err(FillError::Malformed);
                };
                filler.private = &leased.delivery.private;
                items.push(filler.fill(&item.text, 0)?);
            }
            filler.private = &first.delivery.private;
            filler.items = Some(items.join(","));
        }
        let headers = outbound
            .headers
            .iter()
            .map(|(name, value)| Ok((name.clone(), filler.fill(value, 0)?)));
        let headers = headers.collect::<Result<Vec<_>, FillError>>()?;
        let body = outbound.body.as_ref().map(|body| filler.fill(body, 0)).transpose()?;
        let url = filler.fill(&outbound.url, 0)?;
        Ok(Filled {
            method: outbound.method,
            url,
            headers,
            body,
            used: filler.used,
        })
    }
}

fn shared_holes(outbound: &Outbound) -> impl Iterator<Item = &Hole> {
    let headers = outbound.headers.iter().flat_map(|(_, value)| value.holes());
    outbound
        .url
        .holes()
        .chain(headers)
        .chain(outbound.body.iter().flat_map(HoledText::holes))
}

/// What holes are filled with.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// Secrets by reference.
    pub secrets: &'a BTreeMap<String, Secret>,
    /// The time of sending.
    pub now: Timestamp,
}

/// A request that cannot be completed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FillError {
    /// A secret is not there.
    #[error("secret `{0}` is not set")]
    MissingSecret(String),
    /// A secret is not text, or an HMAC's key is empty.
    #[error("secret `{0}` cannot be used there")]
    UnusableSecret(String),
    /// A value would leave a path segment empty, `.` or `..`.
    #[error("a personal value leaves a path segment empty")]
    EmptySegment,
    /// The stored request is not one that this crate makes.
    #[error("the stored request is malformed")]
    Malformed,
}

impl FillError {
    /// Whether sending it later may go through: a secret may be set by then.
    #[must_use]
    pub fn retry(&self) -> bool {
        matches!(self, Self::MissingSecret(_) | Self::UnusableSecret(_))
    }
}

/// A text whose only holes are personal values, filled. Of a click's own URL, which its visitor sees.
pub(crate) fn fill_private(
    text: &HoledText,
    private: &BTreeMap<String, Pii>,
    now: Timestamp,
) -> Result<String, FillError> {
    let values = Values {
        secrets: &BTreeMap::new(),
        now,
    };
    Filler {
        values: &values,
        private,
        items: None,
        used: Vec::new(),
    }
    .fill(text, 0)
}

struct Filler<'a> {
    values: &'a Values<'a>,
    private: &'a BTreeMap<String, Pii>,
    items: Option<String>,
    /// What was filled in, to be kept out of what is noted of the answer.
    used: Vec<Pii>,
}

impl Filler<'_> {
    fn fill(&mut self, text: &HoledText, depth: u32) -> Result<String, FillError> {
        let mut out = String::new();
        for part in &text.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Hole(hole) => out.push_str(&self.hole(hole, depth)?),
            }
        }
        Ok(out)
    }

    fn hole(&mut self, hole: &Hole, depth: u32) -> Result<String, FillError> {
        match hole {
            Hole::Secret { reference, encoding } => {
                let secret = self.secret(reference)?;
                let text = secret
                    .expose_str()
                    .ok_or_else(|| FillError::UnusableSecret(reference.clone()))?;
                self.written(text.to_string(), *encoding)
            }
            Hole::Private { field, encoding } => {
                let value = self
                    .private
                    .get(field)
                    .map_or_else(String::new, |value| value.expose().into());
                self.written(value, *encoding)
            }
            Hole::UnixTime => Ok(self.values.now.unix_seconds().to_string()),
            Hole::Items => self.items.clone().ok_or(FillError::Malformed),
            Hole::Hmac { key, message } => {
                let deeper = depth.saturating_add(1);
                if deeper > MAX_DEPTH {
                    return Err(FillError::Malformed);
                }
                let message = self.fill(message, deeper)?;
                let secret = self.secret(key)?;
                let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose())
                    .map_err(|_| FillError::UnusableSecret(key.clone()))?;
                mac.update(message.as_bytes());
                let digest = mac.finalize().into_bytes();
                let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                self.used.push(Pii::new(hex.clone()));
                Ok(hex)
            }
        }
    }

    fn secret(&self, reference: &str) -> Result<Secret, FillError> {
        let secret = self
            .values
            .secrets
            .get(reference)
            .filter(|secret| !secret.expose().is_empty());
        secret
            .cloned()
            .ok_or_else(|| FillError::MissingSecret(reference.into()))
    }

    fn written(&mut self, value: String, encoding: Encoding) -> Result<String, FillError> {
        if encoding == Encoding::Path && matches!(value.as_str(), "" | "." | "..") {
            return Err(FillError::EmptySegment);
        }
        let text = match encoding {
            Encoding::Verbatim => value.clone(),
            Encoding::Query | Encoding::Path => utf8_percent_encode(&value, VALUE).to_string(),
            Encoding::Json => {
                let quoted = serde_json::to_string(&value).map_err(|_| FillError::Malformed)?;
                let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                inside.ok_or(FillError::Malformed)?.to_string()
            }
        };
        for used in [value, text.clone()] {
            if !used.is_empty() {
                self.used.push(Pii::new(used));
            }
        }
        Ok(text)
    }
}

/// A request ready to be sent. It holds secrets and personal data: `Debug` shows none of it.
pub struct Filled {
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    used: Vec<Pii>,
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

    /// A text of the receiver without what was filled in: receivers like to repeat what they got. A text that repeats it in another spelling
    /// (percent-encoded otherwise, with JSON's or HTML's escapes) is left out as a whole.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let mut text = text.to_string();
        let mut used: Vec<&str> = self.used.iter().map(Pii::expose).collect();
        // Longest first: a value may hold another one.
        used.sort_unstable_by_key(|value| core::cmp::Reverse(value.len()));
        for value in used {
            text = text.replace(value, "***");
        }
        let spelled = plain(&text);
        let values = self.used.iter().map(|value| plain(value.expose()));
        let repeats = values
            .into_iter()
            .any(|value| !value.is_empty() && spelled.contains(&value));
        if repeats { String::new() } else { text }
    }

    /// The request for [`crate::port::HttpClient`].
    ///
    /// # Errors
    /// [`FillError::Malformed`] for a URL or header that HTTP does not allow.
    #[cfg(feature = "std")]
    pub fn to_http(&self) -> Result<http::Request<bytes::Bytes>, FillError> {
        let mut request = http::Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = bytes::Bytes::from(self.body.clone().unwrap_or_default());
        request.body(body).map_err(|_| FillError::Malformed)
    }
}
