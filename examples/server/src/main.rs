//! The program around [`postback_server`]: it reads flags, and ends with an exit code.

use clap::Parser;
use postback_server::args::Arguments;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    Arguments::parse().run().await
}
