//! From an answer to a verdict.

use super::batch::Batch;
use super::row::{Attempt, Leased, Settlement, Verdict};
use super::rules::{RetryPolicy, SuccessRule};
use crate::value::{Cut, Timestamp};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

/// The most of an answer's body that is noted, in characters.
pub const MAX_EXCERPT: usize = 200;

/// The longest wait that a receiver may ask for with `Retry-After`: longer ones are cut, so that no
/// receiver can park a delivery for ever.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// What sending came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent<'a> {
    /// There was an answer.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body, or its beginning, as it came: the success rule looks at it.
        body: &'a str,
        /// The same without what was filled into the request ([`super::Filled::redact`]): it is
        /// noted.
        shown: &'a str,
        /// Whether `body` is the beginning alone.
        truncated: bool,
        /// The `Retry-After` header, as it came.
        retry_after: Option<&'a str>,
    },
    /// There was none.
    Failed {
        /// Why, without URL, secret or personal value.
        finding: &'a str,
        /// Whether trying again may help.
        retry: bool,
    },
}

impl Sent<'_> {
    /// The wait that `Retry-After` asks for: seconds or an HTTP date (RFC 9110, section 10.2.3).
    fn asked_wait(&self, now: Timestamp) -> Option<Duration> {
        let Self::Answered { retry_after, .. } = self else {
            return None;
        };
        let text = retry_after.as_ref()?.trim();
        let wait = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            Duration::from_secs(text.parse().unwrap_or(u64::MAX))
        } else {
            let date = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc2822).ok()?;
            Timestamp::try_from(date).ok()?.saturating_since(now)
        };
        Some(wait.min(MAX_RETRY_AFTER))
    }
}

impl Batch {
    /// The verdict over each delivery of the batch. `entropy` shortens the wait of each by up to
    /// half, so that what failed together is not tried together.
    #[must_use]
    pub fn settle(&self, sent: &Sent<'_>, now: Timestamp, entropy: u64) -> Vec<Settlement> {
        let each = self.deliveries().iter().zip(0_u32..);
        each.map(|(leased, place)| settle_one(leased, sent, now, entropy.rotate_left(place.wrapping_mul(7))))
            .collect()
    }
}

fn settle_one(leased: &Leased, sent: &Sent<'_>, now: Timestamp, entropy: u64) -> Settlement {
    let Leased {
        delivery,
        attempts,
        fence,
    } = leased;
    let (status, finding, judged) = match sent {
        Sent::Answered {
            status,
            body,
            shown,
            truncated,
            ..
        } => {
            let judged = judge(&delivery.success, *status, body, *truncated);
            let why = judged.map_or_else(|(_, why)| format!(" ({why})"), |()| String::new());
            let finding = format!("HTTP {status}{why}{}", excerpt(shown));
            (Some(*status), finding, judged.map_err(|(fault, _)| fault))
        }
        Sent::Failed { finding, retry } => {
            let fault = if *retry { Fault::Passing } else { Fault::Final };
            (None, (*finding).to_string(), Err(fault))
        }
    };
    let verdict = match judged {
        Ok(()) => Verdict::Delivered,
        Err(Fault::Final) => Verdict::Dead,
        Err(Fault::Passing) => again(&delivery.retry, *attempts, sent.asked_wait(now), now, entropy),
    };
    Settlement {
        delivery: delivery.id.clone(),
        fence: *fence,
        verdict,
        attempt: Attempt {
            at: now,
            status,
            finding,
        },
    }
}

/// Whether trying again may help.
#[derive(Clone, Copy)]
enum Fault {
    Passing,
    Final,
}

/// As other trackers judge (blog.xtracker.cc, "S2S postback macros"): the expected status and body,
/// 408, 429 and 5xx again, everything else is final.
fn judge(rule: &SuccessRule, status: u16, body: &str, truncated: bool) -> Result<(), (Fault, &'static str)> {
    let is_within = |(first, last): &(u16, u16)| (*first..=*last).contains(&status);
    if !rule.status.iter().any(is_within) {
        let passing = matches!(status, 408 | 425 | 429) || (500..=599).contains(&status);
        let fault = if passing { Fault::Passing } else { Fault::Final };
        return Err((fault, "status is no success"));
    }
    let holds = |text: &String| body.contains(text.as_str());
    if rule.body_excludes.as_ref().is_some_and(holds) {
        return Err((Fault::Final, "body holds what means failure"));
    }
    if !rule.body_includes.as_ref().is_none_or(holds) {
        // Behind the cut it may stand all the same; sending again could count twice.
        let why = if truncated {
            "body is too long to be searched for success"
        } else {
            "body misses what means success"
        };
        return Err((Fault::Final, why));
    }
    Ok(())
}

fn again(policy: &RetryPolicy, before: u32, asked: Option<Duration>, now: Timestamp, entropy: u64) -> Verdict {
    let made = before.saturating_add(1);
    if made >= policy.attempts {
        return Verdict::Dead;
    }
    let doubled = policy.first.saturating_mul(2_u32.saturating_pow(before.min(31)));
    let wait = doubled.min(policy.longest);
    let half = wait.checked_div(2).unwrap_or_default();
    let millis = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
    let jitter = Duration::from_millis(entropy.checked_rem(millis.saturating_add(1)).unwrap_or(0));
    let wait = half.saturating_add(jitter).max(asked.unwrap_or_default());
    now.checked_add(wait)
        .map_or(Verdict::Dead, |due_at| Verdict::Retry { due_at })
}

fn excerpt(body: &str) -> String {
    let shown = Cut::new(body, MAX_EXCERPT).spaced().to_string();
    if shown.trim().is_empty() {
        String::new()
    } else {
        format!(": `{}`", shown.trim())
    }
}
