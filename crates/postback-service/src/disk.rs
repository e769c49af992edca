//! How much room a disk has.

use std::path::Path;

/// Returns how many bytes a process like this one may still write to the disk of a file; none where
/// that cannot be known.
#[cfg(unix)]
pub(crate) fn free(file: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(crate::lines::folder(file)).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Elsewhere it is not asked.
#[cfg(not(unix))]
pub(crate) fn free(_: &Path) -> Option<u64> {
    None
}
