//! What changes the files: claims and verdicts, commits, and deleting.

use super::{
    fill::{self, Sizes},
    subject::Subject,
    table::{Line, Table},
};
use crate::durable::Ids;
use crate::load::{
    Failure,
    world::{WINDOW, World},
};
use postback::Timestamp;
use postback::delivery::Verdict;
use postback::port::{Claim, Purge, Store};
use std::time::{Duration, Instant};

/// How often each thing is done in each file.
const TURNS: u64 = 5;
/// A file with fewer sales is a test, in which little is measured.
const SMALL: u64 = 10_000;
/// How many claims there are of each kind.
const CLAIMS: u64 = 21;
/// How many deliveries one claim leases, and how many of them of one lane.
const PLACES: u32 = 32;
const SHARE: u32 = 8;
const LEASE: Duration = Duration::from_secs(60);
/// How many callers commit, and how many commits a turn of theirs has.
const CALLERS: [(usize, usize); 2] = [(1, 300), (64, 3_200)];

fn smallest(subjects: &[Subject]) -> u64 {
    subjects.iter().map(Subject::sales).min().unwrap_or_default()
}

/// Leases deliveries, and tells their verdicts.
pub(super) fn deliveries(subjects: &[Subject], table: &mut Table) -> Result<(), Failure> {
    let of = |name: &str| Line::new(name, subjects.len());
    let claims = if smallest(subjects) < SMALL { 1 } else { CLAIMS };
    for (lease, end, share) in [
        ("claim of 32, 8 a lane", "their verdicts", SHARE),
        ("claim of 32 of any lane", "their verdicts, of one lane", u32::MAX),
    ] {
        let (mut leased, mut ended) = (of(lease), of(end));
        for _ in 0..claims {
            for (place, subject) in subjects.iter().enumerate() {
                let mut claim = Claim::new(subject.now()?, LEASE, PLACES);
                claim.per_lane = share;
                let (asked, store) = (Instant::now(), &subject.store);
                let claimed = subject.wait(Box::pin(async { Ok(store.claim(&claim).await?) }))?;
                leased.note(place, asked.elapsed(), claimed.deliveries.len());
                let verdicts = claimed.deliveries.iter();
                let verdicts = verdicts.map(|leased| fill::settlement(leased, Verdict::Delivered));
                let verdicts = verdicts.collect::<Result<Vec<_>, _>>()?;
                let asked = Instant::now();
                let settled = subject.wait(Box::pin(async { Ok(store.settle(&verdicts).await?) }))?;
                ended.note(place, asked.elapsed(), settled.len());
            }
        }
        table.add(leased);
        table.add(ended);
    }
    Ok(())
}

/// Commits sales; the figure is the time for each.
pub(super) fn commits(sizes: &Sizes, table: &mut Table) -> Result<(), Failure> {
    let mut bases = sizes.bases();
    let is_small = bases.first().is_some_and(|base| base.next() < SMALL);
    for (callers, count) in CALLERS {
        let count = if is_small { callers.max(10) } else { count };
        let mut line = Line::new(format!("a commit, {callers} callers"), bases.len());
        for _ in 0..TURNS {
            for (place, base) in bases.iter_mut().enumerate() {
                let plans = base.plans(Ids::Any, count)?;
                let started = Instant::now();
                base.grouped(plans, callers)?;
                line.note(place, started.elapsed() / u32::try_from(count)?, count);
            }
        }
        table.add(line);
    }
    Ok(())
}

/// What is deleted that is from before a time.
type Before = fn(Timestamp) -> Purge;

/// Deletes, a few rows at a time: as many in each file.
pub(super) fn purges(subjects: &[Subject], table: &mut Table) -> Result<(), Failure> {
    let rows = smallest(subjects) / 50;
    // The oldest sales; what the commits have left in the log goes first.
    let at = |turn: u64| World::at(WINDOW + 10 + (turn + 1) * rows);
    for subject in subjects {
        purge(subject, &Purge::PrivateBefore(World::at(WINDOW)?))?;
    }
    let kinds: [(&str, Before); 4] = [
        ("forgetting personal values", Purge::PrivateBefore),
        ("deleting deliveries", Purge::DeliveriesBefore),
        ("deleting clicks without events", Purge::ClicksBefore),
        ("deleting events with their clicks", Purge::EventsBefore),
    ];
    for (name, what) in kinds {
        let mut line = Line::new(format!("{name}, {rows} sales"), subjects.len());
        for turn in 0..TURNS {
            for (place, subject) in subjects.iter().enumerate() {
                let asked = Instant::now();
                let gone = purge(subject, &what(at(turn)?))?;
                line.note(place, asked.elapsed(), gone);
            }
        }
        table.add(line);
    }
    refused(subjects, rows / 10, table)?;
    erasures(subjects, table)
}

/// Deletes the oldest refused bodies of a source.
fn refused(subjects: &[Subject], rows: u64, table: &mut Table) -> Result<(), Failure> {
    let mut line = Line::new("deleting refused bodies of a source", subjects.len());
    for turn in 0..TURNS {
        for (place, subject) in subjects.iter().enumerate() {
            let before = fill::refused_at((turn + 1) * rows.max(1))?;
            let what = Purge::RefusedBefore("net".parse()?, before);
            let asked = Instant::now();
            let gone = purge(subject, &what)?;
            line.note(place, asked.elapsed(), gone);
        }
    }
    table.add(line);
    Ok(())
}

/// Erases what is known of a visitor.
fn erasures(subjects: &[Subject], table: &mut Table) -> Result<(), Failure> {
    let mut line = Line::new("erasing a click", subjects.len());
    for turn in 0..TURNS {
        for (place, subject) in subjects.iter().enumerate() {
            let what = Purge::Erase(subject.young(usize::try_from(turn)?)?);
            let asked = Instant::now();
            let gone = purge(subject, &what)?;
            line.note(place, asked.elapsed(), gone);
        }
    }
    table.add(line);
    Ok(())
}

/// Returns how many rows have changed.
fn purge(subject: &Subject, what: &Purge) -> Result<usize, Failure> {
    let purged = subject.wait(Box::pin(async { Ok(subject.store.purge(what).await?) }))?;
    Ok(usize::try_from(purged.total())?)
}
