//! Conditional postbacks through the running server: every way in which a conversion's type and
//! status can meet the lists of a postback.
//!
//! A postback fires when the type AND the status are among those that were chosen; a list that was
//! left empty accepts everything (the guide "Conversions: conditional postback": "if you choose
//! both conversion status and conversion type at the same time, the postback will be fired only
//! when 2 of those conditions are met").
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use postback_server::Server;
use serde_json::{Value, json};
use support::{
    client::Connection,
    receiver::Receiver,
    tracker::{config, configuration, memory, message, postback},
};

/// What the conversion, an approved purchase, finds: a list that is left empty, one that names it,
/// one that names another.
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

struct Running {
    server: Server,
    connection: Connection,
    receiver: Receiver,
    click: String,
}

impl Running {
    /// A server with the nine postbacks, and a click.
    async fn start() -> Self {
        let receiver = Receiver::start().await;
        let mut postbacks = String::new();
        for (types, type_list) in TYPES {
            for (statuses, status_list) in STATUSES {
                let id = format!("{types}-{statuses}");
                let url = format!("{}/{id}?key={{ref_id}}&price={{payout}}", receiver.url());
                let lists = format!("types = {type_list}\nstatuses = {status_list}");
                postbacks.push_str(&postback(&id, &url, &lists));
            }
        }
        let server = config(&configuration(&postbacks, ""), memory()).serve().await.unwrap();
        let mut connection = Connection::open(server.address()).await.unwrap();
        let click = connection.click("summer").await.unwrap();
        Self {
            server,
            connection,
            receiver,
            click,
        }
    }

    /// One approved conversion of this type; the answer to it.
    async fn convert(&mut self, conversion_type: &str) -> Value {
        let query = format!(
            "clickid={}&eventid=e1&type={conversion_type}&status=approved&sum=40",
            self.click
        );
        let answer = self.connection.send(message(&query)).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The rules of the only event, as (postback, verdict, failed), by the postback's id.
    async fn rules(&mut self) -> Vec<(String, String, Vec<String>)> {
        let explained = self.connection.api(&format!("explain?clickid={}", self.click)).await;
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

    async fn stop(self) {
        drop(self.connection);
        self.server.shutdown().await;
    }
}

#[tokio::test]
async fn a_postback_fires_when_its_types_and_its_statuses_accept_the_conversion() {
    let mut running = Running::start().await;
    assert_eq!(running.convert("Purchase").await, json!({"outcome": "applied"}));
    assert_eq!(
        running.receiver.exactly(4).await,
        [
            "GET /any-any?key=R-1&price=40",
            "GET /any-matching?key=R-1&price=40",
            "GET /matching-any?key=R-1&price=40",
            "GET /matching-matching?key=R-1&price=40",
        ]
    );
    running.stop().await;
}

#[tokio::test]
async fn a_postback_that_does_not_fire_names_each_list_that_said_no() {
    let mut running = Running::start().await;
    assert_eq!(running.convert("Purchase").await, json!({"outcome": "applied"}));
    let expected = TABLE.map(|(postback, verdict, failed)| {
        (
            postback.to_owned(),
            verdict.to_owned(),
            failed.iter().copied().map(str::to_owned).collect(),
        )
    });
    assert_eq!(running.rules().await, expected);
    running.stop().await;
}

#[tokio::test]
async fn a_type_that_is_not_configured_fires_nothing_not_even_where_every_type_is_accepted() {
    let mut running = Running::start().await;
    assert_eq!(
        running.convert("purchases").await,
        json!({"outcome": "applied", "reason": "unknown_type"})
    );
    running.receiver.exactly(0).await;
    let rules = running.rules().await;
    assert_eq!(rules.len(), 9);
    assert!(
        rules
            .iter()
            .all(|(_, verdict, failed)| verdict == "failed" && failed.contains(&"unknown_type".to_owned())),
        "{rules:?}"
    );
    running.stop().await;
}
