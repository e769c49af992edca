//! A router with a journal.

use crate::support::{Tested, tested_with};
use postback_service::Journal;
use std::path::PathBuf;
use tempfile::TempDir;

/// A router with a journal, in a folder of its own.
pub struct Journalling {
    pub tested: Tested,
    folder: TempDir,
}

impl Journalling {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path().join("journal")).unwrap();
        let tested = tested_with(|builder| builder.journal(journal));
        Self { tested, folder }
    }

    /// One of the journal's files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
