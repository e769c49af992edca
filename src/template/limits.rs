//! How long templates and what they become may be.

/// The longest template, in bytes: servers commonly refuse request lines beyond 8 KiB.
pub const MAX_TEMPLATE: usize = 8 * 1024;
/// The most macros of a template: more than there are fields, so that only a mistake or an attack
/// needs more.
pub const MAX_MACROS: usize = 128;
/// The longest rendered text, in bytes without holes: twice the longest template, since values grow
/// when they are encoded. No known receiver takes a longer URL, and values come from strangers.
pub const MAX_RENDERED: usize = 16 * 1024;
