//! Taking in what waits in a journal: first the clicks, so that sales of theirs find them, then the
//! rest in its order.

use crate::journal::{Journal, Turn, earlier, left, unreadable};
use crate::lines::{Placed, Waiting, append, is_click, lines, read, read_click, replace, size};
use crate::meter;
use crate::room::Room;
use postback::Click;
use postback::port::BoxFuture;
use postback::value::OfferSourceId;
use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
    slice,
    time::Duration,
};
use tokio::time::Instant;

/// How many lines are taken in before they are removed from their file. Clicks are recorded
/// together: they share one wait for the disk.
const TOGETHER: usize = 256;
/// The same while the disk of the store has little room: what the store's log holds of them must
/// fit.
const TOGETHER_IF_TIGHT: usize = 16;
/// How often a long round says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(5);

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
    /// Says how much room the store's disk has.
    fn room(&self) -> BoxFuture<'_, Room>;
    /// Writes the store's log back, so that the disk has its room again.
    fn write_back(&self) -> BoxFuture<'_, ()>;
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
    /// - trouble with the journal's files; what was taken in stays taken in, and taking it in again
    ///   does nothing
    /// - [`io::ErrorKind::ResourceBusy`]: another change of the journal has been under way for five
    ///   seconds
    pub(crate) async fn replay(&self, taker: &dyn Takes) -> io::Result<Replayed> {
        let mut round = Round::new(self, taker, self.turn().await?);
        for file in earlier(&self.0.path) {
            round.earlier(&file).await?;
        }
        round.area().await?;
        round.on_disk(Self::count_earlier).await?;
        round.done.left = self.state().waiting;
        if !round.away && self.set_aside().keys().any(|source| taker.knows(source)) {
            let heaps = round.all(self.0.aside.path()).await?;
            round.done.left = round.done.left.saturating_add(heaps.waiting.count());
            let keep = move |journal: &Self| {
                journal.keep_unreadable(&heaps.unreadable.bytes)?;
                journal.0.aside.keep(&[heaps.waiting.bytes, heaps.aside.bytes].concat())
            };
            round.on_disk(keep).await?;
        }
        Ok(round.done)
    }

    /// Tries the lines again that could not be read. `unreadable` of the answer are those that
    /// still cannot.
    ///
    /// # Errors
    /// As [`Journal::replay`].
    pub(crate) async fn retry_unreadable(&self, taker: &dyn Takes) -> io::Result<Replayed> {
        let mut round = Round::new(self, taker, self.turn().await?);
        let file = unreadable(&self.0.path);
        if file.exists() {
            let heaps = round.all(&file).await?;
            round.done.set_aside = heaps.aside.count();
            round.done.left = heaps.waiting.count();
            let keep = move |journal: &Self| {
                journal.0.aside.add(&heaps.aside.bytes)?;
                replace(&file, &[heaps.waiting.bytes, heaps.unreadable.bytes].concat())?;
                journal.count_unreadable()
            };
            round.on_disk(keep).await?;
        }
        Ok(round.done)
    }
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Taken,
    /// The store takes nothing.
    Waits,
    /// The store does not take this one yet.
    Later,
    /// Its source is not configured.
    Aside,
    Unreadable,
}

impl From<Trouble> for Fate {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Away => Self::Waits,
            Trouble::Later => Self::Later,
            Trouble::NoSource => Self::Aside,
            Trouble::Never => Self::Unreadable,
        }
    }
}

/// Lines that are still to be read.
type Lines = Box<dyn Iterator<Item = io::Result<Placed>> + Send>;

/// Lines of one fate.
#[derive(Default)]
struct Heap {
    bytes: Vec<u8>,
    places: Vec<Range<u64>>,
}

impl Heap {
    fn push(&mut self, mut line: Placed) {
        self.places.push(line.place());
        self.bytes.append(&mut line.text);
        self.bytes.push(b'\n');
    }

    fn count(&self) -> u64 {
        size(self.places.len())
    }
}

/// The lines that were not taken in.
#[derive(Default)]
struct Heaps {
    /// Those of the fates [`Fate::Waits`] and [`Fate::Later`].
    waiting: Heap,
    aside: Heap,
    unreadable: Heap,
}

