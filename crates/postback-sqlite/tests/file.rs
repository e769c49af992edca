//! The file: who may open it, what it holds, and that it lasts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{at, block_on, commit, event_id, folder, join, open, options};
use postback::model::Click;
use postback::port::{Cursor, EventFilter, Inspect, PageRequest, Purge, Store, StoreError, StoreErrorKind};
use postback::tracker::{Commit, Committed, ConfigurationRow, FactQuery, Guard, GuardKey, Outcome, Write};
use postback::value::{ClickId, Fingerprint, Pii};
use postback_sqlite::SqliteStore;
use rusqlite::{Connection, TransactionBehavior};
use std::{fs, path::Path, thread, time::Duration};

const CANARY: &str = "canary-192.0.2.77";

fn click(name: &str) -> Click {
    let id = ClickId::new(name).unwrap();
    let (campaign, offer, source, channel) = ("campaign", "offer", "clickbank", "channel");
    let mut click = Click::new(
        id,
        at(0),
        campaign.parse().unwrap(),
        offer.parse().unwrap(),
        source.parse().unwrap(),
        channel.parse().unwrap(),
    );
    click.private.insert("ip".into(), Pii::new(CANARY));
    click
}

fn stored(store: &SqliteStore, number: u64) -> Option<Outcome> {
    let query = FactQuery::new("clickbank".parse().unwrap(), event_id(number));
    block_on(store.facts(&query)).unwrap().event
}

/// Commits that wait for the writer together, so that they share a transaction.
fn together(folder: &Path, store: &SqliteStore, commits: &[Commit]) -> Vec<Result<Committed, StoreError>> {
    let mut file = Connection::open(folder.join("store.db")).unwrap();
    let lock = file.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    thread::scope(|scope| {
        let running = scope.spawn(|| join(commits.iter().map(|commit| store.commit(commit))));
        thread::sleep(Duration::from_millis(200));
        drop(lock);
        running.join().unwrap()
    })
}

/// Whether a text stands in the database, its log or its shared memory.
fn lies_on_disk(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[cfg(unix)]
#[test]
fn a_new_file_and_its_log_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one")])).unwrap();
    for file in fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{:?}",
            file.path()
        );
    }
}

#[test]
fn a_file_that_is_opened_again_has_everything() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one")])).unwrap();
    block_on(store.commit(&commit(1))).unwrap();
    drop(store);
    let store = open(&folder);
    assert_eq!(block_on(store.click(&click("one").id)).unwrap(), Some(click("one")));
    assert_eq!(stored(&store, 1), Some(Outcome::Counted));
    assert_eq!(block_on(store.commit(&commit(1))).unwrap(), Committed::Duplicate);
}

#[test]
fn a_file_of_another_namespace_is_refused() {
    let folder = folder();
    drop(open(&folder));
    let other = postback_sqlite::Options::new("other".parse().unwrap());
    let error = SqliteStore::open(folder.path().join("store.db"), &other).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database belongs to namespace `test`, not to `other`"
    );
    assert_eq!(error.kind(), StoreErrorKind::ApiMisuse);
}

