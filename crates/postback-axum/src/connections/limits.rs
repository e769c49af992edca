//! The limits on the connections of one server.

use postback::value::IpNet;
use std::time::Duration;

/// The limits on the connections of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionLimits {
    /// How many connections may be open at the same time; 1024 by default. With a head and a body
    /// of 64 KiB each, they take at most 128 MiB. When all places are taken, the connection that
    /// has been idle for longest is closed and makes room. While none is idle, new ones wait.
    pub connections: usize,
    /// How many of them the callers of one network may have: a /24 of IPv4, a /48 of IPv6. 64 by
    /// default. When a network has all of its places, the one of its connections that has been idle
    /// for longest makes room; while none of them is idle, a further one is closed at once.
    pub per_network: usize,
    /// The addresses of proxies. They stand for many callers, so their networks may have as many
    /// connections as there are places, and theirs make room last. None by default: name the
    /// addresses here that
    /// [`with_trusted_proxies`](crate::RouterOptions::with_trusted_proxies) names.
    pub trusted_proxies: Vec<IpNet>,
    /// How long the head of a request may take from its first byte, and the first one from when its
    /// connection was taken; 5 s by default.
    pub header_timeout: Duration,
    /// How long a connection may stay open between two requests; 60 s by default.
    pub idle_timeout: Duration,
    /// How long a caller may read nothing of a response that waits to be sent; 10 s by default.
    pub write_timeout: Duration,
    /// The largest age of a connection; 5 minutes by default. So a caller who reads its responses
    /// byte by byte cannot hold it for ever.
    pub connection_age: Duration,
    /// How long the open request of a connection that has reached this age may take to end; 10 s by
    /// default.
    pub age_grace: Duration,
    /// How long open requests may take to end when the server stops; 3 s by default. A response
    /// takes at most 2.5 s.
    pub drain: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            per_network: 64,
            trusted_proxies: Vec::new(),
            header_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(10),
            connection_age: Duration::from_secs(5 * 60),
            age_grace: Duration::from_secs(10),
            drain: Duration::from_secs(3),
        }
    }
}
