//! The client and its options.

use crate::failure::{bad_certificate, failure};
use crate::resolve::{Resolver, SystemResolver, Vetting};
use bytes::{Bytes, BytesMut};
use postback::delivery::address::AddressPolicy;
use postback::port::http::{
    AnswerLimit, BoxFuture, BrokenOff, HttpClient, HttpError, MAX_LONG_ANSWER_BYTES, SEND_TIMEOUT, Truncated,
};
use std::sync::Arc;
use std::time::Duration;

/// The time to connect, with TLS, as a part of the whole time: a host that is down is noticed soon.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many idle connections to one host are kept. Deliveries come in batches for each destination,
/// and more connections would only occupy the host's sockets.
const MAX_IDLE_PER_HOST: usize = 8;
/// How long an idle connection is kept. It is less than the minute after which many servers and
/// most NATs drop it, so that few requests meet a connection that is being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The `User-Agent` of a request that has none.
const USER_AGENT: &str = concat!("postback-http/", env!("CARGO_PKG_VERSION"));

/// A client that connects only to addresses that its [`AddressPolicy`] allows. Clones share their
/// connections. It must be used inside a tokio runtime with its time and I/O drivers enabled.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    policy: Arc<AddressPolicy>,
    max_answer: usize,
}

impl Client {
    /// Builds a client with the default options: it connects only to public addresses.
    ///
    /// # Errors
    /// See [`Builder::build`].
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Returns the options for a client.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl HttpClient for Client {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let limit = AnswerLimit::of(&parts.extensions).min(self.max_answer);
            // The resolver is never asked about a host that is an address already, so that the URL
            // is checked first.
            let url = self.policy.check(&parts.uri.to_string())?;
            let mut request = reqwest::Request::new(parts.method, url);
            *request.headers_mut() = parts.headers;
            if !body.is_empty() {
                *request.body_mut() = Some(body.into());
            }
            let answer = self.inner.execute(request).await.map_err(|error| failure(&error))?;
            read(answer, limit).await
        })
    }
}

/// Reads at most `limit` bytes of the body. The rest stays on a connection that is then closed. A
/// body that stalls or breaks off is kept as far as it came: the status line was read, so that the
/// receiver has the request.
async fn read(mut answer: reqwest::Response, limit: usize) -> Result<http::Response<Bytes>, HttpError> {
    let mut body = BytesMut::new();
    let (mut truncated, mut broken_off) = (false, false);
    while !truncated {
        let mut chunk = match answer.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(_) => {
                broken_off = true;
                break;
            }
        };
        let room = limit.saturating_sub(body.len());
        truncated = chunk.len() > room;
        chunk.truncate(room);
        body.extend_from_slice(&chunk);
    }
    let mut response = http::Response::new(body.freeze());
    *response.status_mut() = answer.status();
    *response.version_mut() = answer.version();
    std::mem::swap(response.headers_mut(), answer.headers_mut());
    if truncated {
        response.extensions_mut().insert(Truncated);
    }
    if broken_off {
        response.extensions_mut().insert(BrokenOff);
    }
    Ok(response)
}

/// Options for a [`Client`].
#[derive(Debug, Clone)]
pub struct Builder {
    policy: AddressPolicy,
    resolver: Arc<dyn Resolver>,
    timeout: Duration,
    max_answer: usize,
    user_agent: String,
    roots: Vec<Vec<u8>>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            policy: AddressPolicy::default(),
            resolver: Arc::new(SystemResolver),
            timeout: SEND_TIMEOUT,
            max_answer: MAX_LONG_ANSWER_BYTES,
            user_agent: USER_AGENT.to_owned(),
            roots: Vec::new(),
        }
    }
}

impl Builder {
    /// Sets which addresses may be connected to; public unicast addresses by default.
    #[must_use]
    pub fn policy(mut self, policy: AddressPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the resolver of host names; [`SystemResolver`] by default. The addresses from any
    /// resolver are checked.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = resolver;
        self
    }

    /// Sets the time for one whole request. [`SEND_TIMEOUT`] is the default and the maximum.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(SEND_TIMEOUT);
        self
    }

    /// Sets how many bytes of a response's body are read at most, also where a request asks for
    /// more. Without it the request alone says it ([`AnswerLimit::of`]).
    #[must_use]
    pub fn max_answer(mut self, bytes: usize) -> Self {
        self.max_answer = bytes.min(MAX_LONG_ANSWER_BYTES);
        self
    }

    /// Sets the `User-Agent` of requests that have none; `postback-http/` with the version by
    /// default.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Adds a root certificate, as DER, to the system's: for tests and private endpoints.
    #[must_use]
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.roots.push(der.into());
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// - a root certificate that is not a certificate in DER
    /// - a user agent that cannot stand in a header
    /// - a machine without a trust store (on Linux: the package `ca-certificates`)
    pub fn build(self) -> Result<Client, BuildError> {
        let user_agent = http::HeaderValue::from_str(&self.user_agent).map_err(|_| BuildError::UserAgent)?;
        let mut roots = Vec::with_capacity(self.roots.len());
        for der in &self.roots {
            roots.push(reqwest::Certificate::from_der(der).map_err(|_| BuildError::RootCertificate)?);
        }
        let policy = Arc::new(self.policy);
        // Another crate of the host may enable features of reqwest (decompression, proxies). What
        // these add is disabled explicitly.
        let inner = reqwest::Client::builder()
            .dns_resolver(Arc::new(Vetting {
                policy: Arc::clone(&policy),
                resolver: self.resolver,
            }))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .timeout(self.timeout)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE_PER_HOST)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .user_agent(user_agent)
            .tls_backend_rustls()
            .tls_certs_merge(roots)
            .build()
            .map_err(|error| {
                if bad_certificate(&error) {
                    BuildError::RootCertificate
                } else {
                    BuildError::TrustStore
                }
            })?;
        Ok(Client {
            inner,
            policy,
            max_answer: self.max_answer,
        })
    }
}

/// Why a client cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The user agent has bytes that no header value may have.
    #[error("the user agent cannot stand in a header")]
    UserAgent,
    /// A root certificate is not a certificate in DER.
    #[error("a root certificate is not a certificate in DER")]
    RootCertificate,
    /// The system's trust store is missing or holds no certificate.
    #[error("no trust store on this system can be read (on Linux it is the package `ca-certificates`)")]
    TrustStore,
}
