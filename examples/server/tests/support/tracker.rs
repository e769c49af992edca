//! The tracker of the tests: its configuration, its secrets, and a server that works with them.

use bytes::Bytes;
use http::Request;
use postback::config::Document;
use postback::port::{BoxFuture, SecretError, Secrets};
use postback::value::{Secret, SecretPlace, SecretReference};
use postback_server::{Config, Stores};
use std::sync::Arc;

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

/// A server on any port of this machine that may send to this machine.
pub fn config(configuration: &str, stores: Stores) -> Config {
    let document = Document::from_toml(configuration).unwrap();
    let mut config = Config::new(document, stores, NAMESPACE.parse().unwrap());
    config.listen = "127.0.0.1:0".parse().unwrap();
    config.allow_destinations = vec!["127.0.0.1/32".parse().unwrap()];
    config.api_token = Some(Secret::from(API_TOKEN));
    config.secrets = Arc::new(Fixed);
    config
}

/// Resolves [`SECRETS`] without the environment, which all tests of a program share.
#[derive(Debug)]
pub struct Fixed;

impl Secrets for Fixed {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let found = SECRETS
            .iter()
            .find(|(name, _)| reference.place() == SecretPlace::Env(name))
            .map(|(_, secret)| Secret::from(*secret))
            .ok_or_else(|| SecretError::new(reference, "is not one of the test's"));
        Box::pin(async { found })
    }
}
