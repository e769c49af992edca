//! A server under a steady load: latencies from when each request was due, and what its process
//! holds. Starts the server itself.
//!
//! `cargo run --release -p postback-benches --features server --bin load -- --rate 500 --seconds
//! 600`

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that measures and prints"
)]

use clap::{Parser, Subcommand};
use postback_benches::load::{Channel, Failure, Latencies, Percentiles, Serve, Server, scratch, world::World};
use std::{sync::Arc, time::Duration};

#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// How many requests are due in a second.
    #[arg(long, default_value_t = 500)]
    rate: u64,
    /// How long they come.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// How long they come before anything is measured.
    #[arg(long, default_value_t = 60)]
    warm_up: u64,
    /// How many connections are kept.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Whether no sale fires a postback.
    #[arg(long)]
    without_deliveries: bool,
    /// How long events and deliveries are kept, as in `5m`; by default for ever. The service
    /// deletes every ten minutes.
    #[arg(long)]
    kept: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The server's process.
    Serve(Serve),
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Serve(serve)) => serve.run().await,
        None => measure(arguments).await,
    }
}

async fn measure(arguments: Arguments) -> Result<(), Failure> {
    let Arguments {
        rate,
        seconds,
        warm_up,
        connections,
        without_deliveries,
        kept,
        ..
    } = arguments;
    let (folder, world, channel) = (scratch()?, Arc::new(World::new()?), Channel::start().await?);
    let told = (!without_deliveries).then_some(channel.address());
    let (warm, all) = (warm_up * rate, (warm_up + seconds) * rate);
    let program = std::env::current_exe()?;
    let options: Vec<_> = kept.map(|kept| format!("--kept={kept}")).into_iter().collect();
    let database = folder.path().join("server.db");
    let server = Server::start(&program, folder.path(), &world, all, told, &options).await?;
    let sender = server.sender(&world, connections);
    let latencies = Latencies::default();
    sender.at_a_rate(0..warm, rate, &latencies).await?;
    println!("warm-up of {warm_up} s: {}", latencies.take());
    let before = server.resident()?;
    println!("resident memory: {before} KiB");
    let used = server.used()?;
    let sending = {
        let latencies = latencies.clone();
        tokio::spawn(async move { sender.at_a_rate(warm..all, rate, &latencies).await })
    };
    let mut total = Percentiles::default();
    for minute in 1..=seconds / 60 {
        tokio::time::sleep(Duration::from_secs(60)).await;
        let taken = latencies.take();
        let file = std::fs::metadata(&database)?.len() >> 20;
        println!("minute {minute}: {taken}; {} KiB, file {file} MiB", server.resident()?);
        total.merge(&taken);
    }
    sending.await??;
    total.merge(&latencies.take());
    println!("{}", server.used()?.each(used, rate * seconds));
    let after = server.resident()?;
    println!("{rate} a second for {seconds} s over {connections} connections: {total}");
    println!(
        "resident memory: {before} KiB before, {after} KiB after, {} KiB more",
        after.saturating_sub(before)
    );
    println!("{} postbacks were delivered", channel.told());
    Ok(())
}
