//! When a delivery that failed is tried again.

use super::row::Leased;
use super::verdict::Verdict;
use crate::value::Timestamp;
use core::time::Duration;

/// The longest wait that a receiver may ask for with `Retry-After`: longer ones are cut, so that no
/// receiver can park a delivery for ever.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Different randomness for each delivery of a batch.
fn spread(entropy: u64, place: usize) -> u64 {
    let place = u32::try_from(place).unwrap_or(u32::MAX);
    entropy.rotate_left(place.wrapping_mul(7))
}

/// The wait that `Retry-After` asks for: seconds or an HTTP date (RFC 9110, section 10.2.3).
pub(super) fn asked_wait(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let wait = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let date = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc2822).ok()?;
        Timestamp::try_from(date).ok()?.saturating_since(now)
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

/// The verdict that sends or checks a delivery again, by its policy. It is `Dead` when the attempts
/// of sending, or those of checking, are used up; the two are counted apart. `place` and `entropy`
/// change the wait, so that deliveries which failed together are not tried together.
pub(super) fn again(leased: &Leased, place: usize, asked: Option<Duration>, now: Timestamp, entropy: u64) -> Verdict {
    if leased.is_last() {
        return Verdict::Dead;
    }
    let wait = leased.delivery.retry.wait(leased.done());
    let fifth = wait.checked_div(5).unwrap_or_default();
    let millis = u64::try_from(fifth.as_millis()).unwrap_or(u64::MAX).saturating_mul(2);
    let jitter = spread(entropy, place)
        .checked_rem(millis.saturating_add(1))
        .unwrap_or(0);
    let wait = wait.saturating_sub(fifth).saturating_add(Duration::from_millis(jitter));
    let wait = wait.max(asked.unwrap_or_default());
    match (now.checked_add(wait), &leased.receipt) {
        (None, _) => Verdict::Dead,
        (Some(at), None) => Verdict::Retry { at },
        (Some(check_at), Some(receipt)) => Verdict::Accepted {
            receipt: receipt.clone(),
            check_at,
        },
    }
}
