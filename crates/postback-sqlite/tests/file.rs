//! The file: who may open it, what it holds, and that it lasts.
#![cfg(test)]

mod common;

use common::{at, block_on, commit, event_id, folder, open, options, stored};
use postback::plan::{Commit, Committed, FactQuery, Guard, GuardKey, Outcome, Write};
use postback::port::{Cursor, Inspect, Purge, Purged, Store, StoreErrorKind};
use postback::value::{ClickId, OfferSourceId, Pii, Receipt};
use postback::{Click, Timestamp};
use postback_sqlite::SqliteStore;
use rusqlite::{Connection, TransactionBehavior};
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

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
    assert_eq!(stored(&store, 1), Some(Outcome::Applied));
    assert_eq!(block_on(store.commit(&commit(1))).unwrap(), Committed::Duplicate);
}

#[test]
fn a_file_of_another_namespace_is_refused() {
    let folder = folder();
    drop(open(&folder));
    let other = postback_sqlite::SqliteOptions::new("other".parse().unwrap());
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
    let text = "the database has schema 9, this version knows 8 at most; use the newer version again";
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
fn a_path_at_which_no_file_can_be_opened_is_a_mistake_that_no_waiting_mends() {
    let folder = folder();
    let missing = folder.path().join("no folder");
    let refused = |path: PathBuf, why: String| {
        let error = SqliteStore::open(&path, &options()).unwrap_err();
        let text = format!("the database `{}` cannot be opened for writing: {why}", path.display());
        assert_eq!((error.to_string(), error.kind()), (text, StoreErrorKind::ApiMisuse));
    };
    refused(
        missing.join("store.db"),
        format!("there is no folder `{}`", missing.display()),
    );
    refused(folder.path().to_owned(), "it is a folder".to_owned());
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    refused(file.join("store.db"), format!("`{}` is no folder", file.display()));
    // The superuser may write everywhere.
    #[cfg(unix)]
    if fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) != 0) {
        use std::os::unix::fs::PermissionsExt;
        let closed = folder.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
        let why = "it is not there, and its folder takes no new file: permission denied";
        refused(closed.join("store.db"), why.to_owned());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
        refused(file, "permission denied".to_owned());
    }
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
    assert_eq!(private, format!(r#"{{"v":3,"row":{{"ip":"{CANARY}"}}}}"#));
}

#[test]
fn what_is_forgotten_is_gone_from_the_disk() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one"), click("two")])).unwrap();
    assert!(lies_on_disk(folder.path(), CANARY));
    assert_eq!(block_on(store.purge(&Purge::PrivateBefore(at(1)))).unwrap().total(), 2);
    assert!(!lies_on_disk(folder.path(), CANARY));
}

#[test]
fn what_a_reader_keeps_in_the_log_is_said_and_goes_when_the_reader_has_ended() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one")])).unwrap();
    let reader = Connection::open(folder.path().join("store.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM click").unwrap();
    let purge = |what| block_on(store.purge(&what)).unwrap();
    let purged = purge(Purge::Erase("one".parse().unwrap()));
    assert_eq!((purged.clicks, purged.total(), purged.files_hold), (1, 1, true));
    assert!(lies_on_disk(folder.path(), CANARY));
    let purged = purge(Purge::PrivateBefore(at(1)));
    assert_eq!((purged.total(), purged.files_hold), (0, true), "it still reads");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(purge(Purge::Refused(Vec::new())), Purged::default(), "any call ends it");
    assert!(!lies_on_disk(folder.path(), CANARY));
}

#[test]
fn where_nothing_was_forgotten_a_reader_is_not_waited_for() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one")])).unwrap();
    assert_eq!(block_on(store.purge(&Purge::PrivateBefore(at(1)))).unwrap().total(), 1);
    let reader = Connection::open(folder.path().join("store.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM click").unwrap();
    block_on(store.record(&[click("two")])).unwrap();
    assert_eq!(block_on(store.purge(&Purge::PrivateBefore(at(0)))).unwrap().total(), 0);
}

