//! Makes verdicts of the result of sending.

use super::attempt::Attempt;
use super::batch::Batch;
use super::case::{Answer, Case, Judge, Judgement};
use super::judges::{self, Judges};
use super::retry::{MAX_RETRY_AFTER, again};
use super::row::Leased;
use super::verdict::{Settlement, Verdict};
use crate::text::Cut;
use crate::value::Timestamp;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

/// The most characters of a response's body, and of a judge's reason, that are noted.
pub const MAX_EXCERPT: usize = 200;

/// For how long a lane is held when something that its requests need, such as a secret, is missing.
pub const HOLD: Duration = Duration::from_secs(60);

/// For how long after its decision a delivery can be held; then its attempts count. A delivery that
/// waits keeps its personal values, so none may wait for ever.
pub const MAX_HELD: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Why a request that may have arrived is given up, for a person.
const PERHAPS_SENT: &str = "it may have arrived, and this postback is not sent twice";

/// The result of sending a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent<'a> {
    /// There was a response.
    Answered(Answer<'a>),
    /// There was no response.
    Failed {
        /// The reason, without URL, secret or personal value.
        finding: &'a str,
        /// Whether trying again may help.
        retry: bool,
        /// Whether the receiver may have got the request all the same.
        sent: bool,
    },
    /// Nothing was sent, because something that the request needs is missing.
    Held {
        /// What is missing, without URL, secret or personal value.
        why: &'a str,
    },
}

impl Batch {
    /// The verdict on each delivery of the batch. `entropy` changes the wait of each by up to a
    /// fifth, so that deliveries which failed together are not tried together.
    #[must_use]
    pub fn settle(&self, judges: &Judges, sent: &Sent<'_>, now: Timestamp, entropy: u64) -> Vec<Settlement> {
        let first = self.deliveries().first();
        self.settle_by(
            first.and_then(|first| judges.of(&first.delivery.cause)),
            sent,
            now,
            entropy,
        )
    }

    /// Like [`settle`](Self::settle), with the one judge that judges; without one the rules do.
    #[must_use]
    pub fn settle_by(
        &self,
        judge: Option<&dyn Judge>,
        sent: &Sent<'_>,
        now: Timestamp,
        entropy: u64,
    ) -> Vec<Settlement> {
        let all = self.deliveries().iter().enumerate();
        let answer = match *sent {
            Sent::Answered(answer) => answer,
            Sent::Failed { finding, retry, sent } => {
                let settled = all.map(|(place, leased)| {
                    let once = sent && leased.delivery.retry.unless_sent && leased.receipt.is_none();
                    let (verdict, finding) = match (retry, once) {
                        (true, true) => (Verdict::Dead, format!("{finding}; {PERHAPS_SENT}")),
                        (true, false) => (again(leased, place, None, now, entropy), finding.into()),
                        (false, _) => (Verdict::Dead, finding.into()),
                    };
                    settlement(leased, verdict, now, None, finding)
                });
                return settled.collect();
            }
            Sent::Held { why } => {
                let until = now.checked_add(HOLD).unwrap_or(now);
                // It is in the words of whoever has the secrets.
                let why = noted(why);
                let settled = all.map(|(place, leased)| {
                    let held = Verdict::Held {
                        why: why.clone(),
                        until,
                    };
                    let verdict = bounded(held, (leased, place), now, entropy);
                    settlement(leased, verdict, now, None, why.clone())
                });
                return settled.collect();
            }
        };
        let case = Case {
            deliveries: self.deliveries(),
            answer,
            now,
            entropy,
        };
        let mut judged = judges::judge(judge, &case).into_iter();
        let shown = noted(answer.shown);
        let shown = match judge.is_none_or(Judge::quotes) && !shown.is_empty() {
            true => format!(": `{shown}`"),
            false => String::new(),
        };
        let settled = all.map(|(place, leased)| {
            let judgement = judged.next().unwrap_or_else(|| Judgement {
                verdict: case.again(place),
                why: Some("the judge said nothing of this delivery".into()),
            });
            let why = why(&judgement).map_or_else(String::new, |why| format!(" ({})", noted(&why)));
            let verdict = match judgement.verdict {
                Verdict::RetrySmaller { most } => self.smaller(most).unwrap_or_else(|| case.again(place)),
                verdict => bounded(verdict, (leased, place), now, entropy),
            };
            let finding = format!("HTTP {}{why}{shown}", answer.status);
            settlement(leased, verdict, now, Some(answer.status), finding)
        });
        settled.collect()
    }

