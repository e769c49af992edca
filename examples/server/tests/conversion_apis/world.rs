//! A tracker with an account at each platform, whose endpoints are stand-ins.

use crate::accounts::{accounts, recipes};
use crate::decided::decided;
use crate::renewable::Renewable;
use crate::running::Running;
use crate::support::client::Connection;
use postback::compile::compile;
use postback::delivery::address::AddressPolicy;
use postback::delivery::{DeliveryRow, DeliveryState};
use postback::drive::{Round, Sender, deliver_once};
use postback::plan::Commit;
use postback::port::{Claim, Clock, DeliveryFilter, Inspect, PageRequest, Store};
use postback::testing::{SeededEntropy, SettableClock};
use postback::{CompileOptions, Document, Secret, Timestamp, Tracker};
use postback_axum::{ConnectionLimits, RouterOptions};
use postback_http::Client;
use postback_server::Server;
use postback_service::{Service, ServiceBuilder, Stores};
use postback_sqlite::{SqliteOptions, SqliteStore};
use postback_test::standin::{DEVELOPER_TOKEN, StandIn, Vendor};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

const NAMESPACE: &str = "test";
pub(crate) const SHOP_TOKEN: &str = "CANARY-shop-token";
pub(crate) const TOKENS: [(&str, &str); 4] = [
    ("env:META_TOKEN", "CANARY-meta-token"),
    ("env:TIKTOK_TOKEN", "CANARY-tiktok-token"),
    ("env:GOOGLE_TOKEN", "CANARY-google-token"),
    ("env:UET_TOKEN", "CANARY-uet-token"),
];
pub(crate) const RECIPE_TOKENS: [(&str, &str); 3] = [
    ("env:SNAP_TOKEN", "CANARY-snap-token"),
    ("env:REDDIT_TOKEN", "CANARY-reddit-token"),
    ("env:PINTEREST_TOKEN", "CANARY-pinterest-token"),
];
/// The tokens of the two further modes, and the developer's.
pub(crate) const MODE_TOKENS: [(&str, &str); 3] = [
    ("env:ADS_TOKEN", "CANARY-ads-token"),
    ("env:MS_TOKEN", "CANARY-ms-token"),
    ("env:DEVELOPER_TOKEN", DEVELOPER_TOKEN),
];
/// Longer than a delivery takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);

/// The day on which the clocks of the United States were changed.
pub(crate) fn start() -> Timestamp {
    "2026-03-08T10:00:00Z".parse().unwrap()
}

pub(crate) struct World {
    pub(crate) clock: Arc<SettableClock>,
    pub(crate) meta: StandIn,
    pub(crate) tiktok: StandIn,
    pub(crate) google: StandIn,
    pub(crate) microsoft: StandIn,
    pub(crate) snapchat: StandIn,
    pub(crate) reddit: StandIn,
    pub(crate) pinterest: StandIn,
    /// More of the configuration, behind the accounts.
    pub(crate) more: String,
    /// Google's Ads API.
    pub(crate) ads: StandIn,
    /// Microsoft's offline conversions.
    pub(crate) offline: StandIn,
    pub(crate) secrets: Arc<Renewable>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) folder: TempDir,
}

impl World {
    /// A world with accounts at the platforms that recipes describe.
    pub(crate) fn with_recipes() -> Self {
        let mut world = Self::new();
        world.more = recipes(&world);
        world
    }

    pub(crate) fn new() -> Self {
        let clock = Arc::new(SettableClock::new(start()));
        let stand_in = |vendor, account, place: usize| {
            let token = TOKENS.iter().chain(&RECIPE_TOKENS).nth(place).unwrap().1;
            StandIn::start(vendor, account, token, clock.clone())
        };
        let of_mode = |vendor, account, place: usize| {
            let token = MODE_TOKENS[place].1;
            StandIn::start(vendor, account, token, clock.clone())
        };
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(NAMESPACE.parse().unwrap());
        let store = SqliteStore::open(folder.path().join("tracker.db"), &options).unwrap();
        let tokens = TOKENS
            .iter()
            .chain(&RECIPE_TOKENS)
            .chain(&MODE_TOKENS)
            .copied()
            .chain([("env:SHOP_TOKEN", SHOP_TOKEN)]);
        let secrets = tokens.map(|(name, token)| (name.to_owned(), token.to_owned()));
        Self {
            meta: stand_in(Vendor::Meta, "1234567890", 0),
            tiktok: stand_in(Vendor::TikTok, "C4ABCDEF", 1),
            google: stand_in(Vendor::Google, "1234567890", 2),
            microsoft: stand_in(Vendor::Microsoft, "77701", 3),
            snapchat: stand_in(Vendor::Snapchat, "5bf81ee1-15b1", 4),
            reddit: stand_in(Vendor::Reddit, "a2_example", 5),
            pinterest: stand_in(Vendor::Pinterest, "549755885175", 6),
            more: String::new(),
            ads: of_mode(Vendor::GoogleAds, "1234567890", 0),
            offline: of_mode(Vendor::MicrosoftOffline, "7770001", 1),
            secrets: Arc::new(Renewable::new(secrets)),
            store: Arc::new(store),
            folder,
            clock,
        }
    }

