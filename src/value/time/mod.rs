//! Points in time: UTC, to the nanosecond, read strictly and printed in one form.

mod convert;
mod read;
mod timestamp;
mod zone;

pub use timestamp::{Timestamp, TimestampError};
pub use zone::Zone;
