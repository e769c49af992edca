//! Threads and how they hand things over. Under `--cfg shuttle` they are those of Shuttle, which
//! tries the orders in which they can go on.

#[cfg(shuttle)]
pub(crate) use shuttle::{
    sync::{Mutex, mpsc},
    thread,
};
#[cfg(not(shuttle))]
pub(crate) use std::{
    sync::{Mutex, mpsc},
    thread,
};
