//! What a judge sees, and what it says.

use super::cause::Cause;
use super::retry::{again, asked_wait};
use super::row::Leased;
use super::verdict::Verdict;
use crate::value::Timestamp;
use alloc::{string::String, vec::Vec};
use core::{fmt, time::Duration};

/// For how long what is probably wrong for good is tried all the same: a receiver that is being set
/// up, or moved, answers 404 and redirects for a while.
const DOUBTFUL: Duration = Duration::from_secs(24 * 60 * 60);

/// An answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body, or its beginning, as it came: judges look at it.
    pub body: &'a str,
    /// The same without what was filled into the request ([`super::Filled::redact`]): it is noted.
    pub shown: &'a str,
    /// Whether `body` is the beginning alone.
    pub truncated: bool,
    /// The `Retry-After` header, as it came.
    pub retry_after: Option<&'a str>,
    /// Where a redirect leads: scheme, host and path alone, without what was filled in. It is
    /// noted; redirects are not followed.
    pub location: Option<&'a str>,
}

/// What a judge sees: the deliveries of one request, and the answer to it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Case<'a> {
    /// The deliveries in the order of their items. Either all of them were sent, or one receipt was
    /// checked for all of them.
    pub deliveries: &'a [Leased],
    /// The answer.
    pub answer: Answer<'a>,
    /// The time of the answer.
    pub now: Timestamp,
    pub(super) entropy: u64,
}

impl Case<'_> {
    /// The delivery in this place again, by its own policy, and not before the answer's
    /// `Retry-After`: what was sent is sent again, a receipt is checked again. Dead when its
    /// attempts are used up.
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
    /// As [`again`](Self::again), for an answer that may stay as it is: dead when a day has passed
    /// since it was decided.
    pub(super) fn again_for_a_day(&self, place: usize) -> Verdict {
        let last = self.deliveries.get(place);
        let last = last.and_then(|leased| leased.delivery.created_at.checked_add(DOUBTFUL));
        match self.again(place) {
            Verdict::Retry { at } if last.is_none_or(|last| at > last) => Verdict::Dead,
            verdict => verdict,
        }
    }

    /// Whether the delivery in this place is not to be sent again after the receiver had it.
    pub(super) fn is_sent_once(&self, place: usize) -> bool {
        let leased = self.deliveries.get(place);
        leased.is_some_and(|leased| leased.delivery.retry.unless_sent && leased.receipt.is_none())
    }
}

/// What a judge says of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What becomes of it.
    pub verdict: Verdict,
    /// Why, for a person; holds no URL, secret or personal value.
    pub why: Option<String>,
}

impl From<Verdict> for Judgement {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, why: None }
    }
}

/// Says what answers to deliveries of some causes mean.
pub trait Judge: fmt::Debug + Send + Sync {
    /// Whether it judges what was delivered for this cause.
    fn is_for(&self, cause: &Cause) -> bool;

    /// What becomes of each delivery, in their order. One that nothing is said of is sent again.
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement>;
}
