//! Codes in words.

use postback::rule::Conditions;
use postback::tracker::{DuplicateDecision, Found};
use std::{fmt::Display, time::Duration};

/// How the click was found.
pub(crate) fn found(found: &Found) -> String {
    match found {
        Found::Candidate { index, .. } => format!("candidate {} of the event's own click ids", index.saturating_add(1)),
        Found::Receipt { path, .. } => {
            let path: Vec<&str> = path.iter().map(|receipt| receipt.as_str()).collect();
            format!("found through the receipts {}", path.join(" -> "))
        }
    }
}

/// What the duplicate policy did.
pub(crate) fn duplicate(decision: DuplicateDecision) -> &'static str {
    match decision {
        DuplicateDecision::Created => "none: a conversion was made",
        DuplicateDecision::Edited => "of an earlier one: the conversion shows this event's data now",
        DuplicateDecision::Incremented => "of an earlier one: this event's amount was added to the conversion",
        DuplicateDecision::ReplacedFirst => "earlier than what came before: the conversion shows it now",
        DuplicateDecision::Kept => "of an earlier one of this type, which stays",
        DuplicateDecision::Superseded => "the conversion shows a later event, which stays",
        DuplicateDecision::Bypassed => "not asked: reversals and tests do not go through the policy",
    }
}

/// What a rule asks for, if it asks for anything.
pub(crate) fn wants(conditions: &Conditions) -> Option<String> {
    let mut wants = Vec::new();
    if !conditions.types.is_empty() {
        wants.push(format!("type {}", either(&conditions.types)));
    }
    if !conditions.statuses.is_empty() {
        wants.push(format!("status {}", either(&conditions.statuses)));
    }
    if let Some(least) = conditions.min_payout {
        wants.push(format!("payout of at least {least}"));
    }
    if let Some(within) = conditions.within {
        wants.push(format!("within {}", span(within)));
    }
    for (name, value) in &conditions.matches {
        wants.push(format!("{name} = `{value}`"));
    }
    for name in &conditions.require {
        wants.push(format!("{name} is there"));
    }
    if let Some(share) = conditions.share {
        wants.push(format!("{} % of the clicks", share.amount()));
    }
    if conditions.test {
        wants.push("tests too".into());
    }
    (!wants.is_empty()).then(|| wants.join(", "))
}

/// `a or b`.
pub(crate) fn either(words: &[impl Display]) -> String {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    words.join(" or ")
}

/// `2d 3h 4m 5s`; parts of a second are left out.
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
