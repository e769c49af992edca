//! Clicks while the store is in trouble: they go to the journal, and their visitors to the offer.

use crate::journalling::Journalling;
use crate::support::Answer;
use crate::watched::Mode;
use postback::Click;
use postback::port::Inspect;
use postback_service::{STORE_PATIENCE, STORE_TIMEOUT};
use std::{fs, time::Duration};
use tokio::time::{Instant, sleep};

const OFFER: &str = "https://shop.example.com/book?aff=";

impl Journalling {
    /// A visitor who is sent to the offer; the click's id.
    async fn click(&self) -> String {
        click_of(&self.tested.get("/summer?ref_id=R-1").await)
    }

    /// The click, if it is in the store.
    async fn stored(&self, id: &str) -> Option<Click> {
        let id = id.parse().unwrap();
        self.tested.store.inner.click(&id).await.unwrap()
    }
}

fn click_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 302);
    let location = answer.header("location").unwrap();
    let id = location.strip_prefix(OFFER).unwrap_or_else(|| panic!("{location}"));
    id.split('&').next().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_visitor_waits_a_moment_for_the_store_and_then_goes_on() {
    let journalling = Journalling::start();
    for (mode, waited) in [(Mode::Fails, Duration::ZERO), (Mode::Hangs, STORE_PATIENCE)] {
        journalling.tested.store.set(mode);
        let began = Instant::now();
        journalling.click().await;
        let took = began.elapsed();
        assert!(
            took >= waited && took < waited + Duration::from_millis(5),
            "{mode:?}: {took:?}"
        );
    }
}

#[tokio::test]
async fn a_journalled_click_makes_its_sale_with_all_that_it_had() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    let usual = journalling.click().await;
    tested.store.set(Mode::Fails);
    let click = journalling.click().await;
    let sale = format!("clickid={click}&sum=8.50&eventid=E1");
    assert_eq!(tested.postback(&sale).await.status, 202);
    let left = tested.service.replay_journal().await.unwrap();
    assert_eq!((left.taken, left.clicks, left.left), (0, 0, 2));

    tested.store.set(Mode::Works);
    let done = tested.service.replay_journal().await.unwrap();
    assert_eq!((done.taken, done.clicks, done.left), (2, 1, 0));
    let conversions = tested.conversions().await;
    assert_eq!((conversions.len(), conversions[0].click.as_str()), (1, click.as_str()));
    let (stored, usual) = (
        journalling.stored(&click).await.unwrap(),
        journalling.stored(&usual).await.unwrap(),
    );
    assert_eq!(stored.private, usual.private, "personal values too");
    assert!(!stored.private.is_empty());
    assert_eq!(stored.ref_id, usual.ref_id);
    assert_eq!(tested.postback(&sale).await.text(), r#"{"outcome":"duplicate"}"#);
}

/// The sale stands before the click in the files: of a crash, or of a host that appends by itself.
#[tokio::test]
async fn clicks_are_taken_in_before_everything_else_and_once() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::Fails);
    let click = journalling.click().await;
    tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    let lines = journalling.lines();
    journalling.rewrite(&format!("{}\n{}\n{}\n", lines[1], lines[0], lines[0]));
    tested.store.set(Mode::Works);
    tested.store.calls();
    let done = tested.service.replay_journal().await.unwrap();
    assert_eq!((done.taken, done.clicks), (3, 2));
    assert_eq!(tested.store.calls()[..2], ["record", "facts"], "the clicks together");
    assert_eq!(tested.conversions().await.len(), 1);
}

#[tokio::test]
async fn a_stubborn_click_keeps_no_others_waiting() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::Fails);
    let ids = [
        journalling.click().await,
        journalling.click().await,
        journalling.click().await,
    ];
    tested.store.set(Mode::CorruptFor(ids[1].clone().leak()));
    let done = tested.service.replay_journal().await.unwrap();
    assert_eq!((done.clicks, done.left), (2, 1));
    for (id, is_stored) in ids.iter().zip([true, false, true]) {
        assert_eq!(journalling.stored(id).await.is_some(), is_stored);
    }
    tested.store.set(Mode::Works);
    assert_eq!(tested.service.replay_journal().await.unwrap().clicks, 1);
    assert!(journalling.stored(&ids[1]).await.is_some());
}

#[tokio::test]
async fn a_click_that_cannot_be_read_is_kept_beside_the_journal() {
    let journalling = Journalling::start();
    journalling.rewrite("click {}\n");
    let done = journalling.tested.service.replay_journal().await.unwrap();
    assert_eq!((done.clicks, done.left, done.unreadable), (0, 0, 1));
    let kept = fs::read_to_string(journalling.file("journal.unreadable")).unwrap();
    assert_eq!(kept, "click {}\n");
}

/// The store takes events again, and the click still waits.
#[tokio::test(start_paused = true)]
async fn a_sale_that_comes_before_its_click_is_taken_in_is_attributed_with_it() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::FailsAt("record"));
    let service = tested.service.clone();
    let running = tokio::spawn(service.run(std::future::pending()));
    // The loops have begun, and the next look at all that waits is half a minute away.
    sleep(Duration::from_secs(1)).await;
    let click = journalling.click().await;
    let answer = tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["outcome"].as_str()),
        (200, Some("unattributed"))
    );
    assert!(tested.conversions().await.is_empty());
    tested.store.set(Mode::Works);
    sleep(Duration::from_secs(10)).await;
    running.abort();
    assert_eq!(tested.conversions().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_late_is_not_cut_off() {
    let journalling = Journalling::start();
    journalling.tested.store.set(Mode::Slow(Duration::from_millis(200)));
    let began = Instant::now();
    let click = journalling.click().await;
    assert!(began.elapsed() < Duration::from_millis(100));
    assert!(journalling.stored(&click).await.is_none());
    sleep(Duration::from_millis(300)).await;
    assert!(journalling.stored(&click).await.is_some(), "without the journal");
    journalling.tested.store.set(Mode::Works);
    let done = journalling.tested.service.replay_journal().await.unwrap();
    assert_eq!((done.clicks, done.left), (1, 0), "and twice is once");
}

#[tokio::test(start_paused = true)]
async fn with_a_full_journal_the_store_has_its_time_and_then_the_fallback_is_left() {
    let journalling = Journalling::sized(0, 1);
    let tested = &journalling.tested;
    tested.store.set(Mode::Slow(Duration::from_millis(200)));
    let click = journalling.click().await;
    assert!(journalling.stored(&click).await.is_some());
    for (mode, waited) in [(Mode::Fails, Duration::ZERO), (Mode::Hangs, STORE_TIMEOUT)] {
        tested.store.set(mode);
        let began = Instant::now();
        let answer = tested.get("/summer?ref_id=R-1").await;
        assert_eq!(answer.header("location"), Some("https://www.example.com/"), "{mode:?}");
        let took = began.elapsed();
        assert!(
            took >= waited && took < waited + Duration::from_millis(5),
            "{mode:?}: {took:?}"
        );
        assert_eq!(tested.get("/bare-one?ref_id=R-1").await.status, 503);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_journal_on_a_failing_disk_leaves_the_fallback() {
    let journalling = Journalling::start();
    // A folder in the file's place: nothing can be written there, whoever writes.
    fs::remove_file(journalling.file("journal")).unwrap();
    fs::create_dir(journalling.file("journal")).unwrap();
    journalling.tested.store.set(Mode::Fails);
    let answer = journalling.tested.get("/summer?ref_id=R-1").await;
    assert_eq!(answer.header("location"), Some("https://www.example.com/"));
}
