//! The lock of the store. Under `--cfg shuttle` it is that of Shuttle, which tries the orders in
//! which threads can take it.

#[cfg(shuttle)]
pub(super) use shuttle::sync::Mutex;
#[cfg(not(shuttle))]
pub(super) use std::sync::Mutex;
pub(super) use std::sync::PoisonError;
