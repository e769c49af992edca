//! A server as `postback-server` runs it, whose store hangs at a chosen point and whose clock is
//! wrong. What hangs is said on stderr, so that the rig can kill the process there.

use crate::args::Serve;
use crate::child::{self, AT_THE_POINT, DATABASE, NAMESPACE};
use postback::compile::compile;
use postback::conformance::FaultStore;
use postback::delivery::address::{AddressPolicy, Allowed};
use postback::port::Clock;
use postback::{CompileOptions, Document, Secret, Timestamp};
use postback_axum::{ConnectionLimits, RouterOptions};
use postback_http::Client;
use postback_server::Server;
use postback_service::{EnvSecrets, Journal, Service, Stores, SystemClock, stop_signal};
use postback_sqlite::{SqliteOptions, SqliteStore};
use std::{
    fs,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// A clock that is wrong, and jumps.
#[derive(Debug)]
struct Wrong {
    ahead: i64,
    jump: i64,
    at: Instant,
}

impl Clock for Wrong {
    fn now(&self) -> Timestamp {
        let jumped = if Instant::now() >= self.at { self.jump } else { 0 };
        let ahead = self.ahead + jumped;
        let by = Duration::from_secs(ahead.unsigned_abs());
        let now = SystemClock.now();
        if ahead < 0 {
            now.checked_sub(by)
        } else {
            now.checked_add(by)
        }
        .unwrap()
    }
}

/// Serves until it is killed, or told to stop.
pub(crate) async fn serve(arguments: Serve) {
    postback_server::args::log();
    let text = fs::read_to_string(arguments.folder.join(child::CONFIGURATION)).unwrap();
    let document = Document::from_toml(&text).unwrap();
    let tracker = compile(&document, &CompileOptions::new(NAMESPACE.parse().unwrap())).unwrap();
    let database = arguments.folder.join(DATABASE);
    let options = SqliteOptions::new(NAMESPACE.parse().unwrap());
    let kept = Arc::new(SqliteStore::open(&database, &options).unwrap());
    let store = Arc::new(FaultStore::new(kept.clone()));
    let policy = AddressPolicy::from_iter(["127.0.0.1/32".parse::<Allowed>().unwrap()]);
    let client = Client::builder().policy(policy).build().unwrap();
    let clock = Wrong {
        ahead: arguments.ahead,
        jump: arguments.jump,
        at: Instant::now() + Duration::from_millis(arguments.jump_after),
    };
    let service = Service::builder(
        tracker,
        Stores::new(store.clone(), kept),
        Arc::new(client),
        Arc::new(EnvSecrets),
    )
    .journal(Journal::open(child::journal(&arguments.folder)).unwrap())
    .clock(Arc::new(clock))
    .build()
    .await
    .unwrap();
    // The calls of the start, such as the one that keeps the configuration, are not struck.
    if let Some(point) = arguments.point {
        let (call, fault) = point.fault();
        store.inject(call, arguments.nth..=arguments.nth, fault);
        watch(store);
    }
    let options = RouterOptions::new().with_api_token(Some(Secret::from(child::API_TOKEN)));
    let stop = stop_signal().unwrap();
    let listen = "127.0.0.1:0".parse().unwrap();
    let server = Server::start(service, options, ConnectionLimits::default(), listen)
        .await
        .unwrap();
    stop.await;
    server.shutdown().await;
}

/// Says when a call hangs.
fn watch(store: Arc<FaultStore>) {
    thread::spawn(move || {
        while store.struck() == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        eprintln!("{AT_THE_POINT}");
    });
}
