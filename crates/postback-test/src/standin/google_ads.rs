//! Google's Ads API: `POST /v{N}/customers/{id}:uploadClickConversions`, and
//! `:uploadConversionAdjustments`. A bad row has an empty result and an error that names its place;
//! the other rows count.

use super::check::{DAY, Fault, is_currency, is_digits, is_sha256, is_text, unknown_key};
use super::google_ads_adjustments as adjustments;
use super::http::{Request, Response};
use super::server::{DEVELOPER_TOKEN, State};
use super::strict;
use super::trouble::Trouble;
use postback::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The versions that are alive.
const VERSIONS: &[&str] = &["v23", "v24", "v25", "v26"];
const CONVERSION: &[&str] = &[
    "gclid",
    "gbraid",
    "wbraid",
    "conversionAction",
    "conversionDateTime",
    "conversionValue",
    "currencyCode",
    "orderId",
    "externalAttributionData",
    "customVariables",
    "cartData",
    "userIdentifiers",
    "conversionEnvironment",
    "consent",
    "customerType",
    "sessionAttributesEncoded",
    "sessionAttributesKeyValuePairs",
    "userIpAddress",
];
/// What a developer token needs a permission of its own for, which none gets any more.
const CLOSED: &[&str] = &[
    "conversionEnvironment",
    "sessionAttributesEncoded",
    "sessionAttributesKeyValuePairs",
    "userIpAddress",
];
const NOT_ALLOWLISTED: &str = "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE";

pub(super) fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::RateLimit => failed(
            429,
            "RESOURCE_EXHAUSTED",
            &[error("quotaError", "RESOURCE_EXHAUSTED", None)],
        ),
        Trouble::FaultInSuccess => {
            let mut response = failed(500, "INTERNAL", &[]);
            response.status = 200;
            response
        }
        _ => failed(500, "INTERNAL", &[error("internalError", "INTERNAL_ERROR", None)]),
    }
}

pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Response {
    let steps: Vec<&str> = request.path().split('/').skip(1).collect();
    let ([version, "customers", last], "POST") = (steps.as_slice(), request.method.as_str()) else {
        return dead();
    };
    let Some((customer, method)) = last.split_once(':').filter(|_| VERSIONS.contains(version)) else {
        return dead();
    };
    let list = match method {
        "uploadClickConversions" => "conversions",
        "uploadConversionAdjustments" => "conversionAdjustments",
        _ => return dead(),
    };
    if let Some(refused) = caller(state, request, customer) {
        return refused;
    }
    let invalid = |name: &str| invalid(name);
    let body = match strict::parse(&request.body) {
        Ok(body) if request.is_json() => body,
        _ => return invalid(""),
    };
    if let Some(key) = unknown_key(&body, &[list, "partialFailure", "validateOnly", "jobId"]) {
        return invalid(key);
    }
    if body["partialFailure"] != true {
        return failed(400, "INVALID_ARGUMENT", &[error("fieldError", "REQUIRED", None)]);
    }
    let rows = body[list].as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=2_000).contains(&rows.len()) {
        let code = if rows.is_empty() {
            "REQUIRED"
        } else {
            "TOO_MANY_CONVERSIONS_IN_REQUEST"
        };
        return failed(400, "INVALID_ARGUMENT", &[error("conversionUploadError", code, None)]);
    }
    let keys = if list == "conversions" {
        CONVERSION
    } else {
        adjustments::KEYS
    };
    if let Some(key) = rows.iter().find_map(|row| unknown_key(row, keys)) {
        return invalid(key);
    }
    let is_kept = body["validateOnly"] != true;
    let known = Known::of(state, rows);
    let mut results = Vec::new();
    let mut errors = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let checked = match list {
            "conversions" => conversion(state, &known, row, now),
            _ => adjustments::check(state, row, now),
        };
        match checked {
            Ok(()) if list == "conversions" => {
                results.push(taken(
                    row,
                    &["gclid", "gbraid", "wbraid", "conversionAction", "conversionDateTime"],
                ));
                if is_kept {
                    state.accept([row], "orderId");
                }
            }
            Ok(()) => {
                results.push(taken(row, adjustments::ECHOED));
                if is_kept {
                    state.adjust(row, row["orderId"].as_str().unwrap_or_default());
                }
            }
            Err(fault) => {
                results.push(json!({}));
                let mut told = error(family(&fault.code, list), &fault.code, Some((list, place)));
                told["trigger"] = json!({"stringValue": fault.value});
                told["message"] = format!("The value {} is not valid.", fault.value).into();
                errors.push(told);
            }
        }
    }
    let mut answer = json!({"jobId": "7"});
    if is_kept {
        answer["results"] = results.into();
    }
    if !errors.is_empty() {
        answer["partialFailureError"] = json!({
            "code": 3,
            "message": "Multiple errors in 'details'.",
            "details": [failure(&errors)],
        });
    }
    Response::json(200, &answer)
}

