//! The router as its callers see it: every route over a store in memory.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice, unreachable_pub)]

mod again;
mod api;
mod away;
mod begin;
mod by_hand;
mod canary;
mod cancelled;
mod clicks;
mod clicks_kept;
mod conversion_apis;
mod decide;
mod documented;
mod erase;
mod explain;
mod ins;
mod ins_form;
mod journal;
mod journalling;
mod kept;
mod letters;
mod metrics_page;
mod mounted;
mod named;
mod orders;
mod postbacks;
mod real_traffic;
mod refused;
mod refused_postbacks;
mod reload;
mod reply;
mod service;
mod sources;
mod spans;
mod support;
mod upload;
mod upload_fires;
mod visits;
mod watched;
