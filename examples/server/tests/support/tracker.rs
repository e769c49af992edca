//! The tracker of the tests: its configuration, its secrets, and a server that works with them.

use bytes::Bytes;
use http::Request;
use postback::compile::compile;
use postback::delivery::address::AddressPolicy;
use postback::memory::MemoryStore;
use postback::port::{HttpClient, Secrets};
use postback::{CompileOptions, Document, Secret, Tracker};
use postback_axum::{ConnectionLimits, Limits, RouterOptions};
use postback_http::Client;
use postback_server::{ListenError, Server};
use postback_service::{ConfigureError, FixedSecrets, Service, Stores};
use std::{net::SocketAddr, sync::Arc};

/// The namespace of every store.
pub const NAMESPACE: &str = "test";
/// The bearer token of the API.
pub const API_TOKEN: &str = "a-token-of-the-api";
/// The token of both sources.
pub const TOKEN: &str = "a-token-of-the-networks";
/// The secret of the notifications.
pub const INS_SECRET: &str = "TESTSECRET123456";
/// What the configuration's references stand for: variables of the environment.
pub const SECRETS: [(&str, &str); 3] = [
    ("TEST_CLICK_KEY", "a-key-for-the-click-ids"),
    ("TEST_TOKEN", TOKEN),
    ("TEST_INS_SECRET", INS_SECRET),
];

/// Everything but the campaigns.
const COMMON: &str = include_str!("tracker.toml");

/// The text of the configuration: `summer` sells for the network that sends postbacks, `autumn` for
/// ClickBank; each has the postbacks of its texts, as [`postback`] writes them.
pub fn configuration(summer: &str, autumn: &str) -> String {
    let campaign = |id: &str, offer: &str, postbacks: &str| {
        format!(
            "[[campaign]]\nid = \"{id}\"\nchannel = \"push\"\n\
             [[campaign.path]]\nweight = 1\noffers = [{{ offer = \"{offer}\", weight = 1 }}]\n{postbacks}"
        )
    };
    [
        COMMON,
        &campaign("summer", "book", summer),
        &campaign("autumn", "course", autumn),
    ]
    .join("\n")
}

/// A postback of a campaign, with further lines of the configuration.
pub fn postback(id: &str, url: &str, lines: &str) -> String {
    format!("[[campaign.postback]]\nid = \"{id}\"\nurl = \"{url}\"\n{lines}\n")
}

/// A message of the network that sends postbacks: `query` behind its token.
pub fn message(query: &str) -> Request<Bytes> {
    super::client::get(&format!("/postback/net?token={TOKEN}&{query}"))
}

/// What a server of the tests is made of.
#[derive(Debug)]
pub struct Config {
    pub tracker: Tracker,
    pub stores: Stores,
    pub secrets: Arc<dyn Secrets>,
    pub http: Arc<dyn HttpClient>,
    pub limits: ConnectionLimits,
    pub router: Limits,
    pub listen: SocketAddr,
}

/// A server on any port of this machine that may send to this machine.
pub fn config(configuration: &str, stores: Stores) -> Config {
    let document = Document::from_toml(configuration).unwrap();
    let policy = AddressPolicy::default().allow("127.0.0.1/32".parse().unwrap());
    Config {
        tracker: compile(&document, &CompileOptions::new(NAMESPACE.parse().unwrap())).unwrap(),
        stores,
        secrets: Arc::new(fixed()),
        http: Arc::new(Client::builder().policy(policy).build().unwrap()),
        limits: ConnectionLimits::default(),
        router: Limits::default(),
        listen: "127.0.0.1:0".parse().unwrap(),
    }
}

/// A store that ends with the test.
pub fn memory() -> Stores {
    Stores::from(Arc::new(MemoryStore::with_namespace(NAMESPACE.parse().unwrap())))
}

impl Config {
    /// The service alone.
    pub async fn service(self) -> Result<Service, ConfigureError> {
        Service::builder(self.tracker, self.stores, self.http, self.secrets)
            .build()
            .await
    }

    /// The server.
    pub async fn serve(self) -> Result<Server, ListenError> {
        let options = RouterOptions::new()
            .with_api_token(Some(Secret::from(API_TOKEN)))
            .with_limits(self.router);
        let (limits, listen) = (self.limits.clone(), self.listen);
        Server::start(self.service().await.unwrap(), options, limits, listen).await
    }
}

/// [`SECRETS`] without the environment, which all tests of a program share.
pub fn fixed() -> FixedSecrets {
    let references = SECRETS.iter().map(|(name, secret)| (format!("env:{name}"), *secret));
    references.collect()
}
