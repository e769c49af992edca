//! The configurations that are exchanged in a history.

use crate::account::tracker;
use postback::testing::World;
use postback::{Credentials, Secret, Tracker};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A configuration at work.
#[derive(Debug)]
pub struct Setup {
    pub(super) tracker: Tracker,
    pub(super) credentials: Credentials,
    /// The postbacks of the campaign.
    pub(super) postbacks: BTreeSet<String>,
    /// Whether a postback fires once for a conversion.
    pub(super) fires_once: bool,
    /// Whether a postback may fire when a conversion changes.
    pub(super) fires_later: bool,
}

/// What differs between the configurations of one history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shape {
    /// The duplicate policy of the source; that of the account if absent.
    pub(super) policy: Option<&'static str>,
    /// The name of a second postback, if there is one.
    pub(super) second: Option<&'static str>,
    /// Which keys of click ids there are: the newest, and perhaps the one before.
    pub(super) key: usize,
    pub(super) keeps_old_key: bool,
}

/// The names of the second postback: it is added, renamed and removed.
pub(super) const SECOND: [Option<&str>; 3] = [None, Some("extra"), Some("renamed")];
/// How many keys of click ids there are.
pub(super) const KEYS: usize = 3;

/// The secret that signs click ids.
pub(super) fn key(number: usize) -> Secret {
    Secret::from(format!("the key of click ids, number {number}").as_str())
}

/// Configurations by their documents, so that each is compiled once.
#[derive(Debug, Default)]
pub struct Library(BTreeMap<String, Arc<Setup>>);

impl Library {
    pub(super) fn setup(&mut self, base: &Value, shape: &Shape) -> Arc<Setup> {
        let mut document = base.clone();
        change(&mut document, shape);
        let text = document.to_string();
        let made = || Arc::new(Setup::new(&document));
        self.0.entry(text).or_insert_with(made).clone()
    }
}

fn change(document: &mut Value, shape: &Shape) {
    if let Some(policy) = shape.policy {
        document["offer_source"][0]["duplicates"] = policy.into();
    }
    let mut keys = vec![format!("env:KEY{}", shape.key)];
    if shape.keeps_old_key && shape.key > 0 {
        keys.push(format!("env:KEY{}", shape.key - 1));
    }
    document["click_id"] = json!({ "keys": keys });
    if let Some(id) = shape.second {
        let second = json!({
            "id": id,
            "url": "https://extra.example/log?key={ref_id}&price={payout}",
            "retry": {"attempts": 3},
        });
        let postbacks = document["campaign"][0]["postback"].as_array_mut().unwrap();
        postbacks.push(second);
    }
}

impl Setup {
    fn new(document: &Value) -> Self {
        let tracker = tracker(document);
        let secret = |name: &str| match name.strip_prefix("env:KEY") {
            Some(number) => key(number.parse().unwrap()),
            None => Secret::from(World::SECRET),
        };
        let references = tracker.inbound_references();
        let secrets = references
            .into_iter()
            .map(|name| (name.clone(), secret(&name.to_string())));
        let credentials = Credentials::new(&tracker, &secrets.collect()).unwrap();
        let rows = document["campaign"][0]["postback"].as_array().unwrap();
        let postbacks = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned());
        Self {
            postbacks: postbacks.collect(),
            fires_once: rows.iter().all(|row| row["updates"] != "every_change"),
            fires_later: rows.iter().all(|row| row["updates"] != "never"),
            credentials,
            tracker,
        }
    }
}
