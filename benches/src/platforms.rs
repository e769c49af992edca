//! The event of a sale for Meta's Conversions API, with everything of the buyer hashed, and
//! requests of a thousand such events.
//!
//! The rival is what one writes without the crate: `serde_json::Value`, `format!`, `sha2`. It knows
//! one platform, checks nothing (neither the click id nor whether the data suffice) and keeps
//! neither tokens nor personal values apart.

#![expect(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a corpus that cannot be made is a mistake in this file, and its numbers are small"
)]

use crate::{hex, numbers::Numbers};
use postback::delivery::{Delivery, Leased, Values, batch};
use postback::intake::{Caller, Intake};
use postback::plan::{ClickFacts, Write};
use postback::rewrite::Retold;
use postback::value::{Pii, SecretReference};
use postback::{
    Click, CompileOptions, Conversion, Credentials, Decision, Document, Event, Facts, Received, Secret, Timestamp,
    Tracker, compile,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How many sales there are.
pub const SALES: usize = 1_000;

const CONFIGURATION: &str = r#"{
    "version": 1, "currency": "USD",
    "conversion_type": [{"name": "Purchase", "default": true}],
    "offer_source": [{"id": "shop", "template": "generic", "default_status": "approved", "tokens": ["env:SHOP_TOKEN"],
        "parameter": [
            {"name": "order", "macro": "{o}", "role": "order_id"},
            {"name": "email", "macro": "{e}", "role": "email"},
            {"name": "phone", "macro": "{p}", "role": "phone"},
            {"name": "first", "macro": "{f}", "role": "first_name"},
            {"name": "last", "macro": "{l}", "role": "last_name"},
            {"name": "city", "macro": "{c}", "role": "city"},
            {"name": "zip", "macro": "{z}", "role": "zip"},
            {"name": "country", "macro": "{y}", "role": "country"}]}],
    "offer": [{"id": "book", "source": "shop", "url": "https://shop.example.com/?c={clickid}"}],
    "conversion_api": [{"id": "fb", "platform": "meta", "pixel": "1234567890", "token": "env:META_TOKEN",
        "event_source_url": "https://shop.example.com/thanks"}],
    "traffic_channel": [{"id": "ads", "parameter": [{"slot": "ref_id", "name": "fbclid", "role": "fbclid"}]}],
    "campaign": [{"id": "summer", "channel": "ads", "path": [{"offers": [{"offer": "book"}]}],
        "conversion_api": [{"id": "to-meta", "api": "fb"}]}]
}"#;

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";
const NAMES: &[&str] = &[
    "Mary",
    "JOHN",
    "Val\u{e9}ry",
    "O'Connor",
    "Smith-Jones",
    "Jos\u{e9} Mar\u{ed}a",
];
const CITIES: &[&str] = &["Menlo Park", "St. Louis", "London", "Winston-Salem"];

/// One sale as the rival has it.
#[derive(Debug)]
struct Row {
    at: i64,
    clicked: i64,
    order: String,
    fbclid: String,
    buyer: [String; 7],
    ip: String,
    agent: String,
}

/// What was decided of one sale.
#[derive(Debug)]
struct Told {
    event: Event,
    click: Click,
    conversion: Conversion,
    delivery: Delivery,
}

/// Sales with their buyers.
#[derive(Debug)]
pub struct Corpus {
    tracker: Tracker,
    rows: Vec<Row>,
    told: Vec<Told>,
    secrets: BTreeMap<SecretReference, Secret>,
    now: Timestamp,
}

/// The corpus; the same each time.
impl Default for Corpus {
    fn default() -> Self {
        let document = Document::from_json(CONFIGURATION).expect("the configuration is sound");
        let tracker = compile(&document, &CompileOptions::default()).expect("the configuration is sound");
        let secret = |name: &str, value: &str| (name.parse().expect("a reference"), Secret::from(value));
        let secrets = [
            secret("env:SHOP_TOKEN", "a long token"),
            secret("env:META_TOKEN", "EAAB-token"),
        ]
        .into();
        let mut numbers = Numbers::new(7);
        let rows: Vec<Row> = (0..SALES).map(|number| row(number, &mut numbers)).collect();
        let told = rows.iter().map(|row| told(&tracker, &secrets, row)).collect();
        let now = Timestamp::from_unix_seconds(1_800_003_600).expect("a time");
        Self {
            tracker,
            rows,
            told,
            secrets,
            now,
        }
    }
}

fn row(number: usize, numbers: &mut Numbers) -> Row {
    let clicked = 1_800_000_000 + i64::try_from(number).unwrap_or_default();
    let email = format!(
        " {}.{}@Example.com ",
        numbers.text(LETTERS, 5),
        numbers.text(LETTERS, 8)
    );
    let phone = format!("+1 (650) 555-{}", numbers.text(DIGITS, 4));
    let (first, last) = (numbers.pick(NAMES).to_owned(), numbers.pick(NAMES).to_owned());
    let (city, zip) = (numbers.pick(CITIES).to_owned(), numbers.text(DIGITS, 5));
    Row {
        at: clicked + 600,
        clicked,
        order: format!("A-{number}"),
        fbclid: format!("IwAR{}", numbers.text(LETTERS, 56)),
        buyer: [email, phone, first, last, city, zip, "US".into()],
        ip: format!("203.0.113.{}", numbers.below(256)),
        agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
            .into(),
    }
}

