//! This module has the port through which postbacks leave: one request out, one capped answer back.
//! Begin with [`HttpClient`]; `postback-http` is one.
//!
//! ```
//! use bytes::Bytes;
//! use postback::port::{BoxFuture, HttpClient, HttpError};
//!
//! /// Sends nothing and takes everything for sent, for a dry run.
//! #[derive(Debug)]
//! struct Dry;
//!
//! impl HttpClient for Dry {
//!     fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
//!         Box::pin(async { Ok(http::Response::new(Bytes::from_static(b"OK"))) })
//!     }
//! }
//! ```

use crate::delivery::address::Denied;
use alloc::boxed::Box;
use bytes::Bytes;
use core::{fmt, future::Future, pin::Pin, time::Duration};

/// A boxed future that may be sent between threads. Every method of a port returns one.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The most bytes of a response's body that are kept. Postback endpoints answer with a word,
/// conversion APIs with a page of JSON. Reading more would only cost memory, and the other side
/// would choose how much.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The most bytes that are kept where a request asks for more by [`AnswerLimit`]. A conversion API
/// writes some 450 bytes of each row that it refuses, and a request may have 2,000 rows.
pub const MAX_LONG_ANSWER_BYTES: usize = 1024 * 1024;

/// Stands in the extensions of a request whose response may be longer, or must be shorter, than
/// [`MAX_ANSWER_BYTES`]: how many bytes of its body are kept, at most [`MAX_LONG_ANSWER_BYTES`]. A
/// client that does not know it keeps the usual number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLimit(pub usize);

impl AnswerLimit {
    /// How many bytes of a response to this request are kept.
    #[must_use]
    pub fn of(request: &http::Extensions) -> usize {
        let asked = request.get::<Self>().map_or(MAX_ANSWER_BYTES, |limit| limit.0);
        asked.min(MAX_LONG_ANSWER_BYTES)
    }
}

/// The time limit for a whole request, from the look-up of the name to the last byte of the
/// response. A channel that needs longer is tried again later, since a worker that waits sends
/// nothing to the others.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(15);

/// Sends one request.
///
/// An implementation promises:
///
/// 1. **The dialled address is vetted.** The URL passes
///    [`AddressPolicy::check_url`](crate::delivery::address::AddressPolicy::check_url), and each
///    address that its name resolves to passes
///    [`AddressPolicy::check_resolved`](crate::delivery::address::AddressPolicy::check_resolved)
///    before a connection to *that* address is opened. Looking up once to check and again to
///    connect is not enough: a name can change in between.
/// 2. **No redirect is followed.** A 3xx is an answer like any other; the caller judges it.
/// 3. **No proxy of the environment is used** (`HTTP_PROXY` and its like): it would connect to
///    addresses that nobody vetted.
/// 4. **At most [`MAX_ANSWER_BYTES`] of the body are read**, or as many as [`AnswerLimit::of`] the
///    request says, as they came: nothing is decompressed. Of a longer body the beginning is
///    returned, and [`Truncated`] stands in the response's extensions. This is no error: the status
///    is known and the destination has acted on the request, so sending it again would count it
///    twice.
/// 5. **It ends within [`SEND_TIMEOUT`]**, whatever the other side does.
/// 6. **It sends once.** Trying again is the caller's decision. (The protocol may still send again
///    what certainly never arrived, as on a connection that was closed while idle.)
/// 7. **It prints no URL**: no error, log line or `Debug` text holds a path, a query, a header or a
///    body. They carry tokens and personal data.
///
/// Method, body and the request's header values go out as they are; the URL goes out as
/// [`url::Url`] prints it. A status is never an error, 500 included.
///
/// # Errors
/// See [`HttpError`]; [`HttpError::is_retryable`] says whether another attempt can help.
pub trait HttpClient: fmt::Debug + Send + Sync {
    /// Sends `request`, whose URI is absolute.
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>>;
}

/// Stands in the extensions of a response whose body was longer than the limit, so that only its
/// beginning is here. A rule that searches the body can trust what it found, but not what it
/// missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Truncated;

