//! A file as work leaves it: of each hundred sales one names a click that nobody knows, one lane of
//! ten takes nothing, and of what the others took some was given up, and some waits for a check.

use super::subject::Subject;
use crate::durable::{self, Base, Made};
use crate::load::{
    Failure,
    world::{WINDOW, World},
};
use crate::numbers::Numbers;
use postback::delivery::{Attempt, Lane, Leased, Settlement, Verdict};
use postback::event::Interface;
use postback::plan::{Commit, Outcome, RefusedBody, RefusedBound, RefusedReason, Ring, Write};
use postback::port::{Claim, Store};
use postback::{Click, Timestamp};
use postback_sqlite::SqliteStore;
use rusqlite::Connection;
use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Of so many sales one names a click that nobody knows.
pub(super) const WAITING: u64 = 100;
/// How many events have an outcome that no other has, however large the file is.
pub(super) const RARE: u64 = 20;
/// How many lanes the deliveries go to. The first one takes nothing.
const LANES: u64 = 10;
/// How many sales are stored together.
const BATCH: u64 = 4_096;
/// Of so many deliveries one is given up, and one is accepted under a receipt.
const DEAD: u64 = 200;
const ACCEPTED: u64 = 100;
/// How many bodies each of two rings keeps, however large the file is.
pub(super) const REFUSED: u64 = 10_000;
/// How many of them were refused for a reason that is rare.
const ODD: u64 = 20;
const LEASE: Duration = Duration::from_secs(3_600);
/// After how long a receipt is checked.
const CHECK: Duration = Duration::from_secs(30 * 86_400);

/// One file for each size.
#[derive(Debug)]
pub struct Sizes {
    world: Arc<World>,
    files: Vec<(u64, PathBuf)>,
    bytes: Vec<u64>,
}

impl Sizes {
    /// Fills a file, and keeps a copy of it at each size. `told` hears of each size and how many
    /// bytes a sale with its click has taken since the last one.
    ///
    /// # Errors
    /// Sizes that do not grow, or trouble of the disk.
    pub fn fill(folder: &Path, sizes: &[u64], mut told: impl FnMut(u64, u64)) -> Result<Self, Failure> {
        let world = Arc::new(World::new()?);
        let file = folder.join("growing.db");
        let first = sizes.first().copied().ok_or("name a size at least")?;
        let (mut stored, mut files, mut bytes) = (0, Vec::new(), Vec::new());
        let mut settled = Settled::default();
        for size in sizes {
            if *size < stored + LANES * RARE {
                return Err(format!("{size} sales are too few behind {stored}").into());
            }
            let before = fs::metadata(&file).map_or(0, |known| known.len());
            let range = stored..*size;
            let batch = (size / 8).clamp(1, BATCH);
            let tail = BATCH.min((size - stored) / 4);
            let (maker, rare) = (world.clone(), first / 2 + 1..first / 2 + 1 + RARE);
            let make = move |numbers| made(&maker, numbers, &rare);
            let runtime = durable::runtime()?;
            durable::fill(&file, range, batch, make, |store, numbers| {
                // What came last still waits to be sent.
                if numbers.end + tail > *size {
                    return Ok(());
                }
                runtime.block_on(settled.settle(store, World::at(numbers.end + WINDOW)?))
            })?;
            write_back(&file)?;
            bytes.push((fs::metadata(&file)?.len() - before) / (size - stored));
            if stored == 0 {
                runtime.block_on(refuse(&world, &durable::open(&file)?, *size))?;
                write_back(&file)?;
            }
            let kept = folder.join(format!("{size}.db"));
            if files.len() + 1 == sizes.len() {
                fs::rename(&file, &kept)?;
            } else {
                fs::copy(&file, &kept)?;
            }
            fs::File::open(&kept)?.sync_all()?;
            told(*size, bytes.last().copied().unwrap_or_default());
            files.push((*size, kept));
            stored = *size;
        }
        Ok(Self { world, files, bytes })
    }

    /// The sizes.
    pub(super) fn all(&self) -> Vec<u64> {
        self.files.iter().map(|(size, _)| *size).collect()
    }

    /// How many bytes a sale with its click takes, those between the last size and this one.
    #[must_use]
    pub fn bytes(&self) -> &[u64] {
        &self.bytes
    }

    pub(super) fn open(&self) -> Result<Vec<Subject>, Failure> {
        let open = |(sales, file): &(u64, PathBuf)| Subject::open(file, *sales);
        self.files.iter().map(open).collect()
    }

    pub(super) fn bases(&self) -> Vec<Base> {
        let base = |(sales, file): &(u64, PathBuf)| Base::over(self.world.clone(), file.clone(), *sales);
        self.files.iter().map(base).collect()
    }
}

