//! Layer 5: who called and what came, made into events.

mod clickbank;
mod form;
mod source;

pub use source::{Caller, NotTaken, Unauthorized};
