//! The write-ahead log. Pages that many commits change are written back only once for all of them,
//! so the log may grow to [`WRITE_BACK`] pages. Then the writer writes it back itself, after it has
//! answered its callers. SQLite starts the log again from its beginning once all of it is written
//! back and no reader needs it.

use crate::schema::PAGE_SIZE;
use rusqlite::Connection;
use std::{fs, path::PathBuf, time::Duration};

/// The number of pages of 4 KiB at which the log is written back: 32 MiB. With SQLite's default of
/// 1,000 pages, commits spend a tenth of their time on it; twice as many pages save little.
pub(crate) const WRITE_BACK: i64 = 8_192;

/// The number of pages from which on the writer waits for readers: 64 MiB. Otherwise the log would
/// grow as long as there is always a reader.
const WAIT: i64 = 2 * WRITE_BACK;

/// How long the writer waits for readers. Commits wait meanwhile.
const PATIENCE: Duration = Duration::from_millis(100);

/// The length of the header of each page in the log's file, in bytes.
const FRAME_HEADER: i64 = 24;

/// The first SQLite version with `wal_checkpoint(NOOP)`, which reports the log's length and does
/// nothing else. Older versions treat this word as `PASSIVE`.
const KNOWS_NOOP: i32 = 3_051_000;

/// Decides when the log is written back next.
pub(crate) struct Log {
    measure: Measure,
    pages: i64,
    due: i64,
    busy_timeout: Duration,
}

/// How the log is written back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As far as readers allow it, without waiting.
    Passive,
    /// All of it, when readers allow it.
    Wait,
}

/// How the length of the log is found.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Measure {
    /// SQLite reports it, in pages of this size.
    Asked(i64),
    /// By the length of the log's file. When SQLite starts the log again, it overwrites the file
    /// and does not shorten it. So in this case the file is cut whenever the log was written back.
    File(PathBuf),
}

impl Measure {
    /// Returns how this version of SQLite reports the length.
    fn of(version: i32, connection: &Connection) -> Self {
        match connection.path() {
            Some(path) if version < KNOWS_NOOP => Self::File(format!("{path}-wal").into()),
            _ => {
                let size = connection.pragma_query_value(None, "page_size", |row| row.get(0));
                Self::Asked(size.unwrap_or(PAGE_SIZE))
            }
        }
    }

    /// Returns the length of the log in pages of 4 KiB.
    fn pages(&self, connection: &Connection) -> Option<i64> {
        match self {
            Self::Asked(size) => {
                let (_, pages) = checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)").ok()?;
                pages.saturating_mul(*size).checked_div(PAGE_SIZE)
            }
            Self::File(path) => {
                let bytes = i64::try_from(fs::metadata(path).ok()?.len()).ok()?;
                bytes.checked_div(PAGE_SIZE.saturating_add(FRAME_HEADER))
            }
        }
    }

    /// Returns the statement that writes the log back in this way.
    fn statement(&self, way: Way) -> &'static str {
        match (self, way) {
            (Self::Asked(_), Way::Passive) => "PRAGMA wal_checkpoint(PASSIVE)",
            (Self::Asked(_), Way::Wait) => "PRAGMA wal_checkpoint(RESTART)",
            (Self::File(_), _) => "PRAGMA wal_checkpoint(TRUNCATE)",
        }
    }
}

impl Log {
    pub(crate) fn new(busy_timeout: Duration, connection: &Connection) -> Self {
        Self::measured(busy_timeout, Measure::of(rusqlite::version_number(), connection))
    }

    fn measured(busy_timeout: Duration, measure: Measure) -> Self {
        Self {
            measure,
            pages: 0,
            due: WRITE_BACK,
            busy_timeout,
        }
    }

    /// Writes the log back if it is long enough. A failure does no harm: no commit needs it, and a
    /// later call tries again.
    pub(crate) fn write_back(&mut self, connection: &Connection) {
        let Some(pages) = self.measure.pages(connection) else {
            return;
        };
        let Some(way) = self.way(pages) else {
            return;
        };
        let patience = if way == Way::Wait { PATIENCE } else { Duration::ZERO };
        drop(self.patiently(connection, patience, self.measure.statement(way)));
    }

    /// Whether a log of this many pages is to be written back now.
    fn way(&mut self, pages: i64) -> Option<Way> {
        if pages < self.pages {
            // SQLite has started the log again.
            self.due = WRITE_BACK;
        }
        self.pages = pages;
        if pages < self.due {
            return None;
        }
        // If a reader prevents it, trying again after each commit would be useless.
        self.due = pages.saturating_add(WRITE_BACK);
        Some(if pages < WAIT { Way::Passive } else { Way::Wait })
    }

