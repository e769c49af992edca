//! Opens a connection as the store needs it, and updates a file to the newest schema.

use crate::Migration;
use crate::{fault::Fault, steps};
use postback::port::{StoreError, StoreErrorKind};
use postback::value::Namespace;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, config::DbConfig, params};
use std::{
    fs::OpenOptions,
    io,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

/// The length to which the write-ahead log's file is cut after it was written back, in bytes. A
/// slow reader may have made it grow, but it must not stay so long.
const WAL_LIMIT: i64 = 64 * 1024 * 1024;

/// How much of the database the writing connection keeps in memory, in KiB. All that a group of
/// commits changes must fit, since the rest is written to the log more than once.
const WRITER_CACHE: i64 = 16 * 1024;

/// The page size of a new file, in bytes. A sale changes few bytes of each page that it touches, so
/// pages of twice this size cost a lone commit nearly twice the bytes. A file that has pages keeps
/// their size.
pub(crate) const PAGE_SIZE: i64 = 4_096;

/// The size of the statement cache: more than the store's fixed statements and the usual lists.
const CACHED_STATEMENTS: usize = 64;

/// SQLite does not wait for other processes while the file is first put into WAL mode, so that
/// opening itself tries again.
const OPEN_PAUSE: Duration = Duration::from_millis(10);

/// Opens a connection in WAL mode, in which a commit is on the disk before it returns.
pub(crate) fn connect(path: &Path, busy_timeout: Duration) -> Result<Connection, Fault> {
    // `:memory:` is a name of SQLite's, not a file.
    if !path.as_os_str().is_empty() && !path.to_string_lossy().starts_with(':') {
        // An existing file keeps its mode. If the file cannot be created, SQLite reports it.
        drop(make_private(path));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // Otherwise SQLite prepares a statement again whenever a value is bound that might change its
    // plan: one in a join, and the number behind LIMIT. That costs more than to run it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // This must come first: a file that has pages keeps their size.
    connection.pragma_update(None, "page_size", PAGE_SIZE)?;
    let begun = Instant::now();
    while let Err(error) = set_modes(&connection) {
        if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) || begun.elapsed() >= busy_timeout {
            return Err(error.into());
        }
        sleep(OPEN_PAUSE);
    }
    connection.pragma_update(None, "synchronous", "full")?;
    // Only macOS needs it: there fsync alone leaves data in the disk's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "journal_size_limit", WAL_LIMIT)?;
    // Deleted personal values are overwritten, and none are written to temporary files.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    assert_durable(&connection)?;
    Ok(connection)
}

/// Sets what the file itself remembers. Only an empty file can be told to give back the space of
/// deleted rows; a file with tables would have to be written anew.
fn set_modes(connection: &Connection) -> Result<(), rusqlite::Error> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if pages == 0 {
        connection.pragma_update(None, "auto_vacuum", "incremental")?;
    }
    connection.pragma_update(None, "journal_mode", "wal")
}

/// Opens the connection that writes. It writes the log back itself.
pub(crate) fn connect_writer(path: &Path, busy_timeout: Duration) -> Result<Connection, Fault> {
    let connection = connect(path, busy_timeout)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // A negative number is in KiB.
    connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
    Ok(connection)
}

/// Creates the file if it does not exist, readable only by its owner, since it holds personal
/// values. SQLite gives its other files the same mode.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// SQLite ignores a pragma that it does not know or cannot apply to this file, without an error. So
/// the value is read back.
fn assert_durable(connection: &Connection) -> Result<(), Fault> {
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if journal == "wal" && synchronous == 2 {
        return Ok(());
    }
    let text = format!("the database is not durable: journal_mode is `{journal}`, synchronous is `{synchronous}`");
    Err(StoreError::new(StoreErrorKind::ApiMisuse, text).into())
}

