//! The program around [`postback_server`]: it reads flags, and ends with an exit code.

use clap::Parser;
use postback_server::args::Arguments;
use std::{io::Write, process::ExitCode, time::Duration};
use tokio::runtime::Builder;

/// How long work that blocks, as on a disk that hangs, may still take when all else has ended.
const LAST_WORK: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // Nothing can be done about a closed stderr.
            let _ = writeln!(std::io::stderr(), "the threads cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(arguments.run());
    // Dropping the runtime would wait for such work without limit.
    runtime.shutdown_timeout(LAST_WORK);
    code
}