/// One time that a journal is taken in.
struct Round<'r> {
    journal: &'r Journal,
    taker: &'r dyn Takes,
    turn: Turn,
    done: Replayed,
    /// Whether the store takes nothing.
    away: bool,
    /// Whether the store's log may hold something of this round.
    wrote: bool,
    /// How much waited at the beginning.
    waited: u64,
    told: Instant,
}

impl<'r> Round<'r> {
    fn new(journal: &'r Journal, taker: &'r dyn Takes, turn: Turn) -> Self {
        Self {
            journal,
            taker,
            turn,
            done: Replayed::default(),
            away: false,
            wrote: false,
            waited: journal.state().waiting,
            told: Instant::now(),
        }
    }

    /// Takes in the lines of a file that an earlier round or an earlier version left.
    async fn earlier(&mut self, file: &Path) -> io::Result<()> {
        if self.away || !file.exists() {
            return Ok(());
        }
        let before = self.done.taken;
        let heaps = self.all(file).await?;
        let is_same = self.done.taken == before && heaps.aside.places.is_empty() && heaps.unreadable.places.is_empty();
        if is_same && !heaps.waiting.places.is_empty() {
            return Ok(());
        }
        self.done.set_aside = self.done.set_aside.saturating_add(heaps.aside.count());
        let file = file.to_owned();
        let keep = move |journal: &Journal| {
            // Durable before the file that they were in is replaced; twice does no harm.
            journal.0.aside.add(&heaps.aside.bytes)?;
            journal.keep_unreadable(&heaps.unreadable.bytes)?;
            replace(&file, &heaps.waiting.bytes)
        };
        self.on_disk(keep).await
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Journal) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        self.journal.on_disk(&self.turn, work).await
    }

    /// Returns the next lines that are clicks, or the next that are not, and the rest. If the disk
    /// of the store has no room, all that is left waits.
    async fn next(&mut self, mut lines: Lines, clicks: bool) -> io::Result<(Vec<Placed>, Lines)> {
        let together = self.pace().await;
        let is_chosen =
            move |line: &io::Result<Placed>| line.as_ref().map_or(true, |line| is_click(&line.text) == clicks);
        let next = move |_: &Journal| {
            let chosen = lines.by_ref().filter(is_chosen).take(together);
            Ok((chosen.collect::<io::Result<_>>()?, lines))
        };
        self.on_disk(next).await
    }

    /// Looks at the room on the store's disk, and returns how many lines are taken in next.
    async fn pace(&mut self) -> usize {
        if self.away {
            return TOGETHER;
        }
        let mut room = self.taker.room().await;
        if room != Room::Ample && self.wrote {
            self.taker.write_back().await;
            room = self.taker.room().await;
        }
        self.wrote = true;
        match room {
            Room::Ample => TOGETHER,
            Room::Tight => TOGETHER_IF_TIGHT,
            Room::Short { free, needed } => {
                self.away = true;
                meter::no_room(free, needed, self.journal.state().waiting);
                TOGETHER
            }
        }
    }

    /// Takes in the lines that stand in the journal's own file now, and removes them from it.
    async fn area(&mut self) -> io::Result<()> {
        let snapshot = self.on_disk(Journal::snapshot).await?;
        let mut remain = 0_u64;
        for clicks in [true, false] {
            let mut lines: Lines = Box::new(snapshot.lines()?);
            while !self.away {
                let (chunk, rest) = self.next(lines, clicks).await?;
                lines = rest;
                if chunk.is_empty() {
                    break;
                }
                let sorted = self.take(chunk, clicks).await;
                remain = remain.saturating_add(self.settle(snapshot.generation, sorted).await?);
            }
        }
        if !self.away && remain == 0 && snapshot.until > 0 {
            self.on_disk(move |journal| journal.begin_again(&snapshot)).await?;
        }
        Ok(())
    }

    /// Removes the lines of the journal's own file that are durable elsewhere, and returns how many
    /// stay.
    async fn settle(&mut self, generation: u64, sorted: Vec<(Placed, Fate)>) -> io::Result<u64> {
        let (mut taken, mut later, mut heaps) = (Heap::default(), Heap::default(), Heaps::default());
        let mut waits = 0_u64;
        for (line, fate) in sorted {
            match fate {
                Fate::Taken => taken.push(line),
                Fate::Waits => waits = waits.saturating_add(1),
                Fate::Later => later.push(line),
                Fate::Aside => heaps.aside.push(line),
                Fate::Unreadable => heaps.unreadable.push(line),
            }
        }
        self.done.set_aside = self.done.set_aside.saturating_add(heaps.aside.count());
        let settle = move |journal: &Journal| {
            journal.remove(generation, &taken.places)?;
            journal.0.aside.add(&heaps.aside.bytes)?;
            journal.remove(generation, &heaps.aside.places)?;
            journal.keep_unreadable(&heaps.unreadable.bytes)?;
            journal.remove(generation, &heaps.unreadable.places)?;
            if !later.bytes.is_empty() {
                append(&left(&journal.0.path), &later.bytes)?;
                journal.remove(generation, &later.places)?;
            }
            Ok(waits)
        };
        self.on_disk(settle).await
    }

    /// Takes in all lines of a file, and returns the others.
    async fn all(&mut self, file: &Path) -> io::Result<Heaps> {
        let mut heaps = Heaps::default();
        for clicks in [true, false] {
            let path: PathBuf = file.to_owned();
            let mut lines: Lines = self.on_disk(move |_| Ok(Box::new(lines(&path)?) as Lines)).await?;
            loop {
                let (chunk, rest) = self.next(lines, clicks).await?;
                lines = rest;
                if chunk.is_empty() {
                    break;
                }
                for (line, fate) in self.take(chunk, clicks).await {
                    match fate {
                        Fate::Taken => {}
                        Fate::Waits | Fate::Later => heaps.waiting.push(line),
                        Fate::Aside => heaps.aside.push(line),
                        Fate::Unreadable => heaps.unreadable.push(line),
                    }
                }
            }
        }
        Ok(heaps)
    }

    /// Takes in a few lines, of clicks or of anything else.
    async fn take(&mut self, lines: Vec<Placed>, clicks: bool) -> Vec<(Placed, Fate)> {
        let fates = match clicks {
            true => self.clicks(&lines).await,
            false => self.events(&lines).await,
        };
        lines.into_iter().zip(fates).collect()
    }

    async fn events(&mut self, lines: &[Placed]) -> Vec<Fate> {
        let mut fates = Vec::new();
        for line in lines {
            let taken = match read(&line.text) {
                _ if self.away => Err(Trouble::Away),
                Ok(waiting) => self.taker.take(waiting).await,
                Err(_) => Err(Trouble::Never),
            };
            fates.push(self.fate(taken));
        }
        fates
    }

    /// Records clicks together; where one of them is in trouble by itself, each alone.
    async fn clicks(&mut self, lines: &[Placed]) -> Vec<Fate> {
        let clicks: Vec<Option<Click>> = lines.iter().map(|line| read_click(&line.text).ok()).collect();
        let readable: Vec<Click> = clicks.iter().flatten().cloned().collect();
        let together = match readable.is_empty() || self.away {
            true => Ok(()),
            false => self.taker.record(&readable).await,
        };
        let is_alone = match together {
            Ok(()) => false,
            Err(trouble) => {
                self.away = matches!(trouble, Trouble::Away);
                true
            }
        };
        let mut fates = Vec::new();
        for click in &clicks {
            let taken = match click {
                None => Err(Trouble::Never),
                Some(_) if self.away => Err(Trouble::Away),
                Some(click) if is_alone => self.taker.record(slice::from_ref(click)).await,
                Some(_) => Ok(()),
            };
            let fate = self.fate(taken);
            if fate == Fate::Taken {
                self.done.clicks = self.done.clicks.saturating_add(1);
            }
            fates.push(fate);
        }
        fates
    }

    /// Notes what became of a line, and says from time to time how far the round is: one line alone
    /// may take long.
    fn fate(&mut self, taken: Result<(), Trouble>) -> Fate {
        let fate = taken.map_or_else(Fate::from, |()| Fate::Taken);
        match fate {
            Fate::Taken => self.done.taken = self.done.taken.saturating_add(1),
            Fate::Unreadable => self.done.unreadable = self.done.unreadable.saturating_add(1),
            Fate::Waits => self.away = true,
            Fate::Later | Fate::Aside => {}
        }
        self.tell();
        fate
    }

    /// Says from time to time how far it is, for whoever waits.
    fn tell(&mut self) {
        if self.told.elapsed() < TELL_EVERY {
            return;
        }
        self.told = Instant::now();
        let left = self.waited.saturating_sub(self.done.taken);
        meter::replaying(self.done.taken, left);
    }
}
