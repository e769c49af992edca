//! A router over a store in memory, and what its callers send.

use crate::watched::Watched;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::compile::{CompileOptions, compile};
use postback::config::Document;
use postback::delivery::{Attempt, DeliveryRow, Settlement, Verdict};
use postback::model::Conversion;
use postback::plan::{EventRow, RefusedRow};
use postback::port::{Claim, Clock, ConversionFilter, DeliveryFilter, EventFilter, Inspect, PageRequest, Store};
use postback::tracker::{Credentials, Tracker};
use postback::value::{Namespace, Secret, SecretReference, Timestamp};
use postback_axum::{AppState, AppStateBuilder, Limits, SystemClock, router};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
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
    let options = CompileOptions::new(Namespace::new("test").unwrap());
    Arc::new(compile(&document, &options).unwrap_or_else(|problems| panic!("{problems}")))
}

pub fn credentials(tracker: &Tracker) -> Credentials {
    credentials_with(tracker, INS_SECRET)
}

/// With this secret for notifications.
pub fn credentials_with(tracker: &Tracker, secret: &str) -> Credentials {
    let secrets = [
        ("env:INS", secret),
        ("env:INS_TOKEN", INS_TOKEN),
        ("env:NET_TOKEN", NET_TOKEN),
    ];
    let secrets: BTreeMap<SecretReference, Secret> = secrets
        .into_iter()
        .map(|(reference, secret)| (reference.parse().unwrap(), Secret::from(secret)))
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

/// With a store that is soon given up.
pub fn impatient() -> Tested {
    let mut limits = Limits::default();
    limits.store_timeout = Duration::from_millis(20);
    tested_with(|builder| builder.limits(limits))
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
        answer.click_id()
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
            bodies.push(body.unwrap());
        }
        bodies
    }

    pub async fn refused_rows(&self) -> Vec<RefusedRow> {
        let stored = self.store.inner.refused(&"clickbank".parse().unwrap(), &all()).await;
        stored.unwrap().items
    }

    /// Claims every delivery and gives it up.
    pub async fn fail_all(&self) {
        let now = SystemClock.now().checked_add(Duration::from_secs(3_600)).unwrap();
        let claim = Claim::new(now, Duration::from_secs(60), 100);
        let claimed = self.store.inner.claim(&claim).await.unwrap();
        let verdicts: Vec<Settlement> = claimed
            .deliveries
            .iter()
            .map(|leased| Settlement {
                delivery: leased.delivery.id.clone(),
                fence: leased.fence,
                verdict: Verdict::Dead,
                attempt: Attempt {
                    at: now,
                    status: Some(404),
                    finding: "HTTP 404".into(),
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
