//! Accepts connections, bounds their number, their pace and their age, and ends them in order.

mod limits;
mod one;
mod paced;
mod places;
mod serve;
mod target;
mod unread;

pub use limits::ConnectionLimits;
pub use serve::{run, run_with, serve};
