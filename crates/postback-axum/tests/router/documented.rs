//! `docs/reference/openapi.json`: every answer that any test of this router gets is held to it.

use crate::support::Answer;
use axum::http::{HeaderMap, StatusCode, header};
use boon::{Compiler, Schemas};
use serde_json::Value;
use std::sync::OnceLock;

/// The description of the interface.
pub fn openapi() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    })
}

/// Panics where an answer is not what the description says of its route. Routes under a prefix of a
/// test's own choice are not looked at.
pub fn check(method: &str, path: &str, answer: &Answer) {
    let Some((route, item)) = route(path) else { return };
    let asked = format!("{method} {route}");
    let status = answer.status;
    let operation = match method {
        "HEAD" => item.get("get"),
        "OPTIONS" => {
            assert_eq!(status, StatusCode::NO_CONTENT, "{asked}");
            return;
        }
        method => item.get(method.to_lowercase()),
    };
    // What a route does not take is told so; a route may have its own words for it.
    let Some(operation) = operation.or_else(|| item.get("post")).filter(|_| status != 405) else {
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{asked}");
        return;
    };
    let responses = &operation["responses"];
    let response = [status.as_str().to_owned(), format!("{}XX", &status.as_str()[..1])]
        .iter()
        .find_map(|code| responses.get(code))
        .unwrap_or_else(|| {
            panic!(
                "{asked}: {status} is not in docs/reference/openapi.json: {:?}",
                answer.text()
            )
        });
    if !answer.body.is_empty() {
        content(&asked, resolved(response), &answer.headers, &answer.body);
    }
}

fn content(asked: &str, response: &Value, headers: &HeaderMap, body: &[u8]) {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    let kinds = &response["content"];
    let Some(media) = kinds.get(kind).or_else(|| kinds.get("*/*")) else {
        panic!("{asked}: an answer of the type `{kind}` is not in docs/reference/openapi.json");
    };
    let Some(schema) = media.get("schema") else { return };
    let body: Value = serde_json::from_slice(body).unwrap();
    let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    // A source may want JSON of its own.
    let own = kinds.get("*/*").is_some() && body.get("error").or_else(|| body.get("outcome")).is_none();
    if !own {
        validate(asked, name, &body);
    }
}

fn validate(asked: &str, name: &str, body: &Value) {
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    let root = serde_json::json!({
        "$ref": format!("#/components/schemas/{name}"),
        "components": { "schemas": openapi()["components"]["schemas"] },
    });
    compiler.add_resource("answer.json", root).unwrap();
    let index = compiler.compile("answer.json", &mut schemas).unwrap();
    if let Err(error) = schemas.validate(body, index) {
        panic!("{asked}: an answer is no `{name}` of docs/reference/openapi.json: {error:#}\n{body:#}");
    }
}

/// What a reference leads to.
fn resolved(response: &Value) -> &Value {
    match response.get("$ref").and_then(Value::as_str) {
        Some(reference) => openapi().pointer(reference.trim_start_matches('#')).unwrap(),
        None => response,
    }
}

/// The route of a path, one that is written out before one with a name in it.
fn route(path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_suffix('/').unwrap_or(path);
    let doubled = path.strip_prefix('/').filter(|rest| rest.starts_with('/'));
    let path = doubled.unwrap_or(path);
    // Only what networks and visitors call is there with a second slash, too.
    let is_called = |route: &str| {
        ["/postback", "/ins/", "/{"]
            .iter()
            .any(|start| route.starts_with(start))
    };
    let asked: Vec<&str> = path.split('/').collect();
    let fits = |route: &str| {
        let known: Vec<&str> = route.split('/').collect();
        let same = |(known, asked): (&&str, &&str)| known == asked || known.starts_with('{') && !asked.is_empty();
        known.len() == asked.len() && known.iter().zip(&asked).all(same)
    };
    let routes = openapi()["paths"].as_object().unwrap();
    let mut found: Vec<_> = routes.iter().filter(|(route, _)| fits(route)).collect();
    found.retain(|(route, _)| doubled.is_none() || is_called(route));
    found.sort_by_key(|(route, _)| route.matches('{').count());
    found.first().map(|(route, item)| (route.as_str(), *item))
}

#[test]
fn a_reference_of_the_description_leads_somewhere() {
    fn each(value: &Value, seen: &mut usize) {
        match value {
            Value::Object(entries) => {
                if let Some(Value::String(reference)) = entries.get("$ref") {
                    assert!(
                        openapi().pointer(reference.trim_start_matches('#')).is_some(),
                        "{reference}"
                    );
                    *seen += 1;
                }
                entries.values().for_each(|value| each(value, seen));
            }
            Value::Array(items) => items.iter().for_each(|value| each(value, seen)),
            _ => {}
        }
    }
    let mut seen = 0;
    each(openapi(), &mut seen);
    assert!(seen > 100, "{seen}");
}

#[test]
#[should_panic(expected = "418 I'm a teapot is not in docs/reference/openapi.json")]
fn a_status_that_is_not_described_is_found() {
    let answer = Answer {
        status: StatusCode::IM_A_TEAPOT,
        headers: HeaderMap::new(),
        body: Vec::new(),
    };
    check("GET", "/api/sources", &answer);
}

#[test]
#[should_panic(expected = "an answer is no `Dismissed`")]
fn a_body_that_is_not_described_is_found() {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    let answer = Answer {
        status: StatusCode::OK,
        headers,
        body: br#"{"dismissed":1,"more":true}"#.to_vec(),
    };
    check("DELETE", "/api/refused/x", &answer);
}
