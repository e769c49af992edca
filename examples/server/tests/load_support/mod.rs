//! What the tests under load share: a configuration, clients with kept connections, and a traffic channel that remembers what it was told.
#![allow(
    dead_code,
    unreachable_pub,
    missing_debug_implementations,
    reason = "each test program uses its part of it"
)]

pub mod client;
mod notification;
pub mod receiver;

use client::Message;
use postback::port::{BoxFuture, SecretError, Secrets};
use postback::value::Secret;
use receiver::Receiver;

/// The bearer token of the API.
pub const API_TOKEN: &str = "a-token-of-the-api";
/// The token of both sources.
pub const TOKEN: &str = "a-token-of-the-networks";
/// The secret of the notifications.
pub const INS_SECRET: &str = "LOADSECRET123456";
/// What the configuration's references stand for.
pub const SECRETS: [(&str, &str); 3] = [
    ("LOAD_CLICK_KEY", "a-key-for-the-click-ids"),
    ("LOAD_TOKEN", TOKEN),
    ("LOAD_INS_SECRET", INS_SECRET),
];

/// `summer` sells for a network that sends postbacks, `autumn` for ClickBank. A `Purchase` is a conversion of its own, an `Addition` adds to
/// the one of its click; the channel is told of each, with the delivery's id.
const CONFIGURATION: &str = r#"
version = 1
currency = "USD"
[click_id]
keys = ["env:LOAD_CLICK_KEY"]

[[conversion_type]]
name = "Purchase"
default = true
counts = "sale"
[[conversion_type]]
name = "Addition"
counts = "sale"
duplicates = "increment"

[[offer_source]]
id = "net"
template = "generic"
default = true
tokens = ["env:LOAD_TOKEN"]
default_status = "approved"
[[offer_source]]
id = "clickbank"
template = "clickbank-ins"
secrets = ["env:LOAD_INS_SECRET"]
tokens = ["env:LOAD_TOKEN"]
ins_versions = ["7.0"]
default_status = "approved"
[offer_source.events]
SALE = "Purchase"

[[offer]]
id = "book"
source = "net"
url = "https://shop.example.com/?c={clickid}"
[[offer]]
id = "course"
source = "clickbank"
url = "https://vendor.pay.clickbank.net/?cbitems=1&vtid={clickid}"

[[traffic_channel]]
id = "push"

[[campaign]]
id = "summer"
channel = "push"
[[campaign.path]]
weight = 1
offers = [{ offer = "book", weight = 1 }]
[[campaign.postback]]
id = "purchases"
url = "@RECEIVER@/log?id={postbackid}&event={event_id}&price={payout}"
types = ["Purchase"]
[[campaign.postback]]
id = "additions"
url = "@RECEIVER@/log?id={postbackid}&event={event_id}&price={payout_delta}"
types = ["Addition"]
updates = "every_change"

[[campaign]]
id = "autumn"
channel = "push"
[[campaign.path]]
weight = 1
offers = [{ offer = "course", weight = 1 }]
[[campaign.postback]]
id = "purchases"
url = "@RECEIVER@/log?id={postbackid}&event={event_id}&price={payout}"
types = ["Purchase"]
"#;

/// The configuration's text, with `receiver` as the traffic channel.
pub fn configuration(receiver: &Receiver) -> String {
    CONFIGURATION.replace("@RECEIVER@", &format!("http://{}", receiver.address()))
}

/// A postback of a click of `summer`.
pub fn postback(click: &str, type_name: &str, event_id: &str, sum: &str) -> Message {
    Message {
        path: format!("/postback/net?token={TOKEN}&clickid={click}&type={type_name}&eventid={event_id}&sum={sum}"),
        body: None,
    }
}

/// A notification of a sale of a click of `autumn`.
pub fn notification(click: &str, receipt: &str, amount: &str) -> Message {
    Message {
        path: format!("/ins/clickbank?token={TOKEN}"),
        body: Some(notification::sale(click, receipt, amount)),
    }
}

/// Resolves the configuration's references without the environment, which all tests of a program share.
#[derive(Debug)]
pub struct Fixed;

impl Secrets for Fixed {
    fn secret<'a>(&'a self, reference: &'a str) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let found = SECRETS
            .iter()
            .find(|(name, _)| reference.strip_prefix("env:") == Some(name))
            .map(|(_, secret)| Secret::from(*secret))
            .ok_or_else(|| SecretError::new(reference, "is not one of the test's"));
        Box::pin(async { found })
    }
}
