//! Rounds of cycles, each with a database and a seed of its own, and an audit at its end.

use crate::args::Cycles;
use crate::audit;
use crate::child;
use crate::cycle::{Counts, Round};
use crate::ledger::Ledger;
use crate::receiver::Receiver;
use crate::trouble::deck;
use postback::testing::SeededEntropy;
use std::{
    env, fs,
    path::Path,
    process,
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// What all rounds came to.
#[derive(Debug, Default)]
struct Sum {
    rounds: u64,
    cycles: u64,
    counts: Counts,
    answers: u64,
    audited: audit::Audited,
}

/// Runs all rounds. The text says what they came to, or what was found and how it is run again.
pub(crate) fn run(arguments: &Cycles) -> Result<String, String> {
    let first = arguments.seed.unwrap_or_else(now);
    let begun = Instant::now();
    let folder = arguments.folder.clone().unwrap_or_else(|| {
        let name = format!("postback-crash-{}", process::id());
        env::temp_dir().join(name)
    });
    let (mut sum, mut left, mut seed) = (Sum::default(), arguments.cycles, first);
    while left > 0 {
        let cycles = left.min(arguments.round);
        let place = folder.join(format!("seed-{seed}"));
        round(&place, seed, cycles, &mut sum).map_err(|text| {
            let place = place.display();
            let again = "cargo run -p postback-test --features crash --bin crash --";
            format!("{text}\nthe files are in {place}; again: {again} --seed {seed} --cycles {cycles} --round {cycles}")
        })?;
        fs::remove_dir_all(&place).map_err(|error| error.to_string())?;
        eprintln!(
            "seed {seed}: {cycles} cycles, nothing found ({} s)",
            begun.elapsed().as_secs()
        );
        left = left.saturating_sub(cycles);
        seed = seed.wrapping_add(1);
    }
    // It stays where a folder of that name was before.
    drop(fs::remove_dir(&folder));
    let Sum {
        rounds,
        cycles,
        counts,
        answers,
        audited,
    } = sum;
    Ok(format!(
        "{cycles} cycles in {rounds} rounds from seed {first}, {} s: {answers} answers, {} sales promised and stored, {} \
         more stored, {} requests for {} deliveries; {} servers killed at their point, {} while updating or deleting; \
         0 lost, 0 unsent, 0 doubled",
        begun.elapsed().as_secs(),
        audited.promised,
        audited.conversions - audited.promised,
        audited.requests,
        audited.conversions,
        counts.at_points,
        counts.in_the_midst,
    ))
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

fn round(folder: &Path, seed: u64, cycles: u64, sum: &mut Sum) -> Result<(), String> {
    prepare(folder)?;
    let receiver = Receiver::start();
    child::configure(folder, &receiver);
    let random = SeededEntropy::new(seed);
    let (ledger, counts) = (Arc::new(Ledger::default()), Counts::default());
    let mut cards = Vec::new();
    let mut round = Round {
        folder,
        seed,
        random,
        ledger,
        counts,
    };
    for number in 0..cycles {
        if cards.is_empty() {
            cards = deck(&round.random);
        }
        let Some(trouble) = cards.pop() else { break };
        let done = round.cycle(number, trouble);
        done.map_err(|text| format!("seed {seed}, cycle {number} ({trouble:?}): {text}"))?;
    }
    let audited = audit::audit(&round, &receiver).map_err(|text| format!("seed {seed}: {text}"))?;
    sum.rounds += 1;
    sum.cycles += cycles;
    sum.counts.at_points += round.counts.at_points;
    sum.counts.in_the_midst += round.counts.in_the_midst;
    sum.answers += round.ledger.answers();
    sum.audited.add(&audited);
    Ok(())
}

/// Makes an empty folder.
fn prepare(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
    }
    fs::create_dir_all(folder).map_err(|error| error.to_string())
}
