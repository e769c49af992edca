//! Google's Data Manager API: the answer to `events:ingest`. Sources: the protos
//! `google/ads/datamanager/v1` and the pages of the API (shapes and names: H; the field path: M);
//! which reason is final is our choice. It refuses a request as a whole and names a field, whose
//! path has the row. What it takes it has not counted yet: see `google_status`.

use super::class::{Class, others};
use super::google_error::Status;
use super::google_status::{self, Destination};
use super::heard::Heard;
use super::outcome::{Outcome, Reading};
use super::rows::Rows;
use super::scalar::Scalar;
use super::shown::{code, path, place_in};
use alloc::{format, string::String, vec::Vec};
use core::time::Duration;
use serde::Deserialize;

/// The wait after a conversion action was made. The six hours come from the sister API (M).
const SIX_HOURS: Duration = Duration::from_secs(6 * 60 * 60);

/// The longest receipt. Theirs have 20 to 40 characters.
const LONGEST_RECEIPT: usize = 200;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow, default)]
    request_id: Scalar<'a>,
    #[serde(borrow)]
    field_warnings: Option<Vec<Warning<'a>>>,
    #[serde(borrow)]
    request_status_per_destination: Option<Vec<Destination<'a>>>,
    #[serde(borrow)]
    error: Option<Status<'a>>,
}

#[derive(Deserialize)]
struct Warning<'a> {
    #[serde(borrow, default)]
    reason: Scalar<'a>,
}

pub(super) fn read(heard: &Heard<'_>) -> Vec<Reading> {
    let body: Body<'_> = match heard.json() {
        Ok(body) => body,
        Err(otherwise) => return otherwise,
    };
    if let Some(error) = &body.error {
        return refused(heard, error);
    }
    if heard.status >= 300 {
        return heard.unknown("NO_STATUS");
    }
    if heard.is_check || body.request_status_per_destination.is_some() {
        let destinations = body.request_status_per_destination.unwrap_or_default();
        return google_status::read(heard, &destinations);
    }
    let receipt = body.request_id.unescaped().unwrap_or_default();
    if receipt.is_empty() || receipt.len() > LONGEST_RECEIPT {
        return heard.fault(Class::Passing, "no requestId");
    }
    let warnings = body.field_warnings.unwrap_or_default();
    let reasons = warnings
        .iter()
        .map(|warning| google_status::word(warning.reason.text()));
    let why = match listed(reasons) {
        reasons if reasons.is_empty() => "accepted".into(),
        reasons => format!("accepted, warned: {reasons}"),
    };
    heard.all(Outcome::Accepted { receipt }, why)
}

/// The reasons, each once.
fn listed(reasons: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for reason in reasons {
        if !all.contains(&reason) && all.len() < 5 {
            all.push(reason);
        }
    }
    all.join(", ")
}

fn refused(heard: &Heard<'_>, error: &Status<'_>) -> Vec<Reading> {
    let status = error.status.text();
    let reason = error.reasons().next();
    let shown = match reason {
        Some(reason) => format!("{} {}", code(status), code(reason)),
        None => code(status),
    };
    match error.class() {
        // A receipt that is not found may be one that is not known yet. It is no setting.
        Some(Class::Settings) if heard.is_check && status == "NOT_FOUND" => {
            heard.all(Outcome::CheckAgain, format_args!("{shown} no_such_receipt"))
        }
        Some(class) => {
            let word = match (class, status) {
                (Class::Settings, "UNAUTHENTICATED") => " credentials",
                (Class::Settings, "PERMISSION_DENIED") => " no_permission",
                (Class::Settings, _) => " settings",
                _ => "",
            };
            heard.fault(class, format_args!("{shown}{word}"))
        }
        None if heard.is_check => heard.all(Outcome::CheckAgain, shown),
        None if error.is_of_the_request() => by_field(heard, error, &shown),
        None => heard.unknown(status),
    }
}

/// What follows from the fields that are wrong.
fn by_field(heard: &Heard<'_>, error: &Status<'_>, shown: &str) -> Vec<Reading> {
    let mut rows = Rows::new(heard.rows);
    let mut is_named = false;
    for violation in error.violations() {
        let (field, reason) = (violation.field.text(), violation.reason.text());
        let place = place_in(field, "events");
        let why = || {
            let path = path(field).map_or_else(String::new, |path| format!(" {path}"));
            format!("{}{path}", code(reason))
        };
        match (class(reason), place) {
            (Some(class), _) => return heard.fault(class, why()),
            (None, Some(place)) => {
                is_named |= rows.name(place, Reading::new(Outcome::Refused, heard.reason(why())));
            }
            // What is no event is the same for all events.
            (None, None) if field.starts_with("destinations") => return heard.fault(Class::Settings, why()),
            (None, None) => {}
        }
    }
    if is_named {
        let why = heard.reason("another row was refused");
        return rows.or(|_| Reading::new(others(heard.rows), why.as_str()));
    }
    let class = error.reasons().find_map(class).unwrap_or(Class::Row);
    heard.fault(class, shown)
}

/// The class of a reason that speaks of the account or the action, whatever field it names.
fn class(reason: &str) -> Option<Class> {
    match reason {
        "INVALID_CONVERSION_ACTION_TYPE" | "OPERATING_ACCOUNT_NOT_FOUND" | "EVENT_SOURCE_AND_DESTINATION_MISMATCH" => {
            Some(Class::Settings)
        }
        _ if reason.ends_with("_TERMS_NOT_SIGNED") => Some(Class::Settings),
        "CONVERSION_ACTION_TOO_RECENTLY_CREATED" => Some(Class::Wait(SIX_HOURS)),
        _ => None,
    }
}
