//! What a judge sees, and what it answers.

use super::cause::Cause;
use super::retry::{again, asked_wait};
use super::row::Leased;
use super::verdict::Verdict;
use crate::value::Timestamp;
use alloc::{string::String, vec::Vec};
use core::{fmt, time::Duration};

/// For how long a delivery is tried although the fault is probably permanent: a receiver that is
/// being set up or moved answers with 404 or a redirect for a while.
const DOUBTFUL: Duration = Duration::from_secs(24 * 60 * 60);

/// A response to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body, or its beginning, as it came. Judges read it.
    pub body: &'a str,
    /// The same text without what was filled into the request ([`super::Filled::redact`]). This one
    /// is noted.
    pub shown: &'a str,
    /// Whether `body` is only the beginning.
    pub truncated: bool,
    /// Whether `body` stalled or broke off: more of it may come with another response.
    pub broken_off: bool,
    /// The `Retry-After` header, as it came.
    pub retry_after: Option<&'a str>,
    /// The target of a redirect: scheme, host and path alone, without what was filled in. It is
    /// noted; redirects are not followed.
    pub location: Option<&'a str>,
}

/// What a judge sees: the deliveries of one request, and the response to it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Case<'a> {
    /// The deliveries in the order of their items. Either all of them were sent, or one receipt was
    /// checked for all of them.
    pub deliveries: &'a [Leased],
    /// The response.
    pub answer: Answer<'a>,
    /// The time of the response.
    pub now: Timestamp,
    pub(super) entropy: u64,
}

impl Case<'_> {
    /// The verdict that tries the delivery in this place again, by its own policy and not before
    /// the response's `Retry-After`. What was sent is sent again, and a receipt is checked again.
    /// The verdict is `Dead` when the attempts are used up.
    #[must_use]
    pub fn again(&self, place: usize) -> Verdict {
        let asked = self.answer.retry_after.and_then(|text| asked_wait(text, self.now));
        let leased = self.deliveries.get(place);
        leased.map_or(Verdict::Dead, |leased| {
            again(leased, place, asked, self.now, self.entropy)
        })
    }
}

impl Case<'_> {
    /// Like [`again`](Self::again), for a response that may never change: the last attempt is made
    /// when a day has passed since the delivery was decided. A first attempt that was made later,
    /// because the delivery waited or a person queued it again, is followed by one more.
    pub(super) fn again_for_a_day(&self, place: usize) -> Verdict {
        let Some(leased) = self.deliveries.get(place) else {
            return Verdict::Dead;
        };
        let last = leased.delivery.created_at.checked_add(DOUBTFUL);
        match (self.again(place), last) {
            (Verdict::Retry { at }, Some(last)) if self.now < last => Verdict::Retry { at: at.min(last) },
            (Verdict::Retry { .. }, _) if leased.attempts > 0 => Verdict::Dead,
            (verdict, _) => verdict,
        }
    }

    /// Whether the delivery in this place must not be sent again once the receiver has got it.
    pub(super) fn is_sent_once(&self, place: usize) -> bool {
        let leased = self.deliveries.get(place);
        leased.is_some_and(|leased| leased.delivery.retry.unless_sent && leased.receipt.is_none())
    }
}

/// What a judge says about one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What becomes of it.
    pub verdict: Verdict,
    /// The reason, for a person. It holds no URL, secret or personal value.
    pub why: Option<String>,
}

impl From<Verdict> for Judgement {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, why: None }
    }
}

/// Says what responses mean, for deliveries of some causes.
pub trait Judge: fmt::Debug + Send + Sync {
    /// Whether it judges deliveries of this cause.
    fn is_for(&self, cause: &Cause) -> bool;

    /// What becomes of each delivery, in their order. A delivery for which the list has no entry is
    /// sent again.
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement>;

    /// Whether findings quote the beginning of a response, without what was filled into the
    /// request. A judge says no where responses repeat personal values; [`Answer::shown`] may then
    /// be empty, and what it says itself is all that is noted.
    fn quotes(&self) -> bool {
        true
    }
}
