//! `POST /api/reload`: another configuration, or the old one.

use crate::support::{Answer, CONFIG, NET_TOKEN, Tested, authorized, compiled, request, tested, tested_with};
use crate::watched::Mode;
use axum::body::Body;
use serde_json::json;
use std::sync::{Arc, Mutex};

/// A service whose configuration is a text that the test changes.
fn reloading() -> (Tested, Arc<Mutex<String>>) {
    let file = Arc::new(Mutex::new(CONFIG.to_owned()));
    let read = file.clone();
    let tested = tested_with(|builder| {
        builder.reload(move || {
            let text = read.lock().unwrap().clone();
            async move { compiled(&text) }
        })
    });
    (tested, file)
}

async fn reload(tested: &Tested) -> Answer {
    tested.send(authorized("POST", "/api/reload")).await
}

fn renamed() -> String {
    CONFIG.replace(r#"id = "summer""#, r#"id = "autumn""#)
}

#[tokio::test]
async fn another_configuration_is_stored_and_put_to_work() {
    let (tested, file) = reloading();
    *file.lock().unwrap() = renamed();
    assert_eq!(
        tested.get("/autumn?ref_id=1").await.status,
        404,
        "not before it is asked for"
    );
    tested.store.calls();
    let answer = reload(&tested).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(tested.store.calls(), ["commit", "deliveries"]);
    let tracker = tested.service.tracker();
    assert_eq!(answer.json()["configuration"], json!(tracker.fingerprint()));
    assert_eq!(tested.get("/autumn?ref_id=1").await.status, 302);
    assert_eq!(tested.get("/summer?ref_id=1").await.status, 404);
}

#[tokio::test]
async fn a_broken_configuration_is_refused_with_all_its_problems_and_the_old_one_goes_on() {
    let (tested, file) = reloading();
    let before = tested.service.tracker();
    *file.lock().unwrap() = renamed()
        .replace(r#"name = "Refund""#, "name = \"Refund\"\ncolour = 1")
        .replace(r#"source = "net""#, r#"source = "nte""#);
    let answer = reload(&tested).await;
    assert_eq!(answer.status, 422);
    let json = answer.json();
    assert_eq!(json["error"], "the configuration is refused; the old one stays active");
    let problems: Vec<&str> = json["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().any(|text| text.contains("colour")), "{problems:?}");
    assert!(problems.iter().any(|text| text.contains("`nte`")), "{problems:?}");
    assert_eq!(tested.service.tracker().fingerprint(), before.fingerprint());
    let answer = tested.get(&format!("/postback?token={NET_TOKEN}&sum=1")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(tested.get("/summer?ref_id=1").await.status, 302);
}

#[tokio::test]
async fn secrets_that_are_missing_refuse_a_configuration_all_at_once() {
    let (tested, file) = reloading();
    *file.lock().unwrap() = renamed()
        .replace("env:NET_TOKEN", "env:UNSET_A")
        .replace("env:INS_TOKEN", "env:UNSET_B");
    let answer = reload(&tested).await;
    assert_eq!(answer.status, 422);
    let problems = &answer.json()["problems"];
    assert_eq!(
        *problems,
        json!(["secret `env:UNSET_A` is not set", "secret `env:UNSET_B` is not set"])
    );
    assert_eq!(tested.get("/summer?ref_id=1").await.status, 302);
}

#[tokio::test]
async fn a_configuration_that_cannot_be_stored_is_not_put_to_work() {
    let (tested, file) = reloading();
    *file.lock().unwrap() = renamed();
    tested.store.set(Mode::FailsAt("commit"));
    assert_eq!(reload(&tested).await.status, 503);
    tested.store.set(Mode::Works);
    assert_eq!(tested.get("/summer?ref_id=1").await.status, 302);
    assert_eq!(reload(&tested).await.status, 200);
    assert_eq!(tested.get("/autumn?ref_id=1").await.status, 302);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_stops_no_later_reload() {
    let (tested, file) = reloading();
    *file.lock().unwrap() = renamed();
    tested.store.set(Mode::HangsAt("commit"));
    let began = tokio::time::Instant::now();
    assert_eq!(reload(&tested).await.status, 503);
    assert_eq!(began.elapsed().as_secs(), 10);
    tested.store.set(Mode::Works);
    assert_eq!(reload(&tested).await.status, 200);
    assert_eq!(tested.get("/autumn?ref_id=1").await.status, 302);
}

#[tokio::test]
async fn it_needs_the_token_and_a_host_that_reloads() {
    let (tested, file) = reloading();
    *file.lock().unwrap() = renamed();
    let request = request("POST", "/api/reload").body(Body::empty()).unwrap();
    assert_eq!(tested.send(request).await.status, 401);
    assert_eq!(tested.get("/summer?ref_id=1").await.status, 302);
    let answer = reload(&self::tested()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (404, "this service does not reload its configuration")
    );
}

#[tokio::test]
async fn what_is_gone_is_named_with_what_hangs_on_it() {
    let (tested, file) = reloading();
    let same = reload(&tested).await.json();
    assert_eq!(same["vanished"], json!([]));
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    tested.postback("clickid=nobody&sum=1&eventid=E2").await;
    *file.lock().unwrap() = CONFIG
        .replacen("id = \"sales\"", "id = \"sold\"", 1)
        .replace("\"net\"", "\"network\"")
        .replace("\"push\"", "\"push2\"")
        .replace("\"Refund\"", "\"Refunded\"");
    let answer = reload(&tested).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let json = answer.json();
    let gone = json["vanished"].as_array().unwrap().clone();
    let named: Vec<(&str, &str)> = gone
        .iter()
        .map(|gone| (gone["kind"].as_str().unwrap(), gone["id"].as_str().unwrap()))
        .collect();
    assert_eq!(
        named,
        [
            ("conversion_type", "Refund"),
            ("offer_source", "net"),
            ("traffic_channel", "push"),
            ("postback", "summer/sales"),
        ]
    );
    assert_eq!((&gone[1]["events"], &gone[1]["deliveries"]), (&1.into(), &json!(null)));
    assert_eq!((&gone[3]["deliveries"], &gone[3]["events"]), (&1.into(), &json!(null)));
    assert!(
        gone[3]["text"]
            .as_str()
            .unwrap()
            .contains("under another id it is a new postback")
    );
}

#[tokio::test]
async fn a_store_that_does_not_say_what_hangs_on_it_stops_no_reload() {
    let (tested, file) = reloading();
    *file.lock().unwrap() = renamed();
    tested.store.set(Mode::FailsAt("deliveries"));
    let answer = reload(&tested).await;
    assert_eq!(answer.status, 200);
    let gone = &answer.json()["vanished"][0];
    assert_eq!((&gone["kind"], &gone["deliveries"]), (&"campaign".into(), &json!(null)));
    assert_eq!(tested.get("/autumn?ref_id=1").await.status, 302);
}
