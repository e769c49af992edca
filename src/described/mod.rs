//! Accounts at platforms that recipes describe, and the events that these are told. (Layer 3.)

mod terms;
mod values;
mod write;

pub(crate) use terms::Terms;
pub(crate) use write::write;
