//! Postbacks while the store is in trouble.

use crate::journalling::Journalling;
use crate::support::{CONFIG, NET_TOKEN, authorized, compiled};
use crate::watched::Mode;
use postback::port::{EventFilter, Inspect, PageRequest};
use postback_service::Journal;
use std::fs;

impl Journalling {
    /// With a store that fails, and one postback in the journal.
    async fn holding_one() -> Self {
        let journalling = Self::start();
        journalling.tested.store.set(Mode::Fails);
        let answer = journalling.tested.postback("clickid=c&sum=1&eventid=E1").await;
        assert_eq!(answer.status, 202);
        journalling
    }

    /// Tries what waits; how many lines were taken in, are left, and cannot be read.
    async fn replay(&self) -> (u64, u64, u64) {
        let done = self.tested.service.replay_journal().await.unwrap();
        (done.taken, done.left, done.unreadable)
    }
}

#[tokio::test]
async fn a_postback_that_the_store_does_not_take_is_journalled_and_taken_in_later_once() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    let click = tested.click("summer").await;
    tested.store.set(Mode::Fails);
    let answer = tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (202, r#"{"outcome":"journalled"}"#)
    );
    // Without an id of its own it is the arrival that counts, also when it is read twice.
    let answer = tested.postback(&format!("clickid={click}&sum=2")).await;
    assert_eq!(answer.status, 202);
    assert_eq!(journalling.replay().await, (0, 2, 0));

    tested.store.set(Mode::Works);
    let replaying = journalling.file("journal.replaying");
    let kept = journalling.lines().join("\n");
    assert_eq!(journalling.replay().await, (2, 0, 0));
    assert_eq!(journalling.lines(), [""; 0]);
    // As earlier versions kept what a round left.
    fs::write(&replaying, kept).unwrap();
    assert_eq!(journalling.replay().await, (2, 0, 0));
    assert!(!replaying.exists());
    assert_eq!(tested.conversions().await.len(), 2);
    let again = tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    assert_eq!(again.text(), r#"{"outcome":"duplicate"}"#);
}

#[tokio::test]
async fn a_journalled_pixel_gets_its_image() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::Fails);
    let answer = tested.postback("clickid=x&eventid=E1&format=img").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (202, Some("image/gif"))
    );
}

#[tokio::test]
async fn half_a_line_and_strange_lines_are_kept_aside_and_stop_nobody() {
    let journalling = Journalling::holding_one().await;
    let tested = &journalling.tested;
    let good = &journalling.lines()[0];
    let half = &good[..20];
    // A crash in the middle of a line, and another postback after it.
    journalling.rewrite(&format!("{{}}\n{good}\n{half}"));
    tested.postback("clickid=c&sum=1&eventid=E2").await;
    tested.store.set(Mode::Works);
    assert_eq!(journalling.replay().await, (2, 0, 2));
    let aside = fs::read_to_string(journalling.file("journal.unreadable")).unwrap();
    assert_eq!(aside, format!("{{}}\n{half}\n"));
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_told_and_where_to_look() {
    let journalling = Journalling::start();
    journalling.tested.store.set(Mode::Corrupt);
    let answer = journalling.tested.api("/api/events").await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (
            500,
            "what is stored cannot be read: the server's log names it; a newer version wrote it, or it is damaged"
        )
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_read_leaves_the_journal_as_it_is() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::Corrupt);
    let answer = tested.postback("clickid=c&sum=1&eventid=E1").await;
    assert_eq!(answer.status, 202);
    assert_eq!(journalling.replay().await, (0, 1, 0));
    tested.store.set(Mode::Works);
    assert_eq!(journalling.replay().await, (1, 0, 0));
}

