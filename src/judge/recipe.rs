//! Platforms that a recipe describes: it says where codes stand and what they mean.

use super::class::{Class, others, untold};
use super::heard::Heard;
use super::outcome::{Outcome, Reading};
use super::rows::Rows;
use super::scalar::Scalar;
use super::shown::{code, first_place_in};
use crate::recipe::{AnswerClass, AnswerRows, Answers};
use alloc::{borrow::Cow, collections::BTreeMap, format, string::String, vec::Vec};
use serde_json::value::RawValue;

impl From<AnswerClass> for Class {
    fn from(class: AnswerClass) -> Self {
        match class {
            AnswerClass::Retry => Self::Passing,
            AnswerClass::SlowDown => Self::Rate,
            AnswerClass::Hold => Self::Settings,
            AnswerClass::Dead => Self::Row,
            AnswerClass::AlreadyThere => Self::Done,
        }
    }
}

pub(super) fn read(rules: &Answers, heard: &Heard<'_>) -> Vec<Reading> {
    let is_ok = (200..=299).contains(&heard.status);
    let body: &RawValue = match heard.json() {
        Ok(body) => body,
        // Nothing of the body is asked.
        Err(_) if is_ok && rules.success.is_none() && rules.rows.is_none() => {
            return heard.all_plain(Outcome::Delivered);
        }
        Err(otherwise) => {
            let known = by_status(rules, heard);
            return known.map_or(otherwise, |class| {
                heard.fault(class, format_args!("HTTP_{} not JSON", heard.status))
            });
        }
    };
    let is_taken = is_ok && is_success(rules, body);
    if let Some(rows) = &rules.rows
        && let Some(said) = by_rows(rules, rows, is_taken, heard, body)
    {
        return said;
    }
    let text = fault_of(rules, body);
    let class = class_of(rules, text);
    match class {
        Some(class) => heard.fault(class, format_args!("{} HTTP_{}", code(text), heard.status)),
        None if is_taken => heard.all_plain(Outcome::Delivered),
        None => unknown(rules, heard, text),
    }
}

/// What the recipe says of a code: as it came, or as it is shown to people, who copy it from there.
fn class_of(rules: &Answers, text: &str) -> Option<Class> {
    let is_same = |named: &str| {
        let shown = code(text);
        shown != "?" && code(named) == shown
    };
    let exact = rules.codes.get(text);
    let class = exact.or_else(|| {
        rules
            .codes
            .iter()
            .find(|(named, _)| is_same(named))
            .map(|(_, class)| class)
    });
    class.copied().map(Class::from)
}

/// Whether an answer with a status of 2xx says success.
fn is_success(rules: &Answers, body: &RawValue) -> bool {
    rules.success.as_ref().is_none_or(|success| {
        let found = at(body, &success.at).map(|raw| Scalar::of(raw).text());
        found.is_some_and(|text| success.is.is_empty() || success.is.iter().any(|known| known == text))
    })
}

/// The code of the request's fault; empty if there is none.
fn fault_of<'a>(rules: &Answers, body: &'a RawValue) -> &'a str {
    let mut texts = rules.code.iter().filter_map(|path| at(body, path));
    texts.next().map_or("", |raw| Scalar::of(raw).text())
}

fn by_status(rules: &Answers, heard: &Heard<'_>) -> Option<Class> {
    rules
        .statuses
        .get(&format!("{}", heard.status))
        .copied()
        .map(Class::from)
}

/// What follows from a code that the recipe does not name: by the status, and never for good unless
/// the recipe says so of the status.
fn unknown(rules: &Answers, heard: &Heard<'_>, text: &str) -> Vec<Reading> {
    let shown = match text {
        "" => "NO_CODE".into(),
        text => code(text),
    };
    if let Some(class) = by_status(rules, heard) {
        return heard.fault(class, format_args!("{shown} HTTP_{}", heard.status));
    }
    let class = match heard.status {
        401 | 403 | 404 | 501 => Class::Settings,
        429 => Class::Rate,
        408 | 425 | 500..=599 => Class::Passing,
        status => return heard.all(untold(heard.rows), format_args!("{shown} unknown_code HTTP_{status}")),
    };
    heard.fault(class, format_args!("{shown} unknown_code HTTP_{}", heard.status))
}

/// What the rows of an answer say; none if there is nothing to be read of single events.
fn by_rows(
    rules: &Answers,
    rows: &AnswerRows,
    is_taken: bool,
    heard: &Heard<'_>,
    body: &RawValue,
) -> Option<Vec<Reading>> {
    let is_ordered = rows.place.is_none() && rows.path.is_none();
    let list = at(body, &rows.at).and_then(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok());
    let list = match list {
        Some(list) if !is_ordered || list.len() == heard.rows => list,
        // A row for each event was promised.
        _ if is_ordered && is_taken => {
            let why = "the answer has no row for each event (which ones were taken is not known)";
            return Some(heard.all(untold(heard.rows), why));
        }
        _ => return None,
    };
    let mut named = Rows::new(heard.rows);
    let mut has_fault = false;
    for (index, row) in list.into_iter().enumerate() {
        let place = if is_ordered { Some(index) } else { place_of(rows, row) };
        let said = of_row(rules, rows, heard, row);
        has_fault |= said.outcome != Outcome::Delivered;
        // A row of an event that was not sent says that the answer is not understood.
        if !place.is_some_and(|place| named.name(place, said)) {
            return Some(heard.all(untold(heard.rows), "a row of the answer names no event of the request"));
        }
    }
    if !is_ordered && !has_fault && !is_taken {
        return None;
    }
    let why = heard.reason("another row was refused");
    Some(named.or(|_| match is_taken {
        true => Reading::plain(Outcome::Delivered),
        false => Reading::new(others(heard.rows), why.as_str()),
    }))
}

/// The place of the event that a row is about.
fn place_of(rows: &AnswerRows, row: &RawValue) -> Option<usize> {
    match (&rows.place, &rows.path) {
        (Some(place), _) => Scalar::of(at(row, place)?).place(),
        (None, Some(path)) => first_place_in(Scalar::of(at(row, path)?).text()),
        (None, None) => None,
    }
}

fn of_row(rules: &Answers, rows: &AnswerRows, heard: &Heard<'_>, row: &RawValue) -> Reading {
    let text = at(row, &rows.code).map_or("", |raw| Scalar::of(raw).text());
    if rows.is.iter().any(|known| known == text) {
        return Reading::plain(Outcome::Delivered);
    }
    match rules.codes.get(text).copied().map(Class::from) {
        Some(class) => Reading::new(class.named(heard.rows), heard.reason(code(text))),
        None => {
            let shown: String = if text.is_empty() { "NO_CODE".into() } else { code(text) };
            Reading::new(Outcome::Again, heard.reason(format_args!("{shown} unknown_code")))
        }
    }
}

/// What a path leads to, unless it is `null`.
fn at<'a>(raw: &'a RawValue, path: &str) -> Option<&'a RawValue> {
    let inside = |raw: &'a RawValue, name: &str| {
        let members: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_str(raw.get()).ok()?;
        members.get(name).copied()
    };
    let found = path.split('.').try_fold(raw, inside)?;
    (found.get() != "null").then_some(found)
}
