//! A tracker with an account at each platform, whose endpoints are stand-ins.

use crate::support::client::Connection;
use bytes::Bytes;
use http::Request;
use postback::compile::compile;
use postback::delivery::address::AddressPolicy;
use postback::delivery::{DeliveryRow, DeliveryState};
use postback::drive::{Round, Sender, deliver_once};
use postback::intake::{Caller, Intake};
use postback::plan::{ClickFacts, Commit};
use postback::port::{BoxFuture, Claim, Clock, DeliveryFilter, Inspect, PageRequest, SecretError, Secrets, Store};
use postback::testing::{SeededEntropy, SettableClock};
use postback::value::{Pii, SecretReference};
use postback::{
    Click, CompileOptions, Credentials, Decision, Document, Facts, Plan, Received, Secret, Timestamp, Tracker,
};
use postback_axum::{ConnectionLimits, RouterOptions};
use postback_http::Client;
use postback_server::Server;
use postback_service::{FixedSecrets, Service, ServiceBuilder, Stores};
use postback_sqlite::{SqliteOptions, SqliteStore};
use postback_test::standin::{CUSTOMER, DEVELOPER_TOKEN, StandIn, Vendor};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
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

/// Secrets of which one can be renewed while the service runs.
#[derive(Debug)]
pub(crate) struct Renewable(Mutex<BTreeMap<String, String>>);

impl Renewable {
    pub(crate) fn renew(&self, reference: &str, secret: &str) {
        self.0.lock().unwrap().insert(reference.into(), secret.into());
    }
}

