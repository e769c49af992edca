//! Microsoft's offline conversions: `POST /CampaignManagement/v13/OfflineConversions/Apply`, and
//! `OfflineConversionAdjustments/Apply`. It names the rows that are wrong by their place, and takes
//! the others. Two conversions of one click, goal and second count once, without a word of it.
//!
//! The numbers of the errors are Microsoft's. Which of them it gives for what, and their names, are
//! guesses but for 5601, 5616, 5624 and 5625.

use super::check::{DAY, Fault, is_currency, is_sha256, is_text, unknown_key};
use super::http::{Request, Response};
use super::server::{CUSTOMER, DEVELOPER_TOKEN, State};
use super::strict;
use super::trouble::Trouble;
use postback::Timestamp;
use serde_json::{Value, json};

const CONVERSION: &[&str] = &[
    "MicrosoftClickId",
    "ConversionName",
    "ConversionTime",
    "ConversionValue",
    "ConversionCurrencyCode",
    "HashedEmailAddress",
    "HashedPhoneNumber",
    "ExternalAttributionCredit",
    "ExternalAttributionModel",
];
const ADJUSTMENT: &[&str] = &[
    "AdjustmentType",
    "AdjustmentTime",
    "AdjustmentValue",
    "AdjustmentCurrencyCode",
    "ConversionName",
    "ConversionTime",
    "MicrosoftClickId",
    "HashedEmailAddress",
    "HashedPhoneNumber",
];

pub(super) fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::RateLimit => whole(429, 117, "CallRateExceeded"),
        Trouble::FaultInSuccess => whole(200, 0, "InternalError"),
        _ => whole(500, 0, "InternalError"),
    }
}

pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Response {
    let (list, keys) = match (request.method.as_str(), request.path()) {
        ("POST", "/CampaignManagement/v13/OfflineConversions/Apply") => ("OfflineConversions", CONVERSION),
        ("POST", "/CampaignManagement/v13/OfflineConversionAdjustments/Apply") => {
            ("OfflineConversionAdjustments", ADJUSTMENT)
        }
        _ => return Response::text(404, "text/html", "<h2>404 - File or directory not found.</h2>"),
    };
    if state.token.is_none() && request.bearer().is_some() {
        return whole(401, 109, "AuthenticationTokenExpired");
    }
    let is_known =
        request.bearer() == state.token.as_deref() && request.header("developertoken") == Some(DEVELOPER_TOKEN);
    if !is_known {
        return whole(401, 105, "InvalidCredentials");
    }
    let is_his = request.header("customerid") == Some(CUSTOMER)
        && request.header("customeraccountid") == Some(state.account.as_str());
    if !is_his {
        return whole(403, 106, "UserIsNotAuthorized");
    }
    let body = match strict::parse(&request.body) {
        Ok(body) if request.is_json() => body,
        _ => return whole(400, 100, "NullRequest"),
    };
    let rows = body[list].as_array().map_or(&[][..], Vec::as_slice);
    if rows.is_empty() || unknown_key(&body, &[list]).is_some() {
        return whole(400, 5_600, "OfflineConversionsNotPassed");
    }
    if rows.len() > 1_000 {
        return whole(400, 5_601, "OfflineConversionsArrayExceedsLimit");
    }
    let mut faults = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let refused = state.refused.get(&identity(row)).cloned();
        let checked = match refused {
            Some(code) => Err(Fault::new("ConversionName", &code, &row["HashedEmailAddress"])),
            None => common(row, keys, now).and_then(|()| match list {
                "OfflineConversions" => money(row, "ConversionValue", "ConversionCurrencyCode"),
                _ => adjustment(row, now),
            }),
        };
        match checked {
            Ok(()) => keep(state, list, row),
            Err(fault) => faults.push(fault.of(place)),
        }
    }
    let errors = faults.iter().map(|fault| {
        json!({
            "Code": fault.code.parse::<u32>().unwrap_or(5_603),
            "Details": format!("'{}' is not valid.", fault.value),
            "ErrorCode": format!("OfflineConversion{}Invalid", fault.path),
            "FieldPath": fault.path,
            "ForwardCompatibilityMap": null,
            "Index": fault.row,
            "Message": format!("'{}' is not valid.", fault.value),
            "Type": "BatchError",
        })
    });
    let errors: Vec<Value> = errors.collect();
    Response::json(200, &json!({ "PartialErrors": errors }))
}

