//! Futures without a runtime.

use alloc::{sync::Arc, task::Wake};
use core::{
    pin::pin,
    task::{Context, Poll, Waker},
};
use std::thread::{self, Thread};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Drives a future to its end on this thread, so that a test over a store needs no runtime.
///
/// ```
/// use postback::{memory::MemoryStore, port::Inspect, testing::block_on};
///
/// let store = MemoryStore::new();
/// let click = block_on(store.click(&"c1".parse()?))?;
/// assert_eq!(click, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}
