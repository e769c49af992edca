//! Many callers: they share transactions, wait in bounded queues, and take nothing from each other.
#![cfg(test)]

mod common;

use common::{block_on, commit, event_id, folder, join, open, options, stored};
use postback::plan::{Commit, Committed, ConfigurationRow, FactQuery, Guard, GuardKey, Write};
use postback::port::{EventFilter, Inspect, PageRequest, Store, StoreError};
use postback::value::{ClickId, Fingerprint};
use postback_sqlite::SqliteStore;
use postback_test::click;
use rusqlite::{Connection, TransactionBehavior};
use std::{
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex, mpsc::channel},
    thread,
    time::{Duration, Instant},
};

/// Commits that wait for the writer together, so that they share a transaction.
fn together(folder: &Path, store: &SqliteStore, commits: &[Commit]) -> Vec<Result<Committed, StoreError>> {
    let mut file = Connection::open(folder.join("store.db")).unwrap();
    let lock = file.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    thread::scope(|scope| {
        let (queue, queued) = channel();
        let running = scope.spawn(move || {
            let mut waiting: Vec<_> = commits.iter().map(|commit| store.commit(commit)).collect();
            assert!(waiting.iter_mut().all(is_queued));
            queue.send(()).unwrap();
            join(waiting)
        });
        queued.recv().unwrap();
        drop(lock);
        running.join().unwrap()
    })
}

/// Begins a call, and returns whether it waits for its answer.
fn is_queued<F: Future + Unpin>(call: &mut F) -> bool {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    Pin::new(call).poll(&mut context).is_pending()
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
fn a_transaction_is_shared_by_as_many_calls_as_the_options_say() {
    for (calls, transactions) in [(2, 1), (3, 1), (4, 2)] {
        let folder = folder();
        let mut options = options();
        options.group = 3;
        let store = SqliteStore::open(folder.path().join("store.db"), &options).unwrap();
        let commits: Vec<_> = (0..calls).map(commit).collect();
        let answers = together(folder.path(), &store, &commits);
        assert!(answers.into_iter().all(|answer| answer.unwrap() == Committed::Applied));
        assert_eq!(store.statistics().transactions, transactions, "{calls} calls");
    }
}

#[test]
fn who_measures_is_told_of_each_transaction_that_is_durable() {
    let folder = folder();
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = told.clone();
    let options = options().with_observer(move |calls, took| telling.lock().unwrap().push((calls, took)));
    let store = SqliteStore::open(folder.path().join("store.db"), &options).unwrap();
    let commits: Vec<_> = (0..5).map(commit).collect();
    let answers = together(folder.path(), &store, &commits);
    assert!(answers.into_iter().all(|answer| answer.unwrap() == Committed::Applied));
    // Dropping it ends the writer, which tells after it has answered.
    drop(store);
    let told = told.lock().unwrap();
    assert_eq!(told.iter().map(|(calls, _)| calls).sum::<usize>(), 5);
    assert!(told.iter().all(|(_, took)| !took.is_zero()), "{told:?}");
}

/// A commit whose second row has this document.
fn configured(number: u64, document: &str) -> Commit {
    let mut commit = commit(number);
    let fingerprint = Fingerprint::new(event_id(number).as_str()).unwrap();
    commit.writes.push(Write::Configuration(ConfigurationRow {
        fingerprint,
        document: document.into(),
    }));
    commit
}

/// Makes rows with this document fail, after what the commit wrote before: `ABORT` takes back the
/// row, `ROLLBACK` the whole transaction.
fn break_rows(folder: &Path, document: &str, how: &str) {
    let file = Connection::open(folder.join("store.db")).unwrap();
    let trigger = format!(
        "CREATE TRIGGER {document} BEFORE INSERT ON configuration WHEN NEW.document = '{document}' \
         BEGIN SELECT raise({how}, 'x'); END"
    );
    file.execute_batch(&trigger).unwrap();
}

#[test]
fn a_call_with_which_the_whole_transaction_is_lost_hears_why() {
    let folder = folder();
    let store = open(&folder);
    break_rows(folder.path(), "broken", "ABORT");
    // As SQLite does by itself when the disk is full.
    break_rows(folder.path(), "lost", "ROLLBACK");
    let commits = [configured(1, "fine"), configured(2, "broken"), configured(3, "lost")];
    let answers = together(folder.path(), &store, &commits);
    let errors: Vec<_> = answers.into_iter().map(Result::unwrap_err).collect();
    let of_its_own = "the database is not as this version writes it";
    assert_eq!(
        errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["the transaction was lost with another call's", of_its_own, of_its_own]
    );
    assert!(errors[0].is_retryable(), "it has done nothing wrong");
    let again = [configured(1, "fine"), configured(2, "fine"), configured(3, "fine")];
    let answers = together(folder.path(), &store, &again);
    assert!(answers.into_iter().all(|answer| answer.unwrap() == Committed::Applied));
}

/// A store that waits a minute for more calls, since they come steadily.
fn patient(folder: &Path) -> SqliteStore {
    let mut options = options();
    options.gather = Duration::from_secs(60);
    let store = SqliteStore::open(folder.join("store.db"), &options).unwrap();
    for number in 0..20 {
        block_on(store.record(&[click(&format!("c{number}"))])).unwrap();
    }
    store
}

#[test]
fn a_click_ends_the_wait_of_a_transaction_and_shares_it() {
    let folder = folder();
    let store = patient(folder.path());
    let (before, begun) = (store.statistics(), Instant::now());
    let late = commit(1);
    let mut waits = store.commit(&late);
    assert!(is_queued(&mut waits));
    thread::sleep(Duration::from_millis(50));
    assert!(is_queued(&mut waits), "it waits for more calls");
    block_on(store.record(&[click("last")])).unwrap();
    assert_eq!(block_on(waits).unwrap(), Committed::Applied);
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "without the click it takes a minute"
    );
    let after = store.statistics();
    let shared = (after.calls - before.calls, after.transactions - before.transactions);
    assert_eq!(shared, (2, 1));
}

