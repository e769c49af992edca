//! Meta's Conversions API: `POST /v{version}/{pixel}/events`. It refuses a request as a whole.

use super::check::{DAY, Fault, is_currency, is_sha256, is_text, texts, unknown_key};
use super::http::{Request, Response};
use super::server::State;
use super::strict;
use super::trouble::Trouble;
use postback::Timestamp;
use serde_json::{Value, json};

/// The oldest version that is alive.
const OLDEST_VERSION: u32 = 25;

const BODY: &[&str] = &[
    "data",
    "test_event_code",
    "partner_agent",
    "namespace_id",
    "upload_id",
    "upload_tag",
    "upload_source",
    "access_token",
    "appsecret_proof",
];
const EVENT: &[&str] = &[
    "event_name",
    "event_time",
    "user_data",
    "action_source",
    "event_source_url",
    "event_id",
    "custom_data",
    "referrer_url",
    "opt_out",
    "data_processing_options",
    "data_processing_options_country",
    "data_processing_options_state",
    "original_event_data",
    "customer_segmentation",
    "attribution_data",
    "app_data",
    "messaging_channel",
    "advanced_measurement_table",
];
const SOURCES: &[&str] = &[
    "email",
    "website",
    "app",
    "phone_call",
    "chat",
    "physical_store",
    "system_generated",
    "business_messaging",
    "other",
];
const HASHED: &[&str] = &["em", "ph", "fn", "ln", "ge", "db", "ct", "st", "zp", "country"];
const PLAIN: &[&str] = &[
    "external_id",
    "client_ip_address",
    "client_user_agent",
    "fbc",
    "fbp",
    "subscription_id",
    "fb_login_id",
    "lead_id",
    "anon_id",
    "madid",
    "page_id",
    "page_scoped_user_id",
    "ctwa_clid",
    "ig_account_id",
    "ig_sid",
];
/// Of these sets none is enough (the page "Best practices").
const TOO_LITTLE: &[&[&str]] = &[
    &["ct", "country", "st", "zp", "ge", "client_user_agent"],
    &["db", "client_user_agent"],
    &["fn", "ge"],
    &["ln", "ge"],
];

pub(super) fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::RateLimit => error(400, 80_004, Some("2446079"), "(#80004) There have been too many calls"),
        Trouble::FaultInSuccess => error(200, 2, None, "(#2) Service temporarily unavailable"),
        _ => error(500, 1, None, "(#1) An unknown error occurred"),
    }
}

pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Response {
    let steps: Vec<&str> = request.path().split('/').skip(1).collect();
    let [version, pixel, "events"] = steps.as_slice() else {
        return error(
            400,
            2_500,
            None,
            &format!("Unknown path components: {}", request.path()),
        );
    };
    let version = version.strip_prefix('v').and_then(|version| version.split('.').next());
    if version
        .and_then(|version| version.parse().ok())
        .is_none_or(|version: u32| version < OLDEST_VERSION)
    {
        return Response::text(404, "text/plain", "");
    }
    if request.method != "POST" || !request.is_json() {
        return error(400, 100, None, "(#100) Unsupported post request");
    }
    let body = match strict::parse(&request.body) {
        Ok(body) => body,
        Err(why) => return error(400, 100, None, &format!("(#100) Invalid JSON: {why}")),
    };
    if let Some(key) = unknown_key(&body, BODY) {
        return unexpected(key, "$");
    }
    let token = body["access_token"].as_str();
    if token.is_none() || token != state.token.as_deref() {
        let shown = token.unwrap_or_default();
        return error(400, 190, Some("463"), &format!("Error validating access token {shown}"));
    }
    if *pixel != state.account {
        let text = format!("Unsupported post request. Object with ID '{pixel}' does not exist");
        return error(400, 100, Some("33"), &text);
    }
    if let Some(agent) = body
        .get("partner_agent")
        .map(|agent| agent.as_str().unwrap_or_default())
    {
        let letters = agent.chars().filter(char::is_ascii_alphabetic).count();
        if agent.len() >= 23 || letters < 2 {
            return error(400, 100, None, &format!("(#100) Invalid partner_agent: {agent}"));
        }
    }
    let Some(events) = body["data"].as_array().filter(|events| !events.is_empty()) else {
        return error(400, 100, None, "(#100) The parameter data is required");
    };
    if events.len() > 1_000 {
        return error(400, 100, None, "(#100) Param data must have at most 1000 elements");
    }
    for (place, event) in events.iter().enumerate() {
        let fault = match state.refusal(event, "event_id") {
            Some(code) => Err(Fault::new("event_id", code, &event["user_data"])),
            None => check(event, now),
        };
        match fault {
            Err(Fault { path, code, value, .. }) if code == "key" => {
                let place = format!("$['data'][{place}]{path}");
                return unexpected(&value, &place);
            }
            Err(Fault { path, code, value, .. }) => {
                let text = format!("(#100) Invalid parameter data[{place}].{path}: {value}");
                return error(
                    400,
                    100,
                    Some(&code).filter(|code| !code.is_empty()).map(|code| &**code),
                    &text,
                );
            }
            Ok(()) => {}
        }
    }
    state.accept(events, "event_id");
    let body = json!({"events_received": events.len(), "messages": [], "fbtrace_id": "AbCdEf0123456789"});
    Response::json(200, &body)
}

