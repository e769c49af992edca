//! How a stand-in misbehaves when it is told to.

/// What comes in place of the answer to a request. Nothing of the request is accepted, but by
/// [`Truncated`](Self::Truncated).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The rate is limited: HTTP 400 at Meta, a code in HTTP 200 at TikTok, else HTTP 429.
    RateLimit,
    /// HTTP 500 in the platform's shape.
    ServerError,
    /// An HTML page with HTTP 200, as gateways give it.
    Html,
    /// A bare HTTP 404, as a version of an API that is no more answers.
    DeadVersion,
    /// The events are accepted, and the connection ends in the middle of the answer.
    Truncated,
    /// HTTP 200 in which a passing fault of the platform stands.
    FaultInSuccess,
}
