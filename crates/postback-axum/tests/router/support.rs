//! A router over a store in memory that can be made to fail, and what its callers send.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::config::Document;
use postback::delivery::{DeliveryRow, Settled, Settlement};
use postback::event::Event;
use postback::memory::MemoryStore;
use postback::model::{Click, Conversion};
use postback::port::{
    BoxFuture, Claim, Claimed, Clock, ConversionFilter, Cursor, DeliveryFilter, EventFilter, Inspect, Page,
    PageRequest, Purge, Selection, Store, StoreError, StoreErrorKind,
};
use postback::tracker::{
    Commit, Committed, Credentials, EventRow, FactQuery, Facts, Options, RefusedBody, Slot, Tracker, compile,
};
use postback::value::{ClickId, Fingerprint, Namespace, OfferSourceId, Secret, Timestamp};
use postback_axum::{AppState, AppStateBuilder, router};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tower::ServiceExt;

pub const CONFIG: &str = include_str!("config.toml");
/// The secret of a published notification and the key that its publisher names for it
/// (`tests/vectors/ins_v6_0_aes_real_pyramid_bimt.json` of the core crate).
pub const INS_SECRET: &str = "SECRETSECRET1234";
const INS_KEY: &[u8; 32] = b"b7f9035820727791c753d3ef2490204b";
const IV: &[u8; 16] = b"200BAF6626CB2C12";
pub const INS_TOKEN: &str = "CANARY-ins-token";
pub const NET_TOKEN: &str = "CANARY-net-token";
pub const API_TOKEN: &str = "CANARY-api-token";
/// What a proxy in front would have.
pub const PROXY: &str = "10.0.0.1:4000";

pub fn tracker() -> Arc<Tracker> {
    let document = Document::from_toml(CONFIG).unwrap();
    let options = Options::new(Namespace::new("test").unwrap());
    Arc::new(compile(&document, &options).unwrap_or_else(|problems| panic!("{problems}")))
}

pub fn credentials(tracker: &Tracker) -> Credentials {
    let secrets = [
        ("env:INS", INS_SECRET),
        ("env:INS_TOKEN", INS_TOKEN),
        ("env:NET_TOKEN", NET_TOKEN),
    ];
    let secrets: BTreeMap<String, Secret> = secrets
        .into_iter()
        .map(|(reference, secret)| (reference.to_owned(), Secret::from(secret)))
        .collect();
    Credentials::new(tracker, &secrets).unwrap()
}

pub struct Tested {
    pub router: Router,
    pub store: Arc<Watched>,
    pub state: AppState,
}

pub fn tested() -> Tested {
    tested_with(|builder| builder)
}

pub fn tested_with(change: impl FnOnce(AppStateBuilder) -> AppStateBuilder) -> Tested {
    let store = Arc::new(Watched::default());
    let tracker = tracker();
    let credentials = credentials(&tracker);
    let builder = AppState::builder(tracker, credentials, store.clone(), store.clone())
        .api_token(Some(Secret::from(API_TOKEN)))
        .trusted_proxies(vec!["10.0.0.0/8".parse().unwrap()])
        .clock(Arc::new(Ticking::default()));
    let state = change(builder).build();
    Tested {
        router: router(state.clone()),
        store,
        state,
    }
}

