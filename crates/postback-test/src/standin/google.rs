//! Google's Data Manager API: `POST /v1/events:ingest`, and `GET /v1/requestStatus:retrieve`. A
//! request is refused as a whole, and the path of the field names the event. What is accepted is
//! counted later: a check tells how many events were found wrong, by reason.

use super::check::{DAY, Fault, is_currency, is_digits, is_sha256, is_text, unknown_key};
use super::http::{Request, Response};
use super::server::State;
use super::strict;
use super::trouble::Trouble;
use postback::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const BODY: &[&str] = &["destinations", "events", "consent", "encoding", "validateOnly"];
const DESTINATION: &[&str] = &[
    "reference",
    "operatingAccount",
    "loginAccount",
    "linkedAccount",
    "productDestinationId",
];
const EVENT: &[&str] = &[
    "destinationReferences",
    "transactionId",
    "eventTimestamp",
    "lastUpdatedTimestamp",
    "eventSource",
    "currency",
    "conversionValue",
    "conversionCount",
    "adIdentifiers",
    "userData",
    "eventDeviceInfo",
    "consent",
    "cartData",
    "customVariables",
    "userProperties",
];
const IDS: &[&str] = &[
    "gclid",
    "gbraid",
    "wbraid",
    "dclid",
    "sessionAttributes",
    "landingPageDeviceInfo",
    "mobileDeviceId",
];
const ADDRESS: &[&str] = &["givenName", "familyName", "regionCode", "postalCode"];
const SOURCES: &[&str] = &["WEB", "APP", "IN_STORE", "PHONE", "MESSAGE", "OTHER"];

pub(super) fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::RateLimit => error(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", &[]),
        Trouble::FaultInSuccess => {
            let mut response = error(500, "INTERNAL", "INTERNAL_ERROR", &[]);
            response.status = 200;
            response
        }
        _ => error(500, "INTERNAL", "INTERNAL_ERROR", &[]),
    }
}

pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Response {
    let is_known = state.token.is_some() && request.bearer() == state.token.as_deref();
    match (request.method.as_str(), request.path()) {
        ("POST", "/v1/events:ingest") | ("GET", "/v1/requestStatus:retrieve") if !is_known => {
            let reason = match request.bearer() {
                Some(_) => "ACCESS_TOKEN_EXPIRED",
                None => "CREDENTIALS_MISSING",
            };
            error(401, "UNAUTHENTICATED", reason, &[])
        }
        ("POST", "/v1/events:ingest") => ingest(state, request, now),
        ("GET", "/v1/requestStatus:retrieve") => status(state, request),
        _ => Response::text(
            404,
            "text/html",
            "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>",
        ),
    }
}

fn ingest(state: &mut State, request: &Request, now: Timestamp) -> Response {
    let invalid = |fault: Fault| error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", &[fault]);
    if !request.is_json() {
        return invalid(Fault::new("", "INVALID_FORMAT", &Value::Null));
    }
    let body = match strict::parse(&request.body) {
        Ok(body) => body,
        Err(why) => return invalid(Fault::new("", "INVALID_FORMAT", &why.into())),
    };
    if let Some(key) = unknown_key(&body, BODY) {
        return invalid(Fault::new("", "UNKNOWN_NAME", &key.into()));
    }
    let destinations = body["destinations"].as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=10).contains(&destinations.len()) {
        return invalid(Fault::new(
            "destinations",
            "REQUIRED_FIELD_MISSING",
            &body["destinations"],
        ));
    }
    for (place, destination) in destinations.iter().enumerate() {
        if let Err(fault) = destination_of(destination) {
            let path = format!("destinations[{place}].{}", fault.path);
            return invalid(Fault { path, ..fault });
        }
        if destination["operatingAccount"]["accountId"].as_str() != Some(&state.account) {
            return error(404, "NOT_FOUND", "NOT_FOUND", &[]);
        }
    }
    let events = body["events"].as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=2_000).contains(&events.len()) {
        let reason = if events.is_empty() {
            "REQUIRED_FIELD_MISSING"
        } else {
            "TOO_MANY_EVENTS"
        };
        return invalid(Fault::new("events", reason, &events.len().into()));
    }
    let has_encoding = matches!(body["encoding"].as_str(), Some("HEX" | "BASE64"));
    let mut faults = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let fault = match state.refusal(event, "transactionId") {
            Some(code) => Err(Fault::new("transaction_id", code, &event["userData"])),
            None if event.get("userData").is_some() && !has_encoding => {
                Err(Fault::new("user_data", "INVALID_ENCODING", &body["encoding"]))
            }
            None => check(event, now),
        };
        if let Err(fault) = fault {
            let path = format!("events.events[{place}].{}", fault.path);
            faults.push(Fault { path, ..fault });
        }
    }
    if !faults.is_empty() {
        return error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", &faults);
    }
    let receipt = format!("t9v-{:016}", state.receipts.len() + 1);
    if body["validateOnly"] != true {
        state.accept(events, "transactionId");
        let ids = events
            .iter()
            .map(|event| event["transactionId"].as_str().unwrap_or_default().to_owned());
        state.receipts.insert(receipt.clone(), (ids.collect(), 0));
    }
    Response::json(200, &json!({ "requestId": receipt }))
}

