//! A store that is away: who waits for it, and what the log and the numbers say.

use crate::canary::plain;
use crate::journalling::Journalling;
use crate::refused_postbacks::mended;
use crate::support::{Answer, authorized, notification};
use crate::watched::Mode;
use postback_axum::Prometheus;
use postback_service::{STORE_PATIENCE, STORE_TIMEOUT};
use postback_test::Log;
use std::time::Duration;
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

const SECOND: Duration = Duration::from_secs(1);
/// What may be added to a wait.
const A_LITTLE: Duration = Duration::from_millis(5);

/// The status of an answer, and how long it took.
async fn timed(answer: impl Future<Output = Answer>) -> (u16, Duration) {
    let began = Instant::now();
    let answer = answer.await;
    (answer.status.as_u16(), began.elapsed())
}

#[track_caller]
fn waited((status, took): (u16, Duration), expected: u16, wait: Duration) {
    assert_eq!(status, expected);
    assert!(took >= wait && took < wait + A_LITTLE, "{took:?} instead of {wait:?}");
}

impl Journalling {
    async fn timed(&self, number: u32) -> (u16, Duration) {
        let sale = format!("clickid=c{number}&sum=1&eventid=E{number}");
        timed(self.tested.postback(&sale)).await
    }

    /// With a store that hangs, for which one postback has waited.
    async fn stuck() -> Self {
        let journalling = Self::start();
        journalling.tested.store.set(Mode::Hangs);
        waited(journalling.timed(0).await, 202, STORE_TIMEOUT);
        journalling
    }

