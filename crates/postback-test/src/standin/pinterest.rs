//! Pinterest's API for Conversions, version 5: `POST /v5/ad_accounts/{id}/events`. The answer has a
//! row for each event, in their order; with a bad event among them its status is 422.

use super::check::{is_currency, is_sha256, is_text, unknown_key};
use super::http::{Request, Response};
use super::server::State;
use super::strict;
use super::trouble::Trouble;
use postback::Timestamp;
use serde_json::{Value, json};

const EVENT: &[&str] = &[
    "event_name",
    "action_source",
    "event_time",
    "event_id",
    "event_source_url",
    "opt_out",
    "partner_name",
    "user_data",
    "custom_data",
];
const HASHED: &[&str] = &[
    "em",
    "ph",
    "ge",
    "db",
    "fn",
    "ln",
    "ct",
    "st",
    "zp",
    "country",
    "external_id",
    "hashed_maids",
];
const PLAIN: &[&str] = &["client_ip_address", "client_user_agent", "click_id"];
const CUSTOM: &[&str] = &["currency", "value", "content_ids", "contents", "num_items", "order_id"];
const SOURCES: &[&str] = &["web", "app_ios", "app_android", "offline"];

pub(super) fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::RateLimit => said(429, 8, "This request exceeded a rate limit."),
        Trouble::FaultInSuccess => Response::json(200, &json!({"code": 11, "message": "Try again"})),
        _ => said(500, 11, "Internal error"),
    }
}

pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Response {
    if request.path() != format!("/v5/ad_accounts/{}/events", state.account) {
        return said(404, 404, "No such ad account");
    }
    if request.method != "POST" || !request.is_json() {
        return said(405, 405, "Method not allowed");
    }
    if request.bearer().is_none() || request.bearer() != state.token.as_deref() {
        return said(
            401,
            2,
            &format!("Authentication failed: {}", request.bearer().unwrap_or_default()),
        );
    }
    let body = match strict::parse(&request.body) {
        Ok(body) => body,
        Err(why) => return said(400, 1, &why),
    };
    let events = body["data"].as_array().cloned().unwrap_or_default();
    if unknown_key(&body, &["data"]).is_some() || events.is_empty() || events.len() > 1_000 {
        return said(400, 1, "Invalid request");
    }
    let mut rows = Vec::new();
    let mut taken = Vec::new();
    for event in &events {
        let refused = state
            .refusal(event, "event_id")
            .map(|code| format!("{code} {}", event["user_data"]));
        match refused.or_else(|| wrong(event, now).map(|why| format!("{why}: {event}"))) {
            Some(why) => rows.push(json!({"status": "failed", "error_message": why, "warning_message": ""})),
            None => {
                rows.push(json!({"status": "processed", "error_message": "", "warning_message": ""}));
                taken.push(event.clone());
            }
        }
    }
    if !request.target.ends_with("?test=true") {
        state.accept(&taken, "event_id");
    }
    let status = if taken.len() == events.len() { 200 } else { 422 };
    let (received, processed) = (events.len(), taken.len());
    let body = json!({"num_events_received": received, "num_events_processed": processed, "events": rows});
    Response::json(status, &body)
}

fn wrong(event: &Value, now: Timestamp) -> Option<&'static str> {
    let none = json!({});
    let user = event.get("user_data").unwrap_or(&none);
    let custom = event.get("custom_data").unwrap_or(&none);
    let keys = [
        (event, EVENT.to_vec()),
        (user, [HASHED, PLAIN].concat()),
        (custom, CUSTOM.to_vec()),
    ];
    if keys.iter().any(|(object, keys)| unknown_key(object, keys).is_some()) {
        return Some("unknown field");
    }
    if !is_text(&event["event_name"]) || !is_text(&event["event_id"]) {
        return Some("required field");
    }
    if !SOURCES.iter().any(|word| event["action_source"] == *word) {
        return Some("action_source");
    }
    // No limit of age is known; a time in milliseconds is far ahead.
    if !event["event_time"]
        .as_i64()
        .is_some_and(|at| at > 0 && at <= now.unix_seconds() + 300)
    {
        return Some("event_time");
    }
    let are_hashes = |value: &Value| {
        let all = value.as_array().filter(|all| !all.is_empty());
        all.is_some_and(|all| all.iter().all(|text| text.as_str().is_some_and(is_sha256)))
    };
    if HASHED
        .iter()
        .any(|name| user.get(*name).is_some_and(|value| !are_hashes(value)))
    {
        return Some("not a list of hashes");
    }
    if PLAIN
        .iter()
        .any(|name| user.get(*name).is_some_and(|value| !is_text(value)))
    {
        return Some("empty text");
    }
    let has = |name: &str| user.get(name).is_some();
    if !(has("em") || has("hashed_maids") || (has("client_ip_address") && has("client_user_agent"))) {
        return Some("no identifier");
    }
    let is_money = |value: &Value| is_text(value) && is_currency(&custom["currency"]);
    if custom.get("value").is_some_and(|value| !is_money(value)) {
        return Some("value is not a text");
    }
    None
}

fn said(status: u16, code: u16, message: &str) -> Response {
    Response::json(status, &json!({"code": code, "message": message}))
}
