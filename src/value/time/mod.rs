//! Points in time: in UTC, exact to the nanosecond, read strictly and printed in one form.

mod convert;
mod read;
pub(crate) mod timestamp;
mod zone;

pub(crate) use timestamp::Timestamp;
pub use timestamp::TimestampError;
pub use zone::Zone;
