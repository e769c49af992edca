//! The request of a postback: where it goes, what it carries, which response is success, and when
//! it is tried again.

use crate::config::part::{Number, part};
use crate::config::setters::setters;
use crate::model::Method;
use crate::value::SecretReference;
use alloc::{string::String, vec::Vec};
use core::time::Duration;

/// The most attempts of one delivery. More would call a receiver for longer than it can matter.
pub const MAX_ATTEMPTS: u32 = 100;

/// The request of a postback.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostbackRequest {
    /// Its URL, a template.
    pub url: Option<String>,
    /// The method; by default GET, or POST with a body.
    pub method: Option<Method>,
    /// Its body, a template.
    pub body: Option<String>,
    /// The content type of the body; JSON by default.
    pub content_type: Option<String>,
    /// Which responses are success.
    pub success: Option<Success>,
    /// When it is tried again.
    pub retry: Option<Retry>,
    /// The references to the keys that sign it as Standard Webhooks does, newest first. Each key
    /// makes a signature, so that a receiver may know the old or the new one.
    pub sign: Vec<SecretReference>,
}
part!(PostbackRequest, 1, {
    url,
    method,
    body,
    content_type,
    success,
    retry,
    sign,
});
setters!(PostbackRequest {
    option with_method(method: Method),
    option with_body(body: String),
    option with_content_type(content_type: String),
    option with_success(success: Success),
    option with_retry(retry: Retry),
    more with_sign(sign: SecretReference),
});

impl PostbackRequest {
    /// A GET of this URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Some(url.into()),
            ..Self::default()
        }
    }

    /// The request; what it leaves out is taken from `other`.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let both = |own: Option<Success>, other: &Success| {
            let own = own.unwrap_or_default();
            Success {
                status: own.status.or_else(|| other.status.clone()),
                body_includes: own.body_includes.or_else(|| other.body_includes.clone()),
                body_excludes: own.body_excludes.or_else(|| other.body_excludes.clone()),
            }
        };
        let either = |own: Option<Retry>, other: Retry| {
            let own = own.unwrap_or_default();
            Retry {
                attempts: own.attempts.or(other.attempts),
                first: own.first.or(other.first),
                longest: own.longest.or(other.longest),
                unless_sent: own.unless_sent || other.unless_sent,
            }
        };
        let own = self.clone();
        Self {
            url: own.url.or_else(|| other.url.clone()),
            method: own.method.or(other.method),
            body: own.body.or_else(|| other.body.clone()),
            content_type: own.content_type.or_else(|| other.content_type.clone()),
            success: match &other.success {
                Some(other) => Some(both(own.success, other)),
                None => own.success,
            },
            retry: match other.retry {
                Some(other) => Some(either(own.retry, other)),
                None => own.retry,
            },
            sign: if own.sign.is_empty() {
                other.sign.clone()
            } else {
                own.sign
            },
        }
    }
}

/// Which responses are success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Success {
    /// The statuses, as in `2xx`, `200,204` or `200-299`; `2xx` by default.
    pub status: Option<String>,
    /// A text that the body must hold.
    pub body_includes: Option<String>,
    /// A text that the body must not hold.
    pub body_excludes: Option<String>,
}
part!(Success, 1, {
    status,
    body_includes,
    body_excludes,
});
setters!(Success {
    option with_status(status: String),
    option with_body_includes(body_includes: String),
    option with_body_excludes(body_excludes: String),
});

/// When a delivery is tried again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retry {
    /// The most attempts, the first one included.
    pub attempts: Option<u32>,
    /// The first wait.
    pub first: Option<Duration>,
    /// The longest wait.
    pub longest: Option<Duration>,
    /// Whether a request that may have reached the receiver is not sent again.
    pub unless_sent: bool,
}
part!(Retry, 1, {
    attempts = Number<1, MAX_ATTEMPTS>,
    first,
    longest,
    unless_sent,
});
setters!(Retry {
    option with_attempts(attempts: u32),
    option with_first(first: Duration),
    option with_longest(longest: Duration),
    value with_unless_sent(unless_sent: bool),
});
