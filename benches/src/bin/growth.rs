//! Whether commits, facts, lists, claims and deleting cost the same however many sales a file
//! holds.
//!
//! `cargo run --release -p postback-benches --features server --bin growth -- --sales
//! 50000,1000000`: sizes of a SQLite file, each with a copy of its own (4 KB a sale). It fills
//! about 4,000 sales a second; the files are gone at the end.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that measures and prints"
)]

use clap::Parser;
use postback_benches::{
    growth::{Sizes, measure},
    load::{Failure, scratch},
};
use std::time::Instant;

/// How often a question is put to each file, unless it takes long.
const TIMES: usize = 101;

#[derive(Debug, Parser)]
struct Arguments {
    /// How many sales the files hold, the smallest first.
    #[arg(long, value_delimiter = ',', default_values_t = [50_000, 1_000_000])]
    sales: Vec<u64>,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let (folder, started) = (scratch()?, Instant::now());
    let sizes = Sizes::fill(folder.path(), &arguments.sales, |size, bytes| {
        let took = started.elapsed().as_secs();
        println!("{size} sales are stored ({took} s); a sale with its click took {bytes} bytes");
    })?;
    println!("{}", measure(&sizes, TIMES)?);
    Ok(())
}
