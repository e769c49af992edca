//! TikTok's Events API 2.0: `POST /open_api/v1.3/event/track/`. HTTP is 200 for everything, and a
//! request is refused as a whole. No limit of age is documented, so none is checked.

use super::check::{Fault, is_currency, is_sha256, is_text, texts, unknown_key};
use super::http::{Request, Response};
use super::server::State;
use super::strict;
use super::trouble::Trouble;
use serde_json::{Value, json};

const BODY: &[&str] = &[
    "event_source",
    "event_source_id",
    "partner_name",
    "test_event_code",
    "data",
];
const EVENT: &[&str] = &[
    "event",
    "event_time",
    "event_id",
    "user",
    "page",
    "properties",
    "limited_data_use",
    "app",
    "lead",
    "ad",
];
const HASHED: &[&str] = &["email", "phone", "external_id", "first_name", "last_name", "zip_code"];
/// Place names in plain text: lower-case letters and digits.
const PLACES: &[&str] = &["city", "state", "country"];
const PLAIN: &[&str] = &[
    "ttclid",
    "ttp",
    "ip",
    "user_agent",
    "locale",
    "idfa",
    "idfv",
    "gaid",
    "att_status",
];
const PROPERTIES: &[&str] = &[
    "contents",
    "content_type",
    "content_ids",
    "num_items",
    "value",
    "currency",
    "query",
    "description",
    "order_id",
    "shop_id",
    "status",
    "delivery_category",
    "predicted_ltv",
    "search_string",
];
const CONTENT: &[&str] = &[
    "price",
    "quantity",
    "content_id",
    "content_category",
    "content_name",
    "brand",
];

pub(super) fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::RateLimit => said(200, 40_100, "Too many requests"),
        Trouble::FaultInSuccess => said(200, 51_010, "Internal service timed out"),
        _ => said(500, 50_000, "System error"),
    }
}

pub(super) fn answer(state: &mut State, request: &Request) -> Response {
    if request.path() != "/open_api/v1.3/event/track/" {
        return said(200, 40_400, "Invalid path");
    }
    if request.method != "POST" || !request.is_json() {
        return said(200, 40_006, "Method not allowed");
    }
    match (request.header("access-token"), state.token.as_deref()) {
        (None, _) => return said(200, 40_104, "Access token is empty"),
        (Some(_), None) => return said(200, 40_102, "Access token has expired"),
        (Some(own), Some(token)) if own != token => {
            return said(
                200,
                40_105,
                &format!("Access token is incorrect or has been revoked: {own}"),
            );
        }
        _ => {}
    }
    let body = match strict::parse(&request.body) {
        Ok(body) => body,
        Err(why) => return said(200, 40_002, &format!("Invalid JSON: {why}")),
    };
    if let Some(key) = unknown_key(&body, BODY) {
        return said(200, 40_002, &format!("{key}: Unknown field."));
    }
    if !matches!(body["event_source"].as_str(), Some("web" | "app" | "offline" | "crm")) {
        return said(200, 40_002, &format!("event_source: {}", body["event_source"]));
    }
    if body["event_source_id"].as_str() != Some(&state.account) {
        let text = format!("No permission to operate pixel {}", body["event_source_id"]);
        return said(200, 40_001, &text);
    }
    let Some(events) = body["data"].as_array().filter(|events| !events.is_empty()) else {
        return said(200, 40_002, "data: Missing data for required field.");
    };
    if events.len() > 1_000 {
        return said(200, 40_061, "The batch size is over 1000");
    }
    let is_web = body["event_source"] == "web";
    for (place, event) in events.iter().enumerate() {
        let fault = match state.refusal(event, "event_id") {
            Some(code) => Err(Fault::new("event_id", code, &event["user"])),
            None => check(event, is_web),
        };
        if let Err(Fault { path, code, value, .. }) = fault {
            let code = code.parse().unwrap_or(40_002);
            return said(200, code, &format!("data.{place}.{path}: {value}"));
        }
    }
    state.accept(events, "event_id");
    said(200, 0, "OK")
}

fn check(event: &Value, is_web: bool) -> Result<(), Fault> {
    let wrong = |path: &str, value: &Value| Err(Fault::new(path, "40002", value));
    let none = json!({});
    let part = |name: &str| event.get(name).unwrap_or(&none).clone();
    let (user, page, properties) = (part("user"), part("page"), part("properties"));
    for (object, keys) in [
        (event, EVENT.to_vec()),
        (&user, [HASHED, PLACES, PLAIN].concat()),
        (&page, vec!["url", "referrer"]),
        (&properties, PROPERTIES.to_vec()),
    ] {
        if let Some(key) = unknown_key(object, &keys) {
            return wrong(key, &"Unknown field.".into());
        }
    }
    if !is_text(&event["event"]) {
        return wrong("event", &event["event"]);
    }
    if !event["event_time"].is_u64() {
        return wrong("event_time", &event["event_time"]);
    }
    if event.get("event_id").is_some_and(|id| !is_text(id)) {
        return wrong("event_id", &event["event_id"]);
    }
    if is_web && !is_text(&page["url"]) {
        return wrong("page.url", &page["url"]);
    }
    if event["limited_data_use"] == true && !is_text(&user["ip"]) {
        return wrong("user.ip", &user["ip"]);
    }
    person(&user)?;
    sold(&properties)
}

fn person(user: &Value) -> Result<(), Fault> {
    for (name, value) in user.as_object().into_iter().flatten() {
        let path = format!("user.{name}");
        let Some(all) = texts(value).filter(|all| all.iter().all(|text| !text.is_empty())) else {
            return Err(Fault::new(path, "40002", value));
        };
        if HASHED.contains(&name.as_str()) && !all.iter().all(|text| is_sha256(text)) {
            return Err(Fault::new(path, "40062", value));
        }
        let is_place = |text: &&str| {
            !text
                .chars()
                .any(|letter| !letter.is_alphanumeric() || letter.is_uppercase())
        };
        if PLACES.contains(&name.as_str()) && !all.iter().all(is_place) {
            return Err(Fault::new(path, "40002", value));
        }
    }
    Ok(())
}

fn sold(properties: &Value) -> Result<(), Fault> {
    let has = |name: &str| properties.get(name).is_some();
    let wrong = |name: &str| Err(Fault::new(format!("properties.{name}"), "40002", &properties[name]));
    if has("value") && !properties["value"].is_number() {
        return wrong("value");
    }
    if has("currency") && !is_currency(&properties["currency"]) {
        return wrong("currency");
    }
    if has("order_id") && !is_text(&properties["order_id"]) {
        return wrong("order_id");
    }
    let contents = properties["contents"].as_array();
    let mut contents = contents.into_iter().flatten();
    if (has("contents") && !properties["contents"].is_array())
        || contents.any(|content| unknown_key(content, CONTENT).is_some())
    {
        return wrong("contents");
    }
    if has("content_type") && !matches!(properties["content_type"].as_str(), Some("product" | "product_group")) {
        return wrong("content_type");
    }
    Ok(())
}

fn said(status: u16, code: u32, message: &str) -> Response {
    let body = json!({"code": code, "message": message, "request_id": "202611300000000000", "data": {}});
    Response::json(status, &body)
}
