//! `POST /api/events/decide`: stored events are decided again under the configuration of now.

use crate::journalling::Journalling;
use crate::support::{Answer, CONFIG, NET_TOKEN, Tested, authorized, compiled, notification, tested};
use crate::watched::Mode;
use postback_axum::Limits;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

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
    unmapped_as(tested, "R", count).await;
}

async fn unmapped_as(tested: &Tested, receipt: &str, count: usize) {
    for number in 0..count {
        let click = tested.click("bare-one").await;
        let answer = tested
            .notify(&notification(&click, "BILL", &format!("{receipt}{number}")))
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
async fn a_dry_run_counts_the_postbacks_that_then_fire() {
    let tested = tested();
    let click = tested.click("bare-one").await;
    for receipt in ["R1", "R2", "R3"] {
        tested.notify(&notification(&click, "BILL", receipt)).await;
    }
    let once = mapped().replacen("\"create_marked\"", "\"ignore\"", 1);
    tested.replace(compiled(&once).unwrap());
    let dry = decided(&tested, "outcome=unmapped&dry_run=true").await;
    let fire = |answer: &Value| -> u64 {
        let events = answer["events"].as_array().unwrap();
        events.iter().map(|event| event["postbacks"].as_u64().unwrap()).sum()
    };
    assert_eq!(fire(&dry), 1, "only the first one of the type counts: {dry}");
    assert!(tested.deliveries().await.is_empty());
    let done = decided(&tested, "outcome=unmapped").await;
    assert_eq!((&dry["events"], &dry["counts"]), (&done["events"], &done["counts"]));
    assert_eq!(tested.deliveries().await.len(), 1);
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

/// Calls until nothing is left, and returns the events of all answers.
async fn all(tested: &Tested, query: &str) -> Vec<String> {
    all_after(tested, query, "").await
}

async fn all_after(tested: &Tested, query: &str, after: &str) -> Vec<String> {
    let (mut after, mut events) = (after.to_owned(), Vec::new());
    for _ in 0..1_000 {
        let done = decided(tested, &format!("{query}&after={after}")).await;
        let of_call = done["events"].as_array().unwrap();
        assert!(
            !of_call.is_empty() || done["next"].is_null(),
            "each call goes on: {done}"
        );
        events.extend(of_call.iter().map(|event| event["event"].as_str().unwrap().to_owned()));
        match done["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return events,
        }
    }
    panic!("the calls do not come to an end");
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_slow_each_event_is_told_once_and_the_calls_come_to_an_end() {
    let tested = tested();
    unmapped(&tested, 130).await;
    let mut ids: Vec<String> = tested
        .events()
        .await
        .iter()
        .map(|row| row.event.id.to_string())
        .collect();
    ids.sort_unstable();
    let sorted = |mut events: Vec<String>| {
        events.sort_unstable();
        events
    };
    // An event takes three or four calls of the store.
    let slow = || tested.store.set(Mode::Slow(Duration::from_secs(1)));
    let configure = |configuration: &str| {
        tested.store.set(Mode::Works);
        tested.replace(compiled(configuration).unwrap());
    };
    slow();
    assert_eq!(
        sorted(all(&tested, "outcome=unmapped").await),
        ids,
        "each stays what it is"
    );
    configure(&mapped());
    slow();
    assert_eq!(sorted(all(&tested, "outcome=unmapped&dry_run=true").await), ids);
    // New ones come between two calls.
    let first = decided(&tested, "outcome=unmapped&dry_run=true").await;
    let told = first["events"].as_array().unwrap().len();
    assert!((1..100).contains(&told), "{told}");
    configure(CONFIG);
    unmapped_as(&tested, "N", 3).await;
    configure(&mapped());
    slow();
    let next = first["next"].as_str().unwrap();
    let rest = all_after(&tested, "outcome=unmapped&dry_run=true", next).await;
    assert_eq!(rest.len() + told, 133);
    assert_eq!(all(&tested, "outcome=unmapped").await.len(), 133);
    assert_eq!(tested.conversions().await.len(), 133);
    assert!(all(&tested, "outcome=unmapped").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_slower_than_a_call_may_take_decides_one_event_a_call() {
    let tested = tested();
    unmapped(&tested, 3).await;
    tested.store.set(Mode::Slow(Limits::default().api_timeout / 4));
    assert_eq!(all(&tested, "outcome=unmapped&dry_run=true").await.len(), 3);
}

#[tokio::test]
async fn what_was_decided_before_the_store_failed_is_told() {
    let tested = tested();
    unmapped(&tested, 2).await;
    tested.replace(compiled(&mapped()).unwrap());
    tested.store.set(Mode::FailsAfter(1, "commit"));
    let done = decided(&tested, "outcome=unmapped").await;
    assert_eq!(done["changed"], 1);
    let next = format!("outcome=unmapped&after={}", done["next"].as_str().unwrap());
    assert_eq!(decide(&tested, &next).await.status, 503);
    tested.store.set(Mode::Works);
    let done = decided(&tested, &next).await;
    assert_eq!((&done["changed"], &done["next"]), (&1.into(), &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_may_be_decided_although_its_call_ran_out_of_time_is_named() {
    let tested = tested();
    unmapped(&tested, 1).await;
    tested.replace(compiled(&mapped()).unwrap());
    let event = tested.events().await.remove(0).event.id.clone();
    tested.store.set(Mode::HangsAt("commit"));
    let answer = decide(&tested, "outcome=unmapped").await;
    let told = format!(
        "the store did not answer in time: event `{event}` may be decided all the same; try again, which changes \
         nothing more"
    );
    assert_eq!((answer.status.as_u16(), answer.error()), (503, told));
    assert_eq!(answer.header("retry-after"), Some("1"));
    tested.store.set(Mode::Works);
    assert_eq!(decided(&tested, "outcome=unmapped").await["changed"], 1);
}

#[tokio::test]
async fn an_event_whose_rows_cannot_be_read_keeps_no_other_from_being_decided() {
    let tested = tested();
    unmapped(&tested, 2).await;
    let click = tested.events().await[0].event.candidates().next().unwrap().to_string();
    tested.replace(compiled(&mapped()).unwrap());
    tested.store.set(Mode::CorruptFor(click.leak()));
    let done = decided(&tested, "outcome=unmapped").await;
    assert_eq!(
        (&done["changed"], &done["refused"][0]["error"]),
        (
            &1.into(),
            &"what is stored of it cannot be read: the log says why".into()
        )
    );
}

#[tokio::test]
async fn what_is_set_aside_is_decided_by_source_a_hundred_a_call_and_all_of_it_is_told() {
    const LATE: &str =
        "[[offer_source]]\nid = \"late\"\ntemplate = \"generic\"\ntokens = [\"env:NET_TOKEN\"]\n\n[[offer]]\n";
    let both = CONFIG.replacen("[[offer]]\n", LATE, 1);
    let without = CONFIG
        .replace("id = \"net\"", "id = \"other\"")
        .replace("source = \"net\"", "source = \"other\"");
    let journalling = Journalling::sized(64 * 1024, 4 * 1024 * 1024);
    let tested = &journalling.tested;
    tested.replace(compiled(&both).unwrap());
    let click = tested.click("summer").await;
    tested.store.set(Mode::Fails);
    for number in 0..103 {
        let answer = tested
            .postback(&format!("clickid={click}&sum=1&eventid=N{number}"))
            .await;
        assert_eq!(answer.status, 202);
        if number < 2 {
            let path = format!("/postback/late?token={NET_TOKEN}&clickid={click}&sum=1&eventid=L{number}");
            assert_eq!(tested.get(&path).await.status, 202);
        }
    }
    tested.store.set(Mode::Works);
    tested.replace(compiled(&without).unwrap());
    assert_eq!(tested.service.replay_journal().await.unwrap().set_aside, 105);

    tested.replace(compiled(&both).unwrap());
    let dry = decided(tested, "outcome=set_aside&dry_run=true").await;
    assert_eq!(dry["changed"], 100);
    assert!(dry["next"].is_string());
    let told = all(tested, "outcome=set_aside&dry_run=true").await;
    assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), 105);
    assert_eq!(told.len(), 105, "each is told once");
    assert_eq!(all(tested, "outcome=set_aside&dry_run=true&source=late").await.len(), 2);
    assert_eq!(
        all(tested, "outcome=set_aside&dry_run=true&source=net").await.len(),
        103
    );
    assert!(tested.events().await.is_empty(), "a dry run writes nothing");

    // Asked for one source, the others go on waiting.
    assert_eq!(all(tested, "outcome=set_aside&source=late").await.len(), 2);
    assert_eq!(tested.events().await.len(), 2);
    assert_eq!(tested.service.set_aside().values().sum::<u64>(), 103);
    let first = decided(tested, "outcome=set_aside").await;
    assert_eq!(first["changed"], 100);
    let last = decided(
        tested,
        &format!("outcome=set_aside&after={}", first["next"].as_str().unwrap()),
    )
    .await;
    assert_eq!((&last["changed"], &last["next"]), (&3.into(), &Value::Null));
    assert_eq!(tested.events().await.len(), 105);
    assert!(tested.service.set_aside().is_empty());
    assert!(!journalling.file("journal.aside").exists());
    let strange = decide(tested, "outcome=set_aside&after=17").await;
    assert_eq!(
        (strange.status.as_u16(), strange.error()),
        (400, "the cursor was not made for events that are set aside".into())
    );
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
