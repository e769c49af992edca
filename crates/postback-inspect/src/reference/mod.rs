//! What there is to write in a configuration: its keys, its schema and the macros of its templates.
//! The pages under `docs/reference` are what these verbs print.

pub(crate) mod keys;
pub(crate) mod macros;
mod wrap;
