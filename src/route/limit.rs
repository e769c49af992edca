//! The limits on what a click keeps.

/// The longest value of a URL parameter that a click keeps, in bytes.
pub const MAX_CLICK_VALUE: usize = 1_024;

/// The largest size of a click as it is stored, in bytes, personal values included: half a page of
/// the store in a file. Anybody can call a click's URL, so a click must cost little.
pub const MAX_CLICK: usize = 4_096;
