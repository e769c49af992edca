//! `POST /api/refused/retry`: what was lost while an integration did not work.

use crate::ins_form;
use crate::support::{
    Answer, INS_SECRET, INS_TOKEN, Tested, authorized, envelope, notification, options, routed, tested,
};
use crate::watched::Mode;
use postback::port::{Clock, Purge, Store};
use postback_axum::Limits;
use postback_service::SystemClock;
use serde_json::{Value, json};
use std::time::Duration;

const WRONG: &str = "ANOTHERSECRET123";

/// A tracker whose secret for notifications is wrong.
fn mistaken() -> Tested {
    let tested = tested();
    set_secret(&tested, WRONG);
    tested
}

pub fn set_secret(tested: &Tested, secret: &str) {
    tested.rotate(secret);
}

pub async fn clickbank(tested: &Tested) -> Value {
    let mut json = tested.api("/api/sources").await.json();
    let rows = json["items"].as_array_mut().unwrap();
    let row = rows.iter_mut().find(|row| row["id"] == "clickbank");
    row.unwrap().take()
}

async fn ask(tested: &Tested, source: &str) -> Answer {
    let url = format!("/api/refused/retry?source={source}");
    tested.send(authorized("POST", &url)).await
}

/// Taken, still refused, remaining.
async fn retry(tested: &Tested) -> [u64; 3] {
    retry_after(tested, "").await.0
}

