//! The server in a process of its own, so that its memory can be read and the client's work is not
//! counted with it.

use super::{
    Failure, Sender,
    world::{NAMESPACE, SECRETS, World, configuration},
};
use postback::compile::compile;
use postback::delivery::address::AddressPolicy;
use postback::port::Store;
use postback::{CompileOptions, Document};
use postback_axum::{ConnectionLimits, RouterOptions};
use postback_http::Client;
use postback_server::{Server as Serving, args};
use postback_service::{EnvSecrets, Journal, Service};
use postback_sqlite::{SqliteOptions, SqliteStore};
use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread::sleep,
    time::Duration,
};

/// How many clicks are recorded at once.
const BATCH: u64 = 4_096;

/// How a server is started.
#[derive(Debug, Clone, clap::Args)]
pub struct Serve {
    /// The database, filled with clicks.
    #[arg(long)]
    pub database: PathBuf,
    /// Where it listens.
    #[arg(long)]
    pub listen: SocketAddr,
    /// The traffic channel; without one nothing is sent.
    #[arg(long)]
    pub channel: Option<SocketAddr>,
    /// How many calls share a transaction at most, when it is not the usual number.
    #[arg(long)]
    pub group: Option<usize>,
    /// Whether connections are limited as they usually are.
    #[arg(long)]
    pub limited: bool,
    /// How long events and deliveries are kept, as in `5m`; by default for ever.
    #[arg(long)]
    pub kept: Option<String>,
}

impl Serve {
    /// Serves as `postback-server` does until stdin ends, which it does with the program that
    /// measures.
    ///
    /// # Errors
    /// What keeps a server from starting.
    pub async fn run(self) -> Result<(), Failure> {
        args::log();
        let mut options = SqliteOptions::new(NAMESPACE.parse()?);
        if let Some(group) = self.group {
            options.group = group;
        }
        let store = Arc::new(SqliteStore::open(&self.database, &options)?);
        let mut text = configuration(self.channel);
        if let Some(kept) = self.kept {
            text.push_str(&format!(
                "\n[retention]\nevents = \"{kept}\"\ndeliveries = \"{kept}\"\n"
            ));
        }
        let document = Document::from_toml(&text)?;
        let tracker = compile(&document, &CompileOptions::new(NAMESPACE.parse()?))?;
        let policy = AddressPolicy::default().allow("127.0.0.1/32".parse()?);
        let client = Client::builder().policy(policy).build()?;
        let service = Service::builder(tracker, store, Arc::new(client), Arc::new(EnvSecrets))
            .journal(Journal::open(self.database.with_extension("journal"))?)
            .build()
            .await?;
        let metrics = args::record()?;
        let options = RouterOptions::new().with_metrics(move || metrics.render());
        let mut limits = ConnectionLimits::default();
        // Most callers of a bench come from one network, this machine.
        if !self.limited {
            limits.per_network = limits.connections;
        }
        let server = Serving::start(service, options, limits, self.listen).await?;
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
        server.shutdown().await;
        Ok(())
    }
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts `program serve` with these options, on a new database that knows the clicks of so
    /// many sales.
    ///
    /// # Errors
    /// A program that does not start, trouble of the disk.
    pub async fn start(
        program: &Path,
        folder: &Path,
        world: &World,
        sales: u64,
        channel: Option<SocketAddr>,
        options: &[String],
    ) -> Result<Self, Failure> {
        let database = folder.join("server.db");
        let store = SqliteStore::open(&database, &SqliteOptions::new(NAMESPACE.parse()?))?;
        for first in (0..sales).step_by(usize::try_from(BATCH)?) {
            let numbers = first..sales.min(first + BATCH);
            let clicks = numbers.map(|sale| world.click(sale)).collect::<Result<Vec<_>, _>>()?;
            store.record(&clicks).await?;
        }
        drop(store);
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(program);
        command
            .arg("serve")
            .arg("--database")
            .arg(database)
            .arg(format!("--listen={address}"));
        command.args(channel.map(|address| format!("--channel={address}")));
        command.args(options);
        command.envs(SECRETS).stdin(Stdio::piped()).stdout(Stdio::null());
        let log = fs::File::create(folder.join("server.log"))?;
        let process = command.stderr(log).spawn()?;
        let server = Self { process, address };
        for _ in 0..500 {
            if std::net::TcpStream::connect(address).is_ok() {
                return Ok(server);
            }
            sleep(Duration::from_millis(20));
        }
        Err("the server does not listen".into())
    }

    /// Whoever sends to it.
    #[must_use]
    pub fn sender(&self, world: &Arc<World>, connections: usize) -> Sender {
        Sender {
            world: world.clone(),
            server: self.address,
            connections,
        }
    }

    /// The memory that its process holds, in KiB.
    ///
    /// # Errors
    /// Any system but Linux; a server that has ended.
    pub fn resident(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .ok_or("the server has ended")?;
        Ok(kib.parse()?)
    }
}

/// What a process has used until now. Subtract an earlier one.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// The time on all processors.
    pub processor: Duration,
    /// The bytes that were given to `write` and the like, to files and to sockets.
    pub written: u64,
}

impl Server {
    /// What its process has used.
    ///
    /// # Errors
    /// Any system but Linux; a server that has ended.
    pub fn used(&self) -> Result<Used, Failure> {
        let folder = PathBuf::from(format!("/proc/{}", self.process.id()));
        let stat = fs::read_to_string(folder.join("stat"))?;
        // The name of the program, in parentheses, is field 2 and may have spaces.
        let (_, fields) = stat.rsplit_once(')').ok_or("the server has ended")?;
        let ticks = fields.split_ascii_whitespace().skip(11).take(2).map(str::parse::<u64>);
        let ticks = ticks.sum::<Result<u64, _>>()?;
        let io = fs::read_to_string(folder.join("io"))?;
        let written = io.lines().find_map(|line| line.strip_prefix("wchar: "));
        Ok(Used {
            // A tick is a hundredth of a second on every Linux of today.
            processor: Duration::from_millis(ticks * 10),
            written: written.ok_or("the server has ended")?.parse()?,
        })
    }
}

impl Used {
    /// What each of a number of requests used since then.
    #[must_use]
    pub fn each(self, before: Self, requests: u64) -> String {
        let micros = (self.processor - before.processor).as_micros() / u128::from(requests.max(1));
        let bytes = (self.written - before.written) / requests.max(1);
        format!("{micros} us of processor time and {bytes} bytes written a request")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
