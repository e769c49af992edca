//! Commits of real plans on a SQLite file that holds many sales already, each on the disk before it
//! is answered: by the store, whose concurrent callers share transactions, and by a plain program
//! with the same rows and statements and a transaction for each.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "small numbers of a program that measures"
)]

use crate::load::{
    Failure, Rate,
    world::{NAMESPACE, World},
};
use postback::Click;
use postback::plan::{Commit, Committed};
use postback::port::Store;
use postback_sqlite::{SqliteOptions, SqliteStore};
use rusqlite::{Connection, TransactionBehavior};
use rustix::time::{ClockId, clock_gettime};
use std::{
    fs::{self, File},
    io::Write,
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, mpsc::sync_channel},
    thread,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// How many sales are stored in one transaction while the file is filled.
const BATCH: u64 = 4_096;

/// What names a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// Its time first: a ClickBank notification.
    Timed,
    /// Nothing but a hash: a postback with an event id.
    Untimed,
    /// The same, of a type whose every order is a conversion (`create_marked`).
    Marked,
    /// Whatever it is: the sales in turn.
    Any,
}

impl Ids {
    fn names(self, sale: u64) -> bool {
        match self {
            Self::Timed => sale.is_multiple_of(2),
            Self::Untimed => sale % 4 == 1,
            Self::Marked => sale % 4 == 3,
            Self::Any => true,
        }
    }

    /// Among how many sales in turn there is one of these.
    fn one_in(self) -> u64 {
        if self == Self::Any { 1 } else { 4 }
    }
}

/// What a number of commits took.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// The rate of the commits.
    pub rate: Rate,
    /// How many bytes the process wrote for each.
    pub bytes: u64,
    /// The time on all processors for each, of the callers too.
    pub processor: Duration,
}

impl Turn {
    fn of(commits: usize, run: impl FnOnce() -> Result<(), Failure>) -> Result<Self, Failure> {
        let (bytes, busy, started) = (written()?, processor(), Instant::now());
        run()?;
        let rate = Rate::new(commits, started.elapsed());
        let count = u32::try_from(commits.max(1))?;
        Ok(Self {
            rate,
            bytes: (written()? - bytes) / u64::from(count),
            processor: (processor() - busy) / count,
        })
    }
}

/// How many bytes this process has given to `write` and the like (Linux).
fn written() -> Result<u64, Failure> {
    let told = fs::read_to_string("/proc/self/io")?;
    let line = told.lines().find_map(|line| line.strip_prefix("wchar: "));
    Ok(line.ok_or("the system does not say what was written")?.parse()?)
}

/// How long this process was on a processor, the threads that have ended too.
fn processor() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(spent.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(spent.tv_nsec).unwrap_or(0))
}

/// A database with its world, and the number of the next sale.
#[derive(Debug)]
pub struct Base {
    world: Arc<World>,
    file: PathBuf,
    next: u64,
}

impl Base {
    /// Fills a new file.
    ///
    /// # Errors
    /// Trouble of the disk.
    pub fn build(folder: &Path, sales: u64) -> Result<Self, Failure> {
        let file = folder.join("base.db");
        let world = Arc::new(World::new()?);
        let maker = world.clone();
        fill(
            &file,
            0..sales,
            BATCH,
            move |numbers| maker.sales(numbers),
            |_, _| Ok(()),
        )?;
        Ok(Self::over(world, file, sales))
    }

    /// A file that holds the sales before `next`.
    pub(crate) const fn over(world: Arc<World>, file: PathBuf, next: u64) -> Self {
        Self { world, file, next }
    }

    /// The number of the next sale.
    pub(crate) const fn next(&self) -> u64 {
        self.next
    }

    /// The plans of sales that are not stored yet; their clicks are.
    ///
    /// # Errors
    /// Trouble of the disk.
    pub fn plans(&mut self, ids: Ids, count: usize) -> Result<Vec<Commit>, Failure> {
        let numbers = self.next..self.next + ids.one_in() * u64::try_from(count)?;
        self.next = numbers.end;
        let (clicks, commits) = self.world.sales(numbers.clone())?;
        runtime()?.block_on(open(&self.file)?.record(&clicks))?;
        let chosen = numbers.zip(commits).filter(|(number, _)| ids.names(*number));
        Ok(chosen.map(|(_, commit)| commit).take(count).collect())
    }

    /// By the store. The sales are dealt to the callers in turn, as they would come.
    ///
    /// # Errors
    /// Trouble of the disk.
    pub fn grouped(&self, commits: Vec<Commit>, callers: usize) -> Result<Turn, Failure> {
        let (store, runtime) = (open(&self.file)?, runtime()?);
        let count = commits.len();
        let mut shares = vec![Vec::new(); callers];
        for (commit, caller) in commits.into_iter().zip((0..callers).cycle()) {
            shares.get_mut(caller).ok_or("there is no caller")?.push(commit);
        }
        let turn = Turn::of(count, || runtime.block_on(all(&store, shares)))?;
        drop(store);
        self.write_back()?;
        Ok(turn)
    }

