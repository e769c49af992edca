//! What both kinds of notifications have in common: their identity, and the list of the parts that
//! only repeat a link.

use crate::value::{EventId, Timestamp};
use alloc::string::ToString;

/// The parts of a notification that repeat the parameters of the link to the order form (support
/// articles 10535147 and 26455062697620).
pub(super) const ECHOES: &[&str] = &[
    "vendorVariables",
    "affiliateTrackingParameters",
    "trackingCodes",
    "cvendthru",
    "ctid",
    "caffitid",
];

/// The identity of a notification of any version that names its role.
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