    /// Works for a while.
    async fn run(&self, time: Duration) {
        let (stop, until) = oneshot::channel::<()>();
        let running = tokio::spawn(self.tested.service.clone().run(async { drop(until.await) }));
        sleep(time).await;
        stop.send(()).unwrap();
        running.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn behind_a_store_that_is_stuck_nobody_waits_and_each_second_one_tries_it() {
    let journalling = Journalling::stuck().await;
    waited(journalling.timed(1).await, 202, STORE_PATIENCE);
    for number in 2..10 {
        waited(journalling.timed(number).await, 202, Duration::ZERO);
    }
    // A click, and a postback that is refused and kept.
    waited(
        timed(journalling.tested.get("/summer?ref_id=R-1")).await,
        302,
        Duration::ZERO,
    );
    let refused = journalling.tested.postback("clickid=c&sum=x&eventid=E1");
    waited(timed(refused).await, 400, Duration::ZERO);
    sleep(SECOND).await;
    waited(journalling.timed(10).await, 202, STORE_PATIENCE);
    waited(journalling.timed(11).await, 202, Duration::ZERO);

    journalling.tested.store.set(Mode::Works);
    sleep(SECOND).await;
    waited(journalling.timed(12).await, 200, Duration::ZERO);
    waited(journalling.timed(13).await, 200, Duration::ZERO);
    let done = journalling.tested.service.replay_journal().await.unwrap();
    assert_eq!((done.taken, done.left), (14, 0));
    assert_eq!(journalling.tested.events().await.len(), 14);
}

/// ClickBank sends a notification again, so it never goes to the journal.
#[tokio::test(start_paused = true)]
async fn a_notification_waits_for_a_store_that_is_stuck_and_is_refused_in_time() {
    let journalling = Journalling::stuck().await;
    for number in 0..2 {
        let sale = notification("c", "SALE", &format!("R{number}"));
        waited(timed(journalling.tested.notify(&sale)).await, 503, STORE_TIMEOUT);
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_full_journal_a_store_that_is_stuck_is_waited_for() {
    let journalling = Journalling::sized(0, 1);
    journalling.tested.store.set(Mode::Hangs);
    for number in 0..3 {
        waited(journalling.timed(number).await, 503, STORE_TIMEOUT);
    }
    journalling.tested.store.set(Mode::Slow(STORE_PATIENCE * 3));
    let (status, _) = journalling.timed(3).await;
    assert_eq!(status, 200);
}

/// The body is durable already, and in the journal it would count a second time.
#[tokio::test(start_paused = true)]
async fn a_refused_postback_that_is_tried_again_behind_a_stuck_store_stays_where_it_is() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    let refused = tested.postback("clickid=c&sum=8.50&order_id=1&order_id=2").await;
    assert_eq!(refused.status, 400);
    tested.replace(mended());
    tested.store.set(Mode::HangsAt("commit"));
    let retry = || tested.send(authorized("POST", "/api/refused/retry?source=net"));
    assert_eq!(retry().await.status, 503);
    assert_eq!(journalling.lines(), [""; 0]);

    tested.store.set(Mode::Works);
    assert_eq!(retry().await.json()["taken"], 1);
    let replayed = tested.service.replay_journal().await.unwrap();
    assert_eq!((replayed.taken, replayed.left), (0, 0));
    assert_eq!(tested.events().await.len(), 1);
}

/// A full disk answers at once, so it is asked each time.
#[tokio::test(start_paused = true)]
async fn a_store_that_refuses_at_once_is_asked_each_time() {
    let journalling = Journalling::start();
    let store = &journalling.tested.store;
    for number in 0..3 {
        store.set(Mode::Fails);
        waited(journalling.timed(number).await, 202, Duration::ZERO);
        store.set(Mode::Works);
        waited(journalling.timed(number + 10).await, 200, Duration::ZERO);
    }
}

/// Postbacks that come while the store takes nothing, which lasts for minutes.
async fn trouble(postbacks: u32, minutes: u32) -> Journalling {
    let journalling = Journalling::start();
    journalling.tested.store.set(Mode::Fails);
    for number in 0..postbacks {
        waited(journalling.timed(number).await, 202, Duration::ZERO);
    }
    let store = journalling.tested.store.clone();
    let away = async {
        sleep(SECOND * (60 * minutes + 2)).await;
        store.set(Mode::Works);
    };
    tokio::join!(away, journalling.run(SECOND * (60 * minutes + 30)));
    journalling
}

#[tokio::test(start_paused = true)]
async fn what_is_journalled_is_no_refusal_and_trouble_is_said_when_it_begins_and_ends() {
    // What logs is known to `tracing` from here on, as in the tests of the log.
    trouble(1, 2).await;
    let recorder = Prometheus::default();
    let handle = recorder.clone();
    let log = Log::default();
    let _logging = plain(&log);
    let _metering = metrics::set_default_local_recorder(&recorder);
    let journalling = trouble(100, 10).await;
    assert_eq!(journalling.tested.events().await.len(), 100);

    let metrics = handle.render();
    assert!(
        metrics.contains("postback_journalled_total{source=\"net\"} 100\n"),
        "{metrics}"
    );
    assert!(!metrics.contains("postback_refusals_total{"), "{metrics}");
    let text = log.text();
    let said = |what: &str| text.lines().filter(|line| line.contains(what)).count();
    for (line, times) in [
        ("meter: the store takes nothing: ", 1),
        ("meter: the store still takes nothing ", 10),
        ("meter: the store takes what comes again ", 1),
        ("journalled=100 refused=0", 11),
        ("meter: deliveries cannot be leased, ", 1),
        ("meter: deliveries still cannot be leased ", 10),
        ("meter: deliveries are leased again ", 1),
        ("event was not stored", 0),
    ] {
        assert_eq!(said(line), times, "{line}: {text}");
    }
    assert!(text.lines().count() < 80, "{} lines: {text}", text.lines().count());
}

/// What is durable nowhere is still a refusal.
#[tokio::test(start_paused = true)]
async fn what_goes_nowhere_is_counted_as_refused() {
    let recorder = Prometheus::default();
    let handle = recorder.clone();
    let _metering = metrics::set_default_local_recorder(&recorder);
    let journalling = Journalling::start();
    journalling.tested.store.set(Mode::Fails);
    let sale = notification("c", "SALE", "R1");
    assert_eq!(journalling.tested.notify(&sale).await.status, 503);
    let metrics = handle.render();
    let counted = r#"postback_refusals_total{source="clickbank",interface="ins",status="503"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(
        metrics.contains(r#"postback_ingest_seconds_count{interface="ins"} 1"#),
        "{metrics}"
    );
}

/// So few lines are taken in before they are removed from the journal, and they take long.
#[tokio::test(start_paused = true)]
async fn a_round_says_how_far_it_is_although_it_takes_in_few_lines() {
    let taken_in = async || {
        let journalling = Journalling::start();
        journalling.tested.store.set(Mode::Fails);
        for number in 0..6 {
            waited(journalling.timed(number).await, 202, Duration::ZERO);
        }
        // Each is read and written.
        journalling.tested.store.set(Mode::Slow(SECOND * 2));
        assert_eq!(journalling.tested.service.replay_journal().await.unwrap().taken, 6);
    };
    // What logs is known to `tracing` from here on, as in the tests of the log.
    taken_in().await;
    let log = Log::default();
    let _logging = plain(&log);
    taken_in().await;
    let text = log.text();
    for line in [
        "the journal is being taken in taken=2 left=4",
        "taken=4 left=2",
        "taken=6 left=0",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}
