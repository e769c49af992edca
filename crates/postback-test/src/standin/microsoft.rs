//! Microsoft's UET Conversions API: `POST /v1/{tag}/events`. It names the events that are wrong,
//! ten at most, and takes the others where it is asked to.

use super::check::{DAY, Fault, is_currency, is_sha256, is_text, unknown_key};
use super::http::{Request, Response};
use super::server::State;
use super::strict;
use super::trouble::Trouble;
use postback::Timestamp;
use serde_json::{Value, json};

/// How many errors and warnings are listed.
const LISTED: usize = 10;

const BODY: &[&str] = &["data", "continueOnValidationError", "dataProvider"];
const EVENT: &[&str] = &[
    "eventType",
    "eventTime",
    "eventId",
    "eventName",
    "eventSourceUrl",
    "pageLoadId",
    "referrerUrl",
    "pageTitle",
    "keywords",
    "adStorageConsent",
    "userData",
    "customData",
];
/// One of these there must be.
const IDS: &[&str] = &["anonymousId", "externalId", "em", "ph", "msclkid", "idfa", "gaid"];
const CUSTOM: &[&str] = &[
    "value",
    "currency",
    "transactionId",
    "eventCategory",
    "eventLabel",
    "eventValue",
    "searchTerm",
    "items",
    "itemIds",
    "pageType",
    "ecommTotalValue",
    "ecommCategory",
    "hotelData",
];

pub(super) fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::RateLimit => said(429, "TooManyRequests"),
        // The code is a guess.
        Trouble::FaultInSuccess => said(200, "InternalError"),
        _ => said(500, "InternalError"),
    }
}

pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Response {
    let steps: Vec<&str> = request.path().split('/').skip(1).collect();
    let ["v1", tag, "events"] = steps.as_slice() else {
        return Response::text(404, "text/plain", "");
    };
    let is_known = *tag == state.account && request.bearer() == state.token.as_deref();
    if !is_known || state.token.is_none() {
        return said(401, "Unauthorized");
    }
    if request.method != "POST" || !request.is_json() {
        return said(415, "UnsupportedMediaType");
    }
    let body = match strict::parse(&request.body) {
        Ok(body) => body,
        Err(why) => return refused(&[Fault::new("$", "InvalidJson", &why.into())]),
    };
    if let Some(key) = unknown_key(&body, BODY) {
        return refused(&[Fault::new(key, "UnknownProperty", &body[key])]);
    }
    let Some(events) = body["data"].as_array().filter(|events| !events.is_empty()) else {
        return refused(&[Fault::new("data", "Required", &body["data"])]);
    };
    if events.len() > 1_000 {
        return refused(&[Fault::new("data", "TooManyEvents", &events.len().into())]);
    }
    let mut faults = Vec::new();
    for (place, event) in events.iter().enumerate() {
        match state.refusal(event, "eventId") {
            Some(code) => faults.push(Fault::new("eventId", code, &event["userData"]).of(place)),
            None => faults.extend(check(event, now).into_iter().map(|fault| fault.of(place))),
        }
    }
    let is_bad = |place: usize| faults.iter().any(|fault| fault.row == Some(place) && !fault.is_warning);
    let good: Vec<&Value> = (0..events.len())
        .filter(|place| !is_bad(*place))
        .map(|place| &events[place])
        .collect();
    let goes_on = body["continueOnValidationError"] == true;
    if good.is_empty() || (good.len() < events.len() && !goes_on) {
        return refused(&faults);
    }
    let received = good.len();
    state.accept(good, "eventId");
    let mut body = json!({ "eventsReceived": received });
    if !faults.is_empty() {
        body["error"] = listed(&faults);
    }
    Response::json(200, &body)
}

fn check(event: &Value, now: Timestamp) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut wrong = |path: &str, code: &str, value: &Value| faults.push(Fault::new(path, code, value));
    let user = &event["userData"];
    let custom = event.get("customData").cloned().unwrap_or_else(|| json!({}));
    let people = [IDS, &["clientUserAgent", "clientIpAddress"]].concat();
    // That keys which are not known are errors is a guess.
    for (object, keys) in [(event, EVENT), (user, &*people), (&custom, CUSTOM)] {
        if let Some(key) = unknown_key(object, keys) {
            wrong(key, "UnknownProperty", &object[key]);
        }
    }
    if !matches!(event["eventType"].as_str(), Some("pageLoad" | "custom")) {
        wrong("eventType", "InvalidValue", &event["eventType"]);
    }
    let age = event["eventTime"].as_i64().map(|at| now.unix_seconds() - at);
    if age.is_none_or(|age| !(0..=7 * DAY).contains(&age)) {
        wrong("eventTime", "InvalidValue", &event["eventTime"]);
    }
    if event["eventType"] == "pageLoad" && !is_text(&event["eventSourceUrl"]) {
        wrong("eventSourceUrl", "Required", &event["eventSourceUrl"]);
    }
    let consent = event.get("adStorageConsent");
    if consent.is_some_and(|consent| !matches!(consent.as_str(), Some("G" | "D"))) {
        wrong("adStorageConsent", "InvalidValue", &event["adStorageConsent"]);
    }
    if !IDS.iter().any(|name| is_text(&user[name])) {
        wrong("userData", "Required", user);
    }
    // A UUID; its dashes may be missing.
    let is_click = |text: &str| {
        let digits: String = text.split('-').collect();
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if user.get("msclkid").is_some_and(|id| !id.as_str().is_some_and(is_click)) {
        wrong("userData.msclkid", "InvalidFormat", &user["msclkid"]);
    }
    if custom.get("value").is_some_and(|value| !value.is_number()) {
        wrong("customData.value", "InvalidValue", &custom["value"]);
    }
    if custom.get("currency").is_some_and(|currency| !is_currency(currency)) {
        wrong("customData.currency", "InvalidValue", &custom["currency"]);
    }
    // What is not hashed is left out with a warning, and the event counts.
    let hashes = ["em", "ph"].into_iter().filter(|name| user.get(name).is_some());
    for name in hashes.filter(|name| !user[name].as_str().is_some_and(is_sha256)) {
        let mut fault = Fault::new(format!("userData.{name}"), "InvalidFormat", &user[name]);
        fault.is_warning = true;
        faults.push(fault);
    }
    faults
}

fn listed(faults: &[Fault]) -> Value {
    let details = faults.iter().take(LISTED).map(|fault| {
        let place = fault.row.map_or_else(String::new, |row| format!("data[{row}]."));
        json!({
            "index": fault.row,
            "propertyName": format!("{place}{}", fault.path),
            "attemptedValue": fault.value,
            "errorMessage": format!("'{}' is not valid.", fault.value),
            "errorCode": fault.code,
            "isWarning": fault.is_warning,
        })
    });
    let details: Vec<Value> = details.collect();
    json!({"code": "ValidationError", "message": "One or more validation errors occurred.", "details": details})
}

fn refused(faults: &[Fault]) -> Response {
    Response::json(400, &json!({ "error": listed(faults) }))
}

fn said(status: u16, code: &str) -> Response {
    Response::json(status, &json!({"error": {"code": code, "message": code}}))
}