#[test]
fn a_file_with_a_newer_schema_is_refused_and_left_alone() {
    let folder = folder();
    drop(open(&folder));
    let path = folder.path().join("store.db");
    let version = |file: &Connection| {
        file.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let file = Connection::open(&path).unwrap();
    let newer = version(&file) + 1;
    file.pragma_update(None, "user_version", newer).unwrap();
    let error = SqliteStore::open(&path, &options()).unwrap_err();
    let text = "the database has schema 2, this version knows 1 at most; use the newer version again";
    assert_eq!(
        (error.to_string().as_str(), error.kind()),
        (text, StoreErrorKind::Corrupt)
    );
    assert_eq!(version(&file), newer);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let text = "not a database, ".repeat(300);
    fs::write(&path, &text).unwrap();
    let error = SqliteStore::open(&path, &options()).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.kind()),
        ("the file is no SQLite database", StoreErrorKind::Corrupt)
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_file_that_cannot_be_opened_is_unavailable() {
    let folder = folder();
    let error = SqliteStore::open(folder.path().join("no folder").join("store.db"), &options()).unwrap_err();
    let text = "the database cannot be opened for writing";
    assert_eq!((error.to_string().as_str(), error.retry()), (text, true));
}

#[test]
fn personal_values_lie_in_the_private_column_alone() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one")])).unwrap();
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let (payload, private) = file.query_row("SELECT payload, private FROM click", [], row).unwrap();
    assert!(!payload.contains(CANARY), "{payload}");
    assert_eq!(private, format!(r#"{{"v":1,"row":{{"ip":"{CANARY}"}}}}"#));
}

#[test]
fn what_is_forgotten_is_gone_from_the_disk() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one"), click("two")])).unwrap();
    assert!(lies_on_disk(folder.path(), CANARY));
    assert_eq!(block_on(store.purge(&Purge::PrivateBefore(at(1)))).unwrap(), 2);
    assert!(!lies_on_disk(folder.path(), CANARY));
}

#[test]
fn a_long_clean_up_takes_several_transactions() {
    let folder = folder();
    let store = open(&folder);
    let clicks: Vec<_> = (0..1201).map(|number| click(&format!("click-{number}"))).collect();
    block_on(store.record(&clicks)).unwrap();
    let before = store.statistics().transactions;
    assert_eq!(block_on(store.purge(&Purge::PrivateBefore(at(1)))).unwrap(), 1201);
    assert_eq!(
        store.statistics().transactions - before,
        5,
        "500, 500, 201, none left, the log"
    );
}

#[test]
fn concurrent_commits_share_transactions_and_are_all_durable() {
    let folder = folder();
    let store = open(&folder);
    let before = store.statistics();
    let commits: Vec<_> = (0..100).map(commit).collect();
    let answers = together(folder.path(), &store, &commits);
    assert!(answers.into_iter().all(|answer| answer.unwrap() == Committed::Applied));
    let after = store.statistics();
    assert_eq!(after.calls - before.calls, 100);
    assert!(after.transactions - before.transactions < 10, "{after:?}");
    drop(store);
    let store = open(&folder);
    assert!((0..100).all(|number| stored(&store, number).is_some()));
}

#[test]
fn a_call_that_fails_in_a_group_takes_nothing_with_it() {
    let folder = folder();
    let store = open(&folder);
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    // The second row of a commit breaks, after its first one was written.
    file.execute_batch(
        "CREATE TRIGGER broken BEFORE INSERT ON configuration WHEN NEW.document = 'broken' BEGIN SELECT raise(ABORT, 'x'); END",
    )
    .unwrap();
    let configured = |number: u64, document: &str| {
        let mut commit = commit(number);
        let fingerprint = Fingerprint::new(event_id(number).as_str()).unwrap();
        commit.writes.push(Write::Configuration(ConfigurationRow {
            fingerprint,
            document: document.into(),
        }));
        commit
    };
    let commits = [
        configured(1, "fine"),
        configured(2, "broken"),
        configured(3, "fine"),
        configured(1, "fine"),
    ];
    let before = store.statistics().transactions;
    let answers = together(folder.path(), &store, &commits);
    assert_eq!(store.statistics().transactions - before, 1);
    assert_eq!(answers[0].as_ref().unwrap(), &Committed::Applied);
    assert_eq!(
        answers[1].as_ref().unwrap_err().to_string(),
        "the database is not as this version writes it"
    );
    assert_eq!(answers[2].as_ref().unwrap(), &Committed::Applied);
    assert_eq!(answers[3].as_ref().unwrap(), &Committed::Duplicate);
    assert_eq!(
        [1, 2, 3].map(|number| stored(&store, number).is_some()),
        [true, false, true]
    );
}

#[test]
fn dropping_the_last_handle_writes_what_is_queued() {
    let folder = folder();
    let store = open(&folder);
    let commits: Vec<_> = (0..50).map(commit).collect();
    // Polled once, so that they are queued, and forgotten: a future that is dropped would take its call back.
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut futures: Vec<_> = commits.iter().map(|commit| store.commit(commit)).collect();
    let waiting = futures
        .iter_mut()
        .filter_map(|future| future.as_mut().poll(&mut context).is_pending().then_some(()));
    assert!(waiting.count() > 0);
    let handle = store.clone();
    std::mem::forget(futures);
    drop((store.clone(), handle));
    drop(store);
    let store = open(&folder);
    assert!((0..50).all(|number| stored(&store, number).is_some()));
}

#[test]
fn a_queue_that_is_full_refuses_more() {
    let folder = folder();
    let mut options = options();
    (options.queue, options.busy_timeout) = (3, Duration::from_secs(30));
    let store = SqliteStore::open(folder.path().join("store.db"), &options).unwrap();
    let mut file = Connection::open(folder.path().join("store.db")).unwrap();
    let lock = file.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let first = commit(0);
    thread::scope(|scope| {
        let running = scope.spawn(|| block_on(store.commit(&first)));
        // The writer has taken the first and waits for the lock.
        thread::sleep(Duration::from_millis(300));
        let commits: Vec<_> = (1..=4).map(commit).collect();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let mut queued: Vec<_> = commits.iter().map(|commit| store.commit(commit)).collect();
        let polled: Vec<_> = queued
            .iter_mut()
            .map(|future| future.as_mut().poll(&mut context))
            .collect();
        assert_eq!(
            polled.iter().filter(|poll| poll.is_pending()).count(),
            3,
            "as many as there is room for"
        );
        let std::task::Poll::Ready(Err(error)) = &polled[3] else {
            unreachable!()
        };
        assert_eq!(
            (error.to_string().as_str(), error.retry()),
            ("too many calls wait for the database", true)
        );
        drop(lock);
        assert_eq!(running.join().unwrap().unwrap(), Committed::Applied);
        assert!(
            join(queued.into_iter().take(3))
                .into_iter()
                .all(|answer| answer.unwrap() == Committed::Applied)
        );
    });
}

#[test]
fn a_lock_that_another_process_keeps_is_unavailable_and_nothing_is_written() {
    let folder = folder();
    let mut options = options();
    options.busy_timeout = Duration::from_millis(50);
    let store = SqliteStore::open(folder.path().join("store.db"), &options).unwrap();
    let mut file = Connection::open(folder.path().join("store.db")).unwrap();
    let lock = file.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let error = block_on(store.commit(&commit(1))).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.retry()),
        ("the database is busy (database is locked)", true)
    );
    assert_eq!(stored(&store, 1), None, "readers are not disturbed");
    drop(lock);
    assert_eq!(block_on(store.commit(&commit(1))).unwrap(), Committed::Applied);
}

