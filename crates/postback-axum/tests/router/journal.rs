//! Postbacks while the store is in trouble.

use crate::journalling::Journalling;
use crate::support::{CONFIG, NET_TOKEN, authorized, compiled};
use crate::watched::Mode;
use postback_service::{Journal, MAX_JOURNAL};
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
    let kept = fs::read(&replaying).unwrap();
    assert_eq!(journalling.replay().await, (2, 0, 0));
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
    let path = journalling.file("journal");
    let good = fs::read_to_string(&path).unwrap();
    let half = good.trim()[..20].to_owned();
    // A crash in the middle of a line, and another postback after it.
    fs::write(&path, format!("{{}}\n{good}{half}")).unwrap();
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
    let path = journalling.file("journal");
    let good = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{{}}\n{good}")).unwrap();
    for _ in 0..5 {
        journalling.replay().await;
    }
    let aside = fs::read_to_string(journalling.file("journal.unreadable")).unwrap();
    assert_eq!(aside, "{}\n");
    tested.store.set(Mode::Works);
    assert_eq!(journalling.replay().await, (1, 0, 0));
}

#[tokio::test]
async fn a_journal_takes_256_mib_and_no_line_more() {
    let journalling = Journalling::holding_one().await;
    let tested = &journalling.tested;
    let path = journalling.file("journal");
    let line = fs::metadata(&path).unwrap().len();
    // A hole in the file takes no room on the disk.
    let file = fs::File::options().write(true).open(&path).unwrap();
    for (size, status) in [
        (MAX_JOURNAL - line - 1, 202),
        (MAX_JOURNAL - line, 202),
        (MAX_JOURNAL - line + 1, 503),
    ] {
        file.set_len(size).unwrap();
        let answer = tested.postback("clickid=c&sum=1&eventid=E1").await;
        assert_eq!(answer.status, status, "{size}");
    }
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