/// Who calls, and for which account.
fn caller(state: &State, request: &Request, customer: &str) -> Option<Response> {
    let refused =
        |status, name: &str, family: &str, code: &str| Some(failed(status, name, &[error(family, code, None)]));
    let is_known = state.token.is_some() && request.bearer() == state.token.as_deref();
    if !is_known {
        let code = if request.bearer().is_some() {
            "OAUTH_TOKEN_EXPIRED"
        } else {
            "NOT_ADS_USER"
        };
        return refused(401, "UNAUTHENTICATED", "authenticationError", code);
    }
    match request.header("developer-token") {
        None => {
            return refused(
                400,
                "INVALID_ARGUMENT",
                "authenticationError",
                "DEVELOPER_TOKEN_PARAMETER_MISSING",
            );
        }
        Some(own) if own != DEVELOPER_TOKEN => {
            return refused(
                403,
                "PERMISSION_DENIED",
                "authorizationError",
                "DEVELOPER_TOKEN_PROHIBITED",
            );
        }
        Some(_) => {}
    }
    let login = request.header("login-customer-id");
    if login.is_some_and(|login| !is_digits(&login.into())) {
        return refused(400, "INVALID_ARGUMENT", "headerError", "INVALID_LOGIN_CUSTOMER_ID");
    }
    if customer != state.account {
        return refused(403, "PERMISSION_DENIED", "authorizationError", "USER_PERMISSION_DENIED");
    }
    None
}

fn conversion(state: &State, known: &Known, row: &Value, now: Timestamp) -> Result<(), Fault> {
    let wrong = |path: &str, code: &str| Err(Fault::new(path, code, &row[path]));
    if let Some(code) = state.refusal(row, "orderId") {
        return Err(Fault::new("orderId", code, &row["userIdentifiers"]));
    }
    if CLOSED.iter().any(|key| row.get(key).is_some()) {
        return wrong("conversionEnvironment", NOT_ALLOWLISTED);
    }
    if !is_action(&row["conversionAction"]) {
        return wrong("conversionAction", "NO_CONVERSION_ACTION_FOUND");
    }
    match time(&row["conversionDateTime"]).map(|at| now.unix_seconds() - at.unix_seconds()) {
        None => return wrong("conversionDateTime", "INVALID_STRING_DATE_TIME_SECONDS_WITH_OFFSET"),
        Some(age) if age > 90 * DAY => return wrong("conversionDateTime", "EXPIRED_EVENT"),
        Some(age) if age < 0 => return wrong("conversionDateTime", "LATER_THAN_MAXIMUM_DATE"),
        _ => {}
    }
    let clicks = ["gclid", "gbraid", "wbraid"].map(|name| row.get(name));
    match clicks {
        [_, Some(_), Some(_)] => return wrong("gbraid", "GBRAID_WBRAID_BOTH_SET"),
        [Some(_), Some(_), _] | [Some(_), _, Some(_)] => return wrong("gclid", "VALUE_MUST_BE_UNSET"),
        [None, None, None] if row.get("userIdentifiers").is_none() => return wrong("gclid", "REQUIRED"),
        ids if ids.iter().flatten().any(|id| !is_text(id)) => return wrong("gclid", "UNPARSEABLE_GCLID"),
        _ => {}
    }
    money(row, "conversionValue", "currencyCode")?;
    identifiers(row)?;
    for name in ["adUserData", "adPersonalization"] {
        let said = row["consent"].get(name);
        if said.is_some_and(|said| !matches!(said.as_str(), Some("GRANTED" | "DENIED"))) {
            return wrong("consent", "INVALID_ENUM_VALUE");
        }
    }
    known.check(row)
}

/// The conversions that are there, and those of a request with how often each stands in it.
struct Known {
    before: BTreeSet<String>,
    here: BTreeMap<String, usize>,
}

impl Known {
    fn of(state: &State, rows: &[Value]) -> Self {
        let mut here = BTreeMap::new();
        for row in rows {
            *here.entry(name(row)).or_default() += 1;
        }
        Self {
            before: state.accepted.iter().map(|known| name(&known.event)).collect(),
            here,
        }
    }

    /// Whether another row of the request, or one before it, is the same conversion.
    fn check(&self, row: &Value) -> Result<(), Fault> {
        let (name, has_order) = (name(row), row.get("orderId").is_some());
        let is_twice = self.here.get(&name).is_some_and(|count| *count > 1);
        let code = match (is_twice, self.before.contains(&name), has_order) {
            (true, _, true) => "DUPLICATE_ORDER_ID",
            (true, _, false) => "DUPLICATE_CLICK_CONVERSION_IN_REQUEST",
            (false, true, true) => "ORDER_ID_ALREADY_IN_USE",
            (false, true, false) => "CLICK_CONVERSION_ALREADY_EXISTS",
            (false, false, _) => return Ok(()),
        };
        Err(Fault::new("orderId", code, &row["orderId"]))
    }
}