#[tokio::test]
async fn what_waits_for_a_source_that_is_gone_is_shown_and_can_be_discarded() {
    let journalling = Journalling::holding_one().await;
    let tested = &journalling.tested;
    tested.store.set(Mode::Works);
    let without = CONFIG.replace("\"net\"", "\"other\"");
    tested.service.replace(compiled(&without).unwrap()).await.unwrap();
    assert_eq!(journalling.replay().await, (0, 0, 0));
    let shown = async || {
        let sources = tested.send(authorized("GET", "/api/sources")).await.json();
        let items = sources["items"].as_array().unwrap().clone();
        items.into_iter().find(|source| source["id"] == "net")
    };
    let source = shown().await.unwrap();
    assert_eq!(source["set_aside"], 1);
    assert_eq!(
        source["text"],
        "it is not configured; 1 acknowledged postbacks are set aside until it is configured again (or POST \
         /api/journal/discard?source=net)"
    );
    let discard = async |query| {
        tested
            .send(authorized("POST", &format!("/api/journal/discard{query}")))
            .await
    };
    assert_eq!(discard("").await.status, 400);
    assert_eq!(discard("?source=other").await.text(), r#"{"discarded":0}"#);
    assert_eq!(discard("?source=net").await.text(), r#"{"discarded":1}"#);
    assert!(shown().await.is_none());
}

/// One event whose own rows are in trouble, and others that come after it.
#[tokio::test]
async fn a_stubborn_line_keeps_no_others_waiting() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::Corrupt);
    tested.postback("clickid=a&sum=1&eventid=E1").await;
    // A round that the store refuses leaves it in the file of what is left.
    assert_eq!(journalling.replay().await, (0, 1, 0));
    tested.store.set(Mode::Fails);
    tested.postback("clickid=b&sum=1&eventid=E2").await;
    tested.store.set(Mode::CorruptFor("a"));
    assert_eq!(journalling.replay().await, (1, 1, 0));
    tested.store.set(Mode::Works);
    assert_eq!(journalling.replay().await, (1, 0, 0));
    for name in ["journal.replaying", "journal.next"] {
        assert!(!journalling.file(name).exists(), "{name}");
    }
}

#[tokio::test]
async fn a_strange_line_is_set_aside_once_however_long_the_store_is_away() {
    let journalling = Journalling::holding_one().await;
    let tested = &journalling.tested;
    let good = &journalling.lines()[0];
    journalling.rewrite(&format!("{{}}\n{good}\n"));
    for _ in 0..5 {
        journalling.replay().await;
    }
    let aside = fs::read_to_string(journalling.file("journal.unreadable")).unwrap();
    assert_eq!(aside, "{}\n");
    tested.store.set(Mode::Works);
    assert_eq!(journalling.replay().await, (1, 0, 0));
}

#[tokio::test]
async fn a_journal_grows_to_its_limit_and_takes_no_line_more() {
    const LIMIT: u64 = 3_000;
    let journalling = Journalling::sized(500, LIMIT);
    let tested = &journalling.tested;
    tested.store.set(Mode::Fails);
    let state = || tested.service.journal().unwrap().state();
    assert_eq!((state().room, state().limit), (500, LIMIT));
    let mut one = None;
    while tested.postback("clickid=c&sum=1&eventid=E1").await.status == 202 {
        one.get_or_insert(state().bytes);
    }
    let one = one.unwrap();
    let full = state();
    assert!(full.room <= LIMIT && full.bytes + one + 1 > LIMIT, "{full:?}");
    tested.store.set(Mode::Works);
    assert_eq!(journalling.replay().await, (full.waiting, 0, 0));
    assert_eq!((state().bytes, state().room), (0, 500), "what it grew by is given back");
}