#[test]
fn a_call_whose_caller_has_gone_is_not_done() {
    let folder = folder();
    let store = open(&folder);
    let mut file = Connection::open(folder.path().join("store.db")).unwrap();
    let lock = file.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let (first, second) = (commit(1), commit(2));
    thread::scope(|scope| {
        let running = scope.spawn(|| block_on(store.commit(&first)));
        thread::sleep(Duration::from_millis(100));
        let mut gone = store.commit(&second);
        assert!(
            gone.as_mut()
                .poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
                .is_pending()
        );
        drop(gone);
        drop(lock);
        running.join().unwrap().unwrap();
    });
    assert_eq!([1, 2].map(|number| stored(&store, number).is_some()), [true, false]);
}

#[test]
fn two_stores_on_one_file_keep_each_others_guards() {
    let folder = folder();
    let stores = [open(&folder), open(&folder)];
    let key = || GuardKey::Click(ClickId::new("one").unwrap());
    let mut query = FactQuery::new("clickbank".parse().unwrap(), event_id(0));
    query.clicks = vec![ClickId::new("one").unwrap()];
    thread::scope(|scope| {
        for (store, from) in stores.iter().zip([0, 100]) {
            let query = &query;
            scope.spawn(move || {
                for number in from..from + 30 {
                    loop {
                        let version = block_on(store.facts(query)).unwrap().clicks["one"].version;
                        let mut commit = commit(number);
                        commit.guards = vec![Guard { key: key(), version }];
                        match block_on(store.commit(&commit)).unwrap() {
                            Committed::Applied => break,
                            answer => assert_eq!(answer, Committed::Conflict),
                        }
                    }
                }
            });
        }
    });
    assert_eq!(block_on(stores[0].facts(&query)).unwrap().clicks["one"].version, 60);
    let all = block_on(stores[1].events(&EventFilter::default(), &PageRequest::first(100))).unwrap();
    assert_eq!(all.items.len(), 60);
}

#[test]
fn stores_that_are_opened_at_once_agree_on_one_schema() {
    let folder = folder();
    thread::scope(|scope| {
        let opened: Vec<_> = (0..4).map(|_| scope.spawn(|| open(&folder))).collect();
        for (number, store) in (0..).zip(opened) {
            assert_eq!(
                block_on(store.join().unwrap().commit(&commit(number))).unwrap(),
                Committed::Applied
            );
        }
    });
    assert!((0..4).all(|number| stored(&open(&folder), number).is_some()));
}

#[test]
fn a_host_writes_its_own_rows_with_a_commit_or_neither() {
    let folder = folder();
    let store = open(&folder);
    let mut file = Connection::open(folder.path().join("store.db")).unwrap();
    file.execute_batch("CREATE TABLE invoice (id INTEGER PRIMARY KEY)")
        .unwrap();
    for (keep, expected) in [
        (false, Committed::Applied),
        (true, Committed::Applied),
        (true, Committed::Duplicate),
    ] {
        let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        assert_eq!(postback_sqlite::apply(&transaction, &commit(1)).unwrap(), expected);
        if expected == Committed::Applied {
            transaction.execute("INSERT INTO invoice DEFAULT VALUES", []).unwrap();
        }
        if keep {
            transaction.commit().unwrap();
        }
    }
    assert_eq!(
        file.query_row("SELECT count(*) FROM invoice", [], |row| row.get::<_, i64>(0))
            .unwrap(),
        1
    );
    assert_eq!(stored(&store, 1), Some(Outcome::Counted));
}

#[test]
fn a_stored_row_that_is_no_row_is_corrupt_and_says_nothing_of_its_content() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one")])).unwrap();
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    file.execute("UPDATE click SET payload = '{\"secret-content\"'", [])
        .unwrap();
    let error = block_on(store.click(&click("one").id)).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.kind()),
        ("a stored payload cannot be read", StoreErrorKind::Corrupt)
    );
    assert!(!format!("{error:?}").contains("secret-content"));
}

#[test]
fn debug_shows_no_path_and_no_content() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.commit(&Commit::of(vec![], at(0)))).unwrap();
    block_on(store.orphans(&Cursor::start(), 1)).unwrap();
    assert_eq!(
        format!("{store:?}"),
        "SqliteStore { threads: Threads { statistics: Statistics { calls: 1, transactions: 1 }, .. } }"
    );
}
