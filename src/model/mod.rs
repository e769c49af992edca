//! Layer 1: the things that a tracker knows: clicks and conversions as rows, and the words that the
//! configuration is made of.

mod click;
mod conversion;
mod note;
mod vocabulary;

pub use click::{Click, SLOTS, Slots};
pub use conversion::{Conversion, Entry, Revenue};
pub use note::{Kept, MAX_NOTE_VALUE, MAX_NOTES, Note, NoteProblem};
pub use vocabulary::{
    AccountRole, Counts, Duplicates, Method, ParameterRole, ReferrerPolicy, Status, TypeCase, Updates,
};
