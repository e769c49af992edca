//! A tracker to run: flags around [`postback_axum`]'s router and [`postback_service`]'s loops.
//!
//! `postback-server --config FILE --database sqlite:PATH` serves;
//! `postback-server check --config FILE` says what is wrong with a configuration;
//! `postback-server demo` shows it all without any set-up.

pub mod args;
mod configuration;
mod database;
mod demo;
mod oauth;
mod serve;

pub use database::{Database, DatabaseError};
pub use serve::{ListenError, Server};
