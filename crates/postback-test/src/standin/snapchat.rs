//! Snapchat's Conversions API, version 3: `POST /v3/{pixel}/events?access_token=`. Snap's page
//! "Verify set up" names what is `INVALID`. That the answer names no event, and that one bad event
//! refuses all, are guesses.

use super::check::{DAY, is_currency, is_sha256, is_text, texts, unknown_key};
use super::http::{Request, Response};
use super::server::State;
use super::strict;
use super::trouble::Trouble;
use postback::Timestamp;
use serde_json::{Value, json};

const EVENT: &[&str] = &[
    "event_name",
    "event_time",
    "event_id",
    "event_source_url",
    "action_source",
    "user_data",
    "custom_data",
    "app_data",
    "data_processing_options",
    "integration",
];
const HASHED: &[&str] = &["em", "ph", "fn", "ln", "ge", "ct", "st", "zp", "country", "external_id"];
const PLAIN: &[&str] = &[
    "client_ip_address",
    "client_user_agent",
    "sc_click_id",
    "sc_cookie1",
    "madid",
];
const CUSTOM: &[&str] = &["currency", "value", "order_id", "content_ids", "num_items", "contents"];
const SOURCES: &[&str] = &["WEB", "MOBILE_APP", "OFFLINE"];

pub(super) fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::RateLimit => said(429, "INVALID", "Too many requests"),
        Trouble::FaultInSuccess => said(200, "ERROR", "Try again"),
        _ => said(500, "ERROR", "Internal error"),
    }
}

pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Response {
    let path = format!("/v3/{}/events", state.account);
    let validates = request.path() == format!("{path}/validate");
    if request.path() != path && !validates {
        return said(404, "INVALID", "No such pixel");
    }
    if request.method != "POST" || !request.is_json() {
        return said(405, "INVALID", "Method not allowed");
    }
    let token = request.target.split_once("?access_token=").map(|(_, token)| token);
    if token.is_none() || token != state.token.as_deref() {
        return said(
            401,
            "INVALID",
            &format!("Invalid access token {}", token.unwrap_or_default()),
        );
    }
    let body = match strict::parse(&request.body) {
        Ok(body) => body,
        Err(why) => return said(400, "INVALID", &why),
    };
    if let Some(key) = unknown_key(&body, &["data"]) {
        return said(400, "INVALID", key);
    }
    let events = body["data"].as_array().cloned().unwrap_or_default();
    if events.is_empty() || events.len() > 2_000 {
        return said(400, "INVALID", "data");
    }
    for event in &events {
        let refused = state
            .refusal(event, "event_id")
            .map(|code| format!("{code} {}", event["user_data"]));
        if let Some(why) = refused.or_else(|| wrong(event, now).map(|why| format!("{why} {event}"))) {
            return said(400, "INVALID", &why);
        }
    }
    if !validates {
        state.accept(&events, "event_id");
    }
    said(200, "VALID", "Events have been processed successfully.")
}

/// What is wrong with an event.
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
        return Some("unknown key");
    }
    let needed = ["event_name", "action_source", "event_source_url"];
    if needed.iter().any(|name| !is_text(&event[*name])) {
        return Some("required field");
    }
    if !SOURCES.iter().any(|word| event["action_source"] == *word) {
        return Some("action_source");
    }
    // 13 digits are taken for a time in seconds that is far ahead.
    let age = event["event_time"].as_i64().map(|at| now.unix_seconds() - at);
    if !age.is_some_and(|age| (-300..=37 * DAY).contains(&age)) {
        return Some("timestamp invalid or out of range");
    }
    let is_hashed = |name: &str| match user.get(name) {
        None => true,
        Some(value) => texts(value).is_some_and(|all| all.iter().all(|text| is_sha256(text))),
    };
    if !HASHED.iter().all(|name| is_hashed(name)) {
        return Some("unhashed PII");
    }
    if PLAIN
        .iter()
        .any(|name| user.get(*name).is_some_and(|value| !is_text(value)))
    {
        return Some("empty text");
    }
    let has = |name: &str| user.get(name).is_some();
    if !(has("em") || has("ph") || has("madid") || (has("client_ip_address") && has("client_user_agent"))) {
        return Some("insufficient PII");
    }
    let is_amount = custom["value"].as_str().is_some_and(|text| text.parse::<f64>().is_ok());
    if event["event_name"] == "PURCHASE" && !(is_amount && is_currency(&custom["currency"])) {
        return Some("missing price and/or currency");
    }
    None
}

fn said(status: u16, word: &str, reason: &str) -> Response {
    Response::json(status, &json!({"status": word, "reason": reason}))
}