/// The action, and by what Google knows a conversion of it.
fn name(row: &Value) -> String {
    format!("{} {}", row["conversionAction"], order(row))
}

/// By what Google knows a conversion: its order, or its click and time.
pub(super) fn order(row: &Value) -> String {
    match row["orderId"].as_str() {
        Some(order) => order.to_owned(),
        None => format!("{} {}", row["gclid"], row["conversionDateTime"]),
    }
}

/// Of a user's identifiers there are five at most, each with one field.
fn identifiers(row: &Value) -> Result<(), Fault> {
    let Some(all) = row.get("userIdentifiers") else {
        return Ok(());
    };
    let wrong = |value: &Value| Err(Fault::new("userIdentifiers", "INVALID_USER_IDENTIFIER", value));
    let list = all.as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=5).contains(&list.len()) {
        return wrong(all);
    }
    for one in list {
        let members: Vec<_> = one.as_object().into_iter().flatten().collect();
        let [(name, value)] = members.as_slice() else {
            return wrong(one);
        };
        let is_known = matches!(name.as_str(), "hashedEmail" | "hashedPhoneNumber");
        if !is_known || !value.as_str().is_some_and(is_sha256) {
            return wrong(one);
        }
    }
    Ok(())
}

pub(super) fn money(row: &Value, value: &str, currency: &str) -> Result<(), Fault> {
    if row.get(value).is_some_and(|value| !value.is_number()) {
        return Err(Fault::new(value, "INVALID_VALUE", &row[value]));
    }
    if row.get(currency).is_some_and(|currency| !is_currency(currency)) {
        return Err(Fault::new(currency, "VALUE_NOT_SUPPORTED", &row[currency]));
    }
    Ok(())
}

/// A resource name. The customer's number in it is not looked at.
pub(super) fn is_action(name: &Value) -> bool {
    let steps: Vec<&str> = name.as_str().unwrap_or_default().split('/').collect();
    let ["customers", customer, "conversionActions", id] = steps.as_slice() else {
        return false;
    };
    is_digits(&(*customer).into()) && is_digits(&(*id).into())
}

/// A time with its zone, as `2026-03-08 10:00:00+00:00`.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    let is_form = text.len() == 25 && text.as_bytes().get(10) == Some(&b' ');
    text.replacen(' ', "T", 1).parse().ok().filter(|_| is_form)
}

fn taken(row: &Value, names: &[&str]) -> Value {
    let members = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), row.get(name)?.clone())));
    Value::Object(members.collect())
}

fn family(code: &str, list: &str) -> &'static str {
    match code {
        NOT_ALLOWLISTED => "notAllowlistedError",
        "REQUIRED" | "VALUE_MUST_BE_UNSET" => "fieldError",
        "INVALID_ENUM_VALUE" => "enumError",
        "INVALID_STRING_DATE_TIME_SECONDS_WITH_OFFSET" | "LATER_THAN_MAXIMUM_DATE" => "dateError",
        "VALUE_NOT_SUPPORTED" => "currencyCodeError",
        "INVALID_VALUE" => "rangeError",
        _ if list == "conversions" => "conversionUploadError",
        _ => "conversionAdjustmentUploadError",
    }
}

fn error(family: &str, code: &str, place: Option<(&str, usize)>) -> Value {
    let mut error = json!({"errorCode": {family: code}, "message": "See the code."});
    if let Some((list, index)) = place {
        let name = if list == "conversions" {
            "conversions"
        } else {
            "conversion_adjustments"
        };
        error["location"] = json!({"fieldPathElements": [{"fieldName": name, "index": index}]});
    }
    error
}

fn failure(errors: &[Value]) -> Value {
    json!({
        "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
        "errors": errors,
        "requestId": "Xy0123456789",
    })
}

fn failed(code: u16, status: &str, errors: &[Value]) -> Response {
    let mut body = json!({"error": {"code": code, "message": "Request contains a problem.", "status": status}});
    if !errors.is_empty() {
        body["error"]["details"] = json!([failure(errors)]);
    }
    Response::json(code, &body)
}

/// What is no JSON of the interface.
fn invalid(name: &str) -> Response {
    let description = format!("Invalid JSON payload received. Unknown name \"{name}\": Cannot find field.");
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"field": "conversions[0]", "description": description}],
    }]);
    let error = json!({"code": 400, "message": description, "status": "INVALID_ARGUMENT", "details": details});
    Response::json(400, &json!({ "error": error }))
}

/// The answer of a version that is gone, and of any other path.
fn dead() -> Response {
    Response::text(
        404,
        "text/html",
        "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>",
    )
}
