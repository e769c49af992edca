//! A tracker to run: [`postback_axum`]'s router behind a server with time-outs and limits, the
//! loops that send deliveries and forget personal values, and the flags around them.
//!
//! `postback-server --config FILE --database sqlite:PATH` serves;
//! `postback-server check --config FILE` says what is wrong with a configuration;
//! `postback-server demo` shows it all without any set-up.

pub mod args;
mod connections;
mod demo;
mod document;
mod secrets;
mod serve;
mod stores;
mod work;

pub use secrets::EnvSecrets;
pub use serve::{Config, Limits, Server, StartError, serve};
pub use stores::{Database, DatabaseError, Stores};
