//! What is said of a key and of a table.

/// What is said of a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) key: &'static str,
    pub(super) usual: Usual,
    pub(super) does: &'static str,
    /// A value in TOML.
    pub(super) example: &'static str,
}

/// What holds without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usual {
    /// Nothing, or the key must be there.
    Nothing,
    /// What this value means, in TOML.
    Value(&'static str),
    /// What these words say.
    Words(&'static str),
}

/// A table of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    /// The keys above it and its own, between points.
    pub(super) path: &'static str,
    pub(super) what: &'static str,
    pub(super) rows: &'static [&'static [Row]],
}

pub(super) const NONE: Usual = Usual::Nothing;

pub(super) const fn is(value: &'static str) -> Usual {
    Usual::Value(value)
}

pub(super) const fn said(words: &'static str) -> Usual {
    Usual::Words(words)
}

/// Rows of `key, what holds without it, what it does, an example`.
macro_rules! rows {
    ($name:ident { $($key:literal, $usual:expr, $does:literal, $example:literal;)+ }) => {
        pub(crate) const $name: &[Row] = &[$(Row { key: $key, usual: $usual, does: $does, example: $example }),+];
    };
}
pub(super) use rows;

pub(super) const fn about(path: &'static str, what: &'static str, rows: &'static [&'static [Row]]) -> About {
    About { path, what, rows }
}
