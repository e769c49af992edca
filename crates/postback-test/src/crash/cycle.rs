//! One cycle: a server is started, talked to, and ended.

use crate::child::{self, AT_THE_POINT, DATABASE, Running};
use crate::ledger::Ledger;
use crate::load::{Load, send_again};
use crate::migration;
use crate::trouble::{Point, Trouble, below};
use postback::port::Entropy;
use postback::testing::SeededEntropy;
use std::{fs, path::Path, process::Command, sync::Arc, thread, time::Duration};

/// How long a server lives under load, at least and at most, in milliseconds.
const LIFE: (u64, u64) = (30, 400);
/// How long the store is locked: sometimes for longer than an answer may take.
const LOCKED: (u64, u64) = (50, 3_500);
/// How long a server lives that is killed while it deletes, at most, in milliseconds.
const PURGES: u64 = 40;
/// Which call of the store hangs, at most.
const LAST_CALL: u64 = 60;
/// How long a call may take to come to its point.
const COMES: Duration = Duration::from_secs(20);
/// How long callers wait for what hangs, before the server is killed, in milliseconds: mostly not
/// at all, sometimes for so long that they are answered from the journal.
const HANGS: [u64; 8] = [0, 0, 0, 1, 5, 20, 100, 2_700];
/// How much a file may still grow on a full disk, in KiB.
const ROOM: u64 = 1_024;

/// A round's place and its state.
pub(crate) struct Round<'r> {
    pub(crate) folder: &'r Path,
    pub(crate) seed: u64,
    pub(crate) random: SeededEntropy,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) counts: Counts,
}

/// What happened, for the summary.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    /// How many servers hung at their point.
    pub(crate) at_points: u64,
    /// How many were killed before they had updated or deleted everything.
    pub(crate) in_the_midst: u64,
}

impl Round<'_> {
    /// Runs one cycle.
    pub(crate) fn cycle(&mut self, number: u64, trouble: Trouble) -> Result<(), String> {
        let log = self.folder.join(format!("{number}.log"));
        match trouble {
            Trouble::Migrating => {
                let killed = migration::cycle(&self.folder.join(format!("migrated-{number}")), &self.random)?;
                self.counts.in_the_midst += killed;
                Ok(())
            }
            Trouble::At(point) => self.hang(number, point, log),
            _ => self.live(number, trouble, log),
        }
    }

    fn between(&self, (least, most): (u64, u64)) -> Duration {
        Duration::from_millis(least + below(&self.random, most - least + 1))
    }

    fn load(&self, number: u64, server: std::net::SocketAddr) -> Load {
        send_again(server, &self.random, &self.ledger);
        let name = format!("R{}C{number}", self.seed);
        Load::start(server, &name, self.random.next_u64(), &self.ledger)
    }

    /// Lets a call hang, and kills the server there.
    fn hang(&mut self, number: u64, point: Point, log: std::path::PathBuf) -> Result<(), String> {
        let nth = below(&self.random, LAST_CALL);
        let (server, address) = Running::start(&mut child::hanging(self.folder, point, nth), log)?;
        let load = self.load(number, address);
        self.counts.at_points += u64::from(server.says(AT_THE_POINT, COMES));
        let place = below(&self.random, HANGS.len() as u64) as usize;
        thread::sleep(Duration::from_millis(HANGS[place]));
        drop(server);
        load.end();
        Ok(())
    }

    /// Lets a server live for a while.
    fn live(&mut self, number: u64, trouble: Trouble, log: std::path::PathBuf) -> Result<(), String> {
        let (mut server, address) = Running::start(&mut self.command(trouble), log)?;
        let load = self.load(number, address);
        match trouble {
            Trouble::Purging => {
                thread::sleep(self.between((0, PURGES)));
                let whole = server.logged().contains("old personal values were deleted");
                self.counts.in_the_midst += u64::from(!whole);
            }
            Trouble::Locked => self.lock(),
            Trouble::Jumps(seconds) => {
                thread::sleep(self.between(LIFE));
                child::jump(self.folder, seconds);
                thread::sleep(self.between(LIFE));
            }
            _ => thread::sleep(self.between(LIFE)),
        }
        if !server.runs() {
            return Err(format!("the server ended by itself: {}", server.logged()));
        }
        if trouble == Trouble::Stopped {
            if !server.stop() {
                return Err("the server did not stop in order".to_owned());
            }
        } else {
            drop(server);
        }
        load.end();
        Ok(())
    }

    fn command(&self, trouble: Trouble) -> Command {
        match trouble {
            Trouble::Full => child::bounded(self.folder, longest(self.folder) / 1_024 + ROOM),
            Trouble::Jumps(seconds) => self.jumping(seconds),
            Trouble::Purging => {
                let mut command = child::plain(self.folder);
                command.args(["--private-days", "0"]);
                command
            }
            _ => child::plain(self.folder),
        }
    }

    /// A server whose clock jumps: the system's, or its own alone.
    fn jumping(&self, seconds: i64) -> Command {
        let (own, after) = (below(&self.random, 2) == 0, below(&self.random, LIFE.1));
        let faked = if own { None } else { child::faked(self.folder) };
        faked.unwrap_or_else(|| child::jumping(self.folder, seconds, after))
    }

    /// Holds the database's lock for a while.
    fn lock(&self) {
        thread::sleep(self.between(LIFE));
        let other = rusqlite::Connection::open(self.folder.join(DATABASE)).unwrap();
        other.busy_timeout(Duration::from_secs(5)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        thread::sleep(self.between(LOCKED));
        other.execute_batch("ROLLBACK").unwrap();
        thread::sleep(self.between((0, LIFE.0)));
    }
}

/// The length of the longest file of a folder, in bytes. The journal has its room already.
fn longest(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).unwrap().map_while(Result::ok);
    let grow = files.filter(|file| !file.file_name().to_string_lossy().contains("journal"));
    let lengths = grow.filter_map(|file| file.metadata().ok()).map(|known| known.len());
    lengths.max().unwrap_or_default()
}