/// A marker in the extensions of a response: the body stalled or broke off, and only what came of
/// it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BrokenOff;

/// Why there is no response. The texts name at most a host or an address, never a path or a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The destination may not be dialled. Nothing was sent.
    #[error("destination refused: {0}")]
    Refused(#[from] Denied),
    /// The host's name resolves to addresses that may not be dialled. Nothing was sent. Trying
    /// again can help: a resolver that gives wrong addresses for a minute (a captive portal, a
    /// blocker) must not end deliveries for good.
    #[error("the host resolves to a refused address: {0}")]
    ResolvedRefused(Denied),
    /// The request itself cannot be sent: the client does not understand it. Nothing was sent.
    #[error("the request cannot be sent")]
    Request,
    /// The host name has no address, or the look-up failed. Nothing was sent.
    #[error("the host name was not resolved")]
    Resolve,
    /// No connection to the host could be opened; the system's reason stands here where it gave
    /// one. Nothing was sent.
    #[error("no connection to the host{}", Reason(*.0))]
    Connect(Option<std::io::ErrorKind>),
    /// No secure connection to the host could be made, because of its certificate or the protocol.
    /// Nothing was sent. Certificates are renewed, so trying again can help.
    #[error("no TLS connection to the host: {0}")]
    Tls(&'static str),
    /// No response came within the time limit. Whether the request arrived is unknown.
    #[error("no answer in time")]
    Timeout,
    /// What came back is not HTTP, or it broke off. Whether the request arrived is unknown.
    #[error("the answer is not valid HTTP or broke off")]
    Protocol,
}

impl HttpError {
    /// Whether the receiver may have got the request all the same: it did not answer in time, or
    /// the connection ended.
    #[must_use]
    pub const fn may_be_sent(&self) -> bool {
        matches!(self, Self::Timeout | Self::Protocol)
    }

    /// Whether sending the same request again can help. It cannot for a refused destination and for
    /// a malformed request.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Request => false,
            Self::ResolvedRefused(_)
            | Self::Resolve
            | Self::Connect(_)
            | Self::Tls(_)
            | Self::Timeout
            | Self::Protocol => true,
        }
    }
}

struct Reason(Option<std::io::ErrorKind>);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => Ok(()),
            Some(kind) => write!(f, ": {kind}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::address::AddressPolicy;
    use alloc::string::ToString;

    #[test]
    fn a_refused_destination_is_final_and_says_why() {
        let denied = AddressPolicy::default()
            .check("http://127.0.0.1/CANARY?CANARY")
            .unwrap_err();
        let error = HttpError::from(denied);
        assert!(!error.is_retryable());
        assert_eq!(
            error.to_string(),
            "destination refused: address 127.0.0.1 is loopback (127.0.0.0/8); allow it explicitly if it is meant"
        );
    }

    #[test]
    fn a_request_that_cannot_be_sent_is_final() {
        assert!(!HttpError::Request.is_retryable());
        assert_eq!(HttpError::Request.to_string(), "the request cannot be sent");
    }

    #[test]
    fn faults_of_the_network_and_of_the_other_side_are_tried_again() {
        for (error, text) in [
            (HttpError::Resolve, "the host name was not resolved"),
            (HttpError::Connect(None), "no connection to the host"),
            (
                HttpError::Connect(Some(std::io::ErrorKind::ConnectionRefused)),
                "no connection to the host: connection refused",
            ),
            (
                HttpError::Tls("certificate expired"),
                "no TLS connection to the host: certificate expired",
            ),
            (HttpError::Timeout, "no answer in time"),
            (HttpError::Protocol, "the answer is not valid HTTP or broke off"),
        ] {
            assert!(error.is_retryable(), "{text}");
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn the_port_is_object_safe_and_its_error_crosses_threads() {
        fn crosses<T: Send + Sync + 'static>() {}
        crosses::<alloc::sync::Arc<dyn HttpClient>>();
        crosses::<HttpError>();
    }
}
