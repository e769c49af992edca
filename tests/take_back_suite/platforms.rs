//! Platforms that answer as a test says. Google's Data Manager keeps what it counts: a transaction
//! that it does not know is a new conversion, and one that it knows gets another value.

use bytes::Bytes;
use postback::port::{BoxFuture, HttpClient, HttpError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Mutex;

/// How a platform is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Google says of each request that a part of it was refused.
    Partly,
    /// It answers 503.
    Down,
    /// It does not know the token.
    Locked,
    /// It refuses every event for good.
    Refusing,
}

#[derive(Debug)]
pub(crate) struct Platforms(Mutex<State>);

#[derive(Debug)]
struct State {
    mood: Mood,
    /// Google's conversions by transaction, in cents.
    counted: BTreeMap<String, i64>,
    /// Every event that Google took, and every other request.
    google: Vec<Value>,
    others: Vec<String>,
}

impl Platforms {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            mood: Mood::Well,
            counted: BTreeMap::new(),
            google: Vec::new(),
            others: Vec::new(),
        }))
    }

    pub(crate) fn are(&self, mood: Mood) {
        self.0.lock().unwrap().mood = mood;
    }

    /// What Google counts, in cents.
    pub(crate) fn counted(&self) -> BTreeMap<String, i64> {
        self.0.lock().unwrap().counted.clone()
    }

    /// The events that Google took.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.0.lock().unwrap().google.clone()
    }

    /// The bodies that the other platforms were sent.
    pub(crate) fn others(&self) -> Vec<String> {
        self.0.lock().unwrap().others.clone()
    }
}

impl State {
    fn answer(&mut self, request: &http::Request<Bytes>) -> (u16, Value) {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let is_google = request.uri().host() == Some("datamanager.googleapis.com");
        match self.mood {
            Mood::Down => (503, json!({})),
            Mood::Locked if is_google => (401, json!({"error": {"code": 401, "status": "UNAUTHENTICATED"}})),
            Mood::Locked if is_mode(request) => (401, json!({"error": {"code": 401, "status": "UNAUTHENTICATED"}})),
            Mood::Refusing if is_mode(request) => (200, mode_refusal()),
            Mood::Well | Mood::Partly if is_mode(request) => {
                self.others.push(format!("{} {body}", request.uri().path()));
                (
                    200,
                    json!({"results": [{"conversionAction": "taken"}], "PartialErrors": []}),
                )
            }
            Mood::Locked => (401, json!({"error": {"code": 190}, "code": 40105})),
            Mood::Refusing if is_google => (400, refusal()),
            Mood::Refusing => (400, json!({"error": {"code": 100, "error_subcode": 1}, "code": 40002})),
            Mood::Partly if request.method() == http::Method::GET => (
                200,
                json!({"requestStatusPerDestination": [{"requestStatus": "PARTIAL_SUCCESS", "errorInfo": {"errorCounts": [
                    {"recordCount": "1", "reason": "PROCESSING_ERROR_REASON_INVALID_GCLID"}
                ]}}]}),
            ),
            Mood::Well if request.method() == http::Method::GET => (
                200,
                json!({"requestStatusPerDestination": [{"requestStatus": "SUCCESS"}]}),
            ),
            Mood::Well | Mood::Partly if is_google => {
                let body: Value = serde_json::from_str(&body).unwrap();
                for event in body["events"].as_array().unwrap() {
                    let cents = (event["conversionValue"].as_f64().unwrap() * 100.0).round();
                    let id = event["transactionId"].as_str().unwrap().to_owned();
                    self.counted.insert(id, cents as i64);
                    self.google.push(event.clone());
                }
                (200, json!({"requestId": format!("r-{}", self.google.len())}))
            }
            Mood::Well | Mood::Partly => {
                self.others.push(body);
                (
                    200,
                    json!({"events_received": 1, "eventsReceived": 1, "code": 0, "message": "OK"}),
                )
            }
        }
    }
}

/// Whether it goes to Google's Ads API or to Microsoft's offline conversions.
fn is_mode(request: &http::Request<Bytes>) -> bool {
    let host = request.uri().host().unwrap_or_default();
    host == "googleads.googleapis.com" || host == "campaign.api.bingads.microsoft.com"
}

/// One row is refused for good, as each of the two says it.
fn mode_refusal() -> Value {
    json!({
        "results": [{}],
        "partialFailureError": {"code": 3, "details": [{"errors": [{
            "errorCode": {"conversionUploadError": "EXPIRED_EVENT"},
            "location": {"fieldPathElements": [{"fieldName": "conversions", "index": 0}]}
        }]}]},
        "PartialErrors": [{"Code": 5616, "ErrorCode": "ConversionTimeEarlierThanClickTime", "Index": 0}]
    })
}

fn refusal() -> Value {
    json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"field": "events.events[0].ad_identifiers", "reason": "INVALID_GCLID"}]
    }]}})
}

impl HttpClient for Platforms {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        let (status, body) = self.0.lock().unwrap().answer(&request);
        let response = http::Response::builder()
            .status(status)
            .body(Bytes::from(body.to_string()));
        Box::pin(ready(Ok(response.unwrap())))
    }
}
