#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod failure;
mod resolve;

pub use client::{BuildError, Builder, Client};
pub use resolve::{Resolver, SystemResolver};
