//! Google's Data Manager API: the answer to `requestStatus:retrieve`, by which a receipt is
//! checked. Sources: `request_status_per_destination.proto` and `processing_errors.proto` (names of
//! members and reasons: H); which reason is final is our choice. Refusals come as counts by reason,
//! so that a row's own fate is known only where one reason holds for all rows.

use super::class::Class;
use super::heard::Heard;
use super::outcome::{Outcome, Reading};
use super::scalar::Scalar;
use super::shown::code;
use crate::delivery::Attempt;
use alloc::{string::String, vec::Vec};
use core::time::Duration;
use serde::Deserialize;

/// The wait after a click that is too young. The six hours come from the sister API (M).
const SIX_HOURS: Duration = Duration::from_secs(6 * 60 * 60);

/// The wait after a fault of the settings. The status of a request never changes again, so what
/// was refused must be sent again; to hold the check would hold the lane for nothing. (Our choice.)
const MENDED: Duration = Duration::from_secs(12 * 60 * 60);

/// The wait after an internal error of theirs. (Our choice.)
const PASSED: Duration = Duration::from_secs(60 * 60);

/// How many different reasons are looked at. There are some 30.
const MOST: usize = 60;

/// How many of them are shown: a finding has 200 characters.
const SHOWN: usize = 5;

/// What became of the events at one destination.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Destination<'a> {
    #[serde(borrow, default)]
    request_status: Scalar<'a>,
    #[serde(borrow)]
    error_info: Option<Errors<'a>>,
    #[serde(borrow)]
    warning_info: Option<Warnings<'a>>,
    #[serde(borrow)]
    events_ingestion_status: Option<Records<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Errors<'a> {
    #[serde(borrow)]
    error_counts: Option<Vec<Count<'a>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Warnings<'a> {
    #[serde(borrow)]
    warning_counts: Option<Vec<Count<'a>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Records<'a> {
    /// How many events the request had, refused ones included.
    #[serde(borrow, default)]
    record_count: Scalar<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Count<'a> {
    #[serde(borrow, default)]
    record_count: Scalar<'a>,
    #[serde(borrow, default)]
    reason: Scalar<'a>,
}

impl<'a> Destination<'a> {
    fn errors(&self) -> impl Iterator<Item = &Count<'a>> {
        self.error_info
            .iter()
            .filter_map(|info| info.error_counts.as_ref())
            .flatten()
    }

    fn warnings(&self) -> impl Iterator<Item = &Count<'a>> {
        self.warning_info
            .iter()
            .filter_map(|info| info.warning_counts.as_ref())
            .flatten()
    }
}

/// A reason without the beginning that all of its kind have.
pub(super) fn word(reason: &str) -> String {
    let beginnings = [
        "PROCESSING_ERROR_REASON_",
        "PROCESSING_WARNING_REASON_",
        "PROCESSING_ERROR_",
        "WARNING_REASON_",
    ];
    code(
        beginnings
            .iter()
            .find_map(|beginning| reason.strip_prefix(beginning))
            .unwrap_or(reason),
    )
}

/// What the counts of all destinations say together.
#[derive(Default)]
struct Told {
    /// The reasons, each once, in the order in which they came.
    reasons: Vec<String>,
    /// How many records were refused, where a number stands.
    refused: Option<i64>,
    /// How many records there were, where a number stands.
    records: Option<i64>,
    warnings: Vec<String>,
    /// Whether every destination refused all.
    all_failed: bool,
}

pub(super) fn read(heard: &Heard<'_>, destinations: &[Destination<'_>]) -> Vec<Reading> {
    let is = |words: &[&str]| {
        destinations
            .iter()
            .all(|one| words.contains(&one.request_status.text()))
    };
    let known = ["SUCCESS", "FAILED", "FAILURE", "PARTIAL_SUCCESS"];
    if destinations.is_empty() || !is(&known) {
        let mut pending = destinations.iter().map(|one| one.request_status.text());
        let pending = pending.find(|status| !known.contains(status) && !status.is_empty());
        return heard.all(Outcome::CheckAgain, pending.map_or_else(|| "PROCESSING".into(), code));
    }
    let told = told(destinations, is(&["FAILED", "FAILURE"]));
    if is(&["SUCCESS"]) {
        return match told.warnings.as_slice() {
            [] => heard.all_plain(Outcome::Delivered),
            warnings => heard.all(Outcome::Warned, format_args!("SUCCESS warned: {}", shown(warnings))),
        };
    }
    let rows = i64::try_from(heard.rows).unwrap_or(i64::MAX);
    let records = told.records.unwrap_or(rows).max(told.refused.unwrap_or(0));
    let refused = told
        .refused
        .map_or_else(|| "some".into(), |refused| alloc::format!("{refused}"));
    let reasons = shown(&told.reasons);
    if told.all_failed {
        let outcome = of_all(&told.reasons);
        let why = if records == 1 && !told.reasons.is_empty() {
            alloc::format!("FAILED {reasons}")
        } else {
            let before = match outcome {
                Outcome::Warned => Attempt::THERE_IN_PART,
                _ => " refused: ",
            };
            alloc::format!("FAILED {refused} of {records}{before}{reasons}")
        };
        return heard.all(outcome, why);
    }
    let why = alloc::format!("{}{refused} of {records} refused: {reasons}", Attempt::TAKEN_IN_PART);
    // Where all that was refused may be taken later, all rows go again: what was counted has its
    // transaction id, and is only said once more.
    let outcome = later(&told.reasons).map_or(Outcome::Warned, |wait| Outcome::After { wait });
    heard.all(outcome, why)
}