fn destination_of(destination: &Value) -> Result<(), Fault> {
    if let Some(key) = unknown_key(destination, DESTINATION) {
        return Err(Fault::new("", "UNKNOWN_NAME", &key.into()));
    }
    for (name, path) in [
        ("operatingAccount", "operating_account"),
        ("loginAccount", "login_account"),
    ] {
        let account = &destination[name];
        if name == "loginAccount" && account.is_null() {
            continue;
        }
        let is_one = account["accountType"] == "GOOGLE_ADS" && is_digits(&account["accountId"]);
        if !is_one || unknown_key(account, &["accountType", "accountId"]).is_some() {
            return Err(Fault::new(format!("{path}.account_id"), "INVALID_FORMAT", account));
        }
    }
    match &destination["productDestinationId"] {
        id if is_digits(id) => Ok(()),
        id => Err(Fault::new("product_destination_id", "INVALID_FORMAT", id)),
    }
}

fn check(event: &Value, now: Timestamp) -> Result<(), Fault> {
    let wrong = |path: &str, reason: &str, value: &Value| Err(Fault::new(path, reason, value));
    let none = json!({});
    let ids = event.get("adIdentifiers").unwrap_or(&none);
    for (object, keys) in [(event, EVENT), (ids, IDS)] {
        if let Some(key) = unknown_key(object, keys) {
            return wrong("", "UNKNOWN_NAME", &key.into());
        }
    }
    if !SOURCES.contains(&event["eventSource"].as_str().unwrap_or_default()) {
        return wrong("event_source", "REQUIRED_FIELD_MISSING", &event["eventSource"]);
    }
    if event.get("transactionId").is_some_and(|id| !is_text(id)) {
        return wrong("transaction_id", "INVALID_FORMAT", &event["transactionId"]);
    }
    let at = event["eventTimestamp"]
        .as_str()
        .and_then(|text| text.parse::<Timestamp>().ok());
    // The window of a click id. That it is refused at once is a guess.
    if at.is_none_or(|at| !(0..=90 * DAY).contains(&(now.unix_seconds() - at.unix_seconds()))) {
        return wrong("event_timestamp", "EVENT_TIME_INVALID", &event["eventTimestamp"]);
    }
    if event.get("conversionValue").is_some_and(|value| !value.is_number()) {
        return wrong("conversion_value", "INVALID_FORMAT", &event["conversionValue"]);
    }
    if event.get("currency").is_some_and(|currency| !is_currency(currency)) {
        return wrong("currency", "INVALID_CURRENCY_CODE", &event["currency"]);
    }
    for name in ["adUserData", "adPersonalization"] {
        let said = event["consent"].get(name);
        if said.is_some_and(|said| !matches!(said.as_str(), Some("CONSENT_GRANTED" | "CONSENT_DENIED"))) {
            return wrong("consent", "INVALID_FORMAT", &event["consent"]);
        }
    }
    let clicks = ["gclid", "gbraid", "wbraid", "dclid"];
    let clicks = clicks.iter().filter(|name| ids.get(name).is_some()).count();
    let all_texts = ids
        .as_object()
        .into_iter()
        .flatten()
        .all(|(_, id)| is_text(id) || id.is_object());
    if clicks > 1 || !all_texts {
        return wrong("ad_identifiers", "INVALID_FORMAT", ids);
    }
    if clicks == 0 && event.get("userData").is_none() {
        return wrong("user_data", "NO_IDENTIFIERS_PROVIDED", &Value::Null);
    }
    person(event)
}

