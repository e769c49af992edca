//! A traffic channel on this machine: answers `OK` to everything and remembers what was asked.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Longer than a delivery takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long nothing may come. What must not come is never put into the outbox; this is for what is sent without one.
const GRACE: Duration = Duration::from_millis(400);

pub(crate) struct Receiver {
    address: SocketAddr,
    requests: mpsc::Receiver<String>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                thread::spawn(move || answer(&stream, &sender));
            }
        });
        Self { address, requests }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// As many requests as there should be, each as `METHOD target`, sorted: deliveries have no order. More than that is a failure.
    pub(crate) fn exactly(&self, count: usize) -> Vec<String> {
        let next = |index| {
            let waited = self.requests.recv_timeout(PATIENCE);
            waited.unwrap_or_else(|_| panic!("{index} requests came, {count} should have"))
        };
        let mut requests: Vec<String> = (0..count).map(next).collect();
        if let Ok(more) = self.requests.recv_timeout(GRACE) {
            panic!("`{more}` came after {requests:?}");
        }
        requests.sort();
        requests
    }
}

fn answer(stream: &TcpStream, requests: &mpsc::Sender<String>) {
    let mut head = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(first) = head.next() else { return };
    // The rest of the head: an answer before its end would reset the connection.
    head.take_while(|line| !line.is_empty()).for_each(drop);
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    // Nobody listens any more when the test is over.
    drop(requests.send(format!("{method} {target}")));
    let mut stream = stream;
    drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK"));
}