#[tokio::test]
async fn a_journal_is_opened_by_one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let journal = Journal::open(&path).unwrap();
    let error = Journal::open(&path).unwrap_err();
    assert_eq!(error.to_string(), "another process has this journal open");
    drop(journal);
    assert!(Journal::open(&path).is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn the_journal_is_its_owners_alone_and_holds_no_token() {
    use std::os::unix::fs::PermissionsExt;
    let journalling = Journalling::holding_one().await;
    let path = journalling.file("journal");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains(NET_TOKEN), "{text}");
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_refused_at_the_start() {
    let error = Journal::open("/nonexistent/journal").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}

/// What a person sees of lines that cannot be read, and can do with them.
#[tokio::test]
async fn unreadable_lines_are_listed_without_their_content_and_tried_again_or_discarded() {
    let journalling = Journalling::holding_one().await;
    let tested = &journalling.tested;
    let good = journalling.lines().remove(0);
    let newer = good.replacen("{\"v\":3", "{\"v\":99", 1);
    assert_ne!(newer, good);
    journalling.rewrite(&format!("{newer}\nclick {{}}\n"));
    tested.store.set(Mode::Works);
    assert_eq!(journalling.replay().await, (0, 0, 2));
    let shown = tested.send(authorized("GET", "/api/journal")).await;
    let canary = ["E1", "eventid", "sum"]
        .iter()
        .find(|text| shown.text().contains(**text));
    assert_eq!(canary, None, "{}", shown.text());
    let shown = shown.json();
    assert_eq!((&shown["waiting"], &shown["unreadable"]), (&0.into(), &2.into()));
    let lines = serde_json::json!([
        {"line": 1, "bytes": 8, "click": true, "reason": "damaged"},
        {"line": 2, "bytes": newer.len(), "click": false, "reason": "newer_version"},
    ]);
    assert_eq!(shown["lines"], lines, "clicks are looked at first");
    let health = tested.get("/readyz").await.json();
    assert_eq!(health["checks"]["journal"]["unreadable"], 2);

    // The newer version, here an older line, is back.
    let retry = async || tested.send(authorized("POST", "/api/journal/retry")).await.json();
    let nothing = serde_json::json!({"taken": 0, "set_aside": 0, "left": 0, "unreadable": 2});
    assert_eq!(retry().await, nothing);
    fs::write(journalling.file("journal.unreadable"), format!("click {{}}\n{good}\n")).unwrap();
    let one = serde_json::json!({"taken": 1, "set_aside": 0, "left": 0, "unreadable": 1});
    assert_eq!(retry().await, one);
    let discard = async |query| {
        let answer = tested
            .send(authorized("POST", &format!("/api/journal/discard{query}")))
            .await;
        (answer.status.as_u16(), answer.text().to_owned())
    };
    let both = r#"{"error":"exactly one of `source` and `unreadable=true` says what is discarded"}"#;
    assert_eq!(discard("?source=net&unreadable=true").await, (400, both.to_owned()));
    assert_eq!(
        discard("?unreadable=true").await,
        (200, r#"{"discarded":1}"#.to_owned())
    );
    assert!(!journalling.file("journal.unreadable").exists());
    assert_eq!(
        tested.send(authorized("GET", "/api/journal")).await.json()["lines"],
        serde_json::json!([])
    );
}

#[tokio::test]
async fn a_service_without_a_journal_says_so() {
    let tested = crate::support::tested();
    for (method, path) in [
        ("GET", "/api/journal"),
        ("POST", "/api/journal/retry"),
        ("POST", "/api/journal/discard?source=net"),
        ("POST", "/api/journal/discard?unreadable=true"),
    ] {
        let answer = tested.send(authorized(method, path)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (404, "this service has no journal")
        );
    }
}

/// What is journalled while lines are taken in stands behind them and keeps its order.
#[tokio::test(start_paused = true)]
async fn what_comes_while_the_journal_is_taken_in_is_kept_and_the_file_begins_again() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::Fails);
    for number in 0..5 {
        tested.postback(&format!("clickid=c&sum=1&eventid=E{number}")).await;
    }
    let state = || tested.service.journal().unwrap().state();
    let before = state().bytes;
    // Each call of the store is late, so that the last one comes while the others are taken in.
    tested.store.set(Mode::Slow(std::time::Duration::from_millis(20)));
    let late = async {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        tested.store.set(Mode::Fails);
        assert_eq!(tested.postback("clickid=c&sum=1&eventid=LATE").await.status, 202);
        tested.store.set(Mode::Works);
    };
    let (_, ()) = tokio::join!(journalling.replay(), late);
    for _ in 0..3 {
        journalling.replay().await;
    }
    assert_eq!((state().waiting, state().bytes), (0, 0), "of {before}");
    assert_eq!(journalling.lines(), [""; 0]);
    assert_eq!(
        tested
            .store
            .inner
            .events(&EventFilter::default(), &PageRequest::first(10))
            .await
            .unwrap()
            .items
            .len(),
        6
    );
}

