//! A delivery that waits for others: a correction, which goes out when the receiver has what it
//! corrects.
//!
//! A correction of something that never arrived would count as something new (Google's Data
//! Manager makes a conversion of a transaction that it does not know), so nothing is guessed here:
//! it goes, waits, or is closed.

use super::attempt::Attempt;
use super::progress::Progress;
use super::row::Leased;
use super::verdict::{Settlement, Verdict};
use crate::value::Timestamp;
use core::time::Duration;

/// For how long a delivery that waits for another one is left alone.
pub const WAIT: Duration = Duration::from_secs(5 * 60);

/// The verdict for a delivery that may not be sent now; none if it may.
pub(super) fn waits(leased: &Leased, now: Timestamp) -> Option<Settlement> {
    if leased.receipt.is_some() || leased.delivery.after.is_empty() {
        return None;
    }
    // A store that does not say how far one has come makes it wait.
    let mut progress = leased.after.iter().copied();
    let corrected = progress.next().unwrap_or(Progress::Unsent);
    let is_one_open = leased.after.len() < leased.delivery.after.len() || progress.any(Progress::is_open);
    let why = match corrected {
        Progress::Delivered if !is_one_open => return None,
        // It was on its way before, so what it corrects was there; its row is gone since.
        Progress::Unknown if leased.attempts > 0 && !is_one_open => return None,
        Progress::Dead => "what it corrects was not taken, so there is nothing to take back",
        Progress::Withdrawn => "what it corrects was withdrawn before it was sent",
        Progress::InPart => "some of the request of what it corrects were refused, and nobody says which",
        Progress::Unknown => "it is not known any more whether what it corrects was taken",
        _ => {
            let until = now.checked_add(WAIT).unwrap_or(now);
            return Some(Settlement::of(leased, Verdict::Waits { until }, Attempt::wait(now)));
        }
    };
    Some(Settlement::of(leased, Verdict::Dead, Attempt::withdrawn(now, why)))
}
