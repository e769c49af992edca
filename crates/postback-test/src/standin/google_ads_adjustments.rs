//! The rows of `uploadConversionAdjustments`.

use super::check::{DAY, Fault};
use super::google_ads::{is_action, money, order, time};
use super::server::State;
use postback::Timestamp;
use serde_json::Value;

pub(super) const KEYS: &[&str] = &[
    "adjustmentType",
    "adjustmentDateTime",
    "conversionAction",
    "orderId",
    "gclidDateTimePair",
    "restatementValue",
    "userIdentifiers",
    "userAgent",
];
/// What a result repeats of its row.
pub(super) const ECHOED: &[&str] = &[
    "adjustmentType",
    "adjustmentDateTime",
    "conversionAction",
    "orderId",
    "gclidDateTimePair",
];

pub(super) fn check(state: &State, row: &Value, now: Timestamp) -> Result<(), Fault> {
    let wrong = |path: &str, code: &str| Err(Fault::new(path, code, &row[path]));
    if let Some(code) = state.refusal(row, "orderId") {
        return wrong("orderId", code);
    }
    if !is_action(&row["conversionAction"]) {
        return wrong("conversionAction", "NO_CONVERSION_ACTION_FOUND");
    }
    let name = match (row.get("orderId"), row.get("gclidDateTimePair")) {
        (Some(_), Some(_)) => return wrong("orderId", "GCLID_DATE_TIME_PAIR_AND_ORDER_ID_BOTH_SET"),
        (Some(_), None) => order(row),
        (None, Some(pair)) => order(pair),
        (None, None) => return wrong("orderId", "REQUIRED"),
    };
    let value = row.get("restatementValue");
    match (row["adjustmentType"].as_str(), value) {
        (Some("RETRACTION"), None) => {}
        (Some("RETRACTION"), Some(_)) => return wrong("restatementValue", "VALUE_MUST_BE_UNSET"),
        (Some("RESTATEMENT"), Some(value)) => {
            if value.get("adjustedValue").is_none() {
                return wrong("restatementValue", "REQUIRED");
            }
            money(value, "adjustedValue", "currencyCode")?;
        }
        (Some("RESTATEMENT"), None) => return wrong("restatementValue", "REQUIRED"),
        _ => return wrong("adjustmentType", "INVALID_ENUM_VALUE"),
    }
    let Some(at) = time(&row["adjustmentDateTime"]).filter(|at| *at <= now) else {
        return wrong("adjustmentDateTime", "LATER_THAN_MAXIMUM_DATE");
    };
    let is_it = |event: &Value| event["conversionAction"] == row["conversionAction"] && order(event) == name;
    let sale = state.accepted.iter().find(|known| is_it(&known.event));
    let Some(happened) = sale.and_then(|sale| time(&sale.event["conversionDateTime"])) else {
        return wrong("orderId", "CONVERSION_NOT_FOUND");
    };
    if now.unix_seconds() - happened.unix_seconds() > 54 * DAY {
        return wrong("orderId", "CONVERSION_EXPIRED");
    }
    if at < happened {
        return wrong("adjustmentDateTime", "ADJUSTMENT_PRECEDES_CONVERSION");
    }
    before(state, row, at)
}

/// What was adjusted before.
fn before(state: &State, row: &Value, at: Timestamp) -> Result<(), Fault> {
    for known in state.adjusted.iter().map(|known| &known.event) {
        let is_it = ["conversionAction", "orderId", "gclidDateTimePair"]
            .iter()
            .all(|name| known.get(name) == row.get(name));
        if !is_it {
            continue;
        }
        let code = match (known["adjustmentType"].as_str(), time(&known["adjustmentDateTime"])) {
            (Some("RETRACTION"), _) => "CONVERSION_ALREADY_RETRACTED",
            (_, Some(last)) if last == at => "RESTATEMENT_ALREADY_EXISTS",
            (_, Some(last)) if last > at => "MORE_RECENT_RESTATEMENT_FOUND",
            _ => continue,
        };
        return Err(Fault::new("orderId", code, &row["orderId"]));
    }
    Ok(())
}
