//! The command line.

use crate::configuration::read;
use crate::database::Database;
use crate::demo;
use crate::oauth::{self, Named};
use crate::serve::Server;
use clap::{Args, Parser, Subcommand};
use postback::delivery::address::{AddressPolicy, Allowed};
use postback::drive::{LanePolicy, Rate};
use postback::lint::forgotten_too_soon;
use postback::memory::MemoryStore;
use postback::port::Secrets;
use postback::value::{IpNet, Namespace, SecretReference, ip_range};
use postback::{Credentials, Secret, Tracker};
use postback_axum::{ConnectionLimits, InstallError, Prometheus, RouterOptions};
use postback_http::Client;
use postback_service::{
    ConfigureError, EnvSecrets, JOURNAL_RESERVE, Journal, JournalOptions, MAX_JOURNAL, PRIVATE_DAYS, Service, Stores,
    outlive_file_limits, stop_signal,
};
use std::{
    collections::BTreeMap,
    fmt::Display,
    io::{ErrorKind, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use tracing_subscriber::EnvFilter;

/// The environment variable with the bearer token of the API.
pub const API_TOKEN: &str = "POSTBACK_API_TOKEN";
/// The exit code for wrong flags and for a configuration that cannot be used.
const USAGE: u8 = 2;

/// How many connections a network may have; a test compares it with the default of the limits.
const PER_NETWORK: u16 = 64;

const MIB: u64 = 1024 * 1024;

/// A tracker: click redirects, postbacks, ClickBank notifications, conditional postbacks.
///
/// Secrets come from the environment and from files, to which the configuration refers.
/// /api and /metrics are closed until POSTBACK_API_TOKEN holds a bearer token.
#[derive(Debug, Parser)]
#[command(name = "postback-server", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server. This is also the default without a command.
    Serve(ServeArguments),
    /// Says what is wrong with a configuration, and what is probably not meant.
    Check(CheckArguments),
    /// Shows a tracker at work, without any set-up.
    Demo,
}

#[derive(Debug, Args)]
struct ServeArguments {
    /// The configuration: a `.toml` or a `.json` file. It is required.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database: `sqlite:PATH`. It is required unless --dry-run is given.
    #[arg(long, value_name = "URL")]
    database: Option<Database>,
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = socket)]
    listen: SocketAddr,
    /// A destination that deliveries may be sent to although it is not public: an address, a range
    /// or a host name. May be repeated.
    #[arg(long, value_name = "CIDR or HOST")]
    allow_destination: Vec<Allowed>,
    /// An OAuth credential, a file of the kind `authorized_user` or `service_account`: `host:NAME`
    /// of the configuration is then its access token, which is renewed before it expires. May be
    /// repeated.
    #[arg(long, value_name = "NAME=FILE")]
    oauth: Vec<Named>,
    /// A proxy whose `X-Forwarded-For` is trusted. May be repeated.
    #[arg(long, value_name = "CIDR", value_parser = ip_range)]
    trusted_proxy: Vec<IpNet>,
    /// How many connections the callers of one network may have open at the same time: a /24 of
    /// IPv4, a /48 of IPv6. Those of trusted proxies are not limited.
    #[arg(long, value_name = "COUNT", default_value_t = PER_NETWORK, value_parser = clap::value_parser!(u16).range(1..=1024))]
    connections_per_network: u16,
    /// The tenant of the database. It is part of the id of every delivery.
    #[arg(long, default_value = "default")]
    namespace: Namespace,
    /// The file in which postbacks and clicks wait while the database is not available. By default
    /// it is the path of the database with `.journal` at the end. On another disk it also helps
    /// when the database's disk is full.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// The room that this file takes on its disk at the start, in MiB, so that a full disk leaves
    /// it. It grows beyond that, up to 256 MiB, while the disk has room.
    #[arg(long, value_name = "MIB", default_value_t = JOURNAL_RESERVE / MIB, value_parser = clap::value_parser!(u64).range(0..=MAX_JOURNAL / MIB))]
    journal_reserve: u64,
    /// How many days IP addresses, user agents and other personal values are kept. The
    /// configuration's `[retention] private` overrides it.
    #[arg(long, value_name = "DAYS", default_value_t = PRIVATE_DAYS)]
    private_days: u32,
    /// How many deliveries are sent at the same time.
    #[arg(long, value_name = "COUNT", default_value_t = LanePolicy::default().places, value_parser = clap::value_parser!(u32).range(1..=4096))]
    places: u32,
    /// How many of them may go to one receiver, so that a receiver that does not answer does not
    /// delay the others.
    #[arg(long, value_name = "COUNT", default_value_t = LanePolicy::default().share, value_parser = clap::value_parser!(u32).range(1..=4096))]
    lane_share: u32,
    /// How fast one receiver is called in the long run, as in `10/s` or `300/m`; by default as fast
    /// as it answers. As many requests as --lane-share may be made at the same moment.
    #[arg(long, value_name = "RATE", value_parser = lane_rate)]
    lane_rate: Option<Duration>,
    /// Sends nothing: each request that would be sent is a line of the log, `dry run: not sent`,
    /// with the names of secrets and personal values in their place.
    ///
    /// Without --database everything is kept in memory, and gone when the server stops. In a
    /// database the deliveries stay queued, each shown once, and a server without this flag sends
    /// them: use a copy of the database, unless that is meant.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct CheckArguments {
    /// The configuration: a `.toml` or a `.json` file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// A destination that the server may send to, as its own flag of this name. May be repeated.
    #[arg(long, value_name = "CIDR or HOST")]
    allow_destination: Vec<Allowed>,
}

