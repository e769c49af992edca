//! The limits of templates and of rendered texts.

/// The longest template, in bytes. Servers commonly refuse request lines of more than 8 KiB.
pub const MAX_TEMPLATE: usize = 8 * 1024;
/// The most macros of a template. There are fewer fields than this, so only a mistake or an attack
/// needs more.
pub const MAX_MACROS: usize = 128;
/// The longest rendered text, in bytes, without its holes. It is twice the longest template, since
/// values grow when they are encoded. No known receiver accepts a longer URL, and values come from
/// strangers.
pub const MAX_RENDERED: usize = 16 * 1024;
