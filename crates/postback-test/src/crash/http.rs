//! HTTP/1.1 over a socket, as little of it as the rig needs: both sides send a length with each
//! body.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long a caller waits: longer than the longest wait for the store.
const PATIENCE: Duration = Duration::from_secs(8);

/// The first line and the body of a request or a response. None if the other side has closed the
/// connection instead.
pub(crate) fn read(stream: &mut impl BufRead) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut first = String::new();
    if stream.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(':') {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some((first.trim_end().to_owned(), body)))
}

/// A message of a network, or a visitor.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) target: String,
    /// It is posted if there is one.
    pub(crate) body: Option<Vec<u8>>,
    /// The bearer token of the API.
    pub(crate) token: Option<&'static str>,
}

impl Message {
    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            body: None,
            token: None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The word under `outcome`; empty if there is none.
    pub(crate) fn outcome(&self) -> String {
        self.json()["outcome"].as_str().unwrap_or_default().to_owned()
    }
}

/// A caller's connection, which is kept open.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn open(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a message. An error means that nobody knows whether it was taken.
    pub(crate) fn send(&mut self, message: &Message) -> io::Result<Answer> {
        let method = if message.body.is_some() { "POST" } else { "GET" };
        let body = message.body.as_deref().unwrap_or_default();
        let token = message
            .token
            .map(|token| format!("Authorization: Bearer {token}\r\n"))
            .unwrap_or_default();
        let head = format!(
            "{method} {} HTTP/1.1\r\nHost: tracker.test\r\n{token}Content-Length: {}\r\n\r\n",
            message.target,
            body.len()
        );
        self.0.get_mut().write_all(&[head.as_bytes(), body].concat())?;
        let (first, body) = read(&mut self.0)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Answer {
            status: status.ok_or(io::ErrorKind::InvalidData)?,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}
