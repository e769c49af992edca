//! Taking in what waits in a journal: first the clicks, so that sales of theirs find them, then the
//! rest in its order.

use crate::journal::{Journal, left, next};
use crate::lines::{Waiting, append, beside, is_click, lines, read, read_click, replace};
use postback::Click;
use postback::port::BoxFuture;
use postback::value::OfferSourceId;
use std::{fs, io, mem, path::Path, slice};

/// How many clicks are recorded together: they share one wait for the disk.
const TOGETHER: usize = 256;

/// What taking in a journal came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many events and clicks were taken in.
    pub taken: u64,
    /// How many of them are clicks. Sales that named one meanwhile can be attributed now.
    pub clicks: u64,
    /// How many wait on: the store did not take them.
    pub left: u64,
    /// How many are of sources that are not configured, and were set aside: they are taken in when
    /// a source of that id is back. They lie in a file beside the journal that ends in `.aside`.
    pub set_aside: u64,
    /// How many lines could not be read; they are kept in a file beside the journal that ends in
    /// `.unreadable`.
    pub unreadable: u64,
}

/// Who takes in what waits.
pub(crate) trait Takes: Sync {
    /// Records clicks.
    fn record<'t>(&'t self, clicks: &'t [Click]) -> BoxFuture<'t, Result<(), Trouble>>;
    /// Takes one waiting event in, or keeps what was refused.
    fn take(&self, waiting: Waiting) -> BoxFuture<'_, Result<(), Trouble>>;
    /// Whether a source is configured.
    fn knows(&self, source: &OfferSourceId) -> bool;
}

/// Why a waiting event or click was not taken in.
pub(crate) enum Trouble {
    /// The store takes nothing.
    Away,
    /// The store does not take this one yet.
    Later,
    /// Its source is not configured.
    NoSource,
    /// It cannot be read.
    Never,
}

impl Journal {
    /// Takes waiting events in, oldest first, and the clicks before them. What the store does not
    /// take is kept for the next time: of one event when its own rows are in trouble, of all the
    /// rest when the store is away. What is of a source that `taker` does not know is set aside,
    /// and taken in when it does.
    ///
    /// # Errors
    /// Trouble with the journal's files. What was taken in stays taken in; taking it in again does
    /// nothing.
    pub(crate) async fn replay(&self, taker: &dyn Takes) -> io::Result<Replayed> {
        let _replaying = self.0.replaying.lock().await;
        let mut round = Round::new(self, taker);
        // What an earlier round left, then what came since.
        let (left, next) = (left(&self.0.path), next(&self.0.path));
        let mut waiting = Vec::new();
        if left.exists() {
            waiting = round.waiting(&left).await?;
        }
        if !round.away && (next.exists() || self.move_aside(&next)?) {
            waiting.append(&mut round.waiting(&next).await?);
            replace(&left, &waiting)?;
            fs::remove_file(&next)?;
        } else if left.exists() && fs::metadata(&left)?.len() != u64::try_from(waiting.len()).unwrap_or(u64::MAX) {
            replace(&left, &waiting)?;
        }
        if waiting.is_empty() && left.exists() {
            fs::remove_file(&left)?;
        }
        round.done.left = count(&waiting);
        if !next.exists() {
            self.wait_on(round.done.left);
        }
        if !round.away && self.set_aside().keys().any(|source| taker.knows(source)) {
            let remains = round.file(self.0.aside.path()).await?;
            round.done.left = round.done.left.saturating_add(count(&remains.waiting));
            self.0.aside.keep(&[remains.waiting, remains.aside].concat())?;
        }
        Ok(round.done)
    }
}

/// What remains of a file after its lines were taken in.
#[derive(Default)]
struct Remains {
    /// What the store did not take.
    waiting: Vec<u8>,
    /// What is of a source that is not configured.
    aside: Vec<u8>,
}

/// One time that a journal is taken in.
struct Round<'r> {
    journal: &'r Journal,
    taker: &'r dyn Takes,
    done: Replayed,
    /// Whether the store takes nothing.
    away: bool,
}