fn shown(reasons: &[String]) -> String {
    match reasons.get(..SHOWN).unwrap_or(reasons) {
        [] => "no reason is given".into(),
        reasons => reasons.join(", "),
    }
}

fn told(destinations: &[Destination<'_>], all_failed: bool) -> Told {
    let mut told = Told {
        all_failed,
        ..Told::default()
    };
    let add = |words: &mut Vec<String>, count: &Count<'_>| {
        let word = word(count.reason.text());
        if !words.contains(&word) && words.len() < MOST {
            words.push(word);
        }
    };
    for one in destinations {
        let mut refused: Option<i64> = None;
        for count in one.errors() {
            add(&mut told.reasons, count);
            let more = count.record_count.number();
            refused = more.map_or(refused, |more| Some(refused.unwrap_or(0).saturating_add(more)));
        }
        for count in one.warnings() {
            add(&mut told.warnings, count);
        }
        // Each destination has all the records.
        let records = one
            .events_ingestion_status
            .as_ref()
            .and_then(|status| status.record_count.number());
        told.records = told.records.max(records.filter(|records| *records > 0));
        told.refused = told.refused.max(refused);
    }
    told
}

/// The longest wait, where every reason is one that passes.
fn later(reasons: &[String]) -> Option<Duration> {
    let waits = reasons.iter().map(|reason| match class(reason) {
        Some(Class::Wait(wait)) => Some(wait),
        _ => None,
    });
    waits.collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// What follows for each row where every row was refused. Where reasons differ, the one that
/// leaves most hope decides: nothing was counted, so that nothing can be counted twice.
fn of_all(reasons: &[String]) -> Outcome {
    let classes: Vec<Option<Class>> = reasons.iter().map(|reason| class(reason)).collect();
    let wait = classes.iter().flatten().filter_map(|class| match class {
        Class::Wait(wait) => Some(*wait),
        _ => None,
    });
    if let Some(wait) = wait.max() {
        return Outcome::After { wait };
    }
    // A reason that is new may yet be told otherwise; the last check ends it.
    if classes.is_empty() || classes.contains(&None) {
        return Outcome::CheckAgain;
    }
    let is_done = |class: &Option<Class>| *class == Some(Class::Done);
    if classes.iter().all(is_done) {
        Outcome::AlreadyThere
    } else if classes.iter().any(is_done) {
        Outcome::Warned
    } else {
        Outcome::Refused
    }
}

/// The class of a reason.
fn class(reason: &str) -> Option<Class> {
    Some(match reason {
        "TOO_RECENT_CLICK" => Class::Wait(SIX_HOURS),
        "INTERNAL_ERROR" => Class::Wait(PASSED),
        "DUPLICATE_TRANSACTION_ID" | "DUPLICATE_GCLID" => Class::Done,
        "EVENT_TOO_OLD"
        | "INVALID_GCLID"
        | "INVALID_GBRAID"
        | "INVALID_WBRAID"
        | "INVALID_CLICK"
        | "CLICK_NOT_FOUND"
        | "CONVERSION_PRECEDES_CLICK"
        | "INVALID_EVENT"
        | "INVALID_FORMAT"
        // Consent is decided when the conversion happens.
        | "DENIED_CONSENT"
        | "NO_CONSENT"
        | "UNKNOWN_CONSENT" => Class::Row,
        "INVALID_OPERATING_ACCOUNT_FOR_CLICK" | "EXTERNAL_ATTRIBUTION_DATA_MISSING" => Class::Wait(MENDED),
        _ if reason.starts_with("ONE_PER_CLICK_") && reason.ends_with("_WITH_BRAID") => Class::Row,
        _ if reason.starts_with("OPERATING_ACCOUNT_MISMATCH") => Class::Wait(MENDED),
        _ if reason.ends_with("_TERMS_NOT_SIGNED") => Class::Wait(MENDED),
        _ => return None,
    })
}