    pub(crate) fn stand_ins(&self) -> [(&'static str, &StandIn); 4] {
        [
            ("meta", &self.meta),
            ("tiktok", &self.tiktok),
            ("google", &self.google),
            ("microsoft", &self.microsoft),
        ]
    }

    /// The same, and those of the platforms that recipes describe.
    pub(crate) fn all_stand_ins(&self) -> Vec<(&'static str, &StandIn)> {
        let described = [
            ("snapchat", &self.snapchat),
            ("reddit", &self.reddit),
            ("pinterest", &self.pinterest),
        ];
        self.stand_ins().into_iter().chain(described).collect()
    }

    /// The tracker with these rows of its campaign.
    pub(crate) fn tracker(&self, rules: &str) -> Tracker {
        self.tracker_with(rules, |accounts| accounts)
    }

    /// The same with another text of its accounts.
    pub(crate) fn tracker_with(&self, rules: &str, change: impl FnOnce(String) -> String) -> Tracker {
        let accounts = accounts(self);
        let campaign =
            "[[campaign]]\nid = \"summer\"\nchannel = \"ads\"\npath = [{ offers = [{ offer = \"book\" }] }]\n";
        let base = include_str!("tracker.toml");
        let document =
            Document::from_toml(&format!("{base}{}{}{campaign}{rules}", change(accounts), self.more)).unwrap();
        let compiled = compile(&document, &CompileOptions::new(NAMESPACE.parse().unwrap()));
        compiled.unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// A server with these rows of its campaign.
    pub(crate) async fn serve(&self, rules: &str) -> Running {
        self.serve_with(rules, RouterOptions::new(), |builder| builder).await
    }

    pub(crate) async fn serve_with(
        &self,
        rules: &str,
        options: RouterOptions,
        change: impl FnOnce(ServiceBuilder) -> ServiceBuilder,
    ) -> Running {
        self.serve_of_with(self.tracker(rules), options, change).await
    }

    /// A server with this tracker.
    pub(crate) async fn serve_of(&self, tracker: Tracker) -> Running {
        self.serve_of_with(tracker, RouterOptions::new(), |builder| builder)
            .await
    }

    async fn serve_of_with(
        &self,
        tracker: Tracker,
        options: RouterOptions,
        change: impl FnOnce(ServiceBuilder) -> ServiceBuilder,
    ) -> Running {
        let stores = Stores::from(self.store.clone());
        let service = Service::builder(tracker, stores, Arc::new(client()), self.secrets.clone());
        let service = change(service.clock(self.clock.clone())).build().await.unwrap();
        let options = options
            .with_api_token(Some(Secret::from(crate::support::tracker::API_TOKEN)))
            .with_trusted_proxies(vec!["127.0.0.0/8".parse().unwrap()]);
        let listen = "127.0.0.1:0".parse().unwrap();
        let server = Server::start(service, options, ConnectionLimits::default(), listen)
            .await
            .unwrap();
        let connection = Connection::open(server.address()).await.unwrap();
        Running { server, connection }
    }

    /// Stores the deliveries of so many sales as they are decided.
    pub(crate) async fn queue(&self, tracker: &Tracker, count: usize) {
        let now = now(self);
        let mut commit = Commit::of(Vec::new(), now);
        for number in 0..count {
            commit.outbox.extend(decided(tracker, now, number).commit.outbox);
        }
        self.store.commit(&commit).await.unwrap();
    }

    /// All deliveries.
    pub(crate) async fn rows(&self) -> Vec<DeliveryRow> {
        let mut rows = Vec::new();
        let mut page = PageRequest::first(1_000);
        loop {
            let listed = self.store.deliveries(&DeliveryFilter::default(), &page).await.unwrap();
            rows.extend(listed.items);
            match listed.next {
                Some(next) => page.after = next,
                None => return rows,
            }
        }
    }

    /// How many deliveries are in a state.
    pub(crate) async fn count(&self, state: DeliveryState) -> usize {
        self.rows().await.iter().filter(|row| row.state == state).count()
    }

    /// Waits until something holds for the rows.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&[DeliveryRow]) -> bool) -> Vec<DeliveryRow> {
        let begin = Instant::now();
        loop {
            let rows = self.rows().await;
            if holds(&rows) {
                return rows;
            }
            let states: Vec<_> = rows.iter().map(|row| (row.state, row.last.as_ref())).collect();
            assert!(begin.elapsed() < PATIENCE, "{what} does not come: {states:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The client of a host that may send to this machine.
pub(crate) fn client() -> Client {
    let policy = AddressPolicy::default().allow("127.0.0.1/32".parse().unwrap());
    Client::builder().policy(policy).build().unwrap()
}

/// Whether a row is one of this account's.
pub(crate) fn is_of(row: &DeliveryRow, api: &str) -> bool {
    row.delivery.lane.account() == Some(api)
}

/// What was found at the last attempt.
pub(crate) fn finding(row: &DeliveryRow) -> &str {
    row.last.as_ref().map_or("", |last| last.finding.as_str())
}

/// One round of sending, as large as the outbox.
pub(crate) async fn round(world: &World) -> Round {
    let (client, entropy) = (client(), SeededEntropy::new(7));
    let sender = Sender::new(&*world.store, &client, &*world.secrets, &*world.clock, &entropy);
    let claim = Claim::new(now(world), Duration::from_secs(600), 10_000);
    deliver_once(&sender, &claim).await.unwrap()
}

pub(crate) fn now(world: &World) -> Timestamp {
    world.clock.now()
}
