//! The write-ahead log. What many commits change is written back once for all of them, so the log
//! may grow to [`WRITE_BACK`] pages; then the writer writes it back by itself, after the answers.
//! SQLite begins the log anew once all of it was written back and no reader needs it.

use rusqlite::Connection;
use std::time::Duration;

/// How many pages the log has before it is written back: 32 MiB. Commits pay for SQLite's own 1,000
/// pages with a tenth of their time, and twice as many save little.
pub(crate) const WRITE_BACK: i64 = 4_096;

/// From how many pages on readers are waited for, so that the log does not grow for as long as
/// there is always one: 64 MiB.
const WAIT: i64 = 2 * WRITE_BACK;

/// How long readers are waited for. Commits wait meanwhile.
const PATIENCE: Duration = Duration::from_millis(100);

/// When the log is written back next.
pub(crate) struct Log {
    pages: i64,
    due: i64,
    busy_timeout: Duration,
}

/// How the log is written back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As far as readers allow.
    Passive,
    /// All of it, when readers let it.
    Wait,
}

impl Log {
    pub(crate) fn new(busy_timeout: Duration) -> Self {
        Self {
            pages: 0,
            due: WRITE_BACK,
            busy_timeout,
        }
    }

    /// Writes the log back if it is long enough. Best effort: no commit needs it, and a later one
    /// tries again.
    pub(crate) fn write_back(&mut self, connection: &Connection) {
        let Ok((_, pages)) = checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)") else {
            return;
        };
        let ended = match self.way(pages) {
            None => return,
            Some(Way::Passive) => checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)"),
            Some(Way::Wait) => self.patiently(connection, "PRAGMA wal_checkpoint(RESTART)"),
        };
        drop(ended);
    }

    /// Whether a log of so many pages is written back now.
    fn way(&mut self, pages: i64) -> Option<Way> {
        if pages < self.pages {
            // It was begun anew.
            self.due = WRITE_BACK;
        }
        self.pages = pages;
        if pages < self.due {
            return None;
        }
        // Where a reader stands in the way, trying after each commit would be in vain.
        self.due = pages.saturating_add(WRITE_BACK);
        Some(if pages < WAIT { Way::Passive } else { Way::Wait })
    }

    /// Writes the log back and empties it, so that what was forgotten is not kept there; false
    /// where a reader stands in the way.
    pub(crate) fn empty(&self, connection: &Connection) -> bool {
        let ended = self.patiently(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        matches!(ended, Ok((false, _)))
    }

    fn patiently(&self, connection: &Connection, text: &str) -> Result<(bool, i64), rusqlite::Error> {
        connection.busy_timeout(PATIENCE)?;
        let ended = checkpoint(connection, text);
        connection.busy_timeout(self.busy_timeout)?;
        ended
    }
}

/// Whether somebody stood in the way, and how many pages the log has.
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
            assert_eq!(Log::new(TIMEOUT).way(pages), way, "{pages}");
        }
    }

    #[test]
    fn where_a_reader_stands_in_the_way_it_is_tried_again_after_as_many_pages() {
        let mut log = Log::new(TIMEOUT);
        assert_eq!(log.way(WRITE_BACK), Some(Way::Passive));
        assert_eq!(log.way(2 * WRITE_BACK - 1), None);
        assert_eq!(log.way(2 * WRITE_BACK), Some(Way::Wait));
        assert_eq!(log.way(3 * WRITE_BACK - 1), None);
        // Begun anew.
        assert_eq!(log.way(1), None);
        assert_eq!(log.way(WRITE_BACK), Some(Way::Passive));
    }

    /// Writes `megabytes`, a transaction each; answers with how large the log's file is at most.
    fn written(path: &Path, connection: &Connection, log: &mut Log, megabytes: u64) -> u64 {
        let mut most = 0;
        for _ in 0..megabytes {
            connection
                .execute("INSERT INTO blob VALUES (randomblob(1048576))", [])
                .unwrap();
            log.write_back(connection);
            most = most.max(fs::metadata(path.with_extension("db-wal")).unwrap().len());
        }
        most
    }

    #[test]
    fn a_log_stays_bounded_and_one_that_a_reader_made_longer_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let writer = connect_writer(&path, TIMEOUT).unwrap();
        writer.execute_batch("CREATE TABLE blob (content BLOB)").unwrap();
        let mut log = Log::new(TIMEOUT);
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
}
