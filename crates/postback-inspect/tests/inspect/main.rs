//! The program from outside: what it prints, where, and its exit codes.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod accessors;
mod batch;
mod conversion_api;
mod destination;
mod explain;
mod form;
mod guide;
mod hoplink;
mod ins;
mod lint;
mod output;
mod postback;
mod reference;
mod reference_schema;
mod render;
mod served;
mod setup;
mod simulate;
mod support;
mod thankyou;
#[cfg(feature = "validate")]
mod validate;
