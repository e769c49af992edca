//! A server in trouble: what those wait who have nothing to do with it, and whether anything is
//! lost. Starts the server itself, with the limits of connections that it usually has.
//!
//! `idle`: thousands of connections of one address say nothing or a byte a second; callers of
//! another address go on. `locked`: another process has the lock of the database; visitors and
//! networks go on, and what was acknowledged is looked for afterwards. Each says first what the
//! same callers wait without the trouble.
//!
//! `cargo run --release -p postback-benches --features server --bin troubles -- locked`

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that measures and prints"
)]

use clap::{Args, Parser};
use postback::port::{EventFilter, Inspect, PageRequest};
use postback::value::ClickId;
use postback_benches::load::{
    Failure, Latencies, Serve, Server, scratch,
    world::{NAMESPACE, World},
};
use postback_sqlite::{SqliteOptions, SqliteStore};
use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

/// Where the connections come from that say nothing.
const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
/// How many other networks the callers come from.
const NETWORKS: u64 = 200;
/// Whoever waits longer has no answer.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Parser)]
enum Command {
    /// Connections that say nothing.
    Idle(Idle),
    /// A database that another process has locked.
    Locked(Locked),
    /// The server's process.
    Serve(Serve),
}

#[derive(Debug, Args)]
struct Idle {
    /// How many connections are held open, half of them saying a byte a second.
    #[arg(long, default_value_t = 2_000)]
    connections: u32,
    /// How many visitors and sales a second come in.
    #[arg(long, default_value_t = 100)]
    rate: u64,
    /// For how long they come.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

#[derive(Debug, Args)]
struct Locked {
    /// How many visitors and sales a second come in.
    #[arg(long, default_value_t = 100)]
    rate: u64,
    /// For how long the database is locked.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    match Command::parse() {
        Command::Serve(serve) => serve.run().await,
        Command::Idle(idle) => idle.run().await,
        Command::Locked(locked) => locked.run().await,
    }
}

/// A server without trouble, after its callers have come once.
struct Usual {
    folder: TempDir,
    world: World,
    callers: Callers,
    rate: u64,
    /// How many calls come each time.
    calls: u64,
    /// It ends with this.
    _server: Server,
}

impl Usual {
    async fn begin(rate: u64, seconds: u64) -> Result<Self, Failure> {
        let (folder, world, calls) = (scratch()?, World::new()?, rate * seconds);
        let (program, limited) = (std::env::current_exe()?, ["--limited".to_owned()]);
        let server = Server::start(&program, folder.path(), &world, calls * 2, None, &limited).await?;
        let callers = Callers::new(server.address);
        callers.at_a_rate(&world, 0..calls, rate).await?;
        println!("usual:  {}", callers.told());
        Ok(Self {
            folder,
            world,
            callers,
            rate,
            calls,
            _server: server,
        })
    }

    /// The callers come again.
    async fn go_on(&self) -> Result<String, Failure> {
        let calls = self.calls..self.calls * 2;
        self.callers.at_a_rate(&self.world, calls, self.rate).await?;
        Ok(self.callers.told())
    }
}

impl Idle {
    async fn run(self) -> Result<(), Failure> {
        let usual = Usual::begin(self.rate, self.seconds).await?;
        let mut strangers = JoinSet::new();
        for number in 0..self.connections {
            strangers.spawn(say_nothing(usual.callers.server, number % 2 == 0));
        }
        sleep(Duration::from_secs(1)).await;
        let told = usual.go_on().await?;
        println!("beside {} connections: {told}", self.connections);
        Ok(())
    }
}

/// Holds a connection, and takes another where the server has ended it.
async fn say_nothing(server: SocketAddr, slowly: bool) {
    loop {
        if let Ok(mut stream) = connect(STRANGER, server).await {
            let mut answer = [0; 64];
            while !slowly || stream.write_all(b"G").await.is_ok() {
                let read = timeout(Duration::from_secs(1), stream.read(&mut answer)).await;
                if matches!(read, Ok(Ok(0) | Err(_))) {
                    break;
                }
            }
        }
        sleep(Duration::from_millis(100)).await;
    }
}

