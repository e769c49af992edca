//! Templates of URLs and bodies: their vectors, limits and what holds of every one.
#![cfg(test)]

mod api;
mod properties;
mod vectors;
