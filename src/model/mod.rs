//! Layer 1: the things that a tracker knows: clicks and conversions as rows, and the words that the
//! configuration is made of.

mod click;
mod conversion;
mod vocabulary;

pub use click::{Click, SLOTS, Slots};
pub use conversion::{Conversion, Entry, Revenue};
pub use vocabulary::{AccountRole, Counts, Duplicates, Method, ParameterRole, Status, Updates};