#[test]
fn a_conflict_in_a_hosts_transaction_leaves_no_guard_raised() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one")])).unwrap();
    let mut file = Connection::open(folder.path().join("store.db")).unwrap();
    let receipt: Receipt = "A1".parse().unwrap();
    let source: OfferSourceId = "clickbank".parse().unwrap();
    let guard = |key: &GuardKey, version| Guard {
        key: key.clone(),
        version,
    };
    let [one, two, of_receipt, last] = [
        GuardKey::Click("one".parse().unwrap()),
        GuardKey::Click("two".parse().unwrap()),
        GuardKey::Receipt(source.clone(), receipt.clone()),
        GuardKey::Receipt(source.clone(), "B1".parse().unwrap()),
    ];
    for guards in [
        vec![guard(&one, 1), guard(&of_receipt, 0), guard(&two, 7)],
        vec![guard(&two, 0), guard(&one, 1), guard(&of_receipt, 1)],
        vec![guard(&two, 0), guard(&of_receipt, 0), guard(&one, 0)],
        vec![guard(&one, 1), guard(&two, 0), guard(&of_receipt, 0), guard(&last, 1)],
    ] {
        let mut conflicting = commit(1);
        conflicting.guards = guards;
        let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        assert_eq!(
            postback_sqlite::apply(&transaction, &conflicting).unwrap(),
            Committed::Conflict
        );
        transaction.commit().unwrap();
    }
    let mut query = FactQuery::new(source, event_id(1));
    query.clicks = vec!["one".parse().unwrap(), "two".parse().unwrap()];
    query.receipts = vec![receipt];
    let facts = block_on(store.facts(&query)).unwrap();
    assert_eq!(
        (
            facts.clicks["one"].version,
            facts.clicks["two"].version,
            facts.receipts["A1"].version
        ),
        (1, 0, 0)
    );
    let mut fine = commit(1);
    fine.guards = vec![guard(&one, 1), guard(&two, 0), guard(&of_receipt, 0)];
    assert_eq!(block_on(store.commit(&fine)).unwrap(), Committed::Applied);
}

#[test]
fn a_long_clean_up_takes_several_transactions() {
    let folder = folder();
    let store = open(&folder);
    let clicks: Vec<_> = (0..1201).map(|number| click(&format!("click-{number}"))).collect();
    block_on(store.record(&clicks)).unwrap();
    let before = store.statistics().transactions;
    assert_eq!(
        block_on(store.purge(&Purge::PrivateBefore(at(1)))).unwrap().total(),
        1201
    );
    assert_eq!(store.statistics().transactions - before, 4, "500, 500, 201, none left");
}

/// A click without events, a kilobyte long, so many milliseconds after [`at`] 0.
fn large(number: i64) -> Click {
    let mut click = click(&format!("click-{number}"));
    click.at = Timestamp::from_unix_millis(1_780_000_000_000_i64.saturating_add(number)).unwrap();
    click.ref_id = Some("r".repeat(1_000));
    click
}

