//! What the router serves with beside the service.

use postback::{Secret, value::IpNet};
use postback_service::Service;
use std::{fmt, sync::Arc, time::Duration};

/// The longest body that is read, in bytes. Real notifications are 1 to 4 KiB of ciphertext, a form
/// has 16 KiB at most; the rest only costs memory, which the caller would choose.
pub const MAX_BODY: usize = 64 * 1024;
/// The time for a body to arrive, from the first byte after the headers to the last.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(5);
/// The time for a read that serves a person.
pub(crate) const API_TIMEOUT: Duration = Duration::from_secs(10);
/// The time for the trivial read of `/healthz`.
pub(crate) const HEALTH_TIMEOUT: Duration = Duration::from_secs(1);

/// The limits of the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest body, in bytes; [`MAX_BODY`] by default.
    pub body: usize,
    /// The time for a body to arrive; 5 s by default.
    pub body_timeout: Duration,
    /// The time for a read of the API; 10 s by default.
    pub api_timeout: Duration,
    /// The time for the read of `/healthz`; 1 s by default.
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

/// Prints a page of metrics in Prometheus' text form.
type RenderMetrics = Box<dyn Fn() -> String + Send + Sync>;

/// What a router may be told beside its service.
#[derive(Default)]
pub struct RouterOptions {
    pub(crate) api_token: Option<Secret>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) limits: Limits,
    pub(crate) metrics: Option<RenderMetrics>,
    pub(crate) campaigns_under: String,
}

/// Secrets have no text.
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
    /// Everything as it usually is: `/api` and `/metrics` are closed, nobody's `X-Forwarded-For` is
    /// believed, campaigns stand at the root.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bearer token of `/api` and `/metrics`. Without one, or with an empty one, they are
    /// closed.
    #[must_use]
    pub fn with_api_token(mut self, token: Option<Secret>) -> Self {
        self.api_token = token.filter(|token| !token.expose().is_empty());
        self
    }

    /// Whose `X-Forwarded-For` is believed.
    #[must_use]
    pub fn with_trusted_proxies(mut self, ranges: Vec<IpNet>) -> Self {
        self.trusted_proxies = ranges;
        self
    }

    /// The limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What prints the page of `/metrics`, as the handle of a recorder does. The service counts
    /// through the `metrics` facade, so whatever recorder the host has installed sees it.
    #[must_use]
    pub fn with_metrics(mut self, render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.metrics = Some(Box::new(render));
        self
    }

    /// Where the links of campaigns stand: under `/c` they are `/c/{campaign}`, and the router can
    /// be merged beside a host's own `/{x}`. At the root by default. Slashes around it mean
    /// nothing. The links that are given to traffic channels must say it too.
    #[must_use]
    pub fn with_campaigns_under(mut self, path: &str) -> Self {
        self.campaigns_under = match path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        self
    }
}

/// What the handlers share.
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
