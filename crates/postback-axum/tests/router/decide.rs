//! `POST /api/events/decide`: stored events are decided again under the configuration of now.

use crate::journalling::Journalling;
use crate::support::{Answer, CONFIG, Tested, authorized, compiled, notification, tested};
use crate::watched::Mode;
use serde_json::{Value, json};

async fn decide(tested: &Tested, query: &str) -> Answer {
    tested
        .send(authorized("POST", &format!("/api/events/decide?{query}")))
        .await
}

async fn decided(tested: &Tested, query: &str) -> Value {
    let answer = decide(tested, query).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The configuration with a type for rebills.
fn mapped() -> String {
    CONFIG.replacen("SALE = \"Purchase\"\n", "SALE = \"Purchase\"\nBILL = \"Purchase\"\n", 1)
}

/// Rebills of a click each, which the configuration maps to nothing.
async fn unmapped(tested: &Tested, count: usize) {
    for number in 0..count {
        let click = tested.click("bare-one").await;
        let answer = tested
            .notify(&notification(&click, "BILL", &format!("R{number}")))
            .await;
        assert_eq!(answer.json()["reason"], "unmapped");
    }
}

#[tokio::test]
async fn a_dry_run_says_what_each_event_would_become_and_the_call_makes_it_so_once() {
    let tested = tested();
    unmapped(&tested, 2).await;
    let before = tested.events().await;
    let none = decided(&tested, "outcome=unmapped").await;
    assert_eq!(
        (&none["changed"], &none["same"]),
        (&0.into(), &2.into()),
        "nothing changed since"
    );
    assert_eq!(none["events"][0]["was"], none["events"][0]["becomes"]);

    tested.replace(compiled(&mapped()).unwrap());
    let dry = decided(&tested, "outcome=unmapped&source=clickbank&dry_run=true").await;
    assert_eq!((&dry["dry_run"], &dry["changed"]), (&true.into(), &2.into()));
    assert_eq!(dry["counts"], json!({"applied": 2}));
    let first = &dry["events"][0];
    assert_eq!(
        first["event"],
        before[1].event.id.as_str(),
        "what happened first comes first"
    );
    assert_eq!(first["was"], json!({"outcome": "unmapped", "reason": "unmapped"}));
    assert_eq!(first["becomes"], json!({"outcome": "applied"}));
    assert_eq!((&first["postbacks"], &first["resolved"]), (&1.into(), &0.into()));
    assert_eq!(tested.events().await, before, "a dry run writes nothing");
    assert!(tested.deliveries().await.is_empty());

    let done = decided(&tested, "outcome=unmapped").await;
    assert_eq!((&done["events"], &done["dry_run"]), (&dry["events"], &false.into()));
    assert_eq!(
        (tested.conversions().await.len(), tested.deliveries().await.len()),
        (2, 2)
    );
    let shown = tested.api("/api/events?outcome=applied").await.json();
    assert_eq!(shown["items"][0]["revised"]["revision"], 2);
    assert_eq!(shown["items"][0]["revised"]["outcome"], "unmapped");

    let again = decided(&tested, "outcome=unmapped").await;
    assert_eq!((&again["events"], &again["changed"]), (&json!([]), &0.into()));
    assert_eq!(
        (tested.conversions().await.len(), tested.deliveries().await.len()),
        (2, 2)
    );
}

#[tokio::test]
async fn two_people_at_once_have_one_effect() {
    let tested = tested();
    unmapped(&tested, 3).await;
    tested.replace(compiled(&mapped()).unwrap());
    let (one, other) = tokio::join!(
        decided(&tested, "outcome=unmapped"),
        decided(&tested, "outcome=unmapped")
    );
    let changed = [one, other].map(|answer| answer["changed"].as_u64().unwrap());
    assert_eq!(changed.iter().sum::<u64>(), 3);
    assert_eq!(
        (tested.conversions().await.len(), tested.deliveries().await.len()),
        (3, 3)
    );
}

#[tokio::test]
async fn many_are_decided_a_hundred_a_call_and_the_next_one_goes_on() {
    let tested = tested();
    unmapped(&tested, 205).await;
    tested.replace(compiled(&mapped()).unwrap());
    let (mut after, mut changed) = (String::new(), Vec::new());
    loop {
        let done = decided(&tested, &format!("outcome=unmapped&after={after}")).await;
        changed.push(done["changed"].as_u64().unwrap());
        match done["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(changed, [100, 100, 5]);
    assert_eq!(tested.conversions().await.len(), 205);
}

#[tokio::test]
async fn what_has_no_rate_gets_its_revenue_and_fires_what_could_not() {
    let tested = tested();
    let click = tested.click("summer").await;
    let query = format!("clickid={click}&sum=10&currency=EUR&eventid=E1&status=approved");
    assert_eq!(tested.postback(&query).await.json()["reason"], "no_rate");
    assert!(tested.deliveries().await.is_empty());
    let rate = "[[rate]]\nfrom = \"EUR\"\nto = \"USD\"\nrate = \"1.1\"\nsince = 2020-01-01\n\n[[domain]]\n";
    tested.replace(compiled(&CONFIG.replacen("[[domain]]\n", rate, 1)).unwrap());
    let done = decided(&tested, "outcome=no_rate").await;
    assert_eq!(
        done["events"][0]["was"],
        json!({"outcome": "applied", "reason": "no_rate"})
    );
    assert_eq!(done["events"][0]["becomes"], json!({"outcome": "applied"}));
    let sent = tested.deliveries().await;
    assert_eq!(sent.len(), 1);
    assert!(sent[0].delivery.outbound.url.to_string().contains("price=11"));
    assert_eq!(decided(&tested, "outcome=no_rate").await["changed"], 0);
    assert_eq!(tested.deliveries().await.len(), 1);
}

#[tokio::test]
async fn what_is_set_aside_is_foreseen_and_taken_in() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    let click = tested.click("summer").await;
    tested.store.set(Mode::Fails);
    assert_eq!(
        tested
            .postback(&format!("clickid={click}&sum=8.50&eventid=E1"))
            .await
            .status,
        202
    );
    tested.store.set(Mode::Works);
    let without = CONFIG
        .replace("id = \"net\"", "id = \"other\"")
        .replace("source = \"net\"", "source = \"other\"");
    tested.replace(compiled(&without).unwrap());
    assert_eq!(tested.service.replay_journal().await.unwrap().set_aside, 1);
    let waits = decided(tested, "outcome=set_aside&dry_run=true").await;
    assert_eq!(waits["refused"][0]["error"], "offer source `net` is not configured");
    let gone = decide(tested, "outcome=set_aside&source=net").await;
    assert_eq!(
        (gone.status.as_u16(), gone.error().as_str()),
        (
            409,
            "offer source `net` is not configured, so its events cannot be decided; configure it again"
        )
    );

    tested.replace(compiled(CONFIG).unwrap());
    let dry = decided(tested, "outcome=set_aside&dry_run=true").await;
    assert_eq!((&dry["counts"], &dry["changed"]), (&json!({"applied": 1}), &1.into()));
    assert!(tested.conversions().await.is_empty());
    assert_eq!(decided(tested, "outcome=set_aside&source=net").await["changed"], 1);
    assert_eq!(tested.conversions().await.len(), 1);
    assert_eq!(decided(tested, "outcome=set_aside").await["changed"], 0);
}

#[tokio::test]
async fn what_is_asked_wrongly_or_without_the_store_is_told_so() {
    let tested = tested();
    for (query, error) in [
        (
            "dry_run=true",
            "parameter `outcome` is missing; it is one of unmapped, no_rate, forged_click, other_source, set_aside",
        ),
        (
            "outcome=applied",
            "parameter `outcome`: `applied` is none of unmapped, no_rate, forged_click, other_source, set_aside",
        ),
        (
            "outcome=unmapped&dry_run=yes",
            "parameter `dry_run`: `yes` is none of true, false",
        ),
        (
            "outcome=unmapped&click=c",
            "unknown parameter `click`; known are outcome, source, dry_run, after",
        ),
    ] {
        let answer = decide(&tested, query).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, error));
    }
    let answer = decide(&tested, "outcome=unmapped&source=nobody").await;
    assert_eq!(answer.status, 409);
    unmapped(&tested, 1).await;
    tested.replace(compiled(&mapped()).unwrap());
    tested.store.set(Mode::FailsAt("commit"));
    assert_eq!(decide(&tested, "outcome=unmapped").await.status, 503);
    tested.store.set(Mode::Works);
    assert_eq!(decided(&tested, "outcome=unmapped").await["changed"], 1);
    let request = crate::support::request("POST", "/api/events/decide?outcome=unmapped");
    let answer = tested.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 401);
}