#[test]
fn old_clicks_are_deleted_in_several_transactions_and_the_file_gives_their_space_back() {
    let folder = folder();
    let store = open(&folder);
    let clicks: Vec<_> = (0..12_000).map(large).collect();
    for some in clicks.chunks(1_000) {
        block_on(store.record(some)).unwrap();
    }
    let size = || {
        let path = folder.path().join("store.db");
        fs::metadata(path).unwrap().len()
    };
    // The log is emptied, so the file has all.
    assert_eq!(block_on(store.purge(&Purge::ClicksBefore(at(0)))).unwrap().total(), 0);
    let (full, before) = (size(), store.statistics().transactions);
    assert!(full > 12 << 20, "{full}");
    assert_eq!(
        block_on(store.purge(&Purge::ClicksBefore(at(11)))).unwrap().clicks,
        11_000
    );
    let transactions = store.statistics().transactions - before;
    assert!(transactions >= 43 + 4, "at most 256 rows or pages each, {transactions}");
    assert!(size() < full / 3, "{} of {full}", size());
    assert!(block_on(store.click(&large(11_000).id)).unwrap().is_some());
    drop(store);
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    let check: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

#[test]
fn a_click_with_very_many_events_goes_in_several_transactions() {
    let folder = folder();
    let store = open(&folder);
    block_on(store.record(&[click("one")])).unwrap();
    let mut writes: Vec<_> = (1..=1_000).flat_map(|number| commit(number).writes).collect();
    for write in &mut writes {
        let Write::Event(row) = write else { panic!("{write:?}") };
        row.click = Some(click("one").id);
    }
    block_on(store.commit(&Commit::of(writes, at(0)))).unwrap();
    let before = store.statistics().transactions;
    let far = Timestamp::from_unix_seconds(4_000_000_000).unwrap();
    let gone = block_on(store.purge(&Purge::EventsBefore(far))).unwrap();
    assert_eq!((gone.clicks, gone.events), (1, 1_000));
    assert!(store.statistics().transactions - before >= 4);
    assert_eq!(block_on(store.purge(&Purge::EventsBefore(far))).unwrap().total(), 0);
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
    assert_eq!(stored(&store, 1), Some(Outcome::Applied));
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
        "SqliteStore { namespace: Namespace(test), threads: Threads { statistics: Statistics { calls: 1, transactions: 1 }, .. }, .. }"
    );
}

/// What a store whose file is not the one under its path says.
#[cfg(unix)]
const GONE: &str = "the database's file, or its `-wal`, was removed or replaced while it was open: nothing is written \
                    until the file that was there is put back, or the process is started again with what is there now";

/// Whether the store takes nothing more, and says why.
#[cfg(unix)]
fn assert_gone(store: &SqliteStore, number: u64) {
    for error in [
        block_on(store.commit(&commit(number))).unwrap_err(),
        block_on(store.record(&[click("late")])).unwrap_err(),
    ] {
        assert_eq!((error.to_string().as_str(), error.is_retryable()), (GONE, true));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_was_moved_takes_nothing_until_it_is_back() {
    let folder = folder();
    let store = open(&folder);
    let (path, away) = (folder.path().join("store.db"), folder.path().join("away.db"));
    assert_eq!(block_on(store.commit(&commit(1))).unwrap(), Committed::Applied);
    store.check_file().unwrap();
    fs::rename(&path, &away).unwrap();
    assert_eq!(store.check_file().unwrap_err().to_string(), GONE);
    assert_gone(&store, 2);
    // Another file in its place.
    fs::copy(&away, &path).unwrap();
    assert_gone(&store, 2);
    fs::rename(&away, &path).unwrap();
    store.check_file().unwrap();
    assert_eq!(block_on(store.commit(&commit(2))).unwrap(), Committed::Applied);
    drop(store);
    let store = open(&folder);
    assert!(stored(&store, 1).is_some() && stored(&store, 2).is_some());
}

#[cfg(unix)]
#[test]
fn a_file_whose_log_was_removed_takes_nothing() {
    let folder = folder();
    let store = open(&folder);
    assert_eq!(block_on(store.commit(&commit(1))).unwrap(), Committed::Applied);
    fs::remove_file(folder.path().join("store.db-wal")).unwrap();
    assert_gone(&store, 2);
}

#[cfg(unix)]
#[test]
fn whoever_opens_and_closes_the_file_beside_changes_nothing() {
    let folder = folder();
    let store = open(&folder);
    let other = open(&folder);
    assert_eq!(block_on(other.commit(&commit(1))).unwrap(), Committed::Applied);
    drop(other);
    let file = Connection::open(folder.path().join("store.db")).unwrap();
    file.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); VACUUM").unwrap();
    drop(file);
    assert_eq!(block_on(store.commit(&commit(2))).unwrap(), Committed::Applied);
}
