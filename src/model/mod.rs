//! Layer 1: the things that a tracker knows: clicks and conversions as rows, and the words that the
//! configuration is made of.

pub(crate) mod click;
pub(crate) mod conversion;
mod note;
mod vocabulary;

pub(crate) use click::Click;
pub use click::{SLOTS, Slots};
pub(crate) use conversion::Conversion;
pub use conversion::{Entry, Revenue};
pub use note::{Kept, MAX_NOTE_VALUE, MAX_NOTES, Note, NoteProblem};
pub use vocabulary::{
    AccountRole, Counts, Duplicates, Method, ParameterRole, ReferrerPolicy, Status, TypeCase, Updates,
};
