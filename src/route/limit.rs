//! The limit on what a click keeps of its URL.

/// The longest value of a URL parameter that a click keeps, in bytes.
pub const MAX_CLICK_VALUE: usize = 1_024;
