//! A router over a store in memory, and what its callers send.

use crate::documented;
use crate::watched::Watched;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use postback::compile::compile;
use postback::config::Problems;
use postback::delivery::{Attempt, DeliveryRow, Settlement, Verdict};
use postback::memory::MemoryStore;
use postback::plan::{EventRow, RefusedRow};
use postback::port::{
    BoxFuture, Claim, Clock, ConversionFilter, DeliveryFilter, EventFilter, HttpError, Inspect, PageRequest,
    RefusedFilter, RenewalTrouble, Renewing, SecretError, Secrets, Store,
};
use postback::testing::RecordingClient;
use postback::value::{Namespace, SecretPlace, SecretReference};
use postback::{CompileOptions, Conversion, Document, Secret, Timestamp, Tracker};
use postback_axum::{RouterOptions, router_with};
use postback_service::{FixedSecrets, Service, ServiceBuilder, Stores, SystemClock};
pub use postback_test::clickbank::SECRET as INS_SECRET;
use postback_test::clickbank::posted;
use postback_zones::Iana;
use std::{
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};
use tower::ServiceExt;

pub const CONFIG: &str = include_str!("config.toml");
pub const INS_TOKEN: &str = "CANARY-ins-token";
pub const NET_TOKEN: &str = "CANARY-net-token";
pub const API_TOKEN: &str = "CANARY-api-token";
/// What a proxy in front would have.
pub const PROXY: &str = "10.0.0.1:4000";

pub fn tracker() -> Arc<Tracker> {
    Arc::new(compiled(CONFIG).unwrap_or_else(|problems| panic!("{problems:?}")))
}

/// A configuration, or all that is wrong with it.
pub fn compiled(text: &str) -> Result<Tracker, Vec<String>> {
    let texts = |problems: Problems| problems.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>();
    let document = Document::from_toml(text).map_err(texts)?;
    compile(
        &document,
        &CompileOptions::new(Namespace::new("test").unwrap()).with_zones(Iana),
    )
    .map_err(texts)
}

/// The secrets of the configuration; the one for notifications may be changed.
#[derive(Debug)]
pub struct Rotated(Mutex<FixedSecrets>);

impl Rotated {
    fn new(secret: &str) -> Self {
        Self(Mutex::new(secrets(secret)))
    }
}

fn secrets(secret: &str) -> FixedSecrets {
    FixedSecrets::from_iter([
        ("env:INS", secret),
        ("env:INS_TOKEN", INS_TOKEN),
        ("env:NET_TOKEN", NET_TOKEN),
        ("env:PUSH", "CANARY-push-token"),
    ])
}

impl Secrets for Rotated {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let secrets = self.0.lock().unwrap().clone();
        Box::pin(async move { secrets.secret(reference).await })
    }

    /// `host:fresh` and `host:refused` renew themselves.
    fn renewing(&self, reference: &SecretReference) -> Option<Renewing> {
        let refused = RenewalTrouble {
            since: Duration::from_secs(60),
            refused: true,
            why: "the token endpoint answered 400 `invalid_grant`".into(),
        };
        let mut known = Renewing::default();
        match reference.place() {
            SecretPlace::Host("fresh") => known.expires_in = Some(Duration::from_secs(3000)),
            SecretPlace::Host("refused") => known.trouble = Some(refused),
            _ => return None,
        }
        Some(known)
    }
}

pub struct Tested {
    pub router: Router,
    pub store: Arc<Watched>,
    pub service: Service,
    /// Whether the routes of a host stand beside it, of which no description tells.
    pub mounted: bool,
    pub secrets: Arc<Rotated>,
}

pub fn tested() -> Tested {
    tested_with(|builder| builder)
}

pub fn tested_with(change: impl FnOnce(ServiceBuilder) -> ServiceBuilder) -> Tested {
    routed(change, options())
}

pub fn options() -> RouterOptions {
    RouterOptions::new()
        .with_api_token(Some(Secret::from(API_TOKEN)))
        .with_trusted_proxies(vec!["10.0.0.0/8".parse().unwrap()])
}

pub fn routed(change: impl FnOnce(ServiceBuilder) -> ServiceBuilder, options: RouterOptions) -> Tested {
    built(|stores| stores, change, options)
}

/// With more said of the store, such as the file in which it lies.
pub fn stored_in(
    place: impl FnOnce(Stores) -> Stores,
    change: impl FnOnce(ServiceBuilder) -> ServiceBuilder,
) -> Tested {
    built(place, change, options())
}

fn built(
    place: impl FnOnce(Stores) -> Stores,
    change: impl FnOnce(ServiceBuilder) -> ServiceBuilder,
    options: RouterOptions,
) -> Tested {
    let mut store = Watched::default();
    store.inner = MemoryStore::with_namespace(Namespace::new("test").unwrap());
    let store = Arc::new(store);
    let secrets = Arc::new(Rotated::new(INS_SECRET));
    // Whoever sends: nobody does here.
    let nobody = RecordingClient::new().fails(HttpError::Connect(None));
    let builder = Service::builder(
        tracker(),
        place(Stores::from(store.clone())),
        Arc::new(nobody),
        secrets.clone(),
    )
    .clock(Arc::new(Ticking::default()));
    let service = at_once(change(builder).build()).unwrap();
    store.calls();
    Tested {
        router: router_with(service.clone(), options),
        store,
        service,
        mounted: false,
        secrets,
    }
}

