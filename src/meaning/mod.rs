//! Layer 4: what an event is here and what it is worth, by the configuration alone: its conversion
//! type, its kind, its status, its amount. What it makes of what is stored is decided in
//! [`decide`](crate::decide).

pub(crate) mod decision;
mod money;
mod resolve;

pub(crate) use decision::Decision;
pub(crate) use money::delta;
pub(crate) use resolve::Meaning;