/// Takes the steps that the file has not taken yet, and checks that the file belongs to this
/// namespace. Of an older file's steps `progress` is told.
pub(crate) fn prepare(
    connection: &mut Connection,
    namespace: &Namespace,
    progress: Option<fn(&Migration)>,
) -> Result<(), Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let taken: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let newest = steps::newest();
    if taken > newest {
        let text = format!(
            "the database has schema {taken}, this version knows {newest} at most; use the newer version again"
        );
        return Err(StoreError::new(StoreErrorKind::Corrupt, text).into());
    }
    steps::take(&transaction, taken, progress)?;
    transaction.pragma_update(None, "user_version", newest)?;
    let owner = transaction
        .query_row("SELECT value FROM meta WHERE key = 'namespace'", [], |row| {
            row.get::<_, String>(0)
        })
        .optional()?;
    match owner {
        Some(owner) if owner != namespace.as_str() => {
            let text = format!("the database belongs to namespace `{owner}`, not to `{namespace}`");
            return Err(StoreError::new(StoreErrorKind::ApiMisuse, text).into());
        }
        Some(_) => {}
        None => {
            let insert = "INSERT INTO meta (key, value) VALUES ('namespace', ?1)";
            transaction.execute(insert, params![namespace.as_str()])?;
        }
    }
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lists, sql};
    use postback::plan::Outcome;

    fn empty() -> (tempfile::TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = connect(&folder.path().join("store.db"), Duration::from_secs(1)).unwrap();
        prepare(&mut connection, &Namespace::new("test").unwrap(), None).unwrap();
        (folder, connection)
    }

    /// Returns how SQLite would run a statement, line by line.
    fn plan(connection: &Connection, text: &str) -> Vec<String> {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
        for index in 1..=statement.parameter_count() {
            statement.raw_bind_parameter(index, 1).unwrap();
        }
        let mut rows = statement.raw_query();
        let mut lines = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            lines.push(row.get(3).unwrap());
        }
        lines
    }

    fn assert_by_index(connection: &Connection, name: &str, text: &str) {
        for line in plan(connection, text) {
            // A table of nothing but numbers is counted by its pages, and what a subquery has found
            // is no table.
            let is_counted = line == "SCAN letter" || line.starts_with("SCAN (subquery");
            assert!(
                (is_counted || !line.starts_with("SCAN")) && !line.contains("TEMP B-TREE"),
                "{name}: {line}"
            );
        }
    }

    #[test]
    fn no_fixed_statement_reads_a_whole_table_or_sorts() {
        let (_folder, connection) = empty();
        for (name, text) in sql::ALL {
            assert_by_index(&connection, name, text);
        }
    }

    #[test]
    fn no_statement_is_prepared_again_for_other_values() {
        let (_folder, connection) = empty();
        let lists = lists::statements();
        for text in sql::ALL
            .iter()
            .map(|(_, text)| *text)
            .chain(lists.iter().map(String::as_str))
        {
            let mut statement = connection.prepare(text).unwrap();
            for value in 1..4_i64 {
                for index in 1..=statement.parameter_count() {
                    statement.raw_bind_parameter(index, value).unwrap();
                }
                // A number that is not what a column holds is refused, after it was planned.
                drop(statement.raw_query().next());
            }
            assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0, "{text}");
        }
    }

    #[test]
    fn no_list_reads_a_whole_table_or_sorts() {
        let (_folder, connection) = empty();
        let lists = lists::statements();
        assert_eq!(
            lists.len(),
            8 + 14 + 16 + 16,
            "every choice of filters; classes have one statement"
        );
        for text in lists {
            assert_by_index(&connection, &text, &text);
        }
    }

    #[test]
    fn claiming_walks_the_index_of_ready_deliveries() {
        let (_folder, connection) = empty();
        assert_eq!(
            plan(&connection, sql::READY_IN_LANE),
            ["SEARCH queue USING COVERING INDEX queue_lane_ready (lane=? AND ready<?)"]
        );
    }

    #[test]
    fn what_is_old_or_personal_is_found_by_its_number_and_what_is_late_by_its_age() {
        let (_folder, connection) = empty();
        let first = |text| {
            plan(&connection, text)
                .into_iter()
                .find(|line| line.starts_with("SEARCH"))
        };
        for (text, search) in [
            (sql::OLD_CLICKS, "click USING INTEGER PRIMARY KEY (rowid>?)"),
            (sql::OLD_LATE_CLICKS, "click USING INDEX click_late (at>?)"),
            (sql::OLD_EVENTS, "event USING INTEGER PRIMARY KEY (rowid>?)"),
            (sql::OLD_LATE_EVENTS, "event USING INDEX event_late (received>?)"),
            (sql::WAITING, "event USING INDEX event_waiting (received>?)"),
            (sql::CLICKS_BEHIND, "click USING INTEGER PRIMARY KEY (rowid>?)"),
            (sql::DELIVERIES_BEHIND, "delivery USING INTEGER PRIMARY KEY (rowid>?)"),
            (
                sql::NEXT_OUTCOME,
                "event USING COVERING INDEX event_class (source=? AND outcome>?)",
            ),
            (sql::NEXT_SOURCE, "event USING COVERING INDEX event_class (source>?)"),
        ] {
            assert_eq!(first(text), Some(format!("SEARCH {search}")));
        }
        for (text, index) in [
            (sql::FORGET_LATE_CLICKS, "click_late_private"),
            (sql::FORGET_LATE_EVENTS, "event_late_private"),
            (sql::FORGET_LATE_DELIVERIES, "delivery_late_private"),
        ] {
            let lines = plan(&connection, text);
            assert!(lines.iter().any(|line| line.contains(index)), "{lines:?}");
        }
    }

    #[test]
    fn the_word_for_waiting_events_is_that_of_the_core() {
        assert_eq!(Outcome::Unattributed.as_str(), "unattributed");
    }

    #[test]
    fn deleted_content_is_overwritten_and_the_log_is_bounded() {
        let (folder, connection) = empty();
        let value = |name| {
            connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                .unwrap()
        };
        assert_eq!(
            (value("secure_delete"), value("journal_size_limit"), value("temp_store")),
            (1, WAL_LIMIT, 2)
        );
        assert_eq!(
            (value("synchronous"), value("busy_timeout"), value("user_version")),
            (2, 1000, 8)
        );
        assert_eq!((value("page_size"), value("auto_vacuum")), (PAGE_SIZE, 2));
        let writer = connect_writer(&folder.path().join("store.db"), Duration::ZERO).unwrap();
        let by_itself = writer.pragma_query_value(None, "wal_autocheckpoint", |row| row.get::<_, i64>(0));
        assert_eq!(by_itself.unwrap(), 0, "the writer does it after the answers");
    }

    #[test]
    fn a_database_that_cannot_be_durable_is_refused() {
        let error = StoreError::from(connect(Path::new(":memory:"), Duration::ZERO).unwrap_err());
        assert_eq!(
            error.to_string(),
            "the database is not durable: journal_mode is `memory`, synchronous is `2`"
        );
    }
}