    /// The verdict that sends requests smaller than this one; none when it holds a single item.
    fn smaller(&self, most: u32) -> Option<Verdict> {
        // A check asks about one receipt, so it has nothing to shrink; and what was accepted must
        // not be sent again.
        if self.deliveries().first()?.receipt.is_some() {
            return None;
        }
        let below = u32::try_from(self.deliveries().len()).ok()?.checked_sub(1)?;
        let most = most.min(below);
        (below > 0).then_some(Verdict::RetrySmaller { most: most.max(1) })
    }
}

fn settlement(leased: &Leased, verdict: Verdict, at: Timestamp, status: Option<u16>, finding: String) -> Settlement {
    Settlement::of(leased, verdict, Attempt { at, status, finding })
}

/// The shortest hold that a judge can set. A delivery that is held until now would be sent again at
/// once, and no attempt would be counted.
const MIN_HELD: Duration = Duration::from_secs(1);

/// `at`, but not earlier than `from` after now, and not later than `longest` after now.
fn within(at: Timestamp, from: Duration, longest: Duration, now: Timestamp) -> Timestamp {
    let (first, last) = (now.checked_add(from), now.checked_add(longest));
    at.max(first.unwrap_or(now)).min(last.unwrap_or(at))
}

/// Bounds a verdict, so that no judge can have something sent, checked or held for ever.
fn bounded(verdict: Verdict, (leased, place): (&Leased, usize), now: Timestamp, entropy: u64) -> Verdict {
    match verdict {
        Verdict::Retry { .. } if !leased.may_be_sent_again() => Verdict::Dead,
        Verdict::Accepted { .. } if leased.delivery.check.is_none() => Verdict::DeliveredWithWarning,
        Verdict::Accepted { .. } if leased.receipt.is_some() && leased.is_last() => Verdict::Dead,
        Verdict::Held { .. } if now.saturating_since(leased.delivery.created_at) >= MAX_HELD => {
            again(leased, place, None, now, entropy)
        }
        Verdict::Retry { at } => Verdict::Retry {
            at: within(at, Duration::ZERO, MAX_RETRY_AFTER, now),
        },
        Verdict::Waits { until } => Verdict::Waits {
            until: within(until, MIN_HELD, MAX_RETRY_AFTER, now),
        },
        Verdict::Accepted { receipt, check_at } => Verdict::Accepted {
            receipt,
            check_at: within(check_at, Duration::ZERO, MAX_HELD, now),
        },
        Verdict::Held { why, until } => Verdict::Held {
            why,
            until: within(until, MIN_HELD, MAX_RETRY_AFTER, now),
        },
        verdict => verdict,
    }
}

/// The reason for a verdict, where it is not the plain case.
fn why(judgement: &Judgement) -> Option<String> {
    let plain = match &judgement.verdict {
        Verdict::DeliveredWithWarning => "taken with a warning",
        Verdict::AlreadyThere => "it was there already",
        Verdict::Accepted { .. } => "accepted, to be checked",
        Verdict::RetrySmaller { .. } => "too much for one request",
        Verdict::Waits { .. } => "it waits for another delivery",
        Verdict::Held { why, .. } => why,
        Verdict::Delivered | Verdict::Retry { .. } | Verdict::Dead => "",
    };
    let why = judgement.why.as_deref().unwrap_or(plain);
    (!why.is_empty()).then(|| why.to_string())
}

fn noted(text: &str) -> String {
    Cut::new(text, MAX_EXCERPT).spaced().to_string().trim().into()
}
