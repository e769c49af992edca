//! TikTok's Events API 2.0. Source: the return codes of TikTok's own SDK (H); which code is final
//! is our choice. HTTP is 200 for everything; the code decides. It refuses a request as a whole,
//! and its messages may quote the value of the first bad event.

use super::class::{Class, untold};
use super::heard::Heard;
use super::outcome::{Outcome, Reading};
use super::scalar::Scalar;
use alloc::vec::Vec;
use serde::Deserialize;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    code: Scalar<'a>,
}

pub(super) fn read(heard: &Heard<'_>) -> Vec<Reading> {
    let body: Body<'_> = match heard.json() {
        Ok(body) => body,
        Err(otherwise) => return otherwise,
    };
    let Some(code) = body.code.number() else {
        return heard.unknown("NO_CODE");
    };
    // The code is named in each reason; 0 has none.
    match (code, class(code)) {
        (0, _) => heard.all_plain(Outcome::Delivered),
        (_, Some((class, word))) => heard.fault(class, format_args!("{code} {word}")),
        // By the families of the codes that are known, a new one of these is about the request, so
        // that an event may be the reason. (Our guess.)
        (40_000..=49_999, None) => heard.all(
            untold(heard.rows),
            format_args!("{code} unknown_code HTTP_{}", heard.status),
        ),
        (_, None) => heard.unknown(body.code.text()),
    }
}

/// The class of a code, and our word for it.
fn class(code: i64) -> Option<(Class, &'static str)> {
    Some(match code {
        // Which rows were taken is not said; the event ids keep them from counting twice.
        20_001 => (Class::Row, "partly_taken"),
        40_000 | 40_002 => (Class::Row, "invalid_parameter"),
        40_061 => (Class::Row, "too_many_events"),
        40_062 => (Class::Row, "not_hashed"),
        40_063 => (Class::Settings, "bad_partner_name"),
        40_050 => (Class::Done, "duplicate_request"),
        40_001 | 40_003 | 40_117 | 40_118 | 40_124 | 40_125 | 40_130 => (Class::Settings, "no_permission"),
        40_102 => (Class::Settings, "token_expired"),
        40_104 => (Class::Settings, "token_missing"),
        40_105 => (Class::Settings, "bad_token"),
        40_101..=40_110 | 40_115 | 40_116 => (Class::Settings, "token"),
        40_100 | 40_132 | 61_000 => (Class::Rate, "rate_limit"),
        40_006 | 40_051 | 40_400 | 41_001 => (Class::Settings, "version_or_route"),
        40_202 | 50_000 | 50_002 | 51_000..=53_999 => (Class::Passing, "passing"),
        60_001 => (Class::Passing, "maintenance"),
        _ => return None,
    })
}
