//! Microsoft's UET Conversions API. Source: its guide of 2026-08 (H). Errors and warnings name the
//! event by its index, and only the first ten of them are listed. `attemptedValue` quotes what was
//! sent.

use super::class::{Class, half, others};
use super::heard::Heard;
use super::outcome::{Outcome, Reading};
use super::rows::Rows;
use super::scalar::Scalar;
use super::shown::{code, path, place_in};
use alloc::{format, string::String, vec::Vec};
use serde::Deserialize;

/// How many errors and warnings are listed at most.
const LISTED: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    error: Option<Fault<'a>>,
    /// Where a request that was taken has its warnings is not certain (M): here, or in `error`.
    #[serde(borrow)]
    details: Option<Vec<Detail<'a>>>,
    #[serde(borrow, default)]
    events_received: Scalar<'a>,
}

#[derive(Deserialize)]
struct Fault<'a> {
    #[serde(borrow, default)]
    code: Scalar<'a>,
    #[serde(borrow)]
    details: Option<Vec<Detail<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    #[serde(borrow, default)]
    index: Scalar<'a>,
    #[serde(borrow, default)]
    property_name: Scalar<'a>,
    #[serde(borrow, default)]
    error_code: Scalar<'a>,
    #[serde(borrow, default)]
    is_warning: Scalar<'a>,
}

impl Detail<'_> {
    fn place(&self) -> Option<usize> {
        let index = self.index.place();
        index.or_else(|| place_in(self.property_name.text(), "data"))
    }

    fn why(&self, heard: &Heard<'_>) -> String {
        let path = path(self.property_name.text()).map_or_else(String::new, |path| format!(" {path}"));
        let code = match self.error_code.text() {
            "" => String::new(),
            text => format!("/{}", code(text)),
        };
        heard.reason(format_args!("VALIDATION_ERROR{code}{path}"))
    }
}

pub(super) fn read(heard: &Heard<'_>) -> Vec<Reading> {
    let body: Body<'_> = match heard.json() {
        Ok(body) => body,
        Err(otherwise) => return otherwise,
    };
    let (code, inner) = body
        .error
        .map_or(("", None), |fault| (fault.code.text(), fault.details));
    let details = inner.or(body.details).unwrap_or_default();
    match (code, heard.status) {
        ("Unauthorized" | "Forbidden", _) => {
            heard.fault(Class::Settings, format_args!("{} credentials", self::code(code)))
        }
        ("" | "ValidationError", 200..=299) => taken(heard, &details, body.events_received),
        ("ValidationError", _) => refused(heard, &details),
        _ => heard.unknown(code),
    }
}

/// What is listed, and whether the list may go on.
fn named(heard: &Heard<'_>, details: &[Detail<'_>]) -> Rows {
    let mut rows = Rows::new(heard.rows);
    for detail in details {
        let outcome = if detail.is_warning.is_true() {
            Outcome::Warned
        } else {
            Outcome::Refused
        };
        if let Some(place) = detail.place() {
            rows.name(place, Reading::new(outcome, detail.why(heard)));
        }
    }
    rows
}

/// A request of which at least one event was taken: the bad ones were skipped.
fn taken(heard: &Heard<'_>, details: &[Detail<'_>], received: Scalar<'_>) -> Vec<Reading> {
    let rows = named(heard, details);
    let left = heard.rows.saturating_sub(rows.failed());
    // Errors and warnings share the list, so that an error may stand behind ten warnings.
    let is_open = details.len() >= LISTED;
    let is_short = received.place().is_some_and(|received| received < left);
    rows.or(|_| {
        if is_open || is_short {
            // The event ids keep what was taken from counting twice.
            let why = heard.reason("more was refused than is listed; this row is not known");
            return Reading::new(super::class::untold(heard.rows), why);
        }
        Reading::plain(Outcome::Delivered)
    })
}

/// A request of which nothing was taken.
fn refused(heard: &Heard<'_>, details: &[Detail<'_>]) -> Vec<Reading> {
    let is_place = |place: usize| place < heard.rows;
    let is_of_row = |detail: &Detail<'_>| !detail.is_warning.is_true() && detail.place().is_some_and(is_place);
    if !details.iter().any(is_of_row) {
        return heard.fault(Class::Row, "VALIDATION_ERROR");
    }
    let again = if details.len() >= LISTED {
        half(heard.rows)
    } else {
        others(heard.rows)
    };
    let why = heard.reason("another row was refused");
    let rows = named(heard, details).or(|_| Reading::new(again.clone(), why.as_str()));
    // A warning alone keeps its row; but nothing of this request was taken.
    let sent_again = |said: Reading| match said.outcome {
        Outcome::Warned => Reading::new(again.clone(), why.as_str()),
        _ => said,
    };
    rows.into_iter().map(sent_again).collect()
}