/// The same from a place on, with the next one.
async fn retry_after(tested: &Tested, after: &str) -> ([u64; 3], Option<String>) {
    let answer = ask(tested, &format!("clickbank&after={after}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let json = answer.json();
    let counts = ["taken", "still_refused", "remaining"].map(|name| json[name].as_u64().unwrap());
    (counts, json.get("next").map(|next| next.as_str().unwrap().to_owned()))
}

#[tokio::test]
async fn a_wrong_secret_is_seen_and_loses_nothing() {
    let tested = mistaken();
    let click = tested.click("bare-one").await;
    for receipt in ["R1", "R2", "R3"] {
        let answer = tested.notify(&notification(&click, "SALE", receipt)).await;
        assert_eq!(answer.status, 400);
    }
    let row = clickbank(&tested).await;
    let ins = &row["refused"]["ins"];
    assert_eq!(
        (&ins["kept"], &ins["probable"], &row["refused"]["kept"]),
        (&json!(3), &json!(3), &json!(3))
    );
    let at = ins["last"]["at"].as_str().unwrap();
    assert_eq!(
        row["text"],
        format!(
            "nothing was taken in yet; refused notifications that are kept: 3, the last of {at} (the secret or the version is wrong, or \
             somebody else posts here); once it is mended, POST /api/refused/retry?source=clickbank"
        )
    );
    assert_eq!(retry(&tested).await, [0, 3, 0], "while the secret is wrong");
    set_secret(&tested, INS_SECRET);
    tested.notify(&notification("", "TEST", "********")).await;
    let row = clickbank(&tested).await;
    assert_eq!(row["refused"]["kept"], 3, "a good one takes nothing away");
    assert!(
        row["text"].as_str().unwrap().starts_with("TEST IPN decrypted at "),
        "{row}"
    );
    assert_eq!(retry(&tested).await, [3, 0, 0]);
    assert_eq!(retry(&tested).await, [0, 0, 0], "a second time takes nothing");
    let receipts = |rows: Vec<postback::Conversion>| {
        let receipts = rows.into_iter().map(|row| row.shown.receipt.clone().unwrap());
        receipts.map(|receipt| receipt.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        receipts(tested.conversions().await),
        ["R3", "R2", "R1"],
        "the oldest was taken first"
    );
    let row = clickbank(&tested).await;
    assert_eq!(
        row["refused"],
        json!({
            "kept": 0, "keep": 256, "keep_bytes": postback::plan::DEFAULT_REFUSED_BYTES, "full": false,
            "ins": {"kept": 0, "probable": 0, "last": null}, "s2s": {"kept": 0, "probable": 0, "last": null},
        })
    );
    assert_eq!(row["text"], "SALE IPN decrypted");
}

#[tokio::test]
async fn what_was_sent_again_meanwhile_is_counted_once() {
    let tested = mistaken();
    let click = tested.click("bare-one").await;
    let sale = notification(&click, "SALE", "R1");
    tested.notify(&sale).await;
    tested.notify(&sale).await;
    set_secret(&tested, INS_SECRET);
    assert_eq!(tested.notify(&sale).await.text(), r#"{"outcome":"applied"}"#);
    assert_eq!(retry(&tested).await, [2, 0, 0]);
    assert_eq!((tested.conversions().await.len(), tested.refused().await.len()), (1, 0));
}

#[tokio::test]
async fn what_does_not_open_stays() {
    let tested = mistaken();
    tested.post("/ins/clickbank", "junk").await;
    tested.notify(&notification("", "SALE", "R1")).await;
    tested
        .notify(&notification("", "SALE", "R2").replace("7.0", "8.0"))
        .await;
    set_secret(&tested, INS_SECRET);
    assert_eq!(retry(&tested).await, [1, 2, 0]);
    assert_eq!(tested.refused().await.len(), 2);
    assert_eq!(tested.events().await[0].outcome.as_str(), "unattributed");
    assert_eq!(retry(&tested).await, [0, 2, 0]);
}

/// Who has the API's token vouches for who posted them.
#[tokio::test]
async fn a_body_that_came_with_a_wrong_token_is_taken_in() {
    let tested = tested();
    let sale = envelope(&notification("", "SALE", "R1"));
    assert_eq!(tested.post("/ins/clickbank?token=old", sale).await.status, 400);
    assert_eq!(retry(&tested).await, [1, 0, 0]);
}

/// The versions of the source were corrected, say.
#[tokio::test]
async fn a_notification_of_an_old_version_is_tried_as_a_form() {
    let tested = tested();
    let url = format!("/ins/clickbank?token={INS_TOKEN}");
    assert_eq!(tested.post(&url, ins_form::SALE).await.status, 400);
    assert_eq!(retry(&tested).await, [0, 1, 0]);
    ins_form::take(&tested, r#""4.0""#);
    assert_eq!(retry(&tested).await, [1, 0, 0]);
    assert_eq!(clickbank(&tested).await["text"], "SALE IPN verified (32 bits, legacy)");
}

#[tokio::test]
async fn a_crash_before_a_body_is_forgotten_costs_a_duplicate() {
    let tested = mistaken();
    let click = tested.click("bare-one").await;
    tested.notify(&notification(&click, "SALE", "R1")).await;
    set_secret(&tested, INS_SECRET);
    tested.store.set(Mode::FailsAt("purge"));
    assert_eq!(ask(&tested, "clickbank").await.status, 503);
    assert_eq!((tested.conversions().await.len(), tested.refused().await.len()), (1, 1));
    tested.store.set(Mode::Works);
    assert_eq!(retry(&tested).await, [1, 0, 0]);
    assert_eq!((tested.conversions().await.len(), tested.refused().await.len()), (1, 0));
}

#[tokio::test]
async fn a_store_that_takes_nothing_keeps_the_bodies() {
    let tested = mistaken();
    tested.notify(&notification("", "SALE", "R1")).await;
    set_secret(&tested, INS_SECRET);
    tested.store.set(Mode::FailsAt("commit"));
    let answer = ask(&tested, "clickbank").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, Some("1")));
    assert_eq!((tested.events().await.len(), tested.refused().await.len()), (0, 1));
}

#[tokio::test]
async fn bodies_that_the_store_cannot_read_now_remain() {
    let tested = mistaken();
    tested.notify(&notification("", "SALE", "R1")).await;
    set_secret(&tested, INS_SECRET);
    tested.store.set(Mode::FailsAt("refused_body"));
    assert_eq!(ask(&tested, "clickbank").await.status, 503);
    tested.store.set(Mode::Works);
    assert_eq!(retry(&tested).await, [1, 0, 0]);
}

#[tokio::test]
async fn one_body_that_the_store_cannot_decide_does_not_keep_the_others() {
    let tested = mistaken();
    for (click, receipt) in [("c-corrupt", "R1"), ("c-other", "R2")] {
        tested.notify(&notification(click, "SALE", receipt)).await;
    }
    set_secret(&tested, INS_SECRET);
    tested.store.set(Mode::CorruptFor("c-corrupt"));
    assert_eq!(retry(&tested).await, [1, 0, 1]);
    tested.store.set(Mode::Works);
    assert_eq!(retry(&tested).await, [1, 0, 0]);
}

#[tokio::test]
async fn one_call_takes_in_64_and_says_how_many_remain() {
    for (sent, first) in [(63, [63, 1, 0]), (64, [64, 1, 0]), (65, [64, 1, 1])] {
        let tested = mistaken();
        tested.post("/ins/clickbank", "junk").await;
        for number in 0..sent {
            tested.notify(&notification("", "SALE", &format!("R{number}"))).await;
        }
        set_secret(&tested, INS_SECRET);
        assert_eq!(retry(&tested).await, first);
        assert_eq!(retry(&tested).await, [first[2], 1, 0]);
        assert_eq!(tested.events().await.len(), sent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_when_its_time_is_over() {
    let mut limits = Limits::default();
    limits.api_timeout = Duration::from_secs(5);
    let tested = routed(|builder| builder, options().with_limits(limits));
    set_secret(&tested, WRONG);
    for number in 0..9 {
        tested.notify(&notification("", "SALE", &format!("R{number}"))).await;
    }
    set_secret(&tested, INS_SECRET);
    tested.store.set(Mode::HangsAt("commit"));
    let began = tokio::time::Instant::now();
    assert_eq!(ask(&tested, "clickbank").await.status, 503);
    // Two commits of two and a half seconds each.
    assert_eq!(began.elapsed().as_secs(), 5);
    tested.store.set(Mode::Works);
    assert_eq!(retry(&tested).await, [9, 0, 0]);
}

/// What stays refused keeps nobody from what is behind it.
#[tokio::test(start_paused = true)]
async fn a_call_goes_on_where_the_one_before_ended() {
    let mut limits = Limits::default();
    limits.api_timeout = Duration::from_secs(5);
    let tested = routed(|builder| builder, options().with_limits(limits));
    set_secret(&tested, WRONG);
    for number in 0..9 {
        tested.post("/ins/clickbank", format!("junk {number}")).await;
    }
    for receipt in ["R1", "R2"] {
        tested.notify(&notification("", "SALE", receipt)).await;
    }
    set_secret(&tested, INS_SECRET);
    tested.store.set(Mode::Slow(Duration::from_secs(1)));
    let (first, next) = retry_after(&tested, "").await;
    assert!(first[1] > 0 && first[1] < 9, "{first:?}");
    assert_eq!((first[0], first[2]), (0, 11 - first[1]));
    assert_eq!(
        retry_after(&tested, "").await,
        (first, next.clone()),
        "from the oldest again"
    );
    let (mut counts, mut next) = (first, next);
    while let Some(after) = next {
        assert!(counts[2] > 0);
        let more;
        (more, next) = retry_after(&tested, &after).await;
        counts = [counts[0] + more[0], counts[1] + more[1], more[2]];
    }
    assert_eq!(counts, [2, 9, 0]);
    let events = tested.events().await;
    let receipts: Vec<String> = events
        .iter()
        .map(|row| row.event.receipt.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(receipts, ["R2", "R1"], "newest first");
}

#[tokio::test]
async fn a_place_that_is_gone_is_the_beginning() {
    let tested = mistaken();
    tested.post("/ins/clickbank", "junk").await;
    for number in 0..65 {
        tested.notify(&notification("", "SALE", &format!("R{number}"))).await;
    }
    set_secret(&tested, INS_SECRET);
    let (counts, next) = retry_after(&tested, "").await;
    let oldest = tested.refused_rows().await.pop().unwrap().id;
    assert_eq!((counts, next.as_deref()), ([64, 1, 1], Some(oldest.as_str())));
    let gone = "2".repeat(26);
    assert_eq!(retry_after(&tested, &gone).await, ([1, 1, 0], None));
}

#[tokio::test]
async fn if_nothing_stays_the_next_call_begins_with_the_oldest() {
    let tested = mistaken();
    for number in 0..65 {
        tested.notify(&notification("", "SALE", &format!("R{number}"))).await;
    }
    set_secret(&tested, INS_SECRET);
    assert_eq!(retry_after(&tested, "").await, ([64, 0, 1], Some("oldest".to_owned())));
    assert_eq!(retry_after(&tested, "oldest").await, ([1, 0, 0], None));
}

#[tokio::test]
async fn of_an_overfull_ring_the_newest_256_are_tried_and_of_an_expired_one_none() {
    let tested = mistaken();
    for number in 0..258 {
        tested.notify(&notification("", "SALE", &format!("R{number}"))).await;
    }
    let row = clickbank(&tested).await;
    assert_eq!(
        (&row["refused"]["kept"], &row["refused"]["full"]),
        (&json!(256), &json!(true))
    );
    let full = "there is no room for more kept messages, and each new one replaces the oldest";
    assert!(row["text"].as_str().unwrap().ends_with(full), "{row}");
    set_secret(&tested, INS_SECRET);
    for remaining in [192, 128, 64, 0] {
        assert_eq!(retry(&tested).await, [64, 0, remaining]);
    }
    let events = tested.events().await;
    let oldest = events.last().unwrap().event.receipt.clone();
    assert_eq!((events.len(), oldest.unwrap().to_string()), (256, "R2".to_owned()));

    set_secret(&tested, WRONG);
    tested.notify(&notification("", "SALE", "R999")).await;
    let expired = Purge::PrivateBefore(SystemClock.now());
    tested.store.inner.purge(&expired).await.unwrap();
    set_secret(&tested, INS_SECRET);
    assert_eq!(retry(&tested).await, [0, 0, 0]);
}

#[tokio::test]
async fn what_is_tried_again_is_named_and_only_by_post_with_the_token() {
    let tested = mistaken();
    let url = "/api/refused/retry?source=clickbank";
    assert_eq!(tested.post(url, "").await.status, 401);
    assert_eq!(tested.api(url).await.status, 405);
    let one_of = "name one of `id`, `source` and `all=true`";
    let unknown = "2".repeat(26);
    for (query, status, text) in [
        ("", 400, one_of.to_owned()),
        ("source=", 400, one_of.to_owned()),
        ("source=net&all=true", 400, one_of.to_owned()),
        ("all=yes", 400, "parameter `all`: `yes` is none of true".to_owned()),
        (
            "source=nobody",
            404,
            "offer source `nobody` is not configured".to_owned(),
        ),
        (
            &format!("id={unknown}"),
            404,
            format!("no refused message is kept as `{unknown}`"),
        ),
        (
            "limit=9",
            400,
            "unknown parameter `limit`; known are id, source, all, after".to_owned(),
        ),
    ] {
        let url = format!("/api/refused/retry?{query}");
        let answer = tested.send(authorized("POST", &url)).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (status, text), "{query}");
    }
}
