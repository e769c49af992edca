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
#[cfg(feature = "testing")]
pub mod testing;
mod text;
pub mod tracker;
pub mod value;

pub use clickbank::{
    envelope::{key_ring::KeyRing, posted::Envelope},
    ins::notification::Notification,
};
pub use compile::compile;
pub use compile::options::CompileOptions;
pub use config::document::Document;
pub use decide::{decision::Decision, plan::Plan};
pub use definition::whole::Definition;
pub use event::message::{Event, Received};
pub use model::{click::Click, conversion::Conversion};
pub use plan::facts::Facts;
pub use route::Router;
pub use text::query::Query;
pub use tracker::{compiled::Tracker, credentials::Credentials};
pub use value::{money::Money, secret::Secret, time::timestamp::Timestamp};
