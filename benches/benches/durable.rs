//! How many commits a second are durable: the store's callers share transactions, the rival has one
//! for each. Both write to the same file on the disk of the target directory, in turns.
//!
//! `cargo bench -p postback-benches --features server --bench durable`

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that measures and prints"
)]

use postback_benches::{
    durable::{Base, Ids, Turn, fsync},
    load::{Failure, Rate, scratch},
};

/// How many sales the file holds before anything is measured, so that ids without order find pages
/// that are not in the cache.
const SALES: u64 = 200_000;
/// How often each way has its turn.
const ROUNDS: usize = 3;
/// How many callers there are, and how many commits a turn of theirs has.
const CALLERS: [(usize, usize); 3] = [(1, 500), (16, 4_000), (64, 12_800)];
const ONE_BY_ONE: usize = 500;

fn main() -> Result<(), Failure> {
    // Without the flag of `cargo bench` it is a test: everything runs, little is measured.
    let measured = std::env::args().any(|argument| argument == "--bench");
    let divisor = if measured { 1 } else { 100 };
    let folder = scratch()?;
    let started = std::time::Instant::now();
    let mut base = Base::build(folder.path(), SALES / divisor)?;
    let took = started.elapsed().as_secs();
    println!("{} sales are stored ({took} s)", SALES / divisor);
    let divisor = usize::try_from(divisor)?;
    for (ids, name) in [
        (
            Ids::Timed,
            "ids that begin with a time, random receipts (notifications)",
        ),
        (Ids::Untimed, "ids without a time (postbacks)"),
        (Ids::Marked, "the same, of a type with `create_marked`"),
    ] {
        println!("{name}:");
        let mut ours = CALLERS.map(|_| Vec::new());
        let mut one_by_one = Vec::new();
        for _ in 0..ROUNDS {
            // What an fsync costs decides the ratio, and a virtual disk changes its mind about it.
            println!("  fsync {} us (median)", fsync(folder.path())?.as_micros());
            for ((callers, commits), turns) in CALLERS.iter().zip(&mut ours) {
                let plans = base.plans(ids, commits / divisor)?;
                turns.push(base.grouped(plans, *callers)?);
            }
            let plans = base.plans(ids, ONE_BY_ONE / divisor)?;
            one_by_one.push(base.one_by_one(&plans)?);
        }
        println!("  one transaction each: {}", told(&one_by_one));
        for ((callers, _), turns) in CALLERS.iter().zip(&ours) {
            let ratio = Rate::ratio(&rates(turns), &rates(&one_by_one));
            println!("  {callers} callers: {}; {ratio} times", told(turns));
        }
    }
    Ok(())
}

fn rates(turns: &[Turn]) -> Vec<Rate> {
    turns.iter().map(|turn| turn.rate).collect()
}

/// The rate, and for each commit the most bytes that a turn wrote and the median of the processor's
/// time.
fn told(turns: &[Turn]) -> String {
    let bytes = turns.iter().map(|turn| turn.bytes).max().unwrap_or_default();
    let mut busy: Vec<_> = turns.iter().map(|turn| turn.processor.as_micros()).collect();
    busy.sort_unstable();
    let busy = busy.get(busy.len() / 2).copied().unwrap_or_default();
    let rate = Rate::all(&rates(turns));
    format!("{rate}, {} KiB and {busy} us of processor time a commit", bytes / 1024)
}