fn told(tracker: &Tracker, secrets: &BTreeMap<SecretReference, Secret>, row: &Row) -> Told {
    let id = |text: &str| text.to_owned();
    let clicked = Timestamp::from_unix_seconds(row.clicked).expect("a time");
    let mut click = Click::new(
        id("p2345").parse().expect("an id"),
        clicked,
        "summer".parse().expect("an id"),
        "book".parse().expect("an id"),
        "shop".parse().expect("an id"),
        "ads".parse().expect("an id"),
    );
    click.ref_id = Some(row.fbclid.clone());
    click.private.insert("ip".into(), Pii::new(row.ip.clone()));
    click.private.insert("useragent".into(), Pii::new(row.agent.clone()));
    let credentials = Credentials::new(tracker, secrets).expect("every secret is there");
    let at = Timestamp::from_unix_seconds(row.at).expect("a time");
    let source = tracker.source(Some("shop")).expect("a source");
    let [email, phone, first, last, city, zip, country] = &row.buyer;
    let query = serde_urlencoded::to_string([
        ("clickid", "p2345"),
        ("token", "a long token"),
        ("sum", "8.50"),
        ("order", &row.order),
        ("email", email),
        ("phone", phone),
        ("first", first),
        ("last", last),
        ("city", city),
        ("zip", zip),
        ("country", country),
    ])
    .expect("texts");
    let received = Received { at, nonce: 1 };
    let intake = Intake::new(source, &credentials, received);
    let event = intake
        .postback(&Caller::default(), query.as_bytes())
        .expect("a postback");
    let mut facts = Facts::default();
    let known = ClickFacts {
        version: 1,
        click: Some(click.clone()),
        tallies: vec![],
    };
    facts.clicks.insert(click.id.clone(), known);
    let plan = Decision::new(tracker).decide(&event, &facts, at).expect("a decision");
    let conversion = plan.commit.writes.iter().find_map(|write| match write {
        Write::Conversion(made) => Some(Conversion::clone(made)),
        _ => None,
    });
    Told {
        event,
        click,
        conversion: conversion.expect("a conversion"),
        delivery: plan.commit.outbox.into_iter().next().expect("a delivery"),
    }
}

impl Corpus {
    /// Writes the event of a sale as a delivery, by `Decision::rewrite`: the identity, the item,
    /// the hashes.
    #[must_use]
    pub fn ours(&self, number: usize) -> Option<Delivery> {
        let told = self.told.get(number)?;
        let retold = Retold {
            event: &told.event,
            click: &told.click,
            conversion: &told.conversion,
            others: &[],
            anyway: false,
            tallies: &[],
            once: true,
        };
        let written = Decision::new(&self.tracker).rewrite(&told.delivery, &retold, self.now);
        Some(written.ok()?.delivery)
    }

    /// The deliveries as a store hands them out.
    #[must_use]
    pub fn leased(&self) -> Vec<Leased> {
        let deliveries = self.told.iter().map(|told| told.delivery.clone());
        deliveries.map(|delivery| Leased::new(delivery, 0, 1)).collect()
    }

    /// The body of the only request of these deliveries.
    #[must_use]
    pub fn request(&self, leased: Vec<Leased>) -> Option<String> {
        let (batches, _) = batch(leased, self.now);
        let values = Values {
            secrets: &self.secrets,
            now: self.now,
        };
        let filled = batches.first()?.request(&values).ok()?;
        filled.body().map(Into::into)
    }

    /// The rival's event of a sale.
    #[must_use]
    pub fn rival(&self, number: usize) -> Option<Value> {
        let row = self.rows.get(number)?;
        let [email, phone, first, last, city, zip, country] = &row.buyer;
        let letters = |text: &str| -> String {
            let kept = text.chars().filter(|c| !c.is_ascii_punctuation() && !c.is_whitespace());
            kept.flat_map(char::to_lowercase).collect()
        };
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        Some(json!({
            "event_name": "Purchase",
            "event_time": row.at,
            "event_id": format!("{}.Purchase", row.order),
            "action_source": "website",
            "event_source_url": "https://shop.example.com/thanks",
            "user_data": {
                "fbc": format!("fb.1.{}.{}", row.clicked * 1_000, row.fbclid),
                "em": hashed(&email.trim().to_lowercase()),
                "ph": hashed(&digits),
                "fn": hashed(&letters(first)),
                "ln": hashed(&letters(last)),
                "ct": hashed(&letters(city)),
                "zp": hashed(&zip.to_lowercase()),
                "country": hashed(&country.to_lowercase()),
                "client_ip_address": row.ip,
                "client_user_agent": row.agent,
            },
            "custom_data": { "value": 8.5, "currency": "USD", "order_id": row.order },
        }))
    }

    /// The rival's body of a request with these events.
    #[must_use]
    pub fn rival_request(&self, events: Vec<Value>) -> String {
        json!({ "data": events, "access_token": "EAAB-token" }).to_string()
    }
}

fn hashed(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tell_meta_the_same_of_every_sale() {
        let corpus = Corpus::default();
        let ours = corpus.request(corpus.leased()).unwrap();
        let rivals = corpus.rival_request((0..SALES).filter_map(|number| corpus.rival(number)).collect());
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(read(&ours), read(&rivals));
    }

    #[test]
    fn what_is_written_again_is_the_item_that_was_decided() {
        let corpus = Corpus::default();
        let again = corpus.ours(3).unwrap();
        assert_eq!(again.outbound, corpus.told[3].delivery.outbound);
        assert_eq!(again.private, corpus.told[3].delivery.private);
    }
}
