//! An HTTP/1.1 server as small as the tests need: it reads one request a connection, remembers it,
//! and writes bytes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::{TlsAcceptor, rustls};

/// Any port of this machine.
const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The bytes of an answer; `headers` end in `\r\n` each.
pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }
}

/// What is written after each request: the head once, then the piece again and again until the
/// client leaves.
#[derive(Debug, Clone)]
struct Reply {
    head: Vec<u8>,
    again: Option<(Vec<u8>, Duration)>,
}

impl Reply {
    fn once(head: Vec<u8>) -> Self {
        Self { head, again: None }
    }
}

#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub(crate) async fn answering(answer: Vec<u8>) -> Self {
        Self::at(ANY, answer).await
    }

    pub(crate) async fn at(address: SocketAddr, answer: Vec<u8>) -> Self {
        Self::start(address, Reply::once(answer), None).await
    }

    pub(crate) async fn streaming(head: &[u8], piece: &[u8], pause: Duration) -> Self {
        let reply = Reply {
            head: head.to_vec(),
            again: Some((piece.to_vec(), pause)),
        };
        Self::start(ANY, reply, None).await
    }

    /// A server behind TLS, and the certificate (DER) that signs it.
    pub(crate) async fn secure(name: &str, answer: Vec<u8>) -> (Self, Vec<u8>) {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        let server = Self::start(ANY, Reply::once(answer), Some(tls)).await;
        (server, made.cert.der().to_vec())
    }

    /// An address on which nothing listens any more.
    pub(crate) async fn closed_port() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.requests.lock().unwrap().clone()
    }

    async fn start(address: SocketAddr, reply: Reply, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (Arc::clone(&server.connections), Arc::clone(&server.requests));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (reply, requests, tls) = (reply.clone(), Arc::clone(&requests), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(socket, reply, &requests).await,
                        Some(tls) => {
                            if let Ok(socket) = tls.accept(socket).await {
                                serve(socket, reply, &requests).await;
                            }
                        }
                    }
                });
            }
        });
        server
    }
}

async fn serve(mut socket: impl AsyncRead + AsyncWrite + Unpin, reply: Reply, requests: &Mutex<Vec<Seen>>) {
    if let Some(seen) = read(&mut socket).await {
        requests.lock().unwrap().push(seen);
    }
    let _ = socket.write_all(&reply.head).await;
    let _ = socket.flush().await;
    if let Some((piece, pause)) = reply.again {
        while socket.write_all(&piece).await.is_ok() {
            tokio::time::sleep(pause).await;
        }
    }
    let _ = socket.shutdown().await;
}

/// One request, or none when the other side speaks something else or leaves.
async fn read(socket: &mut (impl AsyncRead + Unpin)) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        // The first byte of a TLS handshake.
        if socket.read_buf(&mut bytes).await.ok()? == 0 || bytes.first() == Some(&0x16) {
            return None;
        }
    };
    let mut lines = bytes[..end]
        .split(|byte| *byte == b'\n')
        .map(|line| line.trim_ascii_end());
    let line = String::from_utf8(lines.next()?.to_vec()).ok()?;
    let headers: Vec<(String, Vec<u8>)> = lines
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            Some((
                String::from_utf8_lossy(&line[..colon]).into_owned(),
                line[colon + 1..].trim_ascii().to_vec(),
            ))
        })
        .collect();
    let mut seen = Seen {
        line,
        headers,
        body: bytes.split_off(end + 4),
    };
    let length = seen
        .header("content-length")
        .map_or(0, |text| std::str::from_utf8(text).unwrap().parse().unwrap());
    while seen.body.len() < length {
        if socket.read_buf(&mut seen.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(seen)
}
