//! Personal values are erased on request: from the store, from what is still to be sent, from what
//! was refused, and from the journal.

use crate::canary::plain;
use crate::journalling::Journalling;
use crate::support::{Answer, Tested, authorized, tested};
use crate::watched::Mode;
use postback::port::Inspect;
use postback_test::Log;
use serde_json::{Value, json};
use std::fs;

const MAIL: &str = "CANARY-jane%40mail.example";
const SHOWN: &str = "CANARY-jane";

async fn erase(tested: &Tested, path: &str) -> Answer {
    tested.send(authorized("DELETE", path)).await
}

fn erased(clicks: u64, events: u64, deliveries: u64, refused: u64, journal: u64) -> Value {
    json!({"clicks": clicks, "events": events, "deliveries": deliveries, "refused": refused, "journal": journal})
}

/// Whether the stored click and the newest event have personal values.
async fn remembered(tested: &Tested, click: &str) -> (bool, bool) {
    let store = &tested.store.inner;
    let click = store.click(&click.parse().unwrap()).await.unwrap().unwrap();
    let newest = tested.events().await.remove(0).event.id.clone();
    let event = store.event(&newest).await.unwrap().unwrap();
    (!click.private.is_empty(), !event.event.private.is_empty())
}

#[tokio::test]
async fn what_belongs_to_a_click_is_erased_once_and_the_log_does_not_say_whose_it_was() {
    let tested = tested();
    let log = Log::default();
    let _logging = plain(&log);
    let (one, other) = (tested.click("summer").await, tested.click("summer").await);
    for click in [&one, &other] {
        let query = format!("clickid={click}&sum=8.5&eventid={click}&email={MAIL}");
        assert_eq!(tested.postback(&query).await.json()["outcome"], "applied");
    }
    // One that names the click is refused and kept.
    assert_eq!(
        tested
            .postback(&format!("clickid={one}&sum=much&email={MAIL}"))
            .await
            .status,
        400
    );
    assert_eq!(remembered(&tested, &one).await, (true, true));
    let path = format!("/api/clicks/{one}/private");
    assert_eq!(erase(&tested, &path).await.json(), erased(1, 1, 1, 1, 0));
    assert_eq!(erase(&tested, &path).await.json(), erased(0, 0, 0, 0, 0));
    assert!(!remembered(&tested, &one).await.0);
    assert_eq!(remembered(&tested, &other).await, (true, true));
    assert_eq!(tested.events().await.len(), 2, "what happened stays");
    let text = log.text();
    assert!(text.contains("personal values were erased"), "{text}");
    assert!(!text.contains(SHOWN), "{text}");
    let line = text
        .lines()
        .find(|line| line.contains("personal values were erased"))
        .unwrap();
    assert!(!line.contains(&one), "{line}");
}

#[tokio::test]
async fn a_receipt_leads_to_its_sale_and_to_the_click_of_the_sale() {
    let tested = tested();
    let click = tested.click("summer").await;
    let query = format!("clickid={click}&sum=8.5&receipt=R1&email={MAIL}");
    assert_eq!(tested.postback(&query).await.json()["outcome"], "applied");
    assert_eq!(remembered(&tested, &click).await, (true, true));
    let none = erase(&tested, "/api/receipts/R1/private?source=walled").await;
    assert_eq!(none.json(), erased(0, 0, 0, 0, 0), "the receipt of another source");
    let all = erase(&tested, "/api/receipts/R1/private").await;
    assert_eq!(all.json(), erased(1, 1, 1, 0, 0));
    assert_eq!(remembered(&tested, &click).await, (false, false));
    let again = erase(&tested, "/api/receipts/R1/private?source=net").await;
    assert_eq!(again.json(), erased(0, 0, 0, 0, 0));
    let unknown = erase(&tested, "/api/receipts/R1/private?sorce=net").await;
    assert_eq!(unknown.status, 400);
}

