//! What a receiver does to its neighbours, and how many deliveries a second go out.
//!
//! `neighbours`: conversions come for each of some receivers at a steady rate, once while all of
//! them answer and once while one of them hangs. What is measured is the time from when a
//! conversion was due to when its receiver had the postback. `throughput`: a full outbox is sent to
//! local receivers; the rival sends the same requests with the same client and no store. `table`:
//! both, for receivers that answer after 0, 20, 100 and 300 ms, and with one that hangs.
//!
//! `cargo run --release -p postback-benches --features server --bin delivery -- table`

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that measures and prints"
)]

use clap::{Args, Parser};
use postback_benches::{
    delivery::{Backlog, PLACES, Receivers, Steady, Waited},
    load::{Failure, Rate},
};
use std::time::Duration;

/// How often each way sends its backlog.
const TURNS: usize = 3;

#[derive(Debug, Parser)]
enum Command {
    /// One receiver that hangs, among others.
    Neighbours(Neighbours),
    /// Deliveries a second.
    Throughput(Throughput),
    /// Both, by the receiver's latency.
    Table(Table),
}

#[derive(Debug, Args)]
struct Neighbours {
    /// How many receivers there are.
    #[arg(long, default_value_t = 10)]
    receivers: u64,
    /// How many conversions a second come for each.
    #[arg(long, default_value_t = 4)]
    rate: u64,
    /// For how long they come.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

#[derive(Debug, Args)]
struct Throughput {
    /// How many deliveries are queued.
    #[arg(long, default_value_t = 20_000)]
    deliveries: u64,
    /// How many receivers they go to.
    #[arg(long, default_value_t = 10)]
    receivers: u64,
    /// How long a receiver takes to answer, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency: u64,
}

#[derive(Debug, Args)]
struct Table {
    /// How many receivers there are.
    #[arg(long, default_value_t = 10)]
    receivers: u64,
    /// How long conversions come for each line.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    match Command::parse() {
        Command::Neighbours(neighbours) => neighbours.run().await,
        Command::Throughput(throughput) => throughput.run().await,
        Command::Table(table) => table.run().await,
    }
}

impl Neighbours {
    async fn run(&self) -> Result<(), Failure> {
        let steady = Steady {
            rate: self.rate,
            seconds: self.seconds,
        };
        for (name, one_hangs) in [("all answer:", false), ("one hangs: ", true)] {
            let receivers = Receivers::start(self.receivers, Duration::ZERO, one_hangs).await?;
            println!("{name} {}", steady.ours(&receivers).await?);
        }
        Ok(())
    }
}

impl Throughput {
    async fn run(&self) -> Result<(), Failure> {
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        let latency = Duration::from_millis(self.latency);
        let backlog = Backlog {
            deliveries: self.deliveries,
        };
        for _ in 0..TURNS {
            let start = || Receivers::start(self.receivers, latency, false);
            ours.push(backlog.ours(&start().await?).await?);
            plain.push(backlog.plain(&start().await?, PLACES).await?);
        }
        println!("ours, from the outbox to its verdicts: {}", Rate::all(&ours));
        println!("the same requests without a store:     {}", Rate::all(&plain));
        println!("ratio {}", Rate::ratio(&ours, &plain));
        Ok(())
    }
}

impl Table {
    async fn run(&self) -> Result<(), Failure> {
        println!(
            "| a receiver answers after | a second | without a store | ratio | one at a time | waits | without a store |"
        );
        println!("|---|---|---|---|---|---|---|");
        for latency in [0, 20, 100, 300] {
            self.line(latency, false).await?;
        }
        self.line(20, true).await
    }

    async fn line(&self, latency: u64, one_hangs: bool) -> Result<(), Failure> {
        let start = || Receivers::start(self.receivers, Duration::from_millis(latency), one_hangs);
        // About five seconds of work, and of those that hang few, since the rival waits for them.
        let most = (u64::from(PLACES) * 5_000).checked_div(latency).unwrap_or(20_000);
        let backlog = Backlog {
            deliveries: if one_hangs { 1_500 } else { most.min(20_000) },
        };
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            ours.push(backlog.ours(&start().await?).await?);
            plain.push(backlog.plain(&start().await?, PLACES).await?);
        }
        let one = match one_hangs {
            true => "-".to_owned(),
            false => {
                let few = Backlog {
                    deliveries: 2_000_u64.checked_div(latency).unwrap_or(2_000).max(10),
                };
                format!("{}/s", few.plain(&start().await?, 1).await?)
            }
        };
        let steady = Steady {
            rate: 4,
            seconds: self.seconds,
        };
        let (waits, rival) = (
            steady.ours(&start().await?).await?,
            steady.plain(&start().await?).await?,
        );
        let hangs = if one_hangs { ", one never" } else { "" };
        println!(
            "| {latency} ms{hangs} | {} | {} | {} | {one} | {} | {} |",
            Rate::all(&ours),
            Rate::all(&plain),
            Rate::ratio(&ours, &plain),
            told(&waits),
            told(&rival),
        );
        Ok(())
    }
}

fn told(waited: &Waited) -> String {
    let millis = |share| {
        let micros = waited.latencies.per_mille(share);
        format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100)
    };
    let missing = match waited.of.saturating_sub(waited.arrived) {
        0 => String::new(),
        missing => format!(", {missing} missing"),
    };
    format!("p50 {}, p99 {}{missing}", millis(500), millis(990))
}
