//! The lines of a journal that cannot be read: they were acknowledged, so a person decides about
//! them.

use crate::journal::{Journal, unreadable};
use crate::lines::{Placed, count, is_click, is_newer, lines, size};
use serde::Serialize;
use std::{fs, io};

/// A line of a journal that cannot be read. It may hold personal values, so its text is shown by no
/// answer; it lies in the file beside the journal that ends in `.unreadable`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnreadableLine {
    /// Its place among the lines that cannot be read, from 1 on.
    pub line: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether it begins as the line of a click does.
    pub click: bool,
    /// Why it cannot be read.
    pub reason: UnreadableReason,
}

/// Why a line cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnreadableReason {
    /// A newer version wrote it, and that version can read it.
    NewerVersion,
    /// It is no row: a crash cut it off, or somebody changed it.
    Damaged,
}

impl Journal {
    /// Returns the first lines that cannot be read, at most `limit` of them.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn unreadable(&self, limit: usize) -> io::Result<Vec<UnreadableLine>> {
        let file = unreadable(&self.0.path);
        if !file.exists() {
            return Ok(Vec::new());
        }
        let numbered = (1..).zip(lines(&file)?).take(limit);
        numbered.map(|(line, placed)| Ok(described(line, &placed?))).collect()
    }

    /// Forgets the lines that cannot be read, and returns how many they were.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub(crate) async fn discard_unreadable(&self) -> io::Result<u64> {
        let turn = self.turn().await?;
        let discard = |journal: &Self| {
            let file = unreadable(&journal.0.path);
            let lines = count(&file)?;
            if file.exists() {
                fs::remove_file(&file)?;
            }
            journal.count_unreadable()?;
            Ok(lines)
        };
        self.on_disk(&turn, discard).await
    }
}

fn described(line: u64, placed: &Placed) -> UnreadableLine {
    UnreadableLine {
        line,
        bytes: size(placed.text.len()),
        click: is_click(&placed.text),
        reason: match is_newer(&placed.text) {
            true => UnreadableReason::NewerVersion,
            false => UnreadableReason::Damaged,
        },
    }
}