#[tokio::test]
async fn what_waits_in_the_journal_is_taken_in_without_its_personal_values() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::Fails);
    let (one, other) = (tested.click("summer").await, tested.click("summer").await);
    for click in [&one, &other] {
        let query = format!("clickid={click}&sum=8.5&receipt=R-{click}&email={MAIL}");
        assert_eq!(tested.postback(&query).await.status, 202);
    }
    let refused = format!("clickid={one}&sum=much&email={MAIL}");
    assert_eq!(tested.postback(&refused).await.status, 400);
    tested.store.set(Mode::Works);
    let journal = || fs::read_to_string(journalling.file("journal")).unwrap();
    assert_eq!(
        journal().matches(SHOWN).count(),
        2,
        "the bytes of what was refused are numbers"
    );
    let path = format!("/api/clicks/{one}/private");
    assert_eq!(erase(tested, &path).await.json(), erased(0, 0, 0, 0, 3));
    assert_eq!(erase(tested, &path).await.json(), erased(0, 0, 0, 0, 0));
    assert_eq!(journal().matches(SHOWN).count(), 1, "that of the other one");
    let of_other = erase(tested, &format!("/api/receipts/R-{other}/private?source=net")).await;
    assert_eq!(
        of_other.json(),
        erased(0, 0, 0, 0, 2),
        "its waiting sale names its click"
    );
    assert!(!journal().contains(SHOWN));
    let replayed = tested.service.replay_journal().await.unwrap();
    assert_eq!((replayed.taken, replayed.clicks, replayed.left), (4, 2, 0));
    assert_eq!(tested.conversions().await.len(), 2, "no sale is lost");
    assert_eq!(remembered(tested, &one).await, (false, false));
    assert_eq!(remembered(tested, &other).await, (false, false));
}

#[tokio::test]
async fn a_receipt_of_a_sale_that_waits_in_the_journal_leads_to_its_stored_click() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    let (one, other) = (tested.click("summer").await, tested.click("summer").await);
    tested.store.set(Mode::Fails);
    for (click, receipt) in [(&one, "R1"), (&other, "R2")] {
        let query = format!("clickid={click}&sum=8.5&receipt={receipt}&email={MAIL}");
        assert_eq!(tested.postback(&query).await.status, 202);
    }
    tested.store.set(Mode::Works);
    let done = erase(tested, "/api/receipts/R1/private").await;
    assert_eq!(done.json(), erased(1, 0, 0, 0, 1));
    let again = erase(tested, "/api/receipts/R1/private").await;
    assert_eq!(again.json(), erased(0, 0, 0, 0, 0));
    let click = async |click: &str| {
        tested
            .store
            .inner
            .click(&click.parse().unwrap())
            .await
            .unwrap()
            .unwrap()
    };
    assert!(click(&one).await.private.is_empty());
    assert!(!click(&other).await.private.is_empty(), "that of another receipt");
}

#[tokio::test]
async fn trouble_of_the_store_is_said_and_erasing_again_is_safe() {
    let tested = tested();
    let click = tested.click("summer").await;
    let path = format!("/api/clicks/{click}/private");
    tested.store.set(Mode::FailsAt("purge"));
    assert_eq!(erase(&tested, &path).await.status, 503);
    tested.store.set(Mode::Works);
    assert_eq!(erase(&tested, &path).await.json(), erased(1, 0, 0, 0, 0));
}

/// As while a backup reads the files of the database.
#[tokio::test(start_paused = true)]
async fn what_the_files_still_hold_is_answered_logged_and_tried_again() {
    let run = async |tested: &Tested| {
        let (stop, until) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(tested.service.clone().run(async { drop(until.await) }));
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        stop.send(()).unwrap();
        running.await.unwrap();
    };
    let hold = async || {
        let tested = tested();
        let click = tested.click("summer").await;
        tested.store.set(Mode::FilesHold);
        let path = format!("/api/clicks/{click}/private");
        let answer = erase(&tested, &path).await;
        let mut expected = erased(1, 0, 0, 0, 0);
        expected["files_hold"] = true.into();
        assert_eq!((answer.status.as_u16(), answer.json()), (200, expected));
        run(&tested).await;
        tested.store.set(Mode::Works);
        assert_eq!(erase(&tested, &path).await.json(), erased(0, 0, 0, 0, 0));
    };
    // What logs is known to `tracing` from here on, as in the tests of the log.
    hold().await;
    let log = Log::default();
    let _logging = plain(&log);
    hold().await;
    let text = log.text();
    for line in [
        "postback_service::erase: personal values were erased, but the files of the store still hold them",
        "postback_service::retention: the files of the store still hold personal values that were deleted",
    ] {
        assert_eq!(text.matches(line).count(), 1, "{line}: {text}");
    }
}
