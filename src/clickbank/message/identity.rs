//! What both kinds of notifications have in common: what names them, and which of their parts only
//! repeat a link.

use crate::value::{EventId, Timestamp};
use alloc::string::ToString;

/// The parts of a notification that repeat what the link to the order form said (support articles
/// 10535147 and 26455062697620).
pub(super) const ECHOES: &[&str] = &[
    "vendorVariables",
    "affiliateTrackingParameters",
    "trackingCodes",
    "cvendthru",
    "ctid",
    "caffitid",
];

/// What names a notification of any version that says whose it is.
pub(super) fn notification_id(
    source: &str,
    receipt: &str,
    word: &str,
    role: &str,
    at: Timestamp,
    items: &[&str],
) -> EventId {
    let instant = at.to_string();
    let mut parts = alloc::vec!["ins", source, receipt, word, role, &instant];
    parts.extend(items);
    EventId::of(Some(at.unix_seconds()), &parts)
}