impl Arguments {
    /// Runs the command and returns the exit code: 0; 2 for flags and configurations that cannot be
    /// used, with one problem on each line of stderr; 1 for other errors.
    pub async fn run(self) -> ExitCode {
        let done = match self.command {
            Some(Command::Demo) => demo::run(&mut std::io::stdout()).await.map_err(trouble),
            Some(Command::Check(arguments)) => check(&arguments).await,
            Some(Command::Serve(arguments)) => run(arguments).await,
            None => run(self.serve).await,
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(Failed { code, text }) => {
                // Nothing can be done about a closed stderr.
                let _ = writeln!(std::io::stderr(), "{text}");
                ExitCode::from(code)
            }
        }
    }
}

struct Failed {
    code: u8,
    text: String,
}

fn lanes(arguments: &ServeArguments) -> LanePolicy {
    let mut policy = LanePolicy::default();
    (policy.places, policy.share) = (arguments.places, arguments.lane_share);
    policy.rate = arguments.lane_rate.map(|interval| Rate {
        burst: arguments.lane_share,
        interval,
    });
    policy
}

fn socket(text: &str) -> Result<SocketAddr, &'static str> {
    let wrong = "it is no IP address with a port, as in `127.0.0.1:8080`, or `0.0.0.0:8080` for every caller";
    text.parse().map_err(|_| wrong)
}

/// Reads how often a receiver is called, as in `10/s`, and returns the time between two calls.
fn lane_rate(text: &str) -> Result<Duration, String> {
    let wrong = || "a rate is a number of requests a second, a minute or an hour, as in `10/s`, `300/m` or `500/h`";
    let (count, unit) = text.split_once('/').ok_or_else(wrong)?;
    let count: u32 = count.parse().map_err(|_| wrong())?;
    let unit = match unit {
        "s" => Duration::from_secs(1),
        "m" => Duration::from_secs(60),
        "h" => Duration::from_secs(60 * 60),
        _ => return Err(wrong().into()),
    };
    // A rate of a million a second is none at all.
    let interval = unit
        .checked_div(count)
        .filter(|interval| *interval >= Duration::from_micros(1));
    interval.ok_or_else(|| wrong().into())
}

fn connections(arguments: &ServeArguments) -> ConnectionLimits {
    let mut limits = ConnectionLimits::default();
    limits.per_network = arguments.connections_per_network.into();
    limits.trusted_proxies.clone_from(&arguments.trusted_proxy);
    limits
}

fn usage(text: impl Display) -> Failed {
    Failed {
        code: USAGE,
        text: text.to_string(),
    }
}

fn trouble(text: impl Display) -> Failed {
    Failed {
        code: 1,
        text: text.to_string(),
    }
}

fn problems(texts: Vec<String>) -> Failed {
    usage(texts.join("\n"))
}