impl Locked {
    async fn run(self) -> Result<(), Failure> {
        let usual = Usual::begin(self.rate, self.seconds).await?;
        let database = usual.folder.path().join("server.db");
        let lock = rusqlite::Connection::open(&database)?;
        lock.execute_batch("BEGIN IMMEDIATE")?;
        println!("locked: {}", usual.go_on().await?);
        lock.execute_batch("ROLLBACK")?;
        let ended = Instant::now();
        let options = SqliteOptions::new(NAMESPACE.parse()?);
        let store = SqliteStore::open(&database, &options)?;
        let missing = loop {
            let missing = usual.callers.missing(&store).await?;
            if missing == (0, 0) || ended.elapsed() > Duration::from_secs(60) {
                break missing;
            }
            sleep(Duration::from_millis(200)).await;
        };
        println!(
            "{} s later {} acknowledged sales and {} clicks are missing",
            ended.elapsed().as_secs(),
            missing.0,
            missing.1
        );
        Ok(())
    }
}

/// Visitors and networks, in turn.
#[derive(Debug, Clone)]
struct Callers {
    server: SocketAddr,
    redirects: Latencies,
    sales: Latencies,
    refused: Arc<Mutex<Vec<String>>>,
    /// The event ids of acknowledged sales, and the ids of clicks whose visitors were redirected.
    acknowledged: Arc<Mutex<(BTreeSet<String>, BTreeSet<String>)>>,
}

impl Callers {
    fn new(server: SocketAddr) -> Self {
        Self {
            server,
            redirects: Latencies::default(),
            sales: Latencies::default(),
            refused: Arc::default(),
            acknowledged: Arc::default(),
        }
    }

    /// Each call on a connection of its own, as visitors come.
    async fn at_a_rate(&self, world: &World, calls: std::ops::Range<u64>, rate: u64) -> Result<(), Failure> {
        let (started, first) = (Instant::now(), calls.start);
        let mut running = JoinSet::new();
        for call in calls {
            let due = started + Duration::from_micros((call - first) * 1_000_000 / rate);
            // The odd numbers are postbacks.
            let target = match call % 2 {
                0 => format!("/summer?ref_id=V{call}"),
                _ => World::message(call, world.click(call)?.id.as_str())?.target,
            };
            sleep_until(due).await;
            let callers = self.clone();
            running.spawn(async move { callers.call(call, due, &target).await });
        }
        running.join_all().await;
        Ok(())
    }

    async fn call(&self, call: u64, due: Instant, target: &str) {
        let answer = match timeout(PATIENCE, ask(network(call), self.server, target)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer".into(),
        };
        let status = answer.get(9..12).unwrap_or_default().to_owned();
        let latencies = match call % 2 {
            0 => &self.redirects,
            _ => &self.sales,
        };
        latencies.add(due.elapsed());
        let mut acknowledged = self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
        match (call % 2, status.as_str()) {
            (0, "302" | "303" | "307") => {
                let click = answer
                    .split_once("?c=")
                    .and_then(|(_, rest)| rest.split(['&', '\r']).next());
                acknowledged.1.insert(click.unwrap_or_default().to_owned());
            }
            (1, "200" | "202") => {
                acknowledged.0.insert(format!("N{call:09}"));
            }
            _ => {
                let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                refused.push(answer.lines().next().unwrap_or_default().to_owned());
            }
        }
    }

    /// The figures since the last call.
    fn told(&self) -> String {
        let refused = std::mem::take(&mut *self.refused.lock().unwrap_or_else(PoisonError::into_inner));
        let first = refused.first().map(|first| format!(", such as `{first}`"));
        format!(
            "redirects {}; sales {}; {} without the answer that they want{}",
            self.redirects.take(),
            self.sales.take(),
            refused.len(),
            first.unwrap_or_default()
        )
    }

    /// How many acknowledged sales, and how many clicks, the store does not know.
    async fn missing(&self, store: &SqliteStore) -> Result<(usize, usize), Failure> {
        let (mut sales, clicks) = self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut page = PageRequest::first(500);
        loop {
            let rows = store.events(&EventFilter::default(), &page).await?;
            for row in &rows.items {
                if let Some(id) = &row.event.event_id {
                    sales.remove(&**id);
                }
            }
            match rows.next {
                Some(next) => page.after = next,
                None => break,
            }
        }
        let mut unknown = 0;
        for click in clicks {
            if store.click(&click.parse::<ClickId>()?).await?.is_none() {
                unknown += 1;
            }
        }
        Ok((sales.len(), unknown))
    }
}

async fn connect(from: Ipv4Addr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    socket.connect(to).await
}

/// The caller of a number.
fn network(call: u64) -> Ipv4Addr {
    let number = u8::try_from(call / 2 % NETWORKS).unwrap_or_default();
    Ipv4Addr::new(127, 9, number, 9)
}

/// The whole answer to a `GET` on a new connection.
async fn ask(caller: Ipv4Addr, server: SocketAddr, target: &str) -> std::io::Result<String> {
    let mut stream = connect(caller, server).await?;
    let request = format!("GET {target} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
