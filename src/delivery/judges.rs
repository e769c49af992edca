//! The judge of a cause: a host's own, or else the rules that look at status and body.

use super::case::{Answer, Case, Judge, Judgement};
use super::cause::Cause;
use super::rules::SuccessRule;
use super::verdict::Verdict;
use crate::text::Cut;
use alloc::{boxed::Box, format, string::String, vec::Vec};

/// The most characters of a redirect's target that are noted: the sentence around it must fit into
/// an excerpt.
const MAX_LOCATION: usize = 120;

/// The judges of a host. Where none of them is for a cause, a [`SuccessRule`] judges: the
/// postback's own, or else the default, by which any 2xx status is success.
#[derive(Debug, Default)]
pub struct Judges(Vec<Box<dyn Judge>>);

impl Judges {
    /// No judges, so that the rules judge everything.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a judge behind those that are there.
    #[must_use]
    pub fn with(mut self, judge: impl Judge + 'static) -> Self {
        self.0.push(Box::new(judge));
        self
    }

    /// The first judge that is for this cause.
    #[must_use]
    pub fn of(&self, cause: &Cause) -> Option<&dyn Judge> {
        let found = self.0.iter().find(|judge| judge.is_for(cause));
        found.map(AsRef::as_ref)
    }
}

/// What a judge says, or else the rules.
pub(super) fn judge(own: Option<&dyn Judge>, case: &Case<'_>) -> Vec<Judgement> {
    match (own, case.deliveries.first().map(|first| &first.delivery.cause)) {
        (Some(judge), _) => judge.judge(case),
        (None, Some(Cause::Postback { success, .. })) => by_rule(success, case),
        (None, _) => by_rule(&SuccessRule::default(), case),
    }
}

/// The verdicts for a request whose response speaks for every delivery in it.
fn by_rule(rule: &SuccessRule, case: &Case<'_>) -> Vec<Judgement> {
    let fault = fault(rule, &case.answer);
    let one = |place| match fault {
        None => Verdict::Delivered.into(),
        Some((fault, why)) => Judgement {
            verdict: match fault {
                // The receiver had the request and said that it would not look at it.
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

/// What a person should do about a redirect that is no success.
fn redirected(answer: &Answer<'_>) -> Option<String> {
    let (status, location) = (answer.status, answer.location?);
    let location = Cut::new(location, MAX_LOCATION);
    Some(format!(
        "redirects ({status}) to {location}; correct the URL, redirects are not followed"
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

/// The expected status and body are success. 408, 425, 429 and 5xx are tried again; 403, 404, 409
/// and redirects are tried again for a day; everything else is final.
fn fault(rule: &SuccessRule, answer: &Answer<'_>) -> Option<(Fault, &'static str)> {
    let Answer {
        status,
        body,
        truncated,
        broken_off,
        ..
    } = *answer;
    let is_within = |(first, last): &(u16, u16)| (*first..=*last).contains(&status);
    if !rule.status.iter().any(is_within) {
        let fault = match status {
            408 | 425 | 429 | 500..=599 => Fault::Passing,
            300..=399 | 403 | 404 | 409 => Fault::Doubtful,
            _ => Fault::Final,
        };
        return Some((fault, "the status does not mean success"));
    }
    let holds = |text: &String| body.contains(text.as_str());
    if rule.body_excludes.as_ref().is_some_and(holds) {
        return Some((Fault::Final, "the body holds the text that means failure"));
    }
    let is_found = rule.body_includes.as_ref().is_none_or(holds);
    if broken_off && (!is_found || rule.body_excludes.is_some()) {
        let why = "the body broke off, and the rest could have said whether this is success";
        return Some((Fault::Passing, why));
    }
    if !is_found {
        // The text may stand behind the cut. Sending again could count twice.
        let why = if truncated {
            "the body was cut off, and its beginning lacks the text that means success"
        } else {
            "the body lacks the text that means success"
        };
        return Some((Fault::Final, why));
    }
    None
}
