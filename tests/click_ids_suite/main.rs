//! The ids by which ad platforms know a click: Meta's values, the checks of the others, and how a
//! click comes to them.
#![cfg(test)]
#![allow(clippy::disallowed_methods, clippy::arithmetic_side_effects)]

mod channels;
mod checks;
mod meta;