/// A clock that goes on by a second each time it is read.
#[derive(Debug, Default)]
pub struct Ticking(AtomicU64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let ticks = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_unix_seconds(1_760_000_000 + i64::try_from(ticks).unwrap()).unwrap()
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The text of a refusal.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

impl Tested {
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub async fn get(&self, url: &str) -> Answer {
        self.send(request("GET", url).body(Body::empty()).unwrap()).await
    }

    pub async fn post_form(&self, url: &str, body: &str) -> Answer {
        let request = request("POST", url).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub async fn post(&self, url: &str, body: impl Into<Body>) -> Answer {
        self.send(request("POST", url).body(body.into()).unwrap()).await
    }

    /// A request of the API with its token.
    pub async fn api(&self, url: &str) -> Answer {
        self.send(authorized("GET", url)).await
    }

    /// A click of a campaign; its id.
    pub async fn click(&self, campaign: &str) -> String {
        let answer = self.get(&format!("/{campaign}?ref_id=R-1&sub1=zone&format=json")).await;
        answer.json()["clickid"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", answer.text()))
            .to_owned()
    }

    /// A postback of the default source with its token.
    pub async fn postback(&self, query: &str) -> Answer {
        self.get(&format!("/postback?token={NET_TOKEN}&{query}")).await
    }

    pub async fn notify(&self, plaintext: &str) -> Answer {
        self.post(&format!("/ins/clickbank?token={INS_TOKEN}"), envelope(plaintext))
            .await
    }
}

pub fn request(method: &str, url: &str) -> axum::http::request::Builder {
    let peer: SocketAddr = "198.51.100.7:50000".parse().unwrap();
    Request::builder().method(method).uri(url).extension(ConnectInfo(peer))
}

pub fn authorized(method: &str, url: &str) -> Request<Body> {
    request(method, url)
        .header(header::AUTHORIZATION, format!("Bearer {API_TOKEN}"))
        .body(Body::empty())
        .unwrap()
}

/// A notification as it is posted.
pub fn envelope(plaintext: &str) -> String {
    let ciphertext = libaes::Cipher::new_256(INS_KEY).cbc_encrypt(IV, plaintext.as_bytes());
    format!(
        r#"{{"notification":"{}","iv":"{}"}}"#,
        STANDARD.encode(ciphertext),
        STANDARD.encode(IV)
    )
}

/// The text of a notification, reduced to what the tests look at.
pub fn notification(click: &str, kind: &str, receipt: &str) -> String {
    format!(
        r#"{{"transactionTime":"20251009T080000-0700","receipt":"{receipt}","transactionType":"{kind}","totalAccountAmount":37.50,"trackingCodes":["{click}"],"customer":{{"billing":{{"email":"CANARY-buyer@example.com"}}}},"version":7.0}}"#
    )
}

/// How a [`Watched`] store answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Works,
    Fails,
    Corrupt,
    /// Only what has to do with one click cannot be read.
    CorruptFor(&'static str),
    Hangs,
}

/// A store in memory that counts commits and can be made to fail.
#[derive(Debug, Default)]
pub struct Watched {
    pub inner: MemoryStore,
    mode: Mutex<Mode>,
    calls: Mutex<Vec<&'static str>>,
}

impl Watched {
    pub fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// The calls since the last time.
    pub fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    fn guarded<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        call: BoxFuture<'a, Result<T, StoreError>>,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        self.calls.lock().unwrap().push(name);
        let mode = *self.mode.lock().unwrap();
        Box::pin(async move {
            match mode {
                Mode::Works | Mode::CorruptFor(_) => call.await,
                Mode::Fails => Err(StoreErrorKind::Unavailable.into()),
                Mode::Corrupt => Err(StoreErrorKind::Corrupt.into()),
                Mode::Hangs => std::future::pending().await,
            }
        })
    }
}

macro_rules! guarded {
    ($($name:ident ( $($argument:ident : $type:ty),* ) -> $answer:ty;)+) => {
        $(fn $name<'a>(&'a self, $($argument: &'a $type),*) -> BoxFuture<'a, Result<$answer, StoreError>> {
            self.guarded(stringify!($name), Box::pin(async move { self.inner.$name($($argument),*).await }))
        })+
    };
}

impl Store for Watched {
    guarded! {
        record(clicks: [Click]) -> ();
        commit(commit: Commit) -> Committed;
        claim(claim: Claim) -> Claimed;
        settle(verdicts: [Settlement]) -> Vec<Settled>;
        requeue(selection: Selection) -> u64;
        purge(what: Purge) -> u64;
    }

    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>> {
        let mode = *self.mode.lock().unwrap();
        let meant = |click: &str| query.clicks.iter().any(|asked| asked.as_str() == click);
        if matches!(mode, Mode::CorruptFor(click) if meant(click)) {
            return Box::pin(async { Err(StoreErrorKind::Corrupt.into()) });
        }
        self.guarded("facts", self.inner.facts(query))
    }

    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        self.guarded("orphans", self.inner.orphans(after, limit))
    }
}

impl Inspect for Watched {
    guarded! {
        click(id: ClickId) -> Option<Click>;
        slots(click: ClickId) -> Vec<Slot>;
        conversions(filter: ConversionFilter, page: PageRequest) -> Page<Conversion>;
        events(filter: EventFilter, page: PageRequest) -> Page<EventRow>;
        deliveries(filter: DeliveryFilter, page: PageRequest) -> Page<DeliveryRow>;
        refused(source: OfferSourceId, page: PageRequest) -> Page<RefusedBody>;
        configuration(fingerprint: Fingerprint) -> Option<String>;
    }
}
