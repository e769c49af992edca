//! Waits until the process is told to stop.

use std::io;

/// Listens from now on for SIGTERM and SIGINT, or for Ctrl-C on a system without these signals. The
/// returned future ends at the first of them. Use it as the `shutdown` of
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

/// Listens from now on for Ctrl-C. The returned future ends at the first one. Use it as the
/// `shutdown` of [`Service::run`](crate::Service::run).
///
/// # Errors
/// A process that cannot listen for Ctrl-C.
#[cfg(not(unix))]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}
