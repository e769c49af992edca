//! Limits that the system sets to a process.

use std::io;

/// Lets the process outlive the system's limit of file sizes (`ulimit -f`, `LimitFSIZE` of
/// systemd). Without this the system ends a process that writes beyond it (SIGXFSZ); from now on
/// such a write fails, as on a full disk, and what the store does not take goes to the journal.
/// Call it in the runtime, before the files are opened.
///
/// # Errors
/// - a process that cannot listen for signals
#[cfg(unix)]
pub fn outlive_file_limits() -> io::Result<()> {
    use rustix::process::Signal;
    use tokio::signal::unix::{SignalKind, signal};
    // The signal stays caught although nobody listens.
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}

/// Lets the process outlive the system's limit of file sizes. There is no such signal here.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn outlive_file_limits() -> io::Result<()> {
    Ok(())
}
