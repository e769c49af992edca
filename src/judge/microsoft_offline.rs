//! Microsoft's offline conversions and their adjustments. Source: the reference of the Campaign
//! Management API, version 13 (H for the numbers 56xx; the faults of a whole request: from memory,
//! L). `PartialErrors` name rows by `Index`; the other rows were taken.

use super::class::{Class, untold};
use super::heard::Heard;
use super::outcome::{Outcome, Reading};
use super::rows::Rows;
use super::scalar::Scalar;
use super::shown::code;
use alloc::{string::String, vec::Vec};
use core::time::Duration;
use serde::Deserialize;

/// The wait after a goal was made.
const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    #[serde(borrow)]
    partial_errors: Option<Vec<Option<Fault<'a>>>>,
    /// Of a fault of the whole request, in one of three places.
    #[serde(borrow)]
    errors: Option<Vec<Option<Fault<'a>>>>,
    #[serde(borrow)]
    operation_errors: Option<Vec<Option<Fault<'a>>>>,
    #[serde(borrow)]
    batch_errors: Option<Vec<Option<Fault<'a>>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fault<'a> {
    #[serde(borrow, default)]
    code: Scalar<'a>,
    #[serde(borrow, default)]
    error_code: Scalar<'a>,
    #[serde(borrow, default)]
    index: Scalar<'a>,
}

impl Fault<'_> {
    fn why(&self, heard: &Heard<'_>) -> String {
        let word = match self.error_code.text() {
            "" => String::new(),
            text => alloc::format!(" {}", code(text)),
        };
        heard.reason(format_args!("{}{word}", code(self.code.text())))
    }
}

pub(super) fn read(heard: &Heard<'_>) -> Vec<Reading> {
    let body: Body<'_> = match heard.json() {
        Ok(body) => body,
        Err(otherwise) => return otherwise,
    };
    let whole = [&body.errors, &body.operation_errors, &body.batch_errors];
    let whole = whole.into_iter().flatten().flatten().flatten().next();
    let partial: Vec<&Fault<'_>> = body.partial_errors.iter().flatten().flatten().collect();
    let is_whole = |fault: &&&Fault<'_>| matches!(fault.code.number(), Some(5_600 | 5_601));
    if let Some(fault) = whole.or_else(|| partial.iter().find(is_whole).copied()) {
        return match class(fault) {
            Some(class) => alloc::vec![Reading::new(class.unnamed(heard.rows), fault.why(heard)); heard.rows],
            None => heard.unknown(fault.code.text()),
        };
    }
    if heard.status >= 300 {
        return heard.unknown("NO_CODE");
    }
    let mut rows = Rows::new(heard.rows);
    let mut unnamed = None;
    for fault in partial {
        // What is new is tried again, and shown.
        let class = class(fault).unwrap_or(Class::Passing);
        let said = Reading::new(class.named(heard.rows), fault.why(heard));
        let is_named = fault.index.place().is_some_and(|place| rows.name(place, said));
        if !is_named && unnamed.is_none() {
            unnamed = Some(Reading::new(untold(heard.rows), fault.why(heard)));
        }
    }
    rows.or(|_| unnamed.clone().unwrap_or_else(|| Reading::plain(Outcome::Delivered)))
}

/// The class of a fault.
fn class(fault: &Fault<'_>) -> Option<Class> {
    match fault.code.number() {
        Some(5_612) => Some(Class::Passing),
        Some(5_615) => Some(Class::Wait(TWO_HOURS)),
        Some(5_606 | 5_613) => Some(Class::Settings),
        // 5600 and 5601 speak of the whole request, 5624 to 5627 of adjustments.
        Some(5_600..=5_611 | 5_614 | 5_616 | 5_617 | 5_624..=5_627) => Some(Class::Row),
        number => match (number, fault.error_code.text()) {
            (Some(105), _) | (_, "InvalidCredentials") => Some(Class::Settings),
            (Some(106), _) | (_, "UserIsNotAuthorized") => Some(Class::Settings),
            (Some(109), _) | (_, "AuthenticationTokenExpired") => Some(Class::Settings),
            (Some(117), _) | (_, "CallRateExceeded") => Some(Class::Rate),
            (Some(0), _) | (_, "InternalError") => Some(Class::Passing),
            _ => None,
        },
    }
}
