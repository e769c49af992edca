//! A kept connection, as the servers of networks have it. It reads and writes HTTP/1.1 by itself: a
//! whole client would take time from the server that is measured on the same machine.

use super::{Failure, world::Message};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// More than any answer of ours.
const MAX_ANSWER: usize = 16 * 1024;

#[derive(Debug)]
pub(super) struct Connection {
    server: SocketAddr,
    stream: Option<TcpStream>,
    read: Vec<u8>,
}

impl Connection {
    pub(super) fn new(server: SocketAddr) -> Self {
        Self {
            server,
            stream: None,
            read: Vec::new(),
        }
    }

    /// Sends a message until it is answered; anything but a sale that was taken in is a failure.
    pub(super) async fn send(&mut self, message: &Message) -> Result<(), Failure> {
        // A server ends old connections, and then the first try finds nobody.
        let answered = match self.try_send(message).await {
            Err(_) => {
                self.stream = None;
                self.try_send(message).await
            }
            answered => answered,
        };
        answered?;
        let answer = String::from_utf8_lossy(&self.read);
        if answer.contains("\r\nconnection: close") {
            self.stream = None;
        }
        let taken = [r#""outcome":"applied""#, r#""outcome":"duplicate""#];
        if answer.starts_with("HTTP/1.1 200 ") && taken.iter().any(|outcome| answer.contains(outcome)) {
            return Ok(());
        }
        Err(format!("a sale was not taken in: {answer}").into())
    }

    async fn try_send(&mut self, message: &Message) -> Result<(), Failure> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.server).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        let target = &message.target;
        let request = match &message.body {
            None => format!("GET {target} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes(),
            Some(body) => {
                let length = body.len();
                let head = format!("POST {target} HTTP/1.1\r\nhost: bench\r\ncontent-length: {length}\r\n\r\n");
                [head.as_bytes(), body].concat()
            }
        };
        stream.write_all(&request).await?;
        self.read.clear();
        while !is_whole(&self.read) {
            if self.read.len() > MAX_ANSWER || stream.read_buf(&mut self.read).await? == 0 {
                return Err("the server gave no answer".into());
            }
        }
        Ok(())
    }
}

/// Whether the head and as many bytes of body as it announces are there.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let (head, body) = answer.split_at(end + 4);
    let head = String::from_utf8_lossy(head);
    let announced = head
        .split("\r\n")
        .find_map(|line| line.strip_prefix("content-length: "));
    announced
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: usize| body.len() >= length)
}
