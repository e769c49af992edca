//! Points in time: UTC, to the nanosecond, read strictly and printed in one form.

mod convert;
mod read;
mod timestamp;

pub use timestamp::{Timestamp, TimestampError};
