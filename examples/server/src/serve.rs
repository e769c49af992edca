//! The server as a whole: put together, started, stopped.

use crate::connections;
use crate::secrets::EnvSecrets;
use crate::stores::Stores;
use crate::work::{WORKERS, Work};
use metrics_exporter_prometheus::PrometheusHandle;
use postback::compile::{CompileOptions, compile};
use postback::config::{Document, Problems};
use postback::definition::Definition;
use postback::delivery::address::{AddressPolicy, Allowed};
use postback::drive;
use postback::lint::lint;
use postback::port::{Clock, HttpClient, Secrets, StoreError};
use postback::tracker::{Credentials, Tracker};
use postback::value::{IpNet, Namespace, Secret};
use postback_axum::{AppState, Journal, SystemClock, router};
use postback_http::{BuildError, Client};
use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use thiserror::Error;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

/// The limits of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many connections may be open at once; others wait. 1024 by default: with a head and a
    /// body of 64 KiB each they take 128 MiB at most.
    pub connections: usize,
    /// The time for the head of a request, and for a connection without any; 5 s by default.
    pub header_timeout: Duration,
    /// How old a connection may become: whoever never reads its answers must not hold it for ever.
    /// 5 minutes by default.
    pub connection_age: Duration,
    /// How long open requests may take to end when the server stops; 10 s by default.
    pub drain: Duration,
    /// How long the last round of deliveries may take to end after that; 20 s by default, since one
    /// request may take 15.
    pub last_round: Duration,
    /// The limits of the router.
    pub router: postback_axum::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            header_timeout: Duration::from_secs(5),
            connection_age: Duration::from_secs(5 * 60),
            drain: Duration::from_secs(10),
            last_round: Duration::from_secs(20),
            router: postback_axum::Limits::default(),
        }
    }
}

/// What a server is made of.
#[derive(Debug)]
#[non_exhaustive]
pub struct Config {
    /// The configuration.
    pub document: Document,
    /// Where things are kept, opened for `namespace`.
    pub stores: Stores,
    /// The tenant; `default` by default.
    pub namespace: Namespace,
    /// Where it listens; `127.0.0.1:8080` by default. Port 0 takes any.
    pub listen: SocketAddr,
    /// Destinations that may be dialled although they are not public.
    pub allow_destinations: Vec<Allowed>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The bearer token of the API; without one it is closed.
    pub api_token: Option<Secret>,
    /// How many days personal values are kept; 30 by default.
    pub private_days: u32,
    /// Who resolves secrets; [`EnvSecrets`] by default.
    pub secrets: Arc<dyn Secrets>,
    /// Who sends deliveries; a vetting [`Client`] that dials `allow_destinations` by default.
    pub http: Option<Arc<dyn HttpClient>>,
    /// Where postbacks wait while the store does not take them; nowhere by default: then their
    /// senders are told to come back.
    pub journal: Option<Journal>,
    /// The recorder whose numbers `/metrics` shows.
    pub metrics: Option<PrometheusHandle>,
    /// The limits.
    pub limits: Limits,
}

impl Config {
    /// A document and a store, and everything else as it usually is.
    #[must_use]
    pub fn new(document: Document, stores: Stores, namespace: Namespace) -> Self {
        Self {
            document,
            stores,
            namespace,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            allow_destinations: Vec::new(),
            trusted_proxies: Vec::new(),
            api_token: None,
            private_days: 30,
            secrets: Arc::new(EnvSecrets),
            http: None,
            journal: None,
            metrics: None,
            limits: Limits::default(),
        }
    }
}

/// A server that did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration does not compile. Prints one problem a line.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// Secrets are missing or cannot be used. Prints one a line.
    #[error("{}", .0.join("\n"))]
    Secrets(Vec<String>),
    /// The client for deliveries cannot be made.
    #[error(transparent)]
    Client(#[from] BuildError),
    /// The store is in trouble.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {}", .error.kind())]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
}

impl StartError {
    /// Whether the configuration is at fault, so that starting again as it is cannot help.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        matches!(self, Self::Problems(_) | Self::Secrets(_))
    }
}

/// A server at work. Dropping it stops it without waiting; [`Server::shutdown`] waits.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    state: AppState,
    stop_accepting: watch::Sender<bool>,
    stop_working: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    working: Vec<JoinHandle<()>>,
    last_round: Duration,
}

