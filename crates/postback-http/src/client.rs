//! The client and its options.

use crate::failure::{bad_certificate, failure};
use crate::resolve::{Resolver, SystemResolver, Vetting};
use bytes::{Bytes, BytesMut};
use postback::delivery::address::AddressPolicy;
use postback::port::http::{BoxFuture, HttpClient, HttpError, MAX_ANSWER_BYTES, SEND_TIMEOUT, Truncated};
use std::sync::Arc;
use std::time::Duration;

/// The time to connect, TLS included, out of the time in all: a host that is down is known soon.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections that are kept to one host. Deliveries come in batches per destination; more
/// would only hold its sockets.
const MAX_IDLE_PER_HOST: usize = 8;
/// How long an idle connection is kept: below the minute after which many servers and most NATs
/// drop it, so that few requests meet a connection that is closing.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// What the client calls itself where a request has no `User-Agent`.
const USER_AGENT: &str = concat!("postback-http/", env!("CARGO_PKG_VERSION"));

/// A client that dials only what its [`AddressPolicy`] lets through. Clones share their
/// connections. It must be used inside a tokio runtime with its time and I/O drivers on.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    policy: Arc<AddressPolicy>,
    max_answer: usize,
}

impl Client {
    /// A client with the default options: public addresses only.
    ///
    /// # Errors
    /// See [`Builder::build`].
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Options for a client.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl HttpClient for Client {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            // The resolver is never asked about a host that is an address already, so the URL is
            // checked first.
            let url = self.policy.check(&parts.uri.to_string())?;
            let mut request = reqwest::Request::new(parts.method, url);
            *request.headers_mut() = parts.headers;
            if !body.is_empty() {
                *request.body_mut() = Some(body.into());
            }
            let answer = self.inner.execute(request).await.map_err(|error| failure(&error))?;
            read(answer, self.max_answer).await
        })
    }
}

/// Reads at most `limit` bytes of the body; the rest is left on a connection that is then closed. A
/// body that stalls or breaks off is kept as far as it came: the status line has been read, and who
/// sent it has the request.
async fn read(mut answer: reqwest::Response, limit: usize) -> Result<http::Response<Bytes>, HttpError> {
    let mut body = BytesMut::new();
    let mut truncated = false;
    while !truncated {
        let mut chunk = match answer.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(_) => {
                truncated = true;
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
            max_answer: MAX_ANSWER_BYTES,
            user_agent: USER_AGENT.to_owned(),
            roots: Vec::new(),
        }
    }
}

impl Builder {
    /// Who may be dialled; public unicast addresses by default.
    #[must_use]
    pub fn policy(mut self, policy: AddressPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Who turns names into addresses; [`SystemResolver`] by default. Its answers are checked like
    /// any other's.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = resolver;
        self
    }

    /// The time for one request in all; [`SEND_TIMEOUT`] by default and at most.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(SEND_TIMEOUT);
        self
    }

    /// The most bytes of an answer's body that are read; [`MAX_ANSWER_BYTES`] by default and at
    /// most.
    #[must_use]
    pub fn max_answer(mut self, bytes: usize) -> Self {
        self.max_answer = bytes.min(MAX_ANSWER_BYTES);
        self
    }

    /// What stands in `User-Agent` where a request has none; `postback-http/` and the version by
    /// default.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// One more root certificate, as DER, besides the system's: for tests and private endpoints.
    #[must_use]
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.roots.push(der.into());
        self
    }

    /// The client.
    ///
    /// # Errors
    /// - a root certificate that is not one
    /// - a user agent that cannot stand in a header
    /// - no trust store on this machine (on Linux: the package `ca-certificates`)
    pub fn build(self) -> Result<Client, BuildError> {
        let user_agent = http::HeaderValue::from_str(&self.user_agent).map_err(|_| BuildError::UserAgent)?;
        let mut roots = Vec::with_capacity(self.roots.len());
        for der in &self.roots {
            roots.push(reqwest::Certificate::from_der(der).map_err(|_| BuildError::RootCertificate)?);
        }
        let policy = Arc::new(self.policy);
        // Another crate of the host may turn on reqwest's features (decompression, proxies); what
        // they bring is turned off by name.
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

/// Why there is no client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The user agent holds bytes that no header value may have.
    #[error("the user agent cannot stand in a header")]
    UserAgent,
    /// A root certificate is not a certificate in DER.
    #[error("a root certificate is not a certificate in DER")]
    RootCertificate,
    /// The system's trust store is missing or holds no certificate.
    #[error("no trust store on this system can be read (on Linux it is the package `ca-certificates`)")]
    TrustStore,
}