    /// One after the other, with a transaction for each.
    ///
    /// # Errors
    /// Trouble of the disk.
    pub fn one_by_one(&self, commits: &[Commit]) -> Result<Turn, Failure> {
        let mut connection = Connection::open(&self.file)?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "cache_size", -16 * 1_024)?;
        // As rarely as the store writes its log back.
        connection.pragma_update(None, "wal_autocheckpoint", 4_096)?;
        connection.set_prepared_statement_cache_capacity(64);
        let turn = Turn::of(commits.len(), || {
            for commit in commits {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                applied(postback_sqlite::apply(&transaction, commit)?)?;
                transaction.commit()?;
            }
            Ok(())
        })?;
        drop(connection);
        self.write_back()?;
        Ok(turn)
    }

    /// So that neither way leaves its log to the other.
    fn write_back(&self) -> Result<(), Failure> {
        let connection = Connection::open(&self.file)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// What is stored together: clicks, and what became of the sales.
pub(crate) type Made = (Vec<Click>, Vec<Commit>);

/// Stores sales batch by batch, while the next batch is made. `stored` is told of each.
pub(crate) fn fill(
    file: &Path,
    sales: Range<u64>,
    batch: u64,
    make: impl Fn(Range<u64>) -> Result<Made, Failure> + Send + 'static,
    mut stored: impl FnMut(&SqliteStore, Range<u64>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let store = open(file)?;
    let (made, batches) = sync_channel(1);
    let maker = thread::spawn(move || -> Result<(), Failure> {
        for first in sales.clone().step_by(usize::try_from(batch)?) {
            let numbers = first..sales.end.min(first + batch);
            made.send((numbers.clone(), make(numbers)?))?;
        }
        Ok(())
    });
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update(None, "cache_size", -256 * 1_024)?;
    connection.set_prepared_statement_cache_capacity(64);
    let runtime = runtime()?;
    for (numbers, (clicks, commits)) in batches {
        runtime.block_on(store.record(&clicks))?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for commit in &commits {
            applied(postback_sqlite::apply(&transaction, commit)?)?;
        }
        transaction.commit()?;
        stored(&store, numbers)?;
    }
    maker.join().map_err(|_| "making the sales failed")??;
    drop((store, connection));
    // What the system still has to write would disturb the first turns.
    File::open(file)?.sync_all()?;
    Ok(())
}

/// How long it takes to put 4 KiB more of a file onto the disk: the median of many times.
///
/// # Errors
/// Trouble of the disk.
pub fn fsync(folder: &Path) -> Result<Duration, Failure> {
    let mut file = File::create(folder.join("fsync"))?;
    let mut times = Vec::new();
    for _ in 0..101 {
        file.write_all(&[7; 4_096])?;
        let started = Instant::now();
        file.sync_all()?;
        times.push(started.elapsed());
    }
    times.sort();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

/// Each caller commits its share.
async fn all(store: &SqliteStore, shares: Vec<Vec<Commit>>) -> Result<(), Failure> {
    let mut callers = JoinSet::new();
    for share in shares {
        let store = store.clone();
        callers.spawn(async move {
            for commit in &share {
                applied(store.commit(commit).await?)?;
            }
            Ok::<_, Failure>(())
        });
    }
    callers.join_all().await.into_iter().collect()
}

pub(crate) fn open(file: &Path) -> Result<SqliteStore, Failure> {
    Ok(SqliteStore::open(file, &SqliteOptions::new(NAMESPACE.parse()?))?)
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?)
}

fn applied(answer: Committed) -> Result<(), Failure> {
    match answer {
        Committed::Applied => Ok(()),
        other => Err(format!("a sale was {other:?}").into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_store_each_sale_and_its_delivery() {
        let folder = tempfile::tempdir().unwrap();
        let mut base = Base::build(folder.path(), 100).unwrap();
        for ids in [Ids::Timed, Ids::Untimed, Ids::Marked] {
            let plans = base.plans(ids, 65).unwrap();
            assert!(base.grouped(plans, 64).unwrap().bytes > 0);
            let plans = base.plans(ids, 5).unwrap();
            assert!(base.one_by_one(&plans).unwrap().bytes > 0);
        }
        let connection = Connection::open(&base.file).unwrap();
        let rows = |source: &str| -> i64 {
            let counted =
                "SELECT count(*) FROM event JOIN delivery USING (click) WHERE source = ?1 AND outcome = 'applied'";
            connection.query_row(counted, [source], |row| row.get(0)).unwrap()
        };
        assert_eq!(
            ["clickbank", "net"].map(rows),
            [120, 190],
            "50 that were there, 65 and 5 of each kind"
        );
    }
}
