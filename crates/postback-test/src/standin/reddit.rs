//! Reddit's Conversions API, version 3: `POST /api/v3/pixels/{pixel}/conversion_events`. A request
//! is refused as a whole and the answer names no event. What names a person well enough is a guess.

use super::check::{DAY, is_currency, is_sha256, is_text, unknown_key};
use super::http::{Request, Response};
use super::server::State;
use super::strict;
use super::trouble::Trouble;
use postback::Timestamp;
use serde_json::{Value, json};

const EVENT: &[&str] = &[
    "event_at",
    "action_source",
    "event_source_url",
    "click_id",
    "type",
    "user",
    "metadata",
];
const HASHED: &[&str] = &["email", "external_id", "ip_address", "phone_number", "idfa", "aaid"];
const PLAIN: &[&str] = &["user_agent", "uuid", "data_processing_options", "screen_dimensions"];
const METADATA: &[&str] = &["conversion_id", "currency", "value", "item_count", "products"];
const SOURCES: &[&str] = &["WEBSITE", "APP", "PHYSICAL_STORE", "OTHER"];
const NAMES: &[&str] = &[
    "PURCHASE",
    "LEAD",
    "SIGN_UP",
    "ADD_TO_CART",
    "VIEW_CONTENT",
    "SEARCH",
    "ADD_TO_WISHLIST",
    "PAGE_VISIT",
    "CUSTOM",
];

pub(super) fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::RateLimit => said(429, "Too many requests"),
        Trouble::FaultInSuccess => Response::json(200, &json!({"error": {"code": 500, "message": "Try again"}})),
        _ => said(500, "Internal error"),
    }
}

pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Response {
    if request.path() != format!("/api/v3/pixels/{}/conversion_events", state.account) {
        return said(404, "No such pixel");
    }
    if request.method != "POST" || !request.is_json() {
        return said(405, "Method not allowed");
    }
    if request.bearer().is_none() || request.bearer() != state.token.as_deref() {
        return said(401, &format!("Unauthorized: {}", request.bearer().unwrap_or_default()));
    }
    let body = match strict::parse(&request.body) {
        Ok(body) => body,
        Err(why) => return said(400, &why),
    };
    let data = &body["data"];
    if unknown_key(&body, &["data"]).is_some() || unknown_key(data, &["events", "test_id", "partner"]).is_some() {
        return said(400, "unknown field");
    }
    let events = data["events"].as_array().cloned().unwrap_or_default();
    if events.is_empty() || events.len() > 1_000 {
        return said(400, "events");
    }
    let named: Vec<Value> = events.iter().map(named).collect();
    for (event, named) in events.iter().zip(&named) {
        let refused = state
            .refusal(named, "id")
            .map(|code| format!("{code} {}", event["user"]));
        if let Some(why) = refused.or_else(|| wrong(event, now).map(|why| format!("{why}: {event}"))) {
            return said(400, &why);
        }
    }
    // With a test id they are shown and not counted.
    if data.get("test_id").is_none() {
        state.accept(&named, "id");
    }
    let text = format!("Successfully processed {} conversion events.", events.len());
    Response::json(200, &json!({"data": {"message": text}}))
}

/// The event with its id where the others have it.
fn named(event: &Value) -> Value {
    let mut named = event.clone();
    named["id"] = event["metadata"]["conversion_id"].clone();
    named
}

fn wrong(event: &Value, now: Timestamp) -> Option<&'static str> {
    let none = json!({});
    let user = event.get("user").unwrap_or(&none);
    let metadata = event.get("metadata").unwrap_or(&none);
    let kind = &event["type"];
    let keys = [
        (event, EVENT.to_vec()),
        (user, [HASHED, PLAIN].concat()),
        (metadata, METADATA.to_vec()),
        (kind, vec!["tracking_type", "custom_event_name"]),
    ];
    if keys.iter().any(|(object, keys)| unknown_key(object, keys).is_some()) {
        return Some("unknown field");
    }
    // 10 digits are a day of 1970.
    let age = event["event_at"].as_i64().map(|at| now.unix_millis() - at);
    if !age.is_some_and(|age| (-300_000..=7 * DAY * 1_000).contains(&age)) {
        return Some("event_at");
    }
    if !SOURCES.iter().any(|word| event["action_source"] == *word) {
        return Some("action_source");
    }
    let is_custom = kind["tracking_type"] == "CUSTOM";
    if !NAMES.iter().any(|name| kind["tracking_type"] == *name) || is_custom != is_text(&kind["custom_event_name"]) {
        return Some("type");
    }
    if HASHED.iter().any(|name| {
        user.get(*name)
            .is_some_and(|value| !value.as_str().is_some_and(is_sha256))
    }) {
        return Some("not hashed");
    }
    if ["user_agent", "uuid"]
        .iter()
        .any(|name| user.get(*name).is_some_and(|value| !is_text(value)))
    {
        return Some("empty text");
    }
    let has = |name: &str| user.get(name).is_some();
    let names_somebody = ["email", "external_id", "phone_number", "uuid"]
        .iter()
        .any(|name| has(name));
    if !(is_text(&event["click_id"]) || names_somebody || (has("ip_address") && has("user_agent"))) {
        return Some("no identifier");
    }
    let is_money = |value: &Value| value.is_number() && is_currency(&metadata["currency"]);
    if metadata.get("value").is_some_and(|value| !is_money(value)) || !is_text(&metadata["conversion_id"]) {
        return Some("metadata");
    }
    None
}

fn said(status: u16, message: &str) -> Response {
    Response::json(status, &json!({"error": {"code": status, "message": message}}))
}
