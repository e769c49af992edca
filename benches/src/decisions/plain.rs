//! What the rival works on: its configuration, its events and clicks, the rows that it makes.
//!
//! It is spared what it could do worse: its configuration is compiled once, amounts and URLs are
//! parsed beforehand, and no policy but the corpus's five is known.

#![expect(dead_code, reason = "rows are made to be stored")]

use postback::{Click, Event};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::HashMap;
use url::{Url, form_urlencoded};

#[derive(Debug)]
pub(super) struct PlainTracker {
    pub(super) types: HashMap<String, PlainType>,
    pub(super) statuses: HashMap<String, String>,
    pub(super) revenue_statuses: Vec<String>,
    pub(super) campaigns: HashMap<String, Vec<PlainRule>>,
    pub(super) default_status: String,
    pub(super) currency: String,
}

#[derive(Debug)]
pub(super) struct PlainType {
    pub(super) counts: String,
    pub(super) duplicates: String,
}

#[derive(Debug)]
pub(super) struct PlainRule {
    pub(super) id: String,
    pub(super) types: Vec<String>,
    pub(super) statuses: Vec<String>,
    pub(super) min_payout: Option<Decimal>,
    pub(super) matches: Vec<(String, String)>,
    pub(super) require: Vec<String>,
    pub(super) percent: Option<Decimal>,
    pub(super) fixed: Option<Decimal>,
    pub(super) url: Url,
    pub(super) parameters: Vec<(String, String)>,
}

/// An event, the rows that it touches and the time, as the rival knows them.
#[derive(Debug)]
pub(super) struct PlainCase {
    pub(super) event: PlainEvent,
    pub(super) facts: PlainFacts,
    pub(super) now: i64,
}

#[derive(Debug, Clone)]
pub(super) struct PlainEvent {
    pub(super) id: String,
    pub(super) click: String,
    pub(super) type_name: String,
    pub(super) status: Option<String>,
    pub(super) sum: Decimal,
    pub(super) currency: String,
    pub(super) event_id: Option<String>,
    pub(super) order_id: Option<String>,
    pub(super) at: i64,
    pub(super) parameters: HashMap<String, String>,
}

#[derive(Debug, Clone)]
pub(super) struct PlainClick {
    pub(super) id: String,
    pub(super) at: i64,
    pub(super) campaign: String,
    pub(super) offer: String,
    pub(super) source: String,
    pub(super) channel: String,
    pub(super) parameters: HashMap<String, String>,
}

/// The rows by click id.
pub(super) type PlainFacts = HashMap<String, PlainKnown>;

#[derive(Debug)]
pub(super) struct PlainKnown {
    pub(super) version: u64,
    pub(super) click: PlainClick,
    pub(super) slots: Vec<PlainSlot>,
}

#[derive(Debug, Clone)]
pub(super) struct PlainSlot {
    pub(super) click: String,
    pub(super) key: String,
    pub(super) conversion: Option<String>,
    pub(super) first: PlainEvent,
    pub(super) last: PlainEvent,
    pub(super) count: u32,
    pub(super) sum: Decimal,
    pub(super) fired: Vec<(String, Decimal)>,
}

#[derive(Debug)]
pub(super) struct PlainConversion {
    pub(super) id: String,
    pub(super) click: String,
    pub(super) campaign: String,
    pub(super) offer: String,
    pub(super) source: String,
    pub(super) channel: String,
    pub(super) status: String,
    pub(super) shown: PlainEvent,
    pub(super) revenue: Option<Decimal>,
    pub(super) count: u32,
}

#[derive(Debug)]
pub(super) struct PlainDelivery {
    pub(super) id: String,
    pub(super) conversion: String,
    pub(super) click: String,
    pub(super) event: String,
    pub(super) campaign: String,
    pub(super) rule: String,
    pub(super) host: String,
    pub(super) url: String,
    pub(super) payout: String,
    pub(super) at: i64,
}

