//! How many requests a second the server takes in, each on the disk before it is answered: with
//! transactions that are shared, and with one for each. Notifications and postbacks in turn, no two
//! alike; the client is another process on the same machine. `--bin load` measures latencies at a
//! steady rate.
//!
//! `cargo bench -p postback-benches --features server --bench server`

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that measures and prints"
)]

use postback_benches::{
    durable::fsync,
    load::{Channel, Failure, Rate, Server, scratch, world::World},
};
use std::{path::Path, sync::Arc};

/// How often each way has its turn.
const ROUNDS: usize = 3;
/// How many requests a connection sends in a turn, before which come a tenth of it that are not
/// measured.
const SHARED: u64 = 500;
const ALONE: u64 = 40;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let world = Arc::new(World::new()?);
    for (channel, what) in [
        (None, "without deliveries"),
        (Some(Channel::start().await?), "with a delivery each"),
    ] {
        for connections in [16, 64] {
            let (mut shared, mut alone) = (Vec::new(), Vec::new());
            println!("{connections} connections, {what}:");
            for _ in 0..ROUNDS {
                // What an fsync costs decides the ratio, and a virtual disk changes its mind about
                // it.
                println!("  fsync {} us (median)", fsync(scratch()?.path())?.as_micros());
                shared.push(turn(&world, connections, SHARED, None, channel.as_ref()).await?);
                alone.push(turn(&world, connections, ALONE, Some(1), channel.as_ref()).await?);
            }
            println!("  shared transactions   {}", Rate::all(&shared));
            println!("  one transaction each  {}", Rate::all(&alone));
            println!("  {} times (wanted: 4)", Rate::ratio(&shared, &alone));
        }
    }
    Ok(())
}

async fn turn(
    world: &Arc<World>,
    connections: usize,
    each: u64,
    group: Option<usize>,
    channel: Option<&Channel>,
) -> Result<Rate, Failure> {
    let folder = scratch()?;
    let count = each * u64::try_from(connections)?;
    let first = count / 10;
    let program = Path::new(env!("CARGO_BIN_EXE_load"));
    let told = channel.map(Channel::address);
    let options: Vec<String> = group.iter().map(|group| format!("--group={group}")).collect();
    let server = Server::start(program, folder.path(), world, first + count, told, &options).await?;
    let sender = server.sender(world, connections);
    sender.as_fast_as_it_goes(0..first).await?;
    let used = server.used()?;
    let took = sender.as_fast_as_it_goes(first..first + count).await?;
    let sharing = group.map_or("shared", |_| "alone");
    println!("    {sharing}: {}", server.used()?.each(used, count));
    Ok(Rate::new(usize::try_from(count)?, took))
}