async fn check(arguments: &CheckArguments) -> Result<(), Failed> {
    // The namespace does not change any problem.
    let namespace = "default".parse().map_err(usage)?;
    let policy = AddressPolicy::from_iter(arguments.allow_destination.iter().cloned());
    let (tracker, mut warnings) = read(&arguments.config, &namespace, &policy).map_err(problems)?;
    let secrets = secrets_at_hand(&tracker).await;
    let refused = Credentials::refusals(&tracker, &secrets);
    if !refused.is_empty() {
        return Err(problems(refused));
    }
    warnings.extend(Credentials::doubts(&tracker, &secrets));
    let mut out = std::io::stdout().lock();
    for warning in warnings {
        writeln!(out, "warning: {warning}").map_err(trouble)?;
    }
    writeln!(out, "`{}` compiles", arguments.config.display()).map_err(trouble)
}

/// Resolves the secrets that are set on the machine that runs `check`. The others may be set on the
/// server.
async fn secrets_at_hand(tracker: &Tracker) -> BTreeMap<SecretReference, Secret> {
    let mut found = BTreeMap::new();
    for reference in tracker.secret_references() {
        if let Ok(secret) = EnvSecrets.secret(reference).await {
            found.insert(reference.clone(), secret);
        }
    }
    found
}

async fn run(arguments: ServeArguments) -> Result<(), Failed> {
    let (lanes, limits) = (lanes(&arguments), connections(&arguments));
    let ServeArguments { config, namespace, .. } = arguments;
    let config = config.ok_or_else(|| {
        usage("`--config FILE` is missing; `postback-server demo` shows a tracker at work without one")
    })?;
    let database = match (arguments.database, arguments.dry_run) {
        (None, false) => {
            return Err(usage(
                "`--database sqlite:PATH` is missing; `--dry-run` needs none, and sends nothing",
            ));
        }
        (database, _) => database,
    };
    // The configuration is read before a database is opened, so that a wrong one does not create a
    // database.
    let policy = AddressPolicy::from_iter(arguments.allow_destination);
    let (tracker, mut warnings) = read(&config, &namespace, &policy).map_err(problems)?;
    warnings.extend(forgotten(arguments.private_days, &tracker));
    let client = Arc::new(Client::builder().policy(policy.clone()).build().map_err(trouble)?);
    let secrets = oauth::secrets(arguments.oauth, client.clone(), arguments.dry_run).map_err(problems)?;
    log();
    outlive_file_limits().map_err(trouble)?;
    let waiting = arguments.journal.or_else(|| database.as_ref().map(Database::journal));
    let journal = match waiting
        .map(|path| journal(&path, arguments.journal_reserve))
        .transpose()
    {
        Ok(journal) => journal,
        // If the folder that both need is at fault, the database's error says more about it.
        Err(failed) => return Err(refused(database, namespace).await.unwrap_or(failed)),
    };
    let stores = stores(database, namespace.clone());
    let metrics = record().map_err(trouble)?;
    let tracker = warned(tracker, &warnings);
    let mut builder = Service::builder(tracker, stores, client, secrets);
    if let Some(journal) = journal {
        builder = builder.journal(journal);
    }
    if arguments.dry_run {
        builder = builder.dry_run();
    }
    let service = builder
        .private_days(arguments.private_days)
        .lanes(lanes)
        .reload(move || read_again(config.clone(), namespace.clone(), policy.clone()))
        .reload_on_hangup()
        .build();
    let service = service.await.map_err(|error| match error {
        ConfigureError::Refused(_) => usage(error),
        _ => trouble(error),
    })?;
    let token = std::env::var_os(API_TOKEN).map(|token| Secret::new(token.into_encoded_bytes()));
    let options = RouterOptions::new()
        .with_api_token(token)
        .with_trusted_proxies(arguments.trusted_proxy)
        .with_metrics(move || metrics.render());
    // The signals are caught before anybody can know that the server is running.
    let stop = stop_signal().map_err(trouble)?;
    let started = Server::start(service, options, limits, arguments.listen);
    let server = started.await.map_err(trouble)?;
    stop.await;
    tracing::info!("stopping");
    server.shutdown().await;
    Ok(())
}

