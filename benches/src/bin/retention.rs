//! Whether a file stays bounded while rows come and go: hours of clicks and sales are stored one
//! after the other, each hour's deliveries are sent, and what is kept long enough is deleted, as
//! the service's loop does it. The hours are those of the rows; nothing waits for them.
//!
//! `cargo run --release -p postback-benches --features server --bin retention -- [HOURS]`

#![allow(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program that measures and prints"
)]

use postback::Timestamp;
use postback::delivery::{Attempt, Settlement, Verdict};
use postback::port::{Claim, Purge, Purged, Store};
use postback_benches::load::{
    Failure, scratch,
    world::{NAMESPACE, World},
};
use postback_sqlite::{SqliteOptions, SqliteStore};
use std::{
    env, fs,
    path::Path,
    time::{Duration, Instant},
};

/// The world has ten clicks a second.
const CLICKS: u64 = 36_000;
/// One click in so many becomes a sale.
const SALE: u64 = 49;
/// How many clicks are recorded together.
const BATCH: u64 = 256;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// How long rows are kept, in hours: short, so that the run soon shows whether the file is bounded.
const KEPT: [(&str, u32); 4] = [("private", 6), ("deliveries", 12), ("events", 48), ("clicks", 24)];

fn main() -> Result<(), Failure> {
    let hours: u64 = env::args().nth(1).map_or(Ok(72), |text| text.parse())?;
    let folder = scratch()?;
    let path = folder.path().join("retention.db");
    let store = SqliteStore::open(&path, &SqliteOptions::new(NAMESPACE.parse()?))?;
    let world = World::new()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    println!("{CLICKS} clicks an hour, one sale in {SALE}; kept for hours: {KEPT:?}");
    println!("hour  file MiB  deleted rows  store s  delete s");
    for hour in 0..hours {
        let started = Instant::now();
        let now = runtime.block_on(an_hour(&store, &world, hour))?;
        let (stored, started) = (started.elapsed(), Instant::now());
        let purged = runtime.block_on(purge(&store, now))?;
        println!(
            "{hour:>4}  {:>8.1}  {:>12}  {:>7.1}  {:>8.1}",
            mebibytes(&path)?,
            purged.total(),
            stored.as_secs_f64(),
            started.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

/// Stores an hour, sends its deliveries, and returns when it ended.
async fn an_hour(store: &SqliteStore, world: &World, hour: u64) -> Result<Timestamp, Failure> {
    let numbers = hour * CLICKS..(hour + 1) * CLICKS;
    let mut last = None;
    for first in numbers.clone().step_by(usize::try_from(BATCH)?) {
        let clicks = (first..numbers.end.min(first + BATCH)).map(|number| world.click(number));
        let clicks = clicks.collect::<Result<Vec<_>, _>>()?;
        store.record(&clicks).await?;
        last = last.max(clicks.iter().map(|click| click.at).max());
    }
    for sale in numbers.step_by(usize::try_from(SALE)?) {
        let (_, commits) = world.sales(sale..sale + 1)?;
        for commit in &commits {
            store.commit(commit).await?;
        }
    }
    let now = last
        .and_then(|last| last.checked_add(HOUR))
        .ok_or("an hour without clicks")?;
    loop {
        let claimed = store.claim(&Claim::new(now, HOUR, 500)).await?;
        if claimed.deliveries.is_empty() {
            return Ok(now);
        }
        let verdicts = claimed.deliveries.iter().map(|leased| Settlement {
            delivery: leased.delivery.id.clone(),
            fence: leased.fence,
            verdict: Verdict::Delivered,
            attempt: Attempt {
                at: now,
                status: Some(200),
                finding: "HTTP 200".into(),
            },
        });
        store.settle(&verdicts.collect::<Vec<_>>()).await?;
    }
}

async fn purge(store: &SqliteStore, now: Timestamp) -> Result<Purged, Failure> {
    let mut all = Purged::default();
    let kinds: [fn(Timestamp) -> Purge; 4] = [
        Purge::PrivateBefore,
        Purge::DeliveriesBefore,
        Purge::EventsBefore,
        Purge::ClicksBefore,
    ];
    for ((_, hours), what) in KEPT.into_iter().zip(kinds) {
        let before = now.checked_sub(HOUR * hours).ok_or("before the calendar")?;
        all.add(&store.purge(&what(before)).await?);
    }
    Ok(all)
}

fn mebibytes(path: &Path) -> Result<f64, Failure> {
    let bytes = u32::try_from(fs::metadata(path)?.len() / 1_024)?;
    Ok(f64::from(bytes) / 1_024.0)
}
