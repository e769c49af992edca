//! How rows are written: which columns they are found by, and JSON with a version for the rest.
//! Both are made by the core, so that no adapter invents a schema of its own.

mod columns;
mod payload;

pub use columns::{Column, Columns, of_click, of_delivery, of_write};
pub use payload::{PAYLOAD_VERSION, decode, decode_private, encode, encode_private};
