//! Layer 2: what ClickBank sends, as typed values. Bytes go in; no clock, no network, no decision about what a sale means.

pub mod ins;
