#![doc = include_str!("../README.md")]

mod client;
mod failure;
mod resolve;

pub use client::{BuildError, Builder, Client};
pub use resolve::{Resolver, SystemResolver};
