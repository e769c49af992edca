//! A wrong secret: what is refused while it is wrong is kept over a restart, and taken in after it.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use bytes::Bytes;
use http::Request;
use postback::plan::DEFAULT_REFUSED;
use postback_server::{Database, Server};
use postback_service::{FixedSecrets, Stores};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use support::{
    client::{Answer, Connection},
    notification::sale,
    tracker::{self, SECRETS, TOKEN, configuration, fixed, memory},
};

/// The secrets of the tests with another one for notifications.
fn mistaken() -> FixedSecrets {
    let secrets = SECRETS.iter().map(|(name, secret)| match *name {
        "TEST_INS_SECRET" => ("env:TEST_INS_SECRET".to_owned(), "ANOTHERSECRET123"),
        _ => (format!("env:{name}"), *secret),
    });
    secrets.collect()
}

async fn start(stores: Stores, secrets: FixedSecrets) -> (Server, Connection) {
    let mut config = tracker::config(&configuration("", ""), stores);
    config.secrets = Arc::new(secrets);
    let server = config.serve().await.unwrap();
    let client = Connection::open(server.address()).await.unwrap();
    (server, client)
}

async fn notify(client: &mut Connection, body: Bytes) -> Answer {
    post(client, TOKEN, body).await
}

async fn post(client: &mut Connection, token: &str, body: Bytes) -> Answer {
    let request = Request::post(format!("/ins/clickbank?token={token}")).body(body);
    client.send(request.unwrap()).await.unwrap()
}

async fn refused(client: &mut Connection) -> Value {
    let sources = client.api("sources").await;
    let mut rows = sources["items"].as_array().unwrap().iter();
    rows.find(|row| row["id"] == "clickbank").unwrap()["refused"].clone()
}

async fn retry(client: &mut Connection) -> Value {
    client.post_api("refused/retry?source=clickbank").await
}

/// `stores` opens the same store each time.
async fn a_wrong_secret_loses_nothing(stores: impl Fn() -> Stores) {
    let (server, mut client) = start(stores(), mistaken()).await;
    let click = client.click("autumn").await.unwrap();
    let sales = ["CBSALE01", "CBSALE02", "CBSALE03"].map(|receipt| sale(&click, receipt, "20.50"));
    for sale in &sales {
        assert_eq!(notify(&mut client, sale.clone()).await.status, 400);
    }
    server.shutdown().await;

    let (server, mut client) = start(stores(), fixed()).await;
    let told = refused(&mut client).await;
    assert_eq!((&told["kept"], &told["ins"]["kept"]), (&json!(3), &json!(3)));
    assert!(told["ins"]["last"]["at"].is_string());
    // ClickBank sends one of them again before anybody has read this page.
    assert_eq!(notify(&mut client, sales[1].clone()).await.outcome(), "applied");
    let all = json!({"taken": 3, "still_refused": 0, "remaining": 0});
    let none = json!({"taken": 0, "still_refused": 0, "remaining": 0});
    assert_eq!(retry(&mut client).await, all);
    assert_eq!(retry(&mut client).await, none);
    assert_eq!(client.rows("conversions").await.len(), 3, "each sale is counted once");
    server.shutdown().await;

    let (server, mut client) = start(stores(), fixed()).await;
    assert_eq!(retry(&mut client).await, none);
    assert_eq!(refused(&mut client).await["kept"], 0);
    assert_eq!(client.rows("conversions").await.len(), 3);
    server.shutdown().await;
}

/// While the secret is wrong, somebody without the token posts more than a ring holds.
async fn what_strangers_post_takes_no_place(stores: Stores) {
    let (server, mut client) = start(stores.clone(), mistaken()).await;
    let click = client.click("autumn").await.unwrap();
    let first = notify(&mut client, sale(&click, "CBSALE01", "20.50")).await;
    for number in 0..=DEFAULT_REFUSED {
        let other = post(&mut client, "guessed", sale(&click, &format!("X{number}"), "20.50")).await;
        assert_eq!((other.status, &other.body), (first.status, &first.body));
    }
    notify(&mut client, sale(&click, "CBSALE02", "20.50")).await;
    let told = refused(&mut client).await;
    assert_eq!(
        (&told["kept"], &told["ins"]["probable"]),
        (&json!(DEFAULT_REFUSED + 2), &json!(2))
    );
    server.shutdown().await;

    let (server, mut client) = start(stores, fixed()).await;
    let mut taken = 0;
    loop {
        let retried = retry(&mut client).await;
        taken += retried["taken"].as_u64().unwrap();
        if retried["remaining"] == 0 {
            break;
        }
    }
    // Who has the token of the api vouches for the strangers' as well.
    assert_eq!(taken, u64::from(DEFAULT_REFUSED) + 2);
    let conversions = client.rows("conversions").await;
    let has = |receipt: &str| conversions.iter().any(|row| row["shown"]["receipt"] == receipt);
    assert!(has("CBSALE01") && has("CBSALE02") && has("X256"));
    assert!(!has("X0"), "the oldest of the strangers' went");
    server.shutdown().await;
}

#[tokio::test]
async fn in_memory_what_strangers_post_takes_no_place() {
    what_strangers_post_takes_no_place(memory()).await;
}

#[tokio::test]
async fn in_sqlite_what_strangers_post_takes_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(folder.path().join("strangers.db"));
    what_strangers_post_takes_no_place(database.open(tracker::NAMESPACE.parse().unwrap()).unwrap()).await;
}

#[tokio::test]
async fn in_memory_a_wrong_secret_loses_nothing() {
    let stores = memory();
    a_wrong_secret_loses_nothing(|| stores.clone()).await;
}

#[tokio::test]
async fn in_sqlite_a_wrong_secret_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path: &Path = folder.path();
    let open = || {
        let database = Database::Sqlite(path.join("refused.db"));
        database.open(tracker::NAMESPACE.parse().unwrap()).unwrap()
    };
    a_wrong_secret_loses_nothing(open).await;
}
