//! Kills servers, and audits what they have kept and sent.
//!
//! `crash --cycles 1000 --seed 7` starts servers as processes of their own, lets networks and
//! visitors talk to them, ends each, mostly by `kill -9`, and compares in the end what was
//! acknowledged with what is stored and with what the receiver was told. `crash races` lets threads
//! and processes commit the same receipts at the same time. `crash strace` shows that an fsync
//! precedes each acknowledgement.

mod args;
mod audit;
mod child;
mod cycle;
mod http;
mod ledger;
mod load;
mod migration;
mod races;
mod receiver;
mod rig;
mod serve;
mod strace;
mod trouble;

use clap::Parser;
use std::process::ExitCode;

/// What comes before the flags of a server that is started as `postback-server` is.
const SERVER: &str = "server";

fn main() -> ExitCode {
    let mut flags: Vec<_> = std::env::args_os().collect();
    if flags.get(1).is_some_and(|first| first == SERVER) {
        flags.remove(1);
        let arguments = postback_server::args::Arguments::parse_from(flags);
        return runtime().block_on(arguments.run());
    }
    match args::Arguments::parse().run() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

/// The runtime of a server.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
}
