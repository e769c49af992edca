//! How much of a click's URL is kept.

/// The longest value that a click keeps of its URL, in bytes.
pub const MAX_CLICK_VALUE: usize = 1_024;
