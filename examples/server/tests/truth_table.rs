//! Conditional postbacks through the running server: every way in which a conversion's type and status can meet the lists of a postback.
//!
//! A postback fires when the type AND the status are among those that were chosen; a list that was left empty accepts everything (the guide
//! "Conversions: conditional postback": "if you choose both conversion status and conversion type at the same time, the postback will be fired
//! only when 2 of those conditions are met").
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod support {
    pub(crate) mod http;
    pub(crate) mod receiver;
}

use postback::config::Document;
use postback::port::{BoxFuture, SecretError, Secrets};
use postback::value::Secret;
use postback_server::{Config, Server, Stores, serve};
use serde_json::Value;
use std::{net::SocketAddr, sync::Arc};
use support::{http, receiver::Receiver};
use tokio::runtime::Runtime;

const API_TOKEN: &str = "a-token-of-the-test";

const CONFIGURATION: &str = r#"
version = 1
currency = "USD"
[[conversion_type]]
name = "Purchase"
default = true
counts = "sale"
[[conversion_type]]
name = "Lead"
counts = "step"
[[offer_source]]
id = "net"
template = "generic"
tokens = ["host:net"]
[[offer]]
id = "book"
source = "net"
url = "https://shop.example.com/?c={clickid}"
[[traffic_channel]]
id = "push"
[[traffic_channel.parameter]]
slot = "ref_id"
name = "ref_id"
[[campaign]]
id = "summer"
channel = "push"
[[campaign.path]]
weight = 1
offers = [{ offer = "book", weight = 1 }]
"#;

/// What the conversion, an approved purchase, finds: a list that is left empty, one that names it, one that names another.
const TYPES: [(&str, &str); 3] = [("any", "[]"), ("matching", r#"["Purchase"]"#), ("other", r#"["Lead"]"#)];
const STATUSES: [(&str, &str); 3] = [
    ("any", "[]"),
    ("matching", r#"["approved"]"#),
    ("other", r#"["declined"]"#),
];

/// Each postback, whether an approved purchase fires it, and the conditions that say no.
const TABLE: [(&str, &str, &[&str]); 9] = [
    ("any-any", "fired", &[]),
    ("any-matching", "fired", &[]),
    ("any-other", "failed", &["statuses"]),
    ("matching-any", "fired", &[]),
    ("matching-matching", "fired", &[]),
    ("matching-other", "failed", &["statuses"]),
    ("other-any", "failed", &["types"]),
    ("other-matching", "failed", &["types"]),
    ("other-other", "failed", &["types", "statuses"]),
];

#[derive(Debug)]
struct OneSecret;

impl Secrets for OneSecret {
    fn secret<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Secret, SecretError>> {
        Box::pin(async { Ok(Secret::from(API_TOKEN)) })
    }
}

struct Running {
    runtime: Runtime,
    server: Server,
    receiver: Receiver,
    click: String,
}

impl Running {
    /// A server with the nine postbacks, and a click.
    fn start() -> Self {
        let receiver = Receiver::start();
        let mut configuration = CONFIGURATION.to_owned();
        for (types, type_list) in TYPES {
            for (statuses, status_list) in STATUSES {
                let url = format!(
                    "http://{}/{types}-{statuses}?key={{ref_id}}&price={{payout}}",
                    receiver.address()
                );
                configuration.push_str(&format!(
                    "[[campaign.postback]]\nid = \"{types}-{statuses}\"\nurl = \"{url}\"\ntypes = {type_list}\nstatuses = {status_list}\n"
                ));
            }
        }
        let runtime = Runtime::new().unwrap();
        let document = Document::from_toml(&configuration).unwrap();
        let mut config = Config::new(document, Stores::memory(), "test".parse().unwrap());
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.allow_destinations = vec!["127.0.0.1/32".parse().unwrap()];
        config.api_token = Some(Secret::from(API_TOKEN));
        config.secrets = Arc::new(OneSecret);
        let server = runtime.block_on(serve(config)).unwrap();
        let answer = json(server.address(), "/summer?ref_id=R1&format=json");
        let click = answer["clickid"].as_str().unwrap().to_owned();
        Self {
            runtime,
            server,
            receiver,
            click,
        }
    }

    /// One approved conversion of this type; the answer to it.
    fn convert(&self, conversion_type: &str) -> Value {
        let click = &self.click;
        let target = format!(
            "/postback/net?clickid={click}&token={API_TOKEN}&eventid=e1&type={conversion_type}&status=approved&sum=40"
        );
        json(self.server.address(), &target)
    }

    /// The rules of the only event, as (postback, verdict, failed), by the postback's id.
    fn rules(&self) -> Vec<(String, String, Vec<String>)> {
        let explained = json(self.server.address(), &format!("/api/explain?clickid={}", self.click));
        assert_eq!(explained["conversions"].as_array().unwrap().len(), 1);
        assert_eq!(explained["events"].as_array().unwrap().len(), 1);
        let rules = explained["events"][0]["rules"].as_array().unwrap();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let failed = |rule: &Value| rule["failed"].as_array().into_iter().flatten().map(word).collect();
        let mut rules: Vec<_> = rules
            .iter()
            .map(|rule| (word(&rule["postback"]), word(&rule["verdict"]), failed(rule)))
            .collect();
        rules.sort();
        rules
    }

    fn stop(self) {
        self.runtime.block_on(self.server.shutdown());
    }
}

fn json(server: SocketAddr, target: &str) -> Value {
    let token = format!("authorization: Bearer {API_TOKEN}");
    serde_json::from_str(&http::get(server, target, &[token])).unwrap()
}

#[test]
fn a_postback_fires_when_its_types_and_its_statuses_accept_the_conversion() {
    let running = Running::start();
    assert_eq!(running.convert("Purchase"), serde_json::json!({"outcome": "applied"}));
    assert_eq!(
        running.receiver.exactly(4),
        [
            "GET /any-any?key=R1&price=40",
            "GET /any-matching?key=R1&price=40",
            "GET /matching-any?key=R1&price=40",
            "GET /matching-matching?key=R1&price=40",
        ]
    );
    running.stop();
}

#[test]
fn a_postback_that_does_not_fire_names_each_list_that_said_no() {
    let running = Running::start();
    assert_eq!(running.convert("Purchase"), serde_json::json!({"outcome": "applied"}));
    let expected = TABLE.map(|(postback, verdict, failed)| {
        (
            postback.to_owned(),
            verdict.to_owned(),
            failed.iter().copied().map(str::to_owned).collect(),
        )
    });
    assert_eq!(running.rules(), expected);
    running.stop();
}

#[test]
fn a_type_that_is_not_configured_fires_nothing_not_even_where_every_type_is_accepted() {
    let running = Running::start();
    assert_eq!(
        running.convert("purchase"),
        serde_json::json!({"outcome": "applied", "reason": "unknown_type"})
    );
    running.receiver.exactly(0);
    let rules = running.rules();
    assert_eq!(rules.len(), 9);
    assert!(
        rules
            .iter()
            .all(|(_, verdict, failed)| verdict == "failed" && failed.contains(&"unknown_type".to_owned())),
        "{rules:?}"
    );
    running.stop();
}
