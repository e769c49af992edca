//! A traffic channel on this machine: takes whatever it is told.

use super::Failure;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const TAKEN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK";

/// The channel; it ends with the runtime.
#[derive(Debug)]
pub struct Channel {
    address: SocketAddr,
    told: Arc<AtomicU64>,
}

impl Channel {
    /// Begins to listen.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let told = Arc::new(AtomicU64::new(0));
        let count = told.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, count.clone()));
            }
        });
        Ok(Self { address, told })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often it was told something.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.told.load(Ordering::Relaxed)
    }
}

/// Answers each head of a request: what it is told comes by `GET`, without a body.
async fn answer(mut stream: TcpStream, told: Arc<AtomicU64>) {
    let mut read = Vec::new();
    while stream.read_buf(&mut read).await.is_ok_and(|count| count > 0) {
        if read.ends_with(b"\r\n\r\n") {
            told.fetch_add(1, Ordering::Relaxed);
            read.clear();
            if stream.write_all(TAKEN).await.is_err() {
                return;
            }
        }
    }
}
