//! What no type can say of a key: what it does, what holds without it, and an example. A test holds
//! the rows to the keys that are read, in both directions, and what holds to what is compiled.

pub(super) mod account;
pub(super) mod campaign;
pub(super) mod conversion_api;
pub(super) mod recipe;
pub(super) mod request;
pub(super) mod source;
pub(super) mod visitors;
