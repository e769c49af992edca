//! When a process is told to stop.

use std::io;

/// Listens for SIGTERM and SIGINT from now on (Ctrl-C where there are no such signals). What it
/// answers with ends at the first of them: it is made for the `shutdown` of
/// [`Service::run`](crate::Service::run).
///
/// # Errors
/// A process that cannot listen for signals.
#[cfg(unix)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Listens for Ctrl-C from now on. What it answers with ends at the first: it is made for the
/// `shutdown` of [`Service::run`](crate::Service::run).
///
/// # Errors
/// A process that cannot listen for it.
#[cfg(not(unix))]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}
