//! The judge of the conversion APIs.

use super::heard::Heard;
use super::outcome::{Outcome, Reading};
use super::{google, google_ads, meta, microsoft, microsoft_offline, tiktok};
use crate::delivery::{Case, Cause, Judge, Judgement, Verdict};
use crate::outbound::{Outbound, Part};
use crate::value::Timestamp;
use alloc::vec::Vec;
use core::time::Duration;

/// The wait before the first check of a receipt; each later one is twice as long. (Google's guide
/// names the half hour: H.)
const FIRST_CHECK: Duration = Duration::from_secs(30 * 60);

/// The longest wait between two checks.
const LONGEST_CHECK: Duration = Duration::from_secs(24 * 60 * 60);

/// The most deliveries that one answer is read for. No platform takes more than 2,000 in a request.
const MOST: usize = 10_000;

/// The judge of [`Cause::ConversionApi`] for the platforms `meta`, `google` (Data Manager),
/// `google_ads`, `tiktok`, `microsoft` (UET) and `microsoft_offline`. Its findings quote nothing of
/// an answer but codes and field paths.
///
/// ```
/// use postback::delivery::Judges;
/// use postback::judge::Platforms;
///
/// let judges = Judges::new().with(Platforms);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Platforms;

impl Judge for Platforms {
    fn is_for(&self, cause: &Cause) -> bool {
        platform(cause).and_then(reader).is_some()
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let first = case.deliveries.first();
        let platform = first.and_then(|first| platform(&first.delivery.cause));
        let Some((platform, reader)) = platform.and_then(|name| Some((name, reader(name)?))) else {
            return Vec::new();
        };
        let heard = Heard {
            platform,
            status: case.answer.status,
            body: case.answer.body,
            is_cut: case.answer.truncated || case.answer.broken_off,
            rows: case.deliveries.len(),
            is_check: first.is_some_and(|first| first.receipt.is_some()),
            validates: first.is_some_and(|first| validates(&first.delivery.outbound)),
        };
        let read = reader(&heard).into_iter().enumerate();
        read.map(|(place, said)| judgement(case, place, said)).collect()
    }

    fn quotes(&self) -> bool {
        false
    }
}

/// What the judge would make of an answer, one entry for each of the deliveries in their order; for
/// tools. None for a platform that it does not know. An answer to a check of Google's is recognised
/// by its body, and so is that of the Ads API to what was only checked. At most 10,000 deliveries
/// are answered for.
#[must_use]
pub fn read(platform: &str, status: u16, body: &str, how_many: usize) -> Option<Vec<Reading>> {
    let heard = Heard {
        platform,
        status,
        body,
        is_cut: false,
        rows: how_many.min(MOST),
        is_check: body.trim() == "{}",
        validates: true,
    };
    Some(reader(platform)?(&heard))
}

/// Whether a request to Google is only checked and nothing is counted.
fn validates(request: &Outbound) -> bool {
    let parts = request.body.iter().flat_map(|body| &body.0);
    let mut texts = parts.filter_map(|part| match part {
        Part::Text(text) => Some(text),
        _ => None,
    });
    texts.any(|text| text.contains("\"validateOnly\":true"))
}

fn platform(cause: &Cause) -> Option<&str> {
    match cause {
        Cause::ConversionApi { platform, .. } => Some(platform),
        _ => None,
    }
}

type Reader = fn(&Heard<'_>) -> Vec<Reading>;

fn reader(platform: &str) -> Option<Reader> {
    Some(match platform {
        "meta" => meta::read,
        "google" => google::read,
        "google_ads" => google_ads::read,
        "tiktok" => tiktok::read,
        "microsoft" => microsoft::read,
        "microsoft_offline" => microsoft_offline::read,
        _ => return None,
    })
}

fn judgement(case: &Case<'_>, place: usize, said: Reading) -> Judgement {
    let Reading { outcome, why } = said;
    let after = |wait| case.now.checked_add(wait).unwrap_or(case.now);
    let verdict = match outcome {
        Outcome::Delivered => Verdict::Delivered,
        Outcome::Warned => Verdict::DeliveredWithWarning,
        Outcome::AlreadyThere => Verdict::AlreadyThere,
        Outcome::Accepted { receipt } => Verdict::Accepted {
            receipt,
            check_at: after(FIRST_CHECK),
        },
        Outcome::CheckAgain => checked_again(case, place),
        Outcome::Again => case.again(place),
        Outcome::Later { at_least } => not_before(case.again(place), after(at_least)),
        Outcome::After { wait } => Verdict::Retry { at: after(wait) },
        Outcome::Smaller { most } => Verdict::RetrySmaller { most },
        Outcome::Held { wait } => Verdict::Held {
            why: why.clone().unwrap_or_default(),
            until: after(wait),
        },
        Outcome::Refused => Verdict::Dead,
    };
    Judgement { verdict, why }
}

fn checked_again(case: &Case<'_>, place: usize) -> Verdict {
    let leased = case.deliveries.get(place);
    let Some((leased, receipt)) = leased.and_then(|leased| Some((leased, leased.receipt.clone()?))) else {
        return case.again(place);
    };
    let doubled = 2_u32.saturating_pow(leased.checks.saturating_add(1).min(16));
    let wait = FIRST_CHECK.saturating_mul(doubled).min(LONGEST_CHECK);
    let check_at = case.now.checked_add(wait).unwrap_or(case.now);
    Verdict::Accepted { receipt, check_at }
}

fn not_before(verdict: Verdict, earliest: Timestamp) -> Verdict {
    match verdict {
        Verdict::Retry { at } => Verdict::Retry { at: at.max(earliest) },
        Verdict::Accepted { receipt, check_at } => Verdict::Accepted {
            receipt,
            check_at: check_at.max(earliest),
        },
        verdict => verdict,
    }
}
