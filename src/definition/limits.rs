//! How many of a kind a definition may have.

/// The most rows of a top-level list (campaigns, offers, sources, channels, domains, rates), and of
/// a campaign's postbacks: ten times the largest accounts in the field.
pub const MAX_ROWS: usize = 10_000;
/// The most conversion types: the trackers of the field allow 40.
pub const MAX_TYPES: usize = 256;
/// The most secrets of one use (keys, tokens) that may be live at once: a new one, an old one, and
/// room for two interfaces.
pub const MAX_REFERENCES: usize = crate::protocol::MAX_SECRETS;