impl<'r> Round<'r> {
    fn new(journal: &'r Journal, taker: &'r dyn Takes) -> Self {
        Self {
            journal,
            taker,
            done: Replayed::default(),
            away: false,
        }
    }

    /// Takes in the lines of a file and sets aside those without a source; answers with those that
    /// wait on.
    async fn waiting(&mut self, file: &Path) -> io::Result<Vec<u8>> {
        let remains = self.file(file).await?;
        // Durable before the file that it was in is replaced; twice does no harm.
        self.journal.0.aside.add(&remains.aside)?;
        self.done.set_aside = self.done.set_aside.saturating_add(count(&remains.aside));
        Ok(remains.waiting)
    }

    /// Takes in the lines of a file; answers with those that remain.
    async fn file(&mut self, file: &Path) -> io::Result<Remains> {
        let mut remains = Remains {
            waiting: self.clicks(file).await?,
            ..Remains::default()
        };
        for line in lines(file)? {
            let mut line = line?;
            if is_click(&line) {
                continue;
            }
            let taken = match read(&line) {
                _ if self.away => Err(Trouble::Away),
                Ok(waiting) => self.taker.take(waiting).await,
                Err(_) => Err(Trouble::Never),
            };
            line.push(b'\n');
            match taken {
                Ok(()) => self.done.taken = self.done.taken.saturating_add(1),
                Err(Trouble::Never) => self.unreadable(&line)?,
                Err(Trouble::NoSource) => remains.aside.append(&mut line),
                Err(trouble) => {
                    self.away = matches!(trouble, Trouble::Away);
                    remains.waiting.append(&mut line);
                }
            }
        }
        Ok(remains)
    }

    /// Records the clicks of a file; answers with the lines of those that the store did not take.
    async fn clicks(&mut self, file: &Path) -> io::Result<Vec<u8>> {
        let (mut batch, mut waiting) = (Vec::new(), Vec::new());
        for line in lines(file)? {
            let mut line = line?;
            if !is_click(&line) {
                continue;
            }
            let click = read_click(&line);
            line.push(b'\n');
            match click {
                Ok(_) if self.away => waiting.append(&mut line),
                Ok(click) => batch.push((click, line)),
                Err(_) => self.unreadable(&line)?,
            }
            if batch.len() >= TOGETHER {
                self.record(mem::take(&mut batch), &mut waiting).await;
            }
        }
        self.record(batch, &mut waiting).await;
        Ok(waiting)
    }

    /// Records clicks together; where one of them is in trouble by itself, each alone.
    async fn record(&mut self, batch: Vec<(Click, Vec<u8>)>, waiting: &mut Vec<u8>) {
        let (clicks, lines): (Vec<Click>, Vec<Vec<u8>>) = batch.into_iter().unzip();
        if clicks.is_empty() {
            return;
        }
        let together = self.taker.record(&clicks).await;
        self.away = matches!(together, Err(Trouble::Away));
        for (click, mut line) in clicks.iter().zip(lines) {
            let recorded = match &together {
                Ok(()) => true,
                Err(_) if self.away => false,
                Err(_) => {
                    let alone = self.taker.record(slice::from_ref(click)).await;
                    self.away = matches!(alone, Err(Trouble::Away));
                    alone.is_ok()
                }
            };
            if recorded {
                self.done.taken = self.done.taken.saturating_add(1);
                self.done.clicks = self.done.clicks.saturating_add(1);
            } else {
                waiting.append(&mut line);
            }
        }
    }

    fn unreadable(&mut self, line: &[u8]) -> io::Result<()> {
        append(&beside(&self.journal.0.path, ".unreadable"), line)?;
        self.done.unreadable = self.done.unreadable.saturating_add(1);
        Ok(())
    }
}

fn count(lines: &[u8]) -> u64 {
    let count = lines.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(count).unwrap_or(u64::MAX)
}
