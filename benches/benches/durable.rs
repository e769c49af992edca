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
    durable::{Base, CALLERS, Ids, fsync},
    load::{Failure, Rate, scratch},
};

/// How many sales the file holds before anything is measured, so that ids without order find pages
/// that are not in the cache.
const SALES: u64 = 200_000;
/// How often each way has its turn.
const ROUNDS: usize = 3;
/// How many commits a turn has.
const GROUPED: usize = 200 * CALLERS;
const ONE_BY_ONE: usize = 500;

fn main() -> Result<(), Failure> {
    // Without the flag of `cargo bench` it is a test: everything runs, little is measured.
    let measured = std::env::args().any(|argument| argument == "--bench");
    let divisor = if measured { 1 } else { 100 };
    let folder = scratch()?;
    let started = std::time::Instant::now();
    let mut base = Base::build(folder.path(), SALES / divisor)?;
    println!(
        "{} sales are stored ({} s)",
        SALES / divisor,
        started.elapsed().as_secs()
    );
    let divisor = usize::try_from(divisor)?;
    for (ids, name, wanted) in [
        (Ids::Timed, "ids that begin with a time (notifications)", 15),
        (Ids::Untimed, "ids without a time (postbacks)", 4),
    ] {
        println!("{name}:");
        let (mut grouped, mut one_by_one) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            // What an fsync costs decides the ratio, and a virtual disk changes its mind about it.
            println!("  fsync {} us (median)", fsync(folder.path())?.as_micros());
            let plans = base.plans(ids, GROUPED / divisor)?;
            grouped.push(Rate::new(plans.len(), base.grouped(plans)?));
            let plans = base.plans(ids, ONE_BY_ONE / divisor)?;
            one_by_one.push(Rate::new(plans.len(), base.one_by_one(&plans)?));
        }
        println!("  shared by {CALLERS} callers  {}", Rate::all(&grouped));
        println!("  one transaction each  {}", Rate::all(&one_by_one));
        println!("  {} times (wanted: {wanted})", Rate::ratio(&grouped, &one_by_one));
    }
    Ok(())
}