/// What is wrong with an event; the code `key` stands for a key that is not known.
fn check(event: &Value, now: Timestamp) -> Result<(), Fault> {
    let wrong = |path: &str, code: &str, value: &Value| Err(Fault::new(path, code, value));
    for (object, keys, path) in [
        (event, EVENT.to_vec(), ""),
        (&event["user_data"], [HASHED, PLAIN].concat(), "['user_data']"),
    ] {
        if let Some(key) = unknown_key(object, &keys) {
            return wrong(path, "key", &key.into());
        }
    }
    if !is_text(&event["event_name"]) {
        return wrong("event_name", "", &event["event_name"]);
    }
    if event.get("event_id").is_some_and(|id| !is_text(id)) {
        return wrong("event_id", "", &event["event_id"]);
    }
    let source = event["action_source"].as_str().unwrap_or_default();
    if !SOURCES.contains(&source) {
        return wrong("action_source", "", &event["action_source"]);
    }
    time(event, source, now)?;
    let user = &event["user_data"];
    // The subcode is a guess: its name is not known.
    if source == "website" && !is_text(&user["client_user_agent"]) {
        return wrong("user_data.client_user_agent", "2804017", &user["client_user_agent"]);
    }
    if source == "website" && !is_text(&event["event_source_url"]) {
        return wrong("event_source_url", "2804017", &event["event_source_url"]);
    }
    let limited = event["data_processing_options"].as_array();
    if limited.is_some_and(|options| !options.is_empty())
        && !(event["data_processing_options_country"].is_u64() && event["data_processing_options_state"].is_u64())
    {
        return wrong("data_processing_options_country", "", &Value::Null);
    }
    person(user)?;
    custom(event)
}

fn time(event: &Value, source: &str, now: Timestamp) -> Result<(), Fault> {
    let wrong = |code: &str| Err(Fault::new("event_time", code, &event["event_time"]));
    let Some(at) = event["event_time"].as_i64() else {
        return wrong("");
    };
    let days = if source == "physical_store" { 62 } else { 7 };
    let age = now.unix_seconds() - at;
    if age > days * DAY {
        return wrong("2804003");
    }
    // Users report errors for times of the future; the subcode is a guess.
    if age < 0 { wrong("2804007") } else { Ok(()) }
}

fn person(user: &Value) -> Result<(), Fault> {
    let wrong = |path: &str, code: &str, value: &Value| Err(Fault::new(format!("user_data.{path}"), code, value));
    for (name, value) in user.as_object().into_iter().flatten() {
        let Some(all) = texts(value).filter(|all| all.iter().all(|text| !text.is_empty())) else {
            return wrong(name, "", value);
        };
        if HASHED.contains(&name.as_str()) && !all.iter().all(|text| is_hashed(text)) {
            return wrong(name, "2804016", value);
        }
        if matches!(name.as_str(), "fbc" | "fbp") && !all.iter().all(|text| is_fbc(text)) {
            return wrong(name, "2804001", value);
        }
    }
    let names: Vec<&str> = user
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    if TOO_LITTLE.iter().any(|set| names.iter().all(|name| set.contains(name))) {
        return Err(Fault::new("user_data", "2804050", user));
    }
    Ok(())
}

/// SHA-256, MD5, or what Meta's own library appends two or eight letters to.
fn is_hashed(text: &str) -> bool {
    let (hash, appendix) = text.split_once('.').unwrap_or((text, "AQ"));
    let is_md5 = hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_sha256(hash) || is_md5) && matches!(appendix.len(), 2 | 8)
}

fn is_fbc(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    match parts.as_slice() {
        ["fb", index, at, id] => is_number(index) && is_number(at) && is_id(id),
        ["fb", index, at, id, appendix] => {
            is_number(index) && is_number(at) && is_id(id) && matches!(appendix.len(), 2 | 8)
        }
        _ => false,
    }
}

/// `custom_data` may have keys of the advertiser's own.
fn custom(event: &Value) -> Result<(), Fault> {
    let custom = &event["custom_data"];
    let wrong = |path: &str, code: &str| Err(Fault::new(format!("custom_data.{path}"), code, &custom[path]));
    let has = |name: &str| custom.get(name).is_some();
    if event["event_name"] == "Purchase" && !(has("value") && has("currency")) {
        return wrong("value", "2804009");
    }
    if has("value") && !custom["value"].is_number() {
        return wrong("value", "");
    }
    if has("currency") && !is_currency(&custom["currency"]) {
        return wrong("currency", "");
    }
    for name in ["order_id", "content_name", "content_type", "content_category"] {
        if has(name) && !is_text(&custom[name]) {
            return wrong(name, "");
        }
    }
    if has("content_ids") && !custom["content_ids"].is_array() {
        return wrong("content_ids", "");
    }
    Ok(())
}

fn unexpected(key: &str, place: &str) -> Response {
    error(
        400,
        100,
        None,
        &format!("(#100) Unexpected key \"{key}\" on param {place}"),
    )
}

fn error(status: u16, code: u32, subcode: Option<&str>, message: &str) -> Response {
    let mut error = json!({
        "message": message,
        "type": "OAuthException",
        "code": code,
        "is_transient": false,
        "error_user_title": message,
        "error_user_msg": message,
        "fbtrace_id": "AbCdEf0123456789",
    });
    if let Some(subcode) = subcode.and_then(|subcode| subcode.parse::<u64>().ok()) {
        error["error_subcode"] = subcode.into();
    }
    Response::json(status, &json!({ "error": error }))
}