/// The doubt about `--private-days`, where the configuration does not say it better.
fn forgotten(days: u32, tracker: &Tracker) -> Option<String> {
    if tracker.retention().private.is_some() {
        return None;
    }
    let private = Duration::from_secs(24 * 60 * 60).saturating_mul(days);
    Some(format!("--private-days: {}", forgotten_too_soon(private, tracker)?))
}

/// Returns the stores of the database, or in memory if there is none.
fn stores(database: Option<Database>, namespace: Namespace) -> Stores {
    match database {
        Some(database) => database.later(namespace),
        None => Stores::from(Arc::new(MemoryStore::with_namespace(namespace))),
    }
}

/// Returns why the database cannot be opened, if it cannot.
async fn refused(database: Option<Database>, namespace: Namespace) -> Option<Failed> {
    let opened = tokio::task::spawn_blocking(move || database?.open(namespace).err());
    let error = opened.await.ok()??;
    Some(trouble(ConfigureError::Store(error)))
}

fn journal(path: &Path, reserve: u64) -> Result<Journal, Failed> {
    let mut options = JournalOptions::default();
    options.reserve = reserve.saturating_mul(MIB);
    Journal::open_with(path, options).map_err(|error| match error.kind() {
        ErrorKind::ResourceBusy => trouble(format_args!(
            "journal `{}`: another process has it open; end that one, or name another file with --journal",
            path.display()
        )),
        ErrorKind::NotFound => trouble(format_args!(
            "journal `{}`: its folder does not exist; make it, or name another file with --journal",
            path.display()
        )),
        kind => trouble(format_args!("journal `{}`: {kind}", path.display())),
    })
}

async fn read_again(config: PathBuf, namespace: Namespace, policy: AddressPolicy) -> Result<Tracker, Vec<String>> {
    let reading = tokio::task::spawn_blocking(move || read(&config, &namespace, &policy));
    let (tracker, warnings) = reading.await.map_err(|error| vec![error.to_string()])??;
    Ok(warned(tracker, &warnings))
}

fn warned(tracker: Tracker, warnings: &[String]) -> Tracker {
    for warning in warnings {
        tracing::warn!(%warning, "configuration");
    }
    tracker
}

/// Starts writing JSON lines to stderr. `RUST_LOG` sets which.
pub fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logging = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    // A host that has set up logging keeps its own.
    drop(logging);
}

/// Starts recording the metrics for `/metrics`.
///
/// # Errors
/// A process that records metrics already.
pub fn record() -> Result<Prometheus, InstallError> {
    let numbers = Prometheus::default();
    numbers.clone().install()?;
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_the_time_between_two_requests() {
        for (text, millis) in [("10/s", 100), ("300/m", 200), ("1/h", 3_600_000)] {
            assert_eq!(lane_rate(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in [
            "",
            "10",
            "10/",
            "/s",
            "0/s",
            "-1/s",
            "1.5/s",
            "10/d",
            "2000000/s",
            "10/s ",
        ] {
            let said = lane_rate(text).unwrap_err();
            assert!(said.contains("as in `10/s`"), "{text}: {said}");
        }
    }

    #[test]
    fn a_receiver_has_a_rate_only_where_the_flag_says_so() {
        let policy = |more: &[&str]| {
            let given = ["postback-server", "--places", "32", "--lane-share", "4"]
                .iter()
                .chain(more);
            lanes(&Arguments::parse_from(given).serve)
        };
        assert_eq!(policy(&[]).rate, None);
        let interval = Duration::from_millis(200);
        assert_eq!(policy(&["--lane-rate", "5/s"]).rate, Some(Rate { burst: 4, interval }));
    }

    fn limits(flags: &[&str]) -> ConnectionLimits {
        let arguments = Arguments::parse_from(["postback-server"].iter().chain(flags));
        connections(&arguments.serve)
    }

    #[test]
    fn the_flags_of_connections_are_limits() {
        assert_eq!(limits(&[]), ConnectionLimits::default());
        let flags = ["--connections-per-network", "200", "--trusted-proxy", "10.0.0.0/8"];
        let limits = limits(&flags);
        assert_eq!(limits.per_network, 200);
        assert_eq!(limits.trusted_proxies, [ip_range("10.0.0.0/8").unwrap()]);
    }
}
