//! This module is the keys of the configuration and the macros of its templates, as data: for
//! reference pages, for tools, and as a JSON Schema for editors. Begin with [`tables`]. It needs
//! the feature `reference`. (Layer 4.)
//!
//! The keys and their kinds come from the reader itself, so none is forgotten; tests hold what is
//! said of them to what the reader and the compiler do.
//!
//! ```
//! let tables = postback::reference::tables();
//! let rate = tables.iter().find(|table| table.path == "rate").expect("a table");
//! let since = rate.keys.iter().find(|key| key.name == "since").expect("a key");
//! assert!(since.needed);
//! assert_eq!(since.example, "\"2026-01-01\"");
//! ```

mod keys;
mod macros;
mod prose;
mod row;
mod schema;
mod tables;
#[cfg(test)]
mod tests;

pub use keys::{Key, Table, tables};
pub use macros::{Macro, macros};
pub use schema::schema;