/// A journal that a full disk leaves: its room is there before anything waits.
#[cfg(unix)]
#[tokio::test]
async fn the_room_is_taken_on_the_disk_at_the_start() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path().join("journal")).unwrap();
    let file = fs::metadata(folder.path().join("journal")).unwrap();
    assert_eq!((file.len(), journal.state().room), (16 << 20, 16 << 20));
    assert!(file.blocks() * 512 >= 16 << 20, "{} blocks", file.blocks());
    assert_eq!((journal.state().waiting, journal.state().bytes), (0, 0));
}

/// As a rotation of logs does it: the file is moved away while its lines are taken in.
#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_file_that_is_moved_away_while_lines_are_taken_in_loses_none() {
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::Fails);
    for number in 0..3 {
        tested.postback(&format!("clickid=c&sum=1&eventid=E{number}")).await;
    }
    tested.store.set(Mode::Slow(std::time::Duration::from_millis(50)));
    let rotate = async {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        fs::rename(journalling.file("journal"), journalling.file("journal.1")).unwrap();
        tested.store.set(Mode::Fails);
        for number in 3..5 {
            let answer = tested.postback(&format!("clickid=c&sum=1&eventid=E{number}")).await;
            assert_eq!(answer.status, 202);
        }
        tested.store.set(Mode::Works);
    };
    let (_, ()) = tokio::join!(journalling.replay(), rotate);
    tested.store.set(Mode::Fails);
    assert_eq!(tested.postback("clickid=c&sum=1&eventid=E5").await.status, 202);
    tested.store.set(Mode::Works);
    journalling.replay().await;
    assert_eq!(tested.events().await.len(), 6);
    let health = tested.get("/readyz").await.json();
    let journal = &health["checks"]["journal"];
    assert!(journal["carried"].as_u64().unwrap() > 0, "{journal}");
    assert_eq!(journal["ok"], true, "{journal}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_a_round_did_not_change_is_not_written_again() {
    use std::os::unix::fs::MetadataExt;
    let journalling = Journalling::start();
    let tested = &journalling.tested;
    tested.store.set(Mode::Corrupt);
    tested.postback("clickid=a&sum=1&eventid=E1").await;
    assert_eq!(journalling.replay().await, (0, 1, 0));
    let file = || fs::metadata(journalling.file("journal.replaying")).unwrap().ino();
    let before = file();
    assert_eq!(journalling.replay().await, (0, 1, 0));
    assert_eq!(file(), before);
}

/// A round that hangs keeps nobody waiting for ever.
#[tokio::test(start_paused = true)]
async fn whoever_changes_the_journal_meanwhile_is_told_to_try_again() {
    let journalling = Journalling::holding_one().await;
    let tested = &journalling.tested;
    tested.store.set(Mode::Hangs);
    let change = async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let erased = tested.send(authorized("DELETE", "/api/clicks/c/private")).await;
        let retried = tested.send(authorized("POST", "/api/journal/retry")).await;
        let busy = "a replay of the journal is under way, try again";
        for answer in [erased, retried] {
            assert_eq!((answer.status.as_u16(), answer.error().as_str()), (503, busy));
        }
    };
    let (done, ()) = tokio::join!(journalling.replay(), change);
    assert_eq!(done, (0, 1, 0));
}
