//! How long rows are kept.

use crate::config::part::part;
use crate::config::setters::setters;
use core::time::Duration;

/// `retention`: how long rows are kept. What is not named is kept for ever, except personal values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// How long a click is kept to which no event belongs.
    pub clicks: Option<Duration>,
    /// How long an event is kept. A click is kept with all its events until the last of them is
    /// that old.
    pub events: Option<Duration>,
    /// How long a delivery is kept after it was delivered or given up.
    pub deliveries: Option<Duration>,
    /// How long personal values are kept; by default as long as the host says.
    pub private: Option<Duration>,
    /// How long an event without a click is decided again by itself; by default as long as it is
    /// kept.
    pub waiting: Option<Duration>,
}
part!(Retention, 1, {
    clicks,
    events,
    deliveries,
    private,
    waiting,
});
setters!(Retention {
    option with_clicks(clicks: Duration),
    option with_events(events: Duration),
    option with_deliveries(deliveries: Duration),
    option with_private(private: Duration),
    option with_waiting(waiting: Duration),
});