    /// Writes the log back and empties it, so that deleted values are not kept in it. Returns false
    /// if a reader prevents it.
    pub(crate) fn empty(&self, connection: &Connection) -> bool {
        let ended = self.patiently(connection, PATIENCE, "PRAGMA wal_checkpoint(TRUNCATE)");
        matches!(ended, Ok((false, _)))
    }

    /// Sets how long SQLite waits for readers.
    fn patiently(
        &self,
        connection: &Connection,
        patience: Duration,
        text: &str,
    ) -> Result<(bool, i64), rusqlite::Error> {
        connection.busy_timeout(patience)?;
        let ended = checkpoint(connection, text);
        connection.busy_timeout(self.busy_timeout)?;
        ended
    }
}

/// Returns whether a reader prevented it, and how many pages the log has.
fn checkpoint(connection: &Connection, text: &str) -> Result<(bool, i64), rusqlite::Error> {
    connection
        .prepare_cached(text)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{connect, connect_writer};
    use std::{fs, path::Path};

    const TIMEOUT: Duration = Duration::from_secs(1);

    #[test]
    fn a_log_is_written_back_at_its_limit_and_readers_are_waited_for_at_twice_that() {
        for (pages, way) in [
            (WRITE_BACK - 1, None),
            (WRITE_BACK, Some(Way::Passive)),
            (WRITE_BACK + 1, Some(Way::Passive)),
            (WAIT - 1, Some(Way::Passive)),
            (WAIT, Some(Way::Wait)),
            (WAIT + 1, Some(Way::Wait)),
        ] {
            assert_eq!(
                Log::measured(TIMEOUT, Measure::Asked(PAGE_SIZE)).way(pages),
                way,
                "{pages}"
            );
        }
    }

    #[test]
    fn where_a_reader_stands_in_the_way_it_is_tried_again_after_as_many_pages() {
        let mut log = Log::measured(TIMEOUT, Measure::Asked(PAGE_SIZE));
        assert_eq!(log.way(WRITE_BACK), Some(Way::Passive));
        assert_eq!(log.way(2 * WRITE_BACK - 1), None);
        assert_eq!(log.way(2 * WRITE_BACK), Some(Way::Wait));
        assert_eq!(log.way(3 * WRITE_BACK - 1), None);
        // SQLite has started the log again.
        assert_eq!(log.way(1), None);
        assert_eq!(log.way(WRITE_BACK), Some(Way::Passive));
    }

    /// Writes `megabytes` MiB, one in each transaction. Returns the largest size of the log's file
    /// before it is written back.
    fn written(path: &Path, connection: &Connection, log: &mut Log, megabytes: u64) -> u64 {
        let mut most = 0;
        for _ in 0..megabytes {
            connection
                .execute("INSERT INTO blob VALUES (randomblob(1048576))", [])
                .unwrap();
            most = most.max(fs::metadata(path.with_extension("db-wal")).unwrap().len());
            log.write_back(connection);
        }
        most
    }

    fn stays_bounded(measure: impl FnOnce(&Connection) -> Measure) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let writer = connect_writer(&path, TIMEOUT).unwrap();
        writer.execute_batch("CREATE TABLE blob (content BLOB)").unwrap();
        let mut log = Log::measured(TIMEOUT, measure(&writer));
        let most = written(&path, &writer, &mut log, 80);
        assert!((32 << 20..35 << 20).contains(&most), "{most}");
        let reader = connect(&path, TIMEOUT).unwrap();
        reader
            .execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")
            .unwrap();
        assert!(written(&path, &writer, &mut log, 70) > 66 << 20, "nobody can help that");
        assert!(!log.empty(&writer));
        reader.execute_batch("COMMIT").unwrap();
        assert!(log.empty(&writer));
        let most = written(&path, &writer, &mut log, 40);
        assert!((32 << 20..35 << 20).contains(&most), "{most}");
    }

    #[test]
    fn a_log_stays_bounded_and_one_that_a_reader_made_longer_is_mended() {
        stays_bounded(|connection| Measure::of(rusqlite::version_number(), connection));
    }

    #[test]
    fn a_log_stays_bounded_where_sqlite_is_too_old_to_tell_its_length() {
        stays_bounded(|connection| {
            let measure = Measure::of(KNOWS_NOOP - 1, connection);
            assert!(matches!(measure, Measure::File(_)), "{measure:?}");
            measure
        });
    }

    #[test]
    fn sqlite_is_asked_from_the_version_on_that_can_tell() {
        let folder = tempfile::tempdir().unwrap();
        let writer = connect_writer(&folder.path().join("store.db"), TIMEOUT).unwrap();
        assert_eq!(Measure::of(KNOWS_NOOP, &writer), Measure::Asked(PAGE_SIZE));
    }
}
