//! The command line.

use crate::{races, rig, serve, strace};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Kills servers, and audits what they have kept and sent.
#[derive(Debug, Parser)]
#[command(name = "crash", args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    cycles: Cycles,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lets threads and processes commit the same receipts at the same time.
    Races(Races),
    /// Shows that an fsync precedes each acknowledgement.
    Strace,
    /// A server whose store and clock misbehave. The rig starts it.
    #[command(hide = true)]
    Serve(Serve),
    /// A process that commits receipts that another one commits too. `races` starts it.
    #[command(hide = true)]
    Racer(Racer),
}

#[derive(Debug, Args)]
pub(crate) struct Cycles {
    /// How often a server is started and ended.
    #[arg(long, default_value_t = 15)]
    pub(crate) cycles: u64,
    /// What the random numbers follow from. Without it, the time.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// After so many cycles, what was left is sent and everything is audited; then a new database
    /// is begun, with the next seed.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) round: u64,
    /// Where the databases are kept; those of a round without a finding are deleted.
    #[arg(long)]
    pub(crate) folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Races {
    /// How many receipts are raced for, by each kind of race.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) count: u64,
    /// How many threads race; in the race of two processes, how many of each.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(2..=64))]
    pub(crate) threads: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Racer {
    pub(crate) file: PathBuf,
    pub(crate) count: u64,
    pub(crate) threads: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The folder of the configuration, the database and the journal.
    pub(crate) folder: PathBuf,
    /// By how many seconds the clock is ahead.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub(crate) ahead: i64,
    /// By how many seconds the clock jumps.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub(crate) jump: i64,
    /// After how many milliseconds it jumps.
    #[arg(long, default_value_t = 0)]
    pub(crate) jump_after: u64,
    /// At which point a call of the store hangs.
    #[arg(long)]
    pub(crate) point: Option<crate::trouble::Point>,
    /// Which call hangs: the number of those before it.
    #[arg(long, default_value_t = 0)]
    pub(crate) nth: u64,
}

impl Arguments {
    /// Runs the command. Returns what is to be told of it, or what was found.
    pub(crate) fn run(self) -> Result<String, String> {
        match self.command {
            None => rig::run(&self.cycles),
            Some(Command::Races(races)) => races::run(&races),
            Some(Command::Racer(racer)) => Ok(races::racer(&racer)),
            Some(Command::Strace) => strace::run(),
            Some(Command::Serve(arguments)) => {
                crate::runtime().block_on(serve::serve(arguments));
                Ok(String::new())
            }
        }
    }
}
