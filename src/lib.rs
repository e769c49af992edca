#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod clickbank;
pub mod compile;
pub mod condition;
pub mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod decide;
pub mod definition;
pub mod delivery;
#[cfg(feature = "std")]
pub mod drive;
pub mod event;
mod id;
pub mod intake;
pub mod lint;
#[cfg(feature = "std")]
pub mod memory;
pub mod model;
pub mod network;
pub mod outbound;
pub mod plan;
#[cfg(feature = "std")]
pub mod port;
mod protocol;
pub mod route;
pub mod rule;
pub mod scope;
pub mod setup;
pub mod template;
mod text;
pub mod tracker;
pub mod value;

pub use clickbank::{
    envelope::{key_ring::KeyRing, posted::Envelope},
    ins::notification::Notification,
};
pub use compile::{CompileOptions, compile};
pub use config::Document;
pub use decide::{Decision, Plan};
pub use definition::Definition;
pub use event::{Event, Received};
pub use model::{Click, Conversion};
pub use plan::Facts;
pub use route::Router;
pub use tracker::{Credentials, Tracker};
pub use value::{Money, Query, Secret, Timestamp};