fn write_back(file: &Path) -> Result<(), Failure> {
    let connection = Connection::open(file)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn made(world: &World, numbers: Range<u64>, rare: &Range<u64>) -> Result<Made, Failure> {
    let clicks = numbers.clone().map(|sale| world.click(sale));
    let clicks = clicks.collect::<Result<Vec<_>, _>>()?;
    let sales = numbers.zip(&clicks);
    let commits = sales.map(|(sale, click)| commit(world, sale, click, rare));
    let commits = commits.collect::<Result<_, _>>()?;
    Ok((clicks, commits))
}

fn commit(world: &World, sale: u64, click: &Click, rare: &Range<u64>) -> Result<Commit, Failure> {
    if rare.contains(&sale) {
        let mut commit = world.waiting(sale)?;
        for write in &mut commit.writes {
            if let Write::Event(row) = write {
                row.outcome = Outcome::Test;
            }
        }
        return Ok(commit);
    }
    if sale.is_multiple_of(WAITING) {
        return world.waiting(sale);
    }
    let mut commit = world.commit(sale, click.clone())?;
    for delivery in &mut commit.outbox {
        delivery.lane = lane(sale / 7 % LANES);
    }
    Ok(commit)
}

/// The name of a lane. The first one takes nothing.
pub(super) fn lane(number: u64) -> Lane {
    Lane::new(&format!("https://channel-{number}.example"))
}

/// How many verdicts were written.
#[derive(Debug, Default)]
struct Settled(u64);

impl Settled {
    /// Sends all that is due, but for the lane that takes nothing.
    async fn settle(&mut self, store: &SqliteStore, now: Timestamp) -> Result<(), Failure> {
        let mut claim = Claim::new(now, LEASE, u32::try_from(BATCH)?);
        claim.shares.insert(lane(0), 0);
        loop {
            let claimed = store.claim(&claim).await?;
            if claimed.deliveries.is_empty() {
                return Ok(());
            }
            let verdicts = claimed.deliveries.iter().map(|leased| self.verdict(leased, now));
            store.settle(&verdicts.collect::<Result<Vec<_>, _>>()?).await?;
        }
    }

    fn verdict(&mut self, leased: &Leased, now: Timestamp) -> Result<Settlement, Failure> {
        self.0 += 1;
        let verdict = if self.0 % DEAD == 7 {
            Verdict::Dead
        } else if self.0 % ACCEPTED == 3 {
            Verdict::Accepted {
                receipt: format!("batch-{}", self.0),
                check_at: now.checked_add(CHECK).ok_or("beyond the calendar")?,
            }
        } else {
            Verdict::Delivered
        };
        settlement(leased, verdict)
    }
}

/// A verdict of a second after the delivery was decided.
pub(super) fn settlement(leased: &Leased, verdict: Verdict) -> Result<Settlement, Failure> {
    let at = leased.delivery.created_at.checked_add(Duration::from_secs(1));
    Ok(Settlement {
        delivery: leased.delivery.id.clone(),
        fence: leased.fence,
        attempt: Attempt {
            at: at.ok_or("beyond the calendar")?,
            status: Some(200),
            finding: "HTTP 200".into(),
        },
        verdict,
    })
}

/// When a body was refused: behind all sales, in the last of the ten days.
pub(super) fn refused_at(number: u64) -> Result<Timestamp, Failure> {
    World::at(9 * 864_000 + number)
}

/// Fills a ring of each source.
async fn refuse(world: &World, store: &SqliteStore, sales: u64) -> Result<(), Failure> {
    let numbers: Vec<u64> = (0..REFUSED.min(sales)).collect();
    let mut text = Numbers::new(7);
    for numbers in numbers.chunks(256) {
        let mut commit = Commit::of(Vec::new(), refused_at(0)?);
        for number in numbers {
            let (at, click) = (refused_at(*number)?, world.click(*number)?.id);
            let mut body = |length| text.text("abcdefghijklmnop0123456789", length).into_bytes();
            let reason = match number {
                0..ODD => RefusedReason::Repeated,
                _ => RefusedReason::MalformedAmount,
            };
            let (network, vendor) = ("net".parse()?, "clickbank".parse()?);
            let postback = RefusedBody::new(network, Interface::Postback, at, Ring::Doubtful, reason, body(180));
            let postback = postback.about(Some("sum".to_owned()), Some(click));
            let notification = RefusedBody::notification(vendor, at, Ring::Probable, body(1_200));
            let bounded = |body| {
                let keep = RefusedBound {
                    bodies: u32::try_from(REFUSED)?,
                    bytes: 20 * 1_024 * 1_024,
                };
                Ok::<_, Failure>(Write::Refused { body, keep })
            };
            commit.writes.extend([bounded(postback)?, bounded(notification)?]);
        }
        store.commit(&commit).await?;
    }
    Ok(())
}