/// What is written, and why.
#[derive(Debug)]
pub(super) struct PlainDecision {
    pub(super) event: PlainEvent,
    pub(super) outcome: String,
    pub(super) guards: Vec<(String, u64)>,
    pub(super) conversions: Vec<PlainConversion>,
    pub(super) slots: Vec<PlainSlot>,
    pub(super) outbox: Vec<PlainDelivery>,
    pub(super) trace: Vec<String>,
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .map_or(Vec::new(), |list| list.iter().map(text).collect())
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.as_str().map(|text| text.parse().expect("an amount"))
}

impl PlainCase {
    pub(super) fn new(click: &Click, query: &str, now: i64) -> Self {
        let mut given: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut parameters = HashMap::from([("ref_id".to_owned(), click.ref_id.clone().expect("it has one"))]);
        parameters.extend(
            click
                .subs
                .iter()
                .map(|(number, value)| (format!("sub{number}"), value.clone())),
        );
        parameters.extend(click.visitor.clone());
        let click = PlainClick {
            id: click.id.to_string(),
            at: click.at.unix_seconds(),
            campaign: click.campaign.to_string(),
            offer: click.offer.to_string(),
            source: click.source.to_string(),
            channel: click.channel.to_string(),
            parameters,
        };
        let event = PlainEvent {
            id: String::new(),
            click: given.remove("clickid").expect("it has one"),
            type_name: given.remove("type").expect("it has one"),
            status: given.remove("status"),
            sum: given.remove("sum").expect("it has one").parse().expect("an amount"),
            currency: given.remove("currency").expect("it has one"),
            event_id: given.remove("eventid"),
            order_id: given.remove("order_id"),
            at: now,
            parameters: given,
        };
        let known = PlainKnown {
            version: 1,
            click: click.clone(),
            slots: Vec::new(),
        };
        Self {
            event,
            facts: HashMap::from([(click.id, known)]),
            now,
        }
    }

    /// Notes that the click has a conversion of the type already.
    pub(super) fn note_earlier(&mut self, earlier: &Event) {
        let known = self.facts.get_mut(&self.event.click).expect("its click is known");
        let mut first = self.event.clone();
        first.id = earlier.id.to_string();
        first.at = earlier.at.unix_seconds();
        known.version = 2;
        known.slots.push(PlainSlot {
            click: first.click.clone(),
            key: format!("type:{}", first.type_name),
            conversion: None,
            last: first.clone(),
            sum: first.sum,
            first,
            count: 1,
            fired: Vec::new(),
        });
    }
}

impl PlainTracker {
    pub(super) fn new(document: &Value) -> Self {
        let list = |value: &Value| value.as_array().expect("a list").clone();
        let types = list(&document["conversion_type"]).into_iter().map(|row| {
            let known = PlainType {
                counts: text(&row["counts"]),
                duplicates: text(&row["duplicates"]),
            };
            (text(&row["name"]), known)
        });
        let statuses = document["offer_source"][0]["statuses"].as_object().expect("a table");
        let campaigns = list(&document["campaign"]).into_iter().map(|row| {
            let rules = list(&row["postback"]).iter().map(PlainRule::new).collect();
            (text(&row["id"]), rules)
        });
        Self {
            types: types.collect(),
            statuses: statuses
                .iter()
                .map(|(word, status)| (word.clone(), text(status)))
                .collect(),
            revenue_statuses: vec!["approved".into(), "other".into()],
            campaigns: campaigns.collect(),
            default_status: "approved".into(),
            currency: "USD".into(),
        }
    }
}

impl PlainRule {
    fn new(row: &Value) -> Self {
        let url = text(&row["url"]);
        let (base, query) = url.split_once('?').expect("it has a query");
        let pairs = query.split('&').map(|pair| pair.split_once('=').expect("a pair"));
        let matches = row["where"].as_object().into_iter().flatten();
        let mut require = vec!["ref_id".to_owned()];
        require.extend(texts(&row["require"]));
        Self {
            id: text(&row["id"]),
            types: texts(&row["types"]),
            statuses: texts(&row["statuses"]),
            min_payout: decimal(&row["min_payout"]),
            matches: matches.map(|(name, wanted)| (name.clone(), text(wanted))).collect(),
            require,
            percent: decimal(&row["payout"]["percent"]),
            fixed: decimal(&row["payout"]["fixed"]),
            url: base.parse().expect("a url"),
            parameters: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }
}
