//! INS 1.0 to 5.0 from the outside: published and hashlib-made checks, what is refused and how, the
//! parameters, the events; and the thank-you page.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice, unreachable_pub)]

mod decode;
mod events;
mod fields;
mod identity;
mod lookup;
mod properties;
mod shape;
mod support;
mod thank_you;
mod verify;
