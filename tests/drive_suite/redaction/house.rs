//! The canaries, the house that they go through, and receivers of all kinds.

use bytes::Bytes;
use postback::memory::MemoryStore;
use postback::port::{BoxFuture, Clock, Entropy, HttpClient, HttpError, SecretError, Secrets};
use postback::value::SecretReference;
use postback::{Credentials, Secret, Timestamp, Tracker};
use postback_test::{after, clickbank, notification, tracker, with};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;

pub const INS_SECRET: &str = "CANARYINSSECRET1";
pub const TOKEN: &str = "CANARY+TOKEN/02";
pub const CLICK_KEY: &str = "CANARYCLICKKEY03";
pub const META: &str = "CANARY&META=04";
pub const EMAIL: &str = "canary.05@example.com";
pub const FIRST_NAME: &str = "Canary06";
pub const LAST_NAME: &str = "O'Canary 07";
pub const PHONE: &str = "+1 555 0199 778";
pub const ZIP: &str = "CANARY 09";
pub const IP: &str = "203.0.113.77";
pub const AGENT: &str = "CanaryAgent/7.0 (\"test\"; +10)";

pub const CANARIES: [&str; 11] = [
    INS_SECRET, TOKEN, CLICK_KEY, META, EMAIL, FIRST_NAME, LAST_NAME, PHONE, ZIP, IP, AGENT,
];

pub fn document() -> Value {
    with(|d| {
        d["click_id"] = json!({"keys": ["env:CLICK_KEY"]});
        d["offer_source"][1]["tokens"] = json!(["env:TOKEN"]);
        d["offer_source"][1]["parameter"] = json!([
            {"name": "first", "macro": "{r}", "from": "customer.billing.firstName", "role": "first_name"},
            {"name": "last", "macro": "{r}", "from": "customer.billing.lastName", "role": "last_name"},
            {"name": "phone", "macro": "{r}", "from": "customer.billing.phoneNumber", "role": "phone"},
        ]);
        d["offer_source"][0]["tokens"] = json!(["env:TOKEN"]);
        d["offer_source"][0]["parameter"] = json!([{"name": "mail", "macro": "{email}", "role": "email"}]);
        d["campaign"][0]["path"] = json!([{"offers": [{"offer": "product"}]}]);
        d["campaign"][0]["postback"] = json!([
            {"id": "query", "url": "https://push.example/log?t={secret:META}&ip={ip}&ua={useragent}&k={ref_id}"},
            {
                "id": "body",
                "url": "https://push.example/{ip}/log",
                "method": "POST",
                "body": r#"{"ip":"{ip}","agent":"{useragent}","token":"{secret:META}"}"#,
                "retry": {"attempts": 1},
            },
        ]);
    })
}

pub fn secrets() -> BTreeMap<SecretReference, Secret> {
    let named = [
        ("env:CLICKBANK_SECRET", INS_SECRET),
        ("env:TOKEN", TOKEN),
        ("env:CLICK_KEY", CLICK_KEY),
        ("env:META", META),
    ];
    named
        .into_iter()
        .map(|(name, secret)| (name.parse().unwrap(), Secret::from(secret)))
        .collect()
}

pub fn plaintext(click: &str) -> String {
    let customer = json!({"billing": {
        "firstName": FIRST_NAME, "lastName": LAST_NAME, "phoneNumber": PHONE, "email": EMAIL, "address": {"postalCode": ZIP},
    }});
    notification(
        "SALE",
        "R1",
        60,
        "10",
        &format!(r#""trackingCodes":["{click}"],"customer":{customer}"#),
    )
}

/// The notification as ClickBank sends it.
pub fn body(click: &str) -> Vec<u8> {
    clickbank::posted(INS_SECRET, &plaintext(click)).into_bytes()
}

#[derive(Debug)]
pub struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        after(10_000)
    }
}

impl Entropy for Now {
    fn next_u64(&self) -> u64 {
        7
    }
}

impl Secrets for Now {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let found = secrets()
            .remove(reference)
            .ok_or_else(|| SecretError::new(reference, "is not set"));
        Box::pin(std::future::ready(found))
    }
}

/// A receiver that answers with what it was sent: first as it came, then decoded.
#[derive(Debug, Default)]
pub struct Echo {
    pub seen: Mutex<Vec<String>>,
}

impl HttpClient for Echo {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        let sent = format!("{} {body}", request.uri());
        let decoded = percent_encoding::percent_decode_str(&sent)
            .decode_utf8()
            .unwrap()
            .into_owned();
        self.seen.lock().unwrap().push(sent.clone());
        // What is noted is short, so each form comes first once.
        let status = if body.is_empty() { 503 } else { 400 };
        let answer = if self.seen.lock().unwrap().len() > 2 {
            format!("{decoded} {sent}")
        } else {
            format!("{sent} {decoded}")
        };
        let response = http::Response::builder()
            .status(status)
            .body(Bytes::from(answer))
            .unwrap();
        Box::pin(std::future::ready(Ok(response)))
    }
}

pub struct House {
    pub tracker: Tracker,
    pub credentials: Credentials,
    pub store: MemoryStore,
}

pub fn house() -> House {
    let tracker = tracker(&document());
    let credentials = Credentials::new(&tracker, &secrets()).unwrap();
    House {
        store: MemoryStore::with_namespace(tracker.namespace().clone()),
        tracker,
        credentials,
    }
}