/// By what Microsoft knows a conversion: goal, click (or the person's hashes) and second.
fn identity(row: &Value) -> String {
    let of = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let who = match of("MicrosoftClickId") {
        click if click.is_empty() => of("HashedEmailAddress") + &of("HashedPhoneNumber"),
        click => click,
    };
    format!("{} {who} {}", of("ConversionName"), of("ConversionTime"))
}

/// Takes a row. What is counted already, and an adjustment of what is not there, change nothing.
fn keep(state: &mut State, list: &str, row: &Value) {
    let id = identity(row);
    let is_there = state.accepted.iter().any(|known| known.id == id);
    match list {
        "OfflineConversions" if !is_there => state.accept_as(row, &id),
        "OfflineConversionAdjustments" if is_there => state.adjust(row, &id),
        _ => {}
    }
}

fn common(row: &Value, keys: &[&str], now: Timestamp) -> Result<(), Fault> {
    let wrong = |path: &str, code: &str| Err(Fault::new(path, code, &row[path]));
    if let Some(key) = unknown_key(row, keys) {
        return Err(Fault::new(key, "5603", &row[key]));
    }
    if !is_text(&row["ConversionName"]) || row["ConversionName"].as_str().is_some_and(|name| name.len() > 100) {
        return wrong("ConversionName", "5606");
    }
    let age = time(&row["ConversionTime"]).map(|at| now.unix_seconds() - at.unix_seconds());
    if age.is_none_or(|age| !(0..=90 * DAY).contains(&age)) {
        return wrong("ConversionTime", "5604");
    }
    // A UUID; its dashes may be missing.
    let is_click = |text: &str| {
        let digits: String = text.split('-').collect();
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let click = row.get("MicrosoftClickId");
    if click.is_some_and(|click| !click.as_str().is_some_and(is_click)) {
        return wrong("MicrosoftClickId", "5603");
    }
    let hashes = ["HashedEmailAddress", "HashedPhoneNumber"].map(|name| row.get(name));
    let mut hashes = hashes.iter().flatten().peekable();
    if click.is_none() && hashes.peek().is_none() {
        return wrong("MicrosoftClickId", "5602");
    }
    match hashes.find(|hash| !hash.as_str().is_some_and(is_sha256)) {
        Some(plain) => Err(Fault::new("HashedEmailAddress", "5614", plain)),
        None => Ok(()),
    }
}

fn adjustment(row: &Value, now: Timestamp) -> Result<(), Fault> {
    let wrong = |path: &str, code: &str| Err(Fault::new(path, code, &row[path]));
    match (row["AdjustmentType"].as_str(), row.get("AdjustmentValue")) {
        (Some("Retract"), None) | (Some("Restate"), Some(_)) => {}
        (Some("Retract"), Some(_)) => return wrong("AdjustmentValue", "5624"),
        (Some("Restate"), None) => return wrong("AdjustmentValue", "5625"),
        _ => return wrong("AdjustmentType", "5626"),
    }
    let at = time(&row["AdjustmentTime"]);
    if at.is_none_or(|at| at > now || Some(at) < time(&row["ConversionTime"])) {
        return wrong("AdjustmentTime", "5626");
    }
    money(row, "AdjustmentValue", "AdjustmentCurrencyCode")
}

fn money(row: &Value, value: &str, currency: &str) -> Result<(), Fault> {
    let is_value = |value: &Value| value.as_f64().is_some_and(|value| value >= 0.0);
    if row.get(value).is_some_and(|value| !is_value(value)) {
        return Err(Fault::new(value, "5608", &row[value]));
    }
    if row.get(currency).is_some_and(|currency| !is_currency(currency)) {
        return Err(Fault::new(currency, "5609", &row[currency]));
    }
    Ok(())
}

/// A time in UTC, as `2026-03-08T10:00:00Z`.
fn time(value: &Value) -> Option<Timestamp> {
    let text = value.as_str().filter(|text| text.ends_with('Z'))?;
    text.parse().ok()
}

/// A fault of the whole request.
fn whole(status: u16, code: u32, name: &str) -> Response {
    let fault = json!({"Code": code, "Details": null, "ErrorCode": name, "Message": name});
    let list = if code >= 1_000 { "OperationErrors" } else { "Errors" };
    Response::json(
        status,
        &json!({"TrackingId": "t", "Type": "ApiFaultDetail", list: [fault]}),
    )
}