/// Starts a server inside the running tokio runtime.
///
/// # Errors
/// [`StartError`]; nothing is left running.
pub async fn serve(config: Config) -> Result<Server, StartError> {
    let tracker = Arc::new(compile(
        &config.document,
        &CompileOptions::new(config.namespace.clone()),
    )?);
    for warning in lint(&Definition::from_document(&config.document)?, &tracker) {
        tracing::warn!(%warning, "configuration");
    }
    let credentials = credentials(&tracker, &*config.secrets).await?;
    warn_of_outgoing(&tracker, &*config.secrets).await;
    let http: Arc<dyn HttpClient> = match config.http {
        Some(http) => http,
        None => Arc::new(
            Client::builder()
                .policy(AddressPolicy::from_iter(config.allow_destinations))
                .build()?,
        ),
    };
    let Stores { store, inspect } = config.stores;
    drive::install(&tracker, &*store, SystemClock.now()).await?;
    let not_listening = |error| StartError::Listen {
        address: config.listen,
        error,
    };
    let listener = TcpListener::bind(config.listen).await.map_err(not_listening)?;
    let address = listener.local_addr().map_err(not_listening)?;
    let mut builder = AppState::builder(tracker, credentials, store.clone(), inspect)
        .api_token(config.api_token)
        .trusted_proxies(config.trusted_proxies)
        .limits(config.limits.router);
    if let Some(journal) = config.journal {
        builder = builder.journal(journal);
    }
    if let Some(handle) = config.metrics {
        builder = builder.metrics(move || handle.render());
    }
    let state = builder.build();
    let (stop_accepting, accept_until) = watch::channel(false);
    let (stop_working, work_until) = watch::channel(false);
    let work = Work {
        state: state.clone(),
        store,
        http,
        secrets: config.secrets,
        private_days: config.private_days,
    };
    let mut working: Vec<JoinHandle<()>> = (0..WORKERS)
        .map(|_| tokio::spawn(work.clone().deliver(work_until.clone())))
        .collect();
    working.push(tokio::spawn(work.clone().attribute(work_until.clone())));
    working.push(tokio::spawn(work.clone().replay(work_until.clone())));
    working.push(tokio::spawn(work.purge(work_until)));
    let accepting = tokio::spawn(connections::accept(
        listener,
        router(state.clone()),
        config.limits,
        accept_until,
    ));
    tracing::info!(%address, configuration = %state.tracker().fingerprint(), "serving");
    Ok(Server {
        address,
        state,
        stop_accepting,
        stop_working,
        accepting,
        working,
        last_round: config.limits.last_round,
    })
}

/// Says at the start which secrets of outgoing requests are missing: their deliveries would be
/// tried for hours and then given up.
async fn warn_of_outgoing(tracker: &Tracker, secrets: &dyn Secrets) {
    for reference in tracker.secret_references() {
        if let Err(error) = secrets.secret(reference).await {
            tracing::warn!(%error, "outgoing requests that need it will fail");
        }
    }
}

/// Resolves what reading events needs.
async fn credentials(tracker: &Tracker, secrets: &dyn Secrets) -> Result<Credentials, StartError> {
    let mut found = BTreeMap::new();
    let mut problems = Vec::new();
    for reference in tracker.inbound_references() {
        match secrets.secret(reference).await {
            Ok(secret) => {
                found.insert(reference.clone(), secret);
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    if !problems.is_empty() {
        return Err(StartError::Secrets(problems));
    }
    Credentials::new(tracker, &found).map_err(|error| StartError::Secrets(error.problems().to_vec()))
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the router serves with, as to put another configuration to work.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Stops: takes no more connections, ends the requests that are open, then the round of
    /// deliveries that is under way, and lets go of the store. What is queued stays queued.
    pub async fn shutdown(self) {
        let Self {
            state,
            stop_accepting,
            stop_working,
            accepting,
            working,
            last_round,
            ..
        } = self;
        stop_accepting.send_replace(true);
        let _ = accepting.await;
        stop_working.send_replace(true);
        let aborts: Vec<_> = working.iter().map(JoinHandle::abort_handle).collect();
        let ended = timeout(last_round, async {
            for task in working {
                let _ = task.await;
            }
        });
        if ended.await.is_err() {
            tracing::warn!("deliveries were cut off; they are sent again when their leases end");
            aborts.iter().for_each(tokio::task::AbortHandle::abort);
        }
        drop(state);
        tracing::info!("stopped");
    }
}
