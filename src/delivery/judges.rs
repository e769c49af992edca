//! The judge of a cause: a host's own, else the rules that look at status and text.

use super::case::{Answer, Case, Judge, Judgement};
use super::cause::Cause;
use super::rules::SuccessRule;
use super::verdict::Verdict;
use crate::text::Cut;
use alloc::{boxed::Box, format, string::String, vec::Vec};

/// The most of a redirect's target that is noted, in characters: the sentence around it must fit
/// into an excerpt.
const MAX_LOCATION: usize = 120;

/// The judges of a host. What none of them is for is judged by [`SuccessRule`]s: that of a
/// postback, else any 2xx status is a success.
#[derive(Debug, Default)]
pub struct Judges(Vec<Box<dyn Judge>>);

impl Judges {
    /// No judge but the rules.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// With another judge, behind those that are there.
    #[must_use]
    pub fn with(mut self, judge: impl Judge + 'static) -> Self {
        self.0.push(Box::new(judge));
        self
    }

    pub(super) fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let Some(first) = case.deliveries.first() else {
            return Vec::new();
        };
        let own = self.0.iter().find(|judge| judge.is_for(&first.delivery.cause));
        match (own, &first.delivery.cause) {
            (Some(judge), _) => judge.judge(case),
            (None, Cause::Postback { success, .. }) => by_rule(success, case),
            (None, _) => by_rule(&SuccessRule::default(), case),
        }
    }
}

/// The verdict over a request whose answer speaks for all that is in it.
fn by_rule(rule: &SuccessRule, case: &Case<'_>) -> Vec<Judgement> {
    let fault = fault(rule, &case.answer);
    let one = |place| match fault {
        None => Verdict::Delivered.into(),
        Some((fault, why)) => Judgement {
            verdict: match fault {
                // It had the request and said that it would not look at it.
                Fault::Passing if matches!(case.answer.status, 429 | 503) => case.again(place),
                Fault::Passing | Fault::Doubtful if case.is_sent_once(place) => Verdict::Dead,
                Fault::Passing => case.again(place),
                Fault::Doubtful => case.again_for_a_day(place),
                Fault::Final => Verdict::Dead,
            },
            why: Some(redirected(&case.answer).unwrap_or_else(|| why.into())),
        },
    };
    (0..case.deliveries.len()).map(one).collect()
}

/// What a person does about a redirect that is no success.
fn redirected(answer: &Answer<'_>) -> Option<String> {
    let (status, location) = (answer.status, answer.location?);
    let location = Cut::new(location, MAX_LOCATION);
    Some(format!(
        "answered {status} to {location}; the URL must be mended, redirects are not followed"
    ))
}

/// Whether trying again may help.
#[derive(Clone, Copy)]
enum Fault {
    Passing,
    /// Probably not, but a receiver that is being set up or moved answers so for a while.
    Doubtful,
    Final,
}

/// The expected status and body are success. 408, 425, 429 and 5xx are tried again, 403, 404, 409
/// and redirects for a day; everything else is final.
fn fault(rule: &SuccessRule, answer: &Answer<'_>) -> Option<(Fault, &'static str)> {
    let Answer {
        status,
        body,
        truncated,
        ..
    } = *answer;
    let is_within = |(first, last): &(u16, u16)| (*first..=*last).contains(&status);
    if !rule.status.iter().any(is_within) {
        let fault = match status {
            408 | 425 | 429 | 500..=599 => Fault::Passing,
            300..=399 | 403 | 404 | 409 => Fault::Doubtful,
            _ => Fault::Final,
        };
        return Some((fault, "status is no success"));
    }
    let holds = |text: &String| body.contains(text.as_str());
    if rule.body_excludes.as_ref().is_some_and(holds) {
        return Some((Fault::Final, "body holds what means failure"));
    }
    if !rule.body_includes.as_ref().is_none_or(holds) {
        // Behind the cut it may stand all the same; sending again could count twice.
        let why = if truncated {
            "body did not come whole, and its beginning misses what means success"
        } else {
            "body misses what means success"
        };
        return Some((Fault::Final, why));
    }
    None
}
