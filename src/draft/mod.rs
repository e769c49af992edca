//! Writes the JSON of one item of a request: its members in order, and a hole for what is personal.
//! (Layer 2.)

pub(crate) mod clock;
mod members;
mod object;

pub(crate) use members::Members;
pub(crate) use object::Draft;
