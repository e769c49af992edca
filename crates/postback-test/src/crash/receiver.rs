//! The receiver of the traffic channel: it notes what it is told. Sometimes it closes the
//! connection in place of an answer, although it has noted the request.

use crate::http;
use postback::Query;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

/// One request in so many is not answered while the receiver is moody.
const MOOD: u64 = 40;

/// What one event's requests told.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) ids: BTreeSet<String>,
    pub(crate) prices: BTreeSet<String>,
    pub(crate) requests: u64,
}

#[derive(Debug, Default)]
struct Inner {
    told: Mutex<BTreeMap<String, Told>>,
    count: AtomicU64,
    moody: AtomicBool,
}

/// It listens until the rig ends.
#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    address: SocketAddr,
    inner: Arc<Inner>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner::default());
        inner.moody.store(true, Ordering::Relaxed);
        let all = inner.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let inner = all.clone();
                // A broken connection is the other side's matter.
                thread::spawn(move || drop(inner.serve(stream)));
            }
        });
        Self { address, inner }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers every request from now on, or not.
    pub(crate) fn set_moody(&self, moody: bool) {
        self.inner.moody.store(moody, Ordering::Relaxed);
    }

    /// What was told so far, by event; it is forgotten here.
    pub(crate) fn take(&self) -> BTreeMap<String, Told> {
        std::mem::take(&mut self.inner.told.lock().unwrap())
    }
}

impl Inner {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        while let Some((first, _)) = http::read(&mut stream)? {
            self.note(&first);
            let count = self.count.fetch_add(1, Ordering::Relaxed);
            if self.moody.load(Ordering::Relaxed) && count % MOOD == MOOD - 1 {
                return Ok(());
            }
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
            stream.get_mut().write_all(answer)?;
        }
        Ok(())
    }

    /// Notes a request such as `GET /log?id=..&event=..&price=.. HTTP/1.1`.
    fn note(&self, first: &str) {
        let target = first.split(' ').nth(1).unwrap_or_default();
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let query = Query::parse(query.as_bytes()).unwrap();
        let value = |name| query.raw(name).unwrap().unwrap_or_default().to_owned();
        let mut told = self.told.lock().unwrap();
        let told = told.entry(value("event")).or_default();
        told.ids.insert(value("id"));
        told.prices.insert(value("price"));
        told.requests += 1;
    }
}
