//! Writes rules and durations in words.

use postback::rule::Conditions;
use std::{fmt::Display, time::Duration};

/// Returns what a rule asks for, if it asks for anything.
pub(crate) fn wants(conditions: &Conditions) -> Option<String> {
    let asks = conditions.asks();
    (!asks.is_empty()).then(|| asks.join(", "))
}

/// Joins words, as in `a or b`.
pub(crate) fn either(words: &[impl Display]) -> String {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    words.join(" or ")
}

/// Writes a duration, as in `2d 3h 4m 5s`, without parts of a second.
pub(crate) fn span(span: Duration) -> String {
    let mut rest = span.as_secs();
    let mut parts = Vec::new();
    for (unit, seconds) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1_u64)] {
        let count = rest.checked_div(seconds).unwrap_or_default();
        rest = rest.checked_rem(seconds).unwrap_or_default();
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        }
    }
    if parts.is_empty() {
        return "0s".into();
    }
    parts.join(" ")
}
