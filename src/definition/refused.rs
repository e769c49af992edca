//! How many refused messages a source keeps, and for how long.

use crate::config::part::{Number, part};

/// The most bodies that one ring of a source keeps.
pub const MAX_REFUSED_KEPT: u32 = 10_000;
/// The most MiB that one ring of a source keeps.
pub const MAX_REFUSED_MIB: u32 = 1_024;
/// The most days that a refused body is kept.
pub const MAX_REFUSED_DAYS: u32 = 365;

/// `refused`: how many refused messages are kept, and for how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// How many bodies each ring of each interface keeps. By default
    /// [`DEFAULT_REFUSED`](crate::plan::DEFAULT_REFUSED) of what is doubtful, and of what is
    /// probably the network's as many as `mib` allows.
    pub keep: Option<u32>,
    /// How many MiB each ring of each interface keeps;
    /// [`DEFAULT_REFUSED_BYTES`](crate::plan::DEFAULT_REFUSED_BYTES) by default.
    pub mib: Option<u32>,
    /// For how many days; [`DEFAULT_REFUSED_DAYS`](crate::plan::DEFAULT_REFUSED_DAYS) by default.
    /// Nothing is kept longer than the host keeps personal values.
    pub days: Option<u32>,
}
part!(Refused, 1, {
    keep = Number<1, MAX_REFUSED_KEPT>,
    mib = Number<1, MAX_REFUSED_MIB>,
    days = Number<1, MAX_REFUSED_DAYS>,
});
