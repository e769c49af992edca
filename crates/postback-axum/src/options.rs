//! The options of the router.

use postback::{Secret, value::IpNet};
use postback_service::Service;
use std::{fmt, sync::Arc, time::Duration};

/// The longest body that is read, in bytes. Real notifications have 1 to 4 KiB of ciphertext, and a
/// form has at most 16 KiB. A larger body would only let the caller use up memory.
pub const MAX_BODY: usize = 64 * 1024;
/// How long a body may take to arrive, from the first byte after the headers to the last.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a read for a person may take.
pub(crate) const API_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the trivial read of `/healthz` and `/readyz` may take.
pub(crate) const HEALTH_TIMEOUT: Duration = Duration::from_secs(1);

/// The limits of the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest body, in bytes; [`MAX_BODY`] by default.
    pub body: usize,
    /// How long a body may take to arrive; 5 s by default.
    pub body_timeout: Duration,
    /// How long a read of the API may take; 10 s by default.
    pub api_timeout: Duration,
    /// How long the read of `/healthz` and `/readyz` may take; 1 s by default.
    pub health_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: MAX_BODY,
            body_timeout: BODY_TIMEOUT,
            api_timeout: API_TIMEOUT,
            health_timeout: HEALTH_TIMEOUT,
        }
    }
}

/// A function that prints the metrics in Prometheus' text format.
type RenderMetrics = Box<dyn Fn() -> String + Send + Sync>;

/// The options of a router.
#[derive(Default)]
pub struct RouterOptions {
    pub(crate) api_token: Option<Secret>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) limits: Limits,
    pub(crate) metrics: Option<RenderMetrics>,
    pub(crate) campaigns_under: String,
}

/// Shows the options without any secret.
impl fmt::Debug for RouterOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouterOptions")
            .field("api_token", &self.api_token)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("limits", &self.limits)
            .field("campaigns_under", &self.campaigns_under)
            .finish_non_exhaustive()
    }
}

impl RouterOptions {
    /// The defaults: `/api` and `/metrics` are closed, no `X-Forwarded-For` is trusted, and
    /// campaigns stand at the root.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the bearer token of `/api` and `/metrics`. Without a token, or with an empty one, they
    /// are closed.
    #[must_use]
    pub fn with_api_token(mut self, token: Option<Secret>) -> Self {
        self.api_token = token.filter(|token| !token.expose().is_empty());
        self
    }

    /// Sets the addresses of proxies whose `X-Forwarded-For` is trusted.
    #[must_use]
    pub fn with_trusted_proxies(mut self, ranges: Vec<IpNet>) -> Self {
        self.trusted_proxies = ranges;
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the function that prints the page of `/metrics`, such as the handle of a recorder. The
    /// service counts through the `metrics` facade, so that any recorder of the host sees the
    /// numbers.
    #[must_use]
    pub fn with_metrics(mut self, render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.metrics = Some(Box::new(render));
        self
    }

    /// Sets the path under which the links of campaigns stand. Under `/c` they are `/c/{campaign}`,
    /// and the router can be merged with a host's own `/{x}`. They stand at the root by default.
    /// Slashes around the path are ignored. The links that traffic channels get must have the same
    /// path.
    #[must_use]
    pub fn with_campaigns_under(mut self, path: &str) -> Self {
        self.campaigns_under = match path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        self
    }
}

/// The state that the handlers share.
#[derive(Clone)]
pub(crate) struct Served(Arc<(Service, RouterOptions)>);

impl Served {
    pub(crate) fn new(service: Service, options: RouterOptions) -> Self {
        Self(Arc::new((service, options)))
    }

    pub(crate) fn service(&self) -> &Service {
        &self.0.0
    }

    pub(crate) fn options(&self) -> &RouterOptions {
        &self.0.1
    }
}
