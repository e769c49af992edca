//! A router with a journal.

use crate::support::{Tested, tested_with};
use postback_service::{Journal, JournalOptions};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// A router with a journal, in a folder of its own.
pub struct Journalling {
    pub tested: Tested,
    folder: TempDir,
}

impl Journalling {
    pub fn start() -> Self {
        Self::sized(64 * 1024, 1024 * 1024)
    }

    /// With a journal that takes so much room and no more than `limit`.
    pub fn sized(reserve: u64, limit: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = JournalOptions::default();
        (options.reserve, options.limit) = (reserve, limit);
        let journal = Journal::open_with(folder.path().join("journal"), options).unwrap();
        let tested = tested_with(|builder| builder.journal(journal));
        Self { tested, folder }
    }

    /// The lines of the journal's own file.
    pub fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.file("journal")).unwrap();
        let lines = text.lines().filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    /// Puts another file in the journal's place.
    pub fn rewrite(&self, text: &str) {
        // What waits in the file before would be copied.
        fs::write(self.file("journal"), "").unwrap();
        fs::write(self.file("new"), text).unwrap();
        fs::rename(self.file("new"), self.file("journal")).unwrap();
    }

    /// One of the journal's files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