#[test]
fn calls_that_joined_a_transaction_that_was_lost_are_the_next_one() {
    let folder = folder();
    let store = patient(folder.path());
    break_rows(folder.path(), "broken", "ABORT");
    break_rows(folder.path(), "lost", "ROLLBACK");
    let documents = ["broken", "lost", "fine", "fine"];
    let commits: Vec<_> = (1..)
        .zip(documents)
        .map(|(number, document)| configured(number, document))
        .collect();
    let mut waiting: Vec<_> = commits.iter().map(|commit| store.commit(commit)).collect();
    assert!(waiting.iter_mut().all(is_queued));
    // The last call of all; nothing comes behind it that could wake the writer.
    block_on(store.record(&[click("last")])).unwrap();
    let applied: Vec<_> = join(waiting).into_iter().map(Result::ok).collect();
    assert_eq!(
        applied,
        [None, None, Some(Committed::Applied), Some(Committed::Applied)]
    );
}

#[test]
fn a_call_that_fails_in_a_group_takes_nothing_with_it() {
    let folder = folder();
    let store = open(&folder);
    break_rows(folder.path(), "broken", "ABORT");
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
    // Polled once, so that they are queued, and forgotten: a future that is dropped would take its
    // call back.
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
    let commits: Vec<_> = (0..5).map(commit).collect();
    let mut queued: Vec<_> = commits.iter().take(3).map(|commit| store.commit(commit)).collect();
    assert!(queued.iter_mut().all(is_queued));
    // There is room for the fourth when the writer has taken the first, and waits for the lock.
    queued.push(loop {
        let mut fourth = store.commit(&commits[3]);
        if is_queued(&mut fourth) {
            break fourth;
        }
        thread::sleep(Duration::from_millis(5));
    });
    let error = block_on(store.commit(&commits[4])).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.is_retryable()),
        ("too many calls wait for the database", true)
    );
    drop(lock);
    assert!(
        join(queued)
            .into_iter()
            .all(|answer| answer.unwrap() == Committed::Applied)
    );
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
        (error.to_string().as_str(), error.is_retryable()),
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