/// What waits for nothing, since the store is in memory.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

/// With a store that is soon given up.
pub fn impatient() -> Tested {
    tested_with(|builder| builder.store_timeout(Duration::from_millis(20)))
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

    /// The click id of an answer with `format=json`.
    pub fn click_id(&self) -> String {
        let click = self.json()["clickid"].as_str().map(str::to_owned);
        click.unwrap_or_else(|| panic!("{}", self.text()))
    }

    /// The text of a refusal.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

impl Tested {
    /// Puts another configuration to work.
    pub fn replace(&self, tracker: impl Into<Arc<Tracker>>) {
        at_once(self.service.replace(tracker)).unwrap();
    }

    /// Puts the configuration to work with another secret for notifications.
    pub fn rotate(&self, secret: &str) {
        *self.secrets.0.lock().unwrap() = secrets(secret);
        self.replace(tracker());
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        };
        if !self.mounted {
            documented::check(&method, &path, &answer);
        }
        answer
    }

    pub async fn get(&self, url: &str) -> Answer {
        self.send(request("GET", url).body(Body::empty()).unwrap()).await
    }

    pub async fn post_form(&self, url: &str, body: &str) -> Answer {
        let request = request("POST", url).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Posts a body of a type, both perhaps empty, with a token in `Authorization` where there is
    /// one.
    pub async fn posted(&self, url: &str, kind: &str, body: &str, token: &str) -> Answer {
        let mut request = request("POST", url);
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
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
        answer.click_id()
    }

    /// A click of a visitor whose browser says what it is.
    pub async fn click_with_agent(&self, campaign: &str) -> String {
        let url = format!("/{campaign}?ref_id=R-1&sub1=zone&format=json");
        let asked = request("GET", &url).header(header::USER_AGENT, "Mozilla/5.0");
        self.send(asked.body(Body::empty()).unwrap()).await.click_id()
    }

    /// A postback of the default source with its token.
    pub async fn postback(&self, query: &str) -> Answer {
        self.get(&format!("/postback?token={NET_TOKEN}&{query}")).await
    }

    pub async fn notify(&self, plaintext: &str) -> Answer {
        self.post(&format!("/ins/clickbank?token={INS_TOKEN}"), envelope(plaintext))
            .await
    }

    /// All events that are stored, the newest first; so the other lists.
    pub async fn events(&self) -> Vec<EventRow> {
        let stored = self.store.inner.events(&EventFilter::default(), &all()).await;
        stored.unwrap().items
    }

    pub async fn conversions(&self) -> Vec<Conversion> {
        let stored = self.store.inner.conversions(&ConversionFilter::default(), &all()).await;
        stored.unwrap().items
    }

    pub async fn deliveries(&self) -> Vec<DeliveryRow> {
        let stored = self.store.inner.deliveries(&DeliveryFilter::default(), &all()).await;
        stored.unwrap().items
    }

    /// The bodies that were refused at the INS source.
    pub async fn refused(&self) -> Vec<Vec<u8>> {
        let mut bodies = Vec::new();
        for row in self.refused_rows().await {
            let body = self.store.inner.refused_body(&row.id).await.unwrap();
            bodies.push(body.unwrap().body);
        }
        bodies
    }

    pub async fn refused_rows(&self) -> Vec<RefusedRow> {
        let filter = RefusedFilter::of_source("clickbank".parse().unwrap());
        let stored = self.store.inner.refused(&filter, &all()).await;
        stored.unwrap().items
    }

    /// Claims every delivery and gives it up.
    pub async fn fail_all(&self) {
        self.settle_all(&Verdict::Dead, 404).await;
    }

    pub async fn deliver_all(&self) {
        self.settle_all(&Verdict::Delivered, 200).await;
    }

    pub async fn settle_all(&self, verdict: &Verdict, status: u16) {
        let now = SystemClock.now().checked_add(Duration::from_secs(3_600)).unwrap();
        let claim = Claim::new(now, Duration::from_secs(60), 100);
        let claimed = self.store.inner.claim(&claim).await.unwrap();
        let verdicts: Vec<Settlement> = claimed
            .deliveries
            .iter()
            .map(|leased| Settlement {
                delivery: leased.delivery.id.clone(),
                fence: leased.fence,
                verdict: verdict.clone(),
                attempt: Attempt {
                    at: now,
                    status: Some(status),
                    finding: format!("HTTP {status}"),
                },
            })
            .collect();
        self.store.inner.settle(&verdicts).await.unwrap();
    }
}

fn all() -> PageRequest {
    PageRequest::first(1_000)
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
    posted(INS_SECRET, plaintext)
}

/// The text of a notification, reduced to what the tests look at.
pub fn notification(click: &str, kind: &str, receipt: &str) -> String {
    format!(
        r#"{{"transactionTime":"20251009T080000-0700","receipt":"{receipt}","transactionType":"{kind}","totalAccountAmount":37.50,"trackingCodes":["{click}"],"customer":{{"billing":{{"email":"CANARY-buyer@example.com"}}}},"version":7.0}}"#
    )
}
