//! The Google Ads API: `uploadClickConversions` and `uploadConversionAdjustments`. Sources: the
//! protos of v25 and their error texts (H); which family of errors is final is partly our choice. A
//! failed row has an empty result and an error that names its place.

use super::class::{Class, others, untold};
use super::google_error::{AdsError, Status};
use super::heard::Heard;
use super::outcome::{Outcome, Reading};
use super::rows::Rows;
use super::shown::code;
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::time::Duration;
use serde::{Deserialize, de::IgnoredAny};

/// The wait that the error texts name.
const SIX_HOURS: Duration = Duration::from_secs(6 * 60 * 60);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    results: Option<Vec<Option<BTreeMap<String, IgnoredAny>>>>,
    #[serde(borrow)]
    partial_failure_error: Option<Status<'a>>,
    #[serde(borrow)]
    error: Option<Status<'a>>,
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
    // What is only checked has no results (H: the comment of the answer's proto).
    let is_checked = body.results.is_none() && heard.validates;
    let results = body.results.unwrap_or_default();
    let is_taken = |place| {
        let result: Option<&Option<BTreeMap<_, _>>> = results.get(place);
        result.is_some_and(|result| result.as_ref().is_some_and(|result| !result.is_empty()))
    };
    let (rows, unnamed) = named(heard, body.partial_failure_error.as_ref());
    rows.or(|place| match unnamed {
        _ if is_taken(place) => Reading::plain(Outcome::Delivered),
        Some((class, error)) => Reading::new(class.unnamed(heard.rows), why(heard, error)),
        None if is_checked => Reading::new(Outcome::Warned, heard.reason("validated (nothing was counted)")),
        None => Reading::new(untold(heard.rows), heard.reason("nothing is said of this row")),
    })
}

/// What is said of rows, and the first error that names none.
fn named<'e>(heard: &Heard<'_>, failure: Option<&'e Status<'e>>) -> (Rows, Option<(Class, &'e AdsError<'e>)>) {
    let mut rows = Rows::new(heard.rows);
    let mut unnamed = None;
    for error in failure.into_iter().flat_map(Status::errors) {
        let class = class_of(error);
        let said = || Reading::new(class.named(heard.rows), why(heard, error));
        let is_named = error.place().is_some_and(|place| rows.name(place, said()));
        if !is_named && unnamed.is_none() {
            unnamed = Some((class, error));
        }
    }
    (rows, unnamed)
}

fn why(heard: &Heard<'_>, error: &AdsError<'_>) -> String {
    let (family, name) = error.code();
    let advice = match family {
        "notAllowlistedError" => NOT_ALLOWLISTED,
        _ => "",
    };
    heard.reason(format_args!("{}/{}{advice}", code(family), code(name)))
}

/// What a person does about a developer token that may not be used.
const NOT_ALLOWLISTED: &str = " (Google lets this developer token upload no conversions, as no token that began after \
     June 2026; set `mode = \"data_manager\"`)";

/// What follows where nothing of the request was looked at.
fn refused(heard: &Heard<'_>, error: &Status<'_>) -> Vec<Reading> {
    let of_request = |error: &&AdsError<'_>| !matches!(class_of(error), Class::Row | Class::Alone | Class::Done);
    let found = error
        .errors()
        .find(of_request)
        .or_else(|| error.errors().find(|error| error.place().is_none()));
    let status = error.status.text();
    match (found, error.class()) {
        // The code of Google's names the fault better than the canonical one.
        (Some(found), class) if error.is_of_the_request() || class.is_some() => {
            let class = match (class_of(found), class) {
                (Class::Row, Some(class)) => class,
                (class, _) => class,
            };
            alloc::vec![Reading::new(class.unnamed(heard.rows), why(heard, found)); heard.rows]
        }
        (None, Some(class)) => heard.fault(class, code(status)),
        (None, None) if error.is_of_the_request() => {
            let (rows, unnamed) = named(heard, Some(error));
            if unnamed.is_none() && rows.failed() > 0 {
                let why = heard.reason("another row was refused");
                return rows.or(|_| Reading::new(others(heard.rows), why.as_str()));
            }
            heard.fault(Class::Row, code(status))
        }
        _ => heard.unknown(status),
    }
}

fn class_of(error: &AdsError<'_>) -> Class {
    let (family, name) = error.code();
    class(family, name)
}

/// The class of an error. One that is new is tried again, and shown.
fn class(family: &str, name: &str) -> Class {
    match name {
        "TOO_RECENT_EVENT" | "TOO_RECENT_CONVERSION_ACTION" => return Class::Wait(SIX_HOURS),
        "CLICK_CONVERSION_ALREADY_EXISTS"
        | "ORDER_ID_ALREADY_IN_USE"
        | "CONVERSION_ALREADY_RETRACTED"
        | "RESTATEMENT_ALREADY_EXISTS"
        | "MORE_RECENT_RESTATEMENT_FOUND" => return Class::Done,
        "DUPLICATE_ORDER_ID" | "DUPLICATE_CLICK_CONVERSION_IN_REQUEST" | "DUPLICATE_ADJUSTMENT_IN_REQUEST" => {
            return Class::Alone;
        }
        "NO_CONVERSION_ACTION_FOUND"
        | "INVALID_CONVERSION_ACTION_TYPE"
        | "INVALID_CONVERSION_ACTION"
        | "INVALID_CUSTOMER_FOR_CLICK"
        | "CUSTOMER_NOT_ACCEPTED_CUSTOMER_DATA_TERMS"
        | "CUSTOMER_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS"
        | "UNSUPPORTED_VERSION" => return Class::Settings,
        "EVENT_NOT_FOUND"
        | "CLICK_NOT_FOUND"
        | "EXPIRED_EVENT"
        | "CONVERSION_PRECEDES_EVENT"
        | "CONVERSION_EXPIRED"
        | "ADJUSTMENT_PRECEDES_CONVERSION"
        | "CANNOT_RESTATE_CONVERSION_ACTION_THAT_ALWAYS_USES_DEFAULT_CONVERSION_VALUE"
        | "GCLID_DATE_TIME_PAIR_AND_ORDER_ID_BOTH_SET"
        | "ONE_PER_CLICK_CONVERSION_ACTION_NOT_PERMITTED_WITH_BRAID"
        | "INVALID_USER_IDENTIFIER"
        | "GBRAID_WBRAID_BOTH_SET" => return Class::Row,
        // An adjustment of a sale that is not there yet.
        "TOO_RECENT_CONVERSION" | "CONVERSION_NOT_FOUND" => return Class::Passing,
        _ => {}
    }
    match family {
        _ if name.starts_with("UNPARSEABLE_") || name.ends_with("_CONTAINS_PII") => Class::Row,
        "notAllowlistedError" | "authenticationError" | "authorizationError" | "headerError" => Class::Settings,
        "quotaError" => Class::Rate,
        // A member that is missing or malformed (which families are so: a guess).
        "fieldError" | "fieldMaskError" | "stringFormatError" | "stringLengthError" | "rangeError" | "dateError"
        | "currencyCodeError" | "currencyError" | "distinctError" | "notEmptyError" | "enumError" | "idError" => {
            Class::Row
        }
        _ => Class::Passing,
    }
}