impl Secrets for Renewable {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let secrets: FixedSecrets = self.0.lock().unwrap().clone().into_iter().collect();
        Box::pin(async move { secrets.secret(reference).await })
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<SettableClock>,
    pub(crate) meta: StandIn,
    pub(crate) tiktok: StandIn,
    pub(crate) google: StandIn,
    pub(crate) microsoft: StandIn,
    /// Google's Ads API.
    pub(crate) ads: StandIn,
    /// Microsoft's offline conversions.
    pub(crate) offline: StandIn,
    pub(crate) secrets: Arc<Renewable>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(SettableClock::new(start()));
        let stand_in = |vendor, account, place: usize| {
            let token = TOKENS[place].1;
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
            .chain(&MODE_TOKENS)
            .copied()
            .chain([("env:SHOP_TOKEN", SHOP_TOKEN)]);
        let secrets = tokens.map(|(name, token)| (name.to_owned(), token.to_owned()));
        Self {
            meta: stand_in(Vendor::Meta, "1234567890", 0),
            tiktok: stand_in(Vendor::TikTok, "C4ABCDEF", 1),
            google: stand_in(Vendor::Google, "1234567890", 2),
            microsoft: stand_in(Vendor::Microsoft, "77701", 3),
            ads: of_mode(Vendor::GoogleAds, "1234567890", 0),
            offline: of_mode(Vendor::MicrosoftOffline, "7770001", 1),
            secrets: Arc::new(Renewable(Mutex::new(secrets.collect()))),
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

    /// The tracker with these rows of its campaign.
    pub(crate) fn tracker(&self, rules: &str) -> Tracker {
        self.tracker_with(rules, |accounts| accounts)
    }

    /// The same with another text of its accounts.
    pub(crate) fn tracker_with(&self, rules: &str, change: impl FnOnce(String) -> String) -> Tracker {
        let accounts = format!(
            r#"
[[conversion_api]]
id = "fb"
platform = "meta"
endpoint = "{}"
pixel = "1234567890"
token = "env:META_TOKEN"
action_source = "website"
event_source_url = "https://shop.example.com/thanks"

[[conversion_api]]
id = "tt"
platform = "tiktok"
endpoint = "{}"
pixel = "C4ABCDEF"
token = "env:TIKTOK_TOKEN"
event_source_url = "https://shop.example.com/thanks"

[[conversion_api]]
id = "gads"
platform = "google"
endpoint = "{}"
account = "123-456-7890"
token = "env:GOOGLE_TOKEN"
events = {{ Purchase = "987654321", Lead = "987654322", Upsell = "987654323" }}
consent = {{ ad_user_data = "granted", ad_personalization = "denied" }}

[[conversion_api]]
id = "ms"
platform = "microsoft"
endpoint = "{}"
pixel = "77701"
token = "env:UET_TOKEN"

[[conversion_api]]
id = "ads"
platform = "google"
mode = "ads_api"
endpoint = "{}"
account = "123-456-7890"
login_account = "111-222-3333"
token = "env:ADS_TOKEN"
developer_token = "env:DEVELOPER_TOKEN"
events = {{ Purchase = "987654321", Lead = "987654322", Upsell = "987654323" }}
consent = {{ ad_user_data = "granted", ad_personalization = "denied" }}

[[conversion_api]]
id = "off"
platform = "microsoft"
mode = "offline"
endpoint = "{}"
account = "7770001"
customer = "{CUSTOMER}"
token = "env:MS_TOKEN"
developer_token = "env:DEVELOPER_TOKEN"
events = {{ Purchase = "Sale", Lead = "Letter", Upsell = "More" }}
"#,
            self.meta.url(),
            self.tiktok.url(),
            self.google.url(),
            self.microsoft.url(),
            self.ads.url(),
            self.offline.url()
        );
        let campaign =
            "[[campaign]]\nid = \"summer\"\nchannel = \"ads\"\npath = [{ offers = [{ offer = \"book\" }] }]\n";
        let base = include_str!("tracker.toml");
        let document = Document::from_toml(&format!("{base}{}{campaign}{rules}", change(accounts))).unwrap();
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
        let stores = Stores::from(self.store.clone());
        let tracker = self.tracker(rules);
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

/// A row of the campaign for one account.
pub(crate) fn rule(api: &str, lines: &str) -> String {
    format!("[[campaign.conversion_api]]\nid = \"to-{api}\"\napi = \"{api}\"\n{lines}\n")
}

/// All four accounts are told everything.
pub(crate) fn all_four() -> String {
    ["fb", "tt", "gads", "ms"].map(|api| rule(api, "")).concat()
}

/// The two accounts of the further modes are told everything.
pub(crate) fn both_modes() -> String {
    ["ads", "off"].map(|api| rule(api, "")).concat()
}

/// Whether a row is one of this account's.
pub(crate) fn is_of(row: &DeliveryRow, api: &str) -> bool {
    row.delivery.lane.account() == Some(api)
}

/// What was found at the last attempt.
pub(crate) fn finding(row: &DeliveryRow) -> &str {
    row.last.as_ref().map_or("", |last| last.finding.as_str())
}

/// A server at work, and a connection to it.
pub(crate) struct Running {
    pub(crate) server: Server,
    pub(crate) connection: Connection,
}

pub(crate) const CLICK_IDS: &str =
    "fbclid=IwAR2x-Example&gclid=EAIaIQobChMI&ttclid=E.C.P.Ttclid-1&msclkid=4f5a0ea9cd1b11eb8dcd0242ac130003";
pub(crate) const PERSON: &str = "email=John.Smith%2Bads%40Gmail.com&phone=%2B16505551212&fname=Mary&lname=Connor&zip=94045&city=Menlo+Park&country=US";

impl Running {
    /// A visitor who came by an advertisement; the id of the click.
    pub(crate) async fn click(&mut self) -> String {
        self.click_of("203.0.113.7", "Mozilla/5.0").await
    }

    pub(crate) async fn click_of(&mut self, address: &str, agent: &str) -> String {
        let request = Request::get(format!("/summer?{CLICK_IDS}&format=json"))
            .header("user-agent", agent)
            .header("x-forwarded-for", address)
            .body(Bytes::new())
            .unwrap();
        let answer = self.connection.send(request).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["clickid"].as_str().unwrap().to_owned()
    }

    /// A postback of the shop about a click.
    pub(crate) async fn sale(&mut self, click: &str, query: &str) {
        let target = format!("/postback/shop?token={SHOP_TOKEN}&clickid={click}&{query}");
        let request = crate::support::client::get(&target);
        let answer = self.connection.send(request).await.unwrap();
        assert_eq!(
            (answer.status, answer.outcome().as_str()),
            (200, "applied"),
            "{answer:?}"
        );
    }

    /// Sales of one visitor each, a second apart; their orders are `{prefix}0`, `{prefix}1` ..
    pub(crate) async fn sales(&mut self, world: &World, prefix: &str, count: usize) {
        for number in 0..count {
            let click = self.click().await;
            world.clock.advance(Duration::from_secs(1));
            self.sale(&click, &format!("sum=8.50&order={prefix}{number}&{PERSON}"))
                .await;
        }
    }

    /// Lets the clock go on, and the service look.
    pub(crate) fn later(&self, world: &World, by: Duration) {
        world.clock.advance(by);
        self.server.service().wake().notify_one();
    }

    pub(crate) async fn stop(self) {
        drop(self.connection);
        self.server.shutdown().await;
    }
}

/// A visitor's click, an hour before it is decided about.
pub(crate) fn clicked(now: Timestamp, number: usize) -> Click {
    let clicked = now.checked_sub(HOUR).unwrap();
    let mut click = Click::new(
        format!("p{number:06}").parse().unwrap(),
        clicked,
        "summer".parse().unwrap(),
        "book".parse().unwrap(),
        "shop".parse().unwrap(),
        "ads".parse().unwrap(),
    );
    click.ref_id = Some(format!("IwAR-{number}"));
    click.subs.insert(19, format!("EAIa-{number}"));
    click.subs.insert(18, format!("E.C.P.{number}"));
    click.subs.insert(17, format!("{number:032x}"));
    click.private.insert("ip".into(), Pii::new("203.0.113.7"));
    click.private.insert("useragent".into(), Pii::new("Mozilla/5.0"));
    click
}

/// The decision about a visitor's sale, without a server.
pub(crate) fn decided(tracker: &Tracker, now: Timestamp, number: usize) -> Plan {
    let query = format!("sum=8.50&order=A-{number}&email=buyer{number}%40example.com");
    decided_of(tracker, now, &clicked(now, number), &query)
}

/// The decision about a postback for a click.
pub(crate) fn decided_of(tracker: &Tracker, now: Timestamp, click: &Click, query: &str) -> Plan {
    let secrets = [("env:SHOP_TOKEN".parse().unwrap(), Secret::from(SHOP_TOKEN))].into();
    let credentials = Credentials::new(tracker, &secrets).unwrap();
    // Messages of one moment differ by their nonces.
    let nonce = click.id.as_str()[1..].parse().unwrap();
    let received = Received { at: now, nonce };
    let source = tracker.source(Some("shop")).unwrap();
    let query = format!("clickid={}&token={SHOP_TOKEN}&{query}", click.id);
    let event = Intake::new(source, &credentials, received)
        .postback(&Caller::default(), query.as_bytes())
        .unwrap_or_else(|refused| panic!("{refused:?}: {query}"));
    let known = ClickFacts {
        version: 0,
        click: Some(click.clone()),
        tallies: vec![],
    };
    let mut facts = Facts::default();
    facts.clicks.insert(click.id.clone(), known);
    Decision::new(tracker).decide(&event, &facts, now).unwrap()
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
