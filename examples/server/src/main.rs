//! The program around [`postback_server`]: flags in, exit code out.

use clap::Parser;
use postback_server::args::Arguments;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    Arguments::parse().run().await
}
