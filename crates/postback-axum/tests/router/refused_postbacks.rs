//! Postbacks that cannot be read: kept, listed, tried again, dismissed.

use crate::support::{CONFIG, NET_TOKEN, Tested, authorized, compiled, options, routed, tested};
use crate::watched::Mode;
use axum::http::StatusCode;
use postback::Tracker;
use postback::plan::{RefusedReason, RefusedRow};
use postback::port::{Inspect, PageRequest, RefusedFilter};
use postback_service::Journal;
use serde_json::{Value, json};

async fn rows(tested: &Tested) -> Vec<RefusedRow> {
    let filter = RefusedFilter::of_source("net".parse().unwrap());
    let stored = tested.store.inner.refused(&filter, &PageRequest::first(1_000)).await;
    stored.unwrap().items
}

async fn list(tested: &Tested, query: &str) -> Value {
    let answer = tested.api(&format!("/api/refused?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].take()
}

async fn call(tested: &Tested, method: &str, url: &str) -> Value {
    let answer = tested.send(authorized(method, url)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The network's name for the order was not configured; now it is.
pub fn mended() -> Tracker {
    let mended = CONFIG.replace(
        "tokens = [\"env:NET_TOKEN\"]\n",
        "tokens = [\"env:NET_TOKEN\"]\nnames = { order_id = \"order\" }\n",
    );
    assert_ne!(mended, CONFIG);
    compiled(&mended).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn mend(tested: &Tested) {
    tested.replace(mended());
}

/// What cannot be read until the configuration is mended.
fn twice(click: &str, rest: &str) -> String {
    format!("clickid={click}&sum=8.50&order_id=1&order_id=2{rest}")
}

#[tokio::test]
async fn the_answer_says_why_and_where_and_under_which_id_it_is_kept() {
    let tested = tested();
    let answer = tested.postback("clickid=a&sum=1_000").await;
    let [row] = &rows(&tested).await[..] else { panic!("one") };
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.json(),
        json!({
            "error": "parameter `sum` is not an amount: it holds '_'",
            "reason": "malformed_amount",
            "parameter": "sum",
            "kept": row.id.as_str(),
        })
    );
    let stored = tested.store.inner.refused_body(&row.id).await.unwrap().unwrap();
    assert_eq!(stored.body, b"token=&clickid=a&sum=1_000", "the token rests nowhere");
}

#[tokio::test]
async fn a_form_is_kept_as_a_query_is() {
    let tested = tested();
    let form = format!("clickid=a&sum=x&token={NET_TOKEN}");
    assert_eq!(tested.post_form("/postback/net", &form).await.status, 400);
    assert_eq!(rows(&tested).await[0].reason, RefusedReason::MalformedAmount);
}

#[tokio::test]
async fn what_is_kept_is_listed_by_source_interface_reason_and_click() {
    let tested = tested();
    tested.post("/ins/clickbank", "junk").await;
    tested.postback("clickid=a&sum=x").await;
    tested.postback("clickid=b&currency=x").await;
    assert_eq!(list(&tested, "").await.as_array().unwrap().len(), 3);
    let items = list(&tested, "interface=s2s&reason=malformed_amount").await;
    let row = &items.as_array().unwrap()[..];
    assert_eq!(row.len(), 1);
    assert_eq!(
        (
            &row[0]["source"],
            &row[0]["parameter"],
            &row[0]["click"],
            &row[0]["text"]
        ),
        (
            &json!("net"),
            &json!("sum"),
            &json!("a"),
            &json!("its amount cannot be read")
        )
    );
    assert_eq!(list(&tested, "clickid=b").await[0]["reason"], "malformed_currency");
    assert_eq!(list(&tested, "source=clickbank").await[0]["interface"], "ins");
    let page = tested.api("/api/refused?source=net&limit=1").await.json();
    let after = page["next"].as_str().unwrap();
    let next = tested
        .api(&format!("/api/refused?source=net&limit=1&after={after}"))
        .await
        .json();
    assert_eq!((&next["items"][0]["click"], &next["next"]), (&json!("a"), &Value::Null));
    let answer = tested.api("/api/refused?reason=bad").await;
    assert!(
        answer
            .error()
            .starts_with("parameter `reason`: `bad` is none of notification, "),
        "{}",
        answer.error()
    );
}

#[tokio::test]
async fn one_is_shown_without_secrets_and_personal_values() {
    let tested = tested();
    tested
        .postback("clickid=a&sum=x%20y&email=jane%40x.example&who=jane")
        .await;
    tested.post("/ins/clickbank", "junk").await;
    let items = list(&tested, "").await;
    let url = |row: &Value| format!("/api/refused/{}", row["id"].as_str().unwrap());
    let shown = tested.api(&url(&items[1])).await.json();
    let parameters = json!([
        {"name": "token", "value": null, "bytes": 0},
        {"name": "clickid", "value": "a", "bytes": 1},
        {"name": "sum", "value": "x y", "bytes": 5},
        {"name": "email", "value": null, "bytes": 16},
        {"name": "who", "value": null, "bytes": 4},
    ]);
    assert_eq!(
        (&shown["parameters"], &shown["parameter"]),
        (&parameters, &json!("sum"))
    );
    let shown = tested.api(&url(&items[0])).await.json();
    assert_eq!((&shown["parameters"], &shown["bytes"]), (&Value::Null, &json!(4)));
    let unknown = format!("/api/refused/{}", "2".repeat(26));
    assert_eq!(tested.api(&unknown).await.status, 404);
    assert_eq!(tested.api("/api/refused/x").await.status, 400);
}

#[tokio::test]
async fn once_the_configuration_is_mended_each_sale_is_taken_in_once_at_its_first_time() {
    let tested = tested();
    let click = tested.click("summer").await;
    for rest in ["", "&eventid=E1", "&eventid=E1"] {
        assert_eq!(tested.postback(&twice(&click, rest)).await.status, 400);
    }
    let first = rows(&tested).await.pop().unwrap();
    let retry = "/api/refused/retry?source=net";
    assert_eq!(
        call(&tested, "POST", retry).await,
        json!({"taken": 0, "still_refused": 3, "remaining": 0})
    );
    mend(&tested);
    // The network sends one of them again before anybody has read this page.
    assert_eq!(tested.postback(&twice(&click, "&eventid=E1")).await.status, 200);
    let done = json!({"taken": 3, "still_refused": 0, "remaining": 0});
    assert_eq!(call(&tested, "POST", retry).await, done);
    let events = tested.events().await;
    assert_eq!(events.len(), 2, "E1 and the nameless one");
    assert_eq!(events[0].event.at, first.at);
    assert_eq!(rows(&tested).await, []);
}

/// A network that writes as Germany does, before and after the source says so.
#[tokio::test]
async fn what_was_written_otherwise_is_taken_in_once_the_source_says_how() {
    let tested = tested();
    let with = |keys: &str| {
        let names = "tokens = [\"env:NET_TOKEN\"]\nnames = { time = \"at\" }\n";
        let text = CONFIG.replace("tokens = [\"env:NET_TOKEN\"]\n", &format!("{names}{keys}\n"));
        tested.replace(compiled(&text).unwrap_or_else(|problems| panic!("{problems:?}")));
    };
    with("");
    let click = tested.click("summer").await;
    for (query, reason, key) in [
        (
            "sum=1,50&eventid=E1",
            "malformed_amount",
            "`amounts = { decimal = \",\" }` in the source's row",
        ),
        (
            "sum=1.250,00&eventid=E2",
            "malformed_amount",
            "`amounts = { decimal = \",\", thousands = \".\" }` in the source's row",
        ),
        (
            "sum=12,50%20USD&eventid=E3",
            "malformed_amount",
            "symbols = [\"USD\"] }` in the source's row",
        ),
        (
            "sum=8&currency=EURO&eventid=E4",
            "malformed_currency",
            "`currencies = { EURO = \"EUR\" }` in the source's row",
        ),
        (
            "sum=8&at=2025-10-01%2012:00:00&eventid=E5",
            "malformed_time",
            "`times = { format = \"%Y-%m-%d %H:%M:%S\" }` in the source's row",
        ),
    ] {
        let answer = tested.postback(&format!("clickid={click}&{query}")).await;
        assert_eq!(
            (answer.status, &answer.json()["reason"]),
            (StatusCode::BAD_REQUEST, &json!(reason)),
            "{query}"
        );
        assert!(answer.error().ends_with(key), "{}", answer.error());
    }
    with(
        r#"
        amounts = { decimal = ",", thousands = ".", symbols = ["USD"] }
        currencies = { EURO = "EUR" }
        times = { format = "%Y-%m-%d %H:%M:%S", zone = "Europe/Berlin" }
        "#,
    );
    // There is no rate from euros.
    let done = json!({"taken": 5, "still_refused": 0, "remaining": 0, "reasons": {"no_rate": 1}});
    assert_eq!(call(&tested, "POST", "/api/refused/retry?source=net").await, done);
    let mut events = tested.events().await;
    events.sort_by_key(|row| row.event.event_id.clone());
    let sums: Vec<String> = events.iter().map(|row| row.event.sum.unwrap().to_string()).collect();
    assert_eq!(sums, ["1.5 USD", "1250 USD", "12.5 USD", "8 EUR", "8 USD"]);
    assert_eq!(events[4].event.at, "2025-10-01T10:00:00Z".parse().unwrap());
    assert_eq!(rows(&tested).await, []);
}

/// The crash lies between the event and the forgetting; without an id of its own it must not count
/// twice either.
#[tokio::test]
async fn one_that_names_no_id_and_is_tried_twice_counts_once() {
    let tested = tested();
    let click = tested.click("summer").await;
    tested.postback(&twice(&click, "")).await;
    mend(&tested);
    let id = rows(&tested).await[0].id.clone();
    let url = format!("/api/refused/retry?id={id}");
    tested.store.set(Mode::FailsAt("purge"));
    assert_eq!(tested.send(authorized("POST", &url)).await.status, 503);
    tested.store.set(Mode::Works);
    assert_eq!(
        call(&tested, "POST", &url).await,
        json!({"taken": 1, "still_refused": 0, "remaining": 0})
    );
    assert_eq!(tested.events().await.len(), 1);
    assert_eq!(tested.send(authorized("POST", &url)).await.status, 404);
}

#[tokio::test]
async fn all_sources_are_tried_at_once() {
    let tested = tested();
    tested.postback(&twice("c", "")).await;
    tested.post("/ins/clickbank", "junk").await;
    mend(&tested);
    let done = call(&tested, "POST", "/api/refused/retry?all=true").await;
    let reasons = json!({"unknown_click": 1});
    assert_eq!(
        done,
        json!({"taken": 1, "still_refused": 1, "remaining": 0, "reasons": reasons})
    );
}

/// A visitor's pixel proves nothing, so it is taken in with others only while its type is open.
#[tokio::test]
async fn what_nobody_was_asked_a_token_for_is_taken_in_with_others_as_long_as_nobody_is_asked() {
    let tested = tested();
    tested
        .get("/postback/net?clickid=a&type=InitiateCheckout&order_id=1&order_id=2")
        .await;
    let closed = CONFIG.replace(
        "open_types = [\"InitiateCheckout\"]\n",
        "names = { order_id = \"order\" }\n",
    );
    assert_ne!(closed, CONFIG);
    tested.replace(compiled(&closed).unwrap());
    let retry = "/api/refused/retry?source=net";
    assert_eq!(
        call(&tested, "POST", retry).await,
        json!({"taken": 0, "still_refused": 1, "remaining": 0})
    );
    let one = format!("/api/refused/retry?id={}", rows(&tested).await[0].id);
    assert_eq!(
        call(&tested, "POST", &one).await["taken"],
        1,
        "whoever names it vouches for it"
    );
}

#[tokio::test]
async fn what_nobody_wants_is_dismissed() {
    let tested = tested();
    for query in ["sum=x", "sum=y", "sum=z"] {
        tested.postback(query).await;
    }
    tested.post("/ins/clickbank", "junk").await;
    let one = format!("/api/refused/{}", rows(&tested).await[0].id);
    assert_eq!(call(&tested, "DELETE", &one).await, json!({"dismissed": 1}));
    assert_eq!(tested.send(authorized("DELETE", &one)).await.status, 404);
    assert_eq!(tested.send(authorized("DELETE", "/api/refused")).await.status, 400);
    assert_eq!(
        call(&tested, "DELETE", "/api/refused?source=net").await,
        json!({"dismissed": 2})
    );
    assert_eq!(
        list(&tested, "").await.as_array().unwrap().len(),
        1,
        "another source's stays"
    );
}

#[tokio::test]
async fn a_source_keeps_as_many_as_it_is_told() {
    let tested = tested();
    let few = format!("{CONFIG}\n").replacen(
        "[[offer_source.parameter]]\nname = \"email\"",
        "[offer_source.refused]\nkeep = 2\n[[offer_source.parameter]]\nname = \"email\"",
        1,
    );
    tested.replace(compiled(&few).unwrap_or_else(|problems| panic!("{problems:?}")));
    for query in ["clickid=a&sum=x", "clickid=b&sum=x", "clickid=c&sum=x"] {
        tested.postback(query).await;
    }
    let clicks: Vec<_> = rows(&tested)
        .await
        .into_iter()
        .map(|row| row.click.unwrap().to_string())
        .collect();
    assert_eq!(clicks, ["c", "b"]);
    let sources = tested.api("/api/sources").await.json();
    let net = sources["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == "net");
    let refused = &net.unwrap()["refused"];
    assert_eq!((&refused["keep"], &refused["full"]), (&json!(2), &json!(true)));
}

#[tokio::test]
async fn what_cannot_be_kept_is_503_and_with_a_journal_it_is_kept_later() {
    let tested = tested();
    tested.store.set(Mode::Fails);
    assert_eq!(tested.postback("clickid=a&sum=x").await.status, 503);

    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path().join("journal")).unwrap();
    let tested = routed(|builder| builder.journal(journal), options());
    tested.store.set(Mode::Fails);
    let answer = tested.postback("clickid=a&sum=x").await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(tested.postback("clickid=a&sum=1").await.status, 202);
    let done = tested.service.replay_journal().await.unwrap();
    assert_eq!((done.taken, done.left, done.unreadable), (0, 2, 0));
    tested.store.set(Mode::Works);
    let done = tested.service.replay_journal().await.unwrap();
    assert_eq!((done.taken, done.left, done.unreadable), (2, 0, 0));
    assert_eq!(
        rows(&tested).await[0].id.as_str(),
        answer.json()["kept"].as_str().unwrap()
    );
    assert_eq!(tested.events().await.len(), 1);
}
