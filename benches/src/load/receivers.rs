//! Receivers of postbacks on this machine: each has a port of its own, so it is a lane of its own.
//! They note when the postback of a number arrives.

use super::{Failure, Latencies};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

const TAKEN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK";

/// How a receiver behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It answers after a time.
    Answers(Duration),
    /// It accepts connections, reads, and never answers.
    Hangs,
}

/// When each postback was due, and how long the healthy receivers waited for theirs.
#[derive(Debug, Clone, Default)]
pub struct Arrivals {
    due: Arc<Mutex<BTreeMap<u64, Instant>>>,
    told: Arc<AtomicU64>,
    /// From when a postback was due to when its receiver had it.
    pub latencies: Latencies,
}

impl Arrivals {
    /// The postback of a number is due at a time.
    pub fn expect(&self, number: u64, due: Instant) {
        self.due
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, due);
    }

    /// How many requests the healthy receivers got.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.told.load(Ordering::Relaxed)
    }

    fn arrived(&self, head: &[u8]) {
        self.told.fetch_add(1, Ordering::Relaxed);
        let number = std::str::from_utf8(head)
            .ok()
            .and_then(|head| head.split_once("n=")?.1.split([' ', '&']).next()?.parse().ok());
        let due =
            number.and_then(|number: u64| self.due.lock().unwrap_or_else(PoisonError::into_inner).remove(&number));
        if let Some(due) = due {
            self.latencies.add(due.elapsed());
        }
    }
}

/// Starts a receiver, which ends with the runtime, and returns where it listens.
///
/// # Errors
/// No port is free.
pub async fn receiver(manner: Manner, arrivals: &Arrivals) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let arrivals = arrivals.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, manner, arrivals.clone()));
        }
    });
    Ok(address)
}

/// Answers each head of a request: postbacks come by `GET`, without a body.
async fn answer(mut stream: TcpStream, manner: Manner, arrivals: Arrivals) {
    let mut read = Vec::new();
    while stream.read_buf(&mut read).await.is_ok_and(|count| count > 0) {
        if let Manner::Answers(after) = manner
            && read.ends_with(b"\r\n\r\n")
        {
            arrivals.arrived(&read);
            read.clear();
            if !after.is_zero() {
                sleep(after).await;
            }
            if stream.write_all(TAKEN).await.is_err() {
                return;
            }
        }
    }
}
