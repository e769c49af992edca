//! The configuration document: how it is read, what is wrong with it and what is doubtful about it.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, unreachable_pub)]

#[cfg(feature = "toml")]
mod account_problems;
#[cfg(feature = "toml")]
mod campaign_problems;
mod copied;
mod default_names;
mod document;
#[cfg(feature = "toml")]
mod example;
mod limits;
#[cfg(feature = "toml")]
mod lint;
#[cfg(feature = "toml")]
mod lint_conversion_api;
#[cfg(feature = "toml")]
mod lint_macros;
mod lint_offers;
mod lint_orders;
#[cfg(feature = "toml")]
mod lint_pasted;
#[cfg(feature = "toml")]
mod lint_retention;
mod lint_shipped;
#[cfg(feature = "toml")]
mod lint_told;
#[cfg(feature = "toml")]
mod problems;
#[cfg(feature = "toml")]
mod source_problems;
#[cfg(feature = "toml")]
mod support;
#[cfg(feature = "toml")]
mod templates;
mod vanished;
