//! Warnings about rows that are kept too short.

use crate::config::{Place, duration_text};
use crate::definition::Retention;
use crate::tracker::Tracker;
use alloc::format;
use core::time::Duration;

/// How long after a sale it may be taken back: card networks take chargebacks for 120 days after a
/// payment or a promised service, and longer where the dispute goes on.
const REVERSALS: Duration = Duration::from_secs(180 * 24 * 60 * 60);

pub(super) fn lint(retention: &Retention, place: &Place<'_>, tracker: &Tracker) {
    if let Some(clicks) = retention.clicks {
        expires_later(clicks, &place.at("clicks"), tracker);
    }
    let Some(events) = retention.events else { return };
    if let Some(clicks) = retention.clicks.filter(|clicks| *clicks > events) {
        place.at("clicks").problem(format!(
            "a click without a sale would be kept for {}, and one with a sale only for {} after it; make `events` at \
             least as long",
            duration_text(clicks),
            duration_text(events)
        ));
    }
    if events < REVERSALS {
        place.at("events").problem(format!(
            "refunds and chargebacks come up to {} after a sale, and one that comes later than {} finds no sale that \
             it could take back",
            duration_text(REVERSALS),
            duration_text(events)
        ));
    }
}

/// Warns of sources whose sales may still come when the click is gone.
fn expires_later(clicks: Duration, place: &Place<'_>, tracker: &Tracker) {
    let expirations = tracker.sources.values();
    let expirations = expirations.filter_map(|source| Some((source.click_expiration?, &source.id)));
    if let Some((expiration, source)) = expirations.max().filter(|(longest, _)| *longest > clicks) {
        place.problem(format!(
            "`click_expiration` of source `{source}` is {}, and a sale that comes later than {} after its click finds \
             no click",
            duration_text(expiration),
            duration_text(clicks)
        ));
    }
}
