//! Plays histories of a tracker in memory, one for each seed, until one breaks a promise.
//!
//! `simulate --histories 100000 --seed 7` draws the seeds from one; `--from S --histories 1` plays
//! the history of a seed again, as a finding says.

use clap::Parser;
use postback_test::simulation::{Finding, Library, Report, play};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Plays histories of a tracker whose processes, network and store misbehave, and checks its
/// promises after each step.
#[derive(Debug, Parser)]
#[command(name = "simulate")]
struct Arguments {
    /// How many histories are played.
    #[arg(long, default_value_t = 1_000)]
    histories: u64,
    /// What the seeds of the histories follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The seed of the first history; those of the others follow it. It counts in place of `seed`.
    #[arg(long)]
    from: Option<u64>,
    /// How many histories are played at a time; as many as there are processors if absent.
    #[arg(long)]
    threads: Option<usize>,
}

/// How far apart the seeds of two runs are, so that they have no history in common.
const APART: u64 = 1 << 32;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let first = arguments.from.unwrap_or_else(|| arguments.seed.wrapping_mul(APART));
    let threads = arguments
        .threads
        .or_else(|| thread::available_parallelism().ok().map(Into::into));
    let begun = Instant::now();
    match run(first, arguments.histories, threads.unwrap_or(1).max(1)) {
        Ok(report) => {
            println!("{}", said(&arguments, first, &report, begun.elapsed()));
            ExitCode::SUCCESS
        }
        Err(finding) => {
            eprintln!("{finding}");
            ExitCode::FAILURE
        }
    }
}

fn said(arguments: &Arguments, first: u64, report: &Report, took: Duration) -> String {
    format!(
        "{} histories from seed {first} in {:.1} s: 0 violations; {} steps, {} events, {} conversions, \
         {} delivered by {} requests",
        arguments.histories,
        took.as_secs_f64(),
        report.steps,
        report.events,
        report.conversions,
        report.deliveries,
        report.requests,
    )
}

/// Plays each history on one thread; several threads play different ones.
fn run(first: u64, histories: u64, threads: usize) -> Result<Report, Box<Finding>> {
    let next = AtomicU64::new(0);
    let is_over = AtomicBool::new(false);
    let work = || {
        let (mut library, mut sum) = (Library::default(), Report::default());
        while !is_over.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= histories {
                break;
            }
            match play(first.wrapping_add(number), &mut library) {
                Ok(report) => sum.add(&report),
                Err(finding) => {
                    is_over.store(true, Ordering::Relaxed);
                    return Err(Box::new(finding));
                }
            }
        }
        Ok(sum)
    };
    let all = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .map(|one| one.join().expect("a thread of the program"))
            .collect::<Vec<_>>()
    });
    let mut sum = Report::default();
    for report in all {
        sum.add(&report?);
    }
    Ok(sum)
}
