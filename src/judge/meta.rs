//! Meta's Conversions API. Sources: its error reference and the pages of the Conversions API
//! (codes: H); which code is final is our choice. It refuses a request as a whole and names no
//! event.

use super::class::{Class, untold};
use super::heard::Heard;
use super::outcome::{Outcome, Reading};
use super::scalar::Scalar;
use alloc::{format, vec::Vec};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    error: Option<Fault<'a>>,
    #[serde(borrow, default)]
    events_received: Scalar<'a>,
    #[serde(borrow)]
    messages: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Fault<'a> {
    #[serde(borrow, default)]
    code: Scalar<'a>,
    #[serde(borrow, default)]
    error_subcode: Scalar<'a>,
    #[serde(borrow, default)]
    is_transient: Scalar<'a>,
    #[serde(borrow, default)]
    message: Scalar<'a>,
}

/// How the messages begin that mean the secret of the app, and not an event: a wrong one, and none
/// where the app wants one. They have the code 100 of a bad event and no subcode. (M: the same
/// words since 2014 in reports of many SDKs, as facebook-python-business-sdk #528. A fault of an
/// event quotes what was sent further behind, so the beginning decides.)
const APP_SECRET: [&str; 2] = [
    "Invalid appsecret_proof",
    "API calls from the server require an appsecret_proof",
];

pub(super) fn read(heard: &Heard<'_>) -> Vec<Reading> {
    let body: Body<'_> = match heard.json() {
        Ok(body) => body,
        Err(otherwise) => return otherwise,
    };
    if let Some(fault) = body.error {
        return refused(heard, &fault);
    }
    if heard.status >= 300 {
        return heard.unknown("NO_CODE");
    }
    let sent = i64::try_from(heard.rows).unwrap_or(i64::MAX);
    match body.events_received.number() {
        // Nothing says which of them are missing. The same event ids are told again.
        Some(received) if received < sent => heard.all(
            untold(heard.rows),
            format_args!("events_received {received} of {sent} (which ones is not known)"),
        ),
        Some(_) => match body.messages.map_or(0, |messages| messages.len()) {
            0 => heard.all_plain(Outcome::Delivered),
            // That these are warnings is a guess.
            messages => heard.all(Outcome::Warned, format_args!("messages {messages}")),
        },
        None => heard.fault(Class::Passing, "no events_received"),
    }
}

fn refused(heard: &Heard<'_>, fault: &Fault<'_>) -> Vec<Reading> {
    let Some(code) = fault.code.number() else {
        return heard.unknown("NO_CODE");
    };
    let subcode = fault.error_subcode.number();
    if code == 100 && subcode.is_none_or(|subcode| subcode == 0) && is_about_app_secret(fault.message.text()) {
        return heard.fault(Class::Settings, "100 bad_app_secret");
    }
    let shown = subcode.map_or_else(|| format!("{code}"), |subcode| format!("{code}/{subcode}"));
    match class(code, subcode.unwrap_or(0), fault.is_transient.is_true()) {
        Some((class, word)) => heard.fault(class, format_args!("{shown} {word}")),
        None => heard.unknown(&shown),
    }
}

fn is_about_app_secret(message: &str) -> bool {
    let message = message.strip_prefix("(#100) ").unwrap_or(message);
    APP_SECRET.iter().any(|begin| message.starts_with(begin))
}

/// The class of a code, and our word for it.
fn class(code: i64, subcode: i64, is_transient: bool) -> Option<(Class, &'static str)> {
    Some(match (code, subcode) {
        (4 | 17 | 32 | 613 | 80_000..=80_014, _) => (Class::Rate, "rate_limit"),
        (190 | 102, _) => (Class::Settings, "bad_token"),
        // 200 alone is certain; the documents call the whole range permissions (M).
        (3 | 10 | 200..=299, _) => (Class::Settings, "no_permission"),
        (100, 33) => (Class::Settings, "no_such_pixel_or_no_permission"),
        // Not in our sources: an old version is mostly answered by the next one (L).
        (2635, _) => (Class::Settings, "version_retired"),
        (1 | 2 | 341 | 368 | 5_000, _) | (..=-1, _) => (Class::Passing, "passing"),
        (21_009, _) => (Class::Passing, "data_set_not_ready"),
        _ if is_transient => (Class::Passing, "is_transient"),
        (100, 2_804_001) => (Class::Row, "bad_click_id"),
        (100, 2_804_003) => (Class::Row, "too_old"),
        (100, 2_804_009) => (Class::Row, "missing_value"),
        (100, 2_804_016) => (Class::Row, "not_hashed"),
        (100, 2_804_050) => (Class::Row, "too_little_user_data"),
        // Their names are not known (L).
        (100, 2_804_000..=2_804_099) => (Class::Row, "bad_event"),
        (100, _) => (Class::Row, "invalid_parameter"),
        _ => return None,
    })
}