fn person(event: &Value) -> Result<(), Fault> {
    let Some(user) = event.get("userData") else {
        return Ok(());
    };
    let all = user["userIdentifiers"].as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=10).contains(&all.len()) || unknown_key(user, &["userIdentifiers"]).is_some() {
        return Err(Fault::new("user_data.user_identifiers", "INVALID_FORMAT", user));
    }
    for (place, one) in all.iter().enumerate() {
        let wrong = |reason: &str, value: &Value| {
            let path = format!("user_data.user_identifiers[{place}]");
            Err(Fault::new(path, reason, value))
        };
        let is_one = one.as_object().is_some_and(|members| members.len() == 1);
        if !is_one || unknown_key(one, &["emailAddress", "phoneNumber", "address"]).is_some() {
            return wrong("INVALID_FORMAT", one);
        }
        let address = one.get("address");
        let hashed = match address {
            Some(address) => {
                if unknown_key(address, ADDRESS).is_some() || !ADDRESS.iter().all(|name| is_text(&address[name])) {
                    return wrong("REQUIRED_FIELD_MISSING", address);
                }
                let region = address["regionCode"].as_str().unwrap_or_default();
                if region.len() != 2 || !region.bytes().all(|byte| byte.is_ascii_uppercase()) {
                    return wrong("INVALID_FORMAT", address);
                }
                vec![&address["givenName"], &address["familyName"]]
            }
            None => one.as_object().into_iter().flatten().map(|(_, value)| value).collect(),
        };
        if let Some(plain) = hashed.iter().find(|value| !value.as_str().is_some_and(is_sha256)) {
            return wrong("INVALID_SHA256_FORMAT", plain);
        }
    }
    Ok(())
}

/// What became of a request.
fn status(state: &mut State, request: &Request) -> Response {
    let query = request.target.split_once("requestId=").map_or("", |(_, query)| query);
    let receipt = query.split('&').next().unwrap_or_default();
    let Some((events, asked)) = state.receipts.get_mut(receipt) else {
        return error(404, "NOT_FOUND", "REQUEST_NOT_FOUND", &[]);
    };
    *asked += 1;
    let destination = json!({
        "destination": {
            "operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": state.account},
            "productDestinationId": "987654321",
        },
    });
    let told = |status: &str| {
        let mut told = destination.clone();
        told["requestStatus"] = status.into();
        told
    };
    if *asked <= state.processing {
        return Response::json(200, &json!({"requestStatusPerDestination": [told("PROCESSING")]}));
    }
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    let mut failed = 0;
    for reason in events.iter().filter_map(|id| state.fails_later.get(id)) {
        *reasons.entry(reason).or_default() += 1;
        failed += 1;
    }
    let mut told = match failed {
        0 => told("SUCCESS"),
        all if all == events.len() => told("FAILED"),
        _ => told("PARTIAL_SUCCESS"),
    };
    told["eventsIngestionStatus"] = json!({"recordCount": events.len().to_string()});
    if failed > 0 {
        let counts = reasons.iter().map(|(reason, count)| {
            let reason = format!("PROCESSING_ERROR_REASON_{reason}");
            json!({"recordCount": count.to_string(), "reason": reason})
        });
        told["errorInfo"] = json!({"errorCounts": counts.collect::<Vec<_>>()});
    }
    Response::json(200, &json!({ "requestStatusPerDestination": [told] }))
}

fn error(code: u16, status: &str, reason: &str, faults: &[Fault]) -> Response {
    let mut details = vec![json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "datamanager.googleapis.com",
    })];
    let mut message = String::from("There was a problem with the request.");
    if !faults.is_empty() {
        let violations = faults.iter().map(|fault| {
            let description = match fault.code.as_str() {
                "UNKNOWN_NAME" => format!("Invalid JSON payload received. Unknown name \"{}\"", fault.value),
                _ => format!("Invalid value at '{}': {}", fault.path, fault.value),
            };
            message = description.clone();
            json!({"field": fault.path, "reason": fault.code, "description": description})
        });
        let violations: Vec<Value> = violations.collect();
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": violations,
        }));
    }
    details.push(json!({"@type": "type.googleapis.com/google.rpc.RequestInfo", "requestId": "t9v-0123456789"}));
    let body = json!({"error": {"code": code, "message": message, "status": status, "details": details}});
    Response::json(code, &body)
}
