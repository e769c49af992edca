//! Named limits at one less, at the limit and at one more, where no other test does so.
//!
//! Elsewhere: amounts, percentages and queries in `tests/value_*.rs`; envelopes, plaintexts and
//! their depth in `tests/ins_suite`; paths, indices, secrets, hosts and durations beside their
//! code; forms, links, codes and failure budgets in `tests/form_suite`, `tests/hoplink.rs` and
//! beside their code; postbacks and names in `tests/network_*.rs`; templates in
//! `tests/template_api.rs`; documents in `tests/config_suite/limits.rs`; tallies, hops and orphans
//! in `tests/decide_suite`; conflicts in `tests/drive.rs`; verdicts in `tests/delivery_suite`;
//! answers in `postback-http`; refused bodies in the stores' suite.

use postback::compile::compile;
use postback::drive::ingest_with_plan;
use postback::event::MAX_CANDIDATES;
use postback::intake::Intake;
use postback::memory::MemoryStore;
use postback::plan::MAX_TRACED_RULES;
use postback::port::Store;
use postback::route::{MAX_CLICK_VALUE, Router, Visit};
use postback::value::{
    CampaignId, ChannelId, ClickId, DomainId, MAX_CONFIG_ID, MAX_FOREIGN_ID, MAX_TYPE_NAME, Namespace, OfferId,
    OfferSourceId, PostbackId, Receipt, TypeName,
};
use postback::{CompileOptions, Credentials, Document, Notification, Query, Received, Timestamp, Tracker};
use postback_test::block_on;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Checks what a text of each length around the limit gives.
fn bounded<T, E: ToString>(what: &str, limit: usize, parse: impl Fn(String) -> Result<T, E>) {
    for length in [limit - 1, limit] {
        assert!(parse("a".repeat(length)).is_ok(), "{what} {length}");
    }
    let more = limit + 1;
    let said = format!("{what} is {more} bytes long, at most {limit} are allowed");
    assert_eq!(
        parse("a".repeat(more)).map_err(|error| error.to_string()).err(),
        Some(said)
    );
}

#[test]
fn an_id_of_the_configuration_has_at_most_64_bytes() {
    bounded("campaign id", MAX_CONFIG_ID, CampaignId::new);
    bounded("offer id", MAX_CONFIG_ID, OfferId::new);
    bounded("offer source id", MAX_CONFIG_ID, OfferSourceId::new);
    bounded("traffic channel id", MAX_CONFIG_ID, ChannelId::new);
    bounded("postback id", MAX_CONFIG_ID, PostbackId::new);
    bounded("domain id", MAX_CONFIG_ID, DomainId::new);
    bounded("namespace", MAX_CONFIG_ID, Namespace::new);
}

#[test]
fn a_foreign_id_has_at_most_256_bytes() {
    bounded("click id", MAX_FOREIGN_ID, ClickId::new);
    bounded("receipt", MAX_FOREIGN_ID, Receipt::new);
}

#[test]
fn a_types_name_has_at_most_64_bytes() {
    bounded("conversion type", MAX_TYPE_NAME, TypeName::new);
}

/// An account with so many postbacks.
fn tracker(postbacks: usize) -> Tracker {
    let row = |place| json!({"id": format!("p{place}"), "url": "https://push.example/?p={payout}", "require": []});
    let rows: Vec<Value> = (0..postbacks).map(row).collect();
    let document = json!({
        "version": 1,
        "conversion_type": [{"name": "Purchase", "default": true}],
        "offer_source": [
            {"id": "net", "default": true},
            {"id": "clickbank", "template": "clickbank-ins", "account_role": "vendor", "events": {"SALE": "Purchase"}},
        ],
        "offer": [{"id": "offer", "source": "net", "url": "https://offer.example/?subid={clickid}"}],
        "traffic_channel": [{"id": "push", "parameter": [{"slot": "sub1", "name": "zone", "macro": "[ZONE]"}]}],
        "campaign": [{"id": "summer", "channel": "push", "path": [{"offers": [{"offer": "offer"}]}], "postback": rows}],
    });
    let document = Document::from_json(&document.to_string()).unwrap();
    compile(&document, &CompileOptions::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn at() -> Timestamp {
    Timestamp::from_unix_seconds(1_775_001_600).unwrap()
}

fn visit(query: &str) -> Visit<'_> {
    Visit {
        campaign: "summer",
        query: query.as_bytes(),
        cookies: b"",
        at: at(),
        entropy: [1, 2, 3],
        visitor: BTreeMap::new(),
        private: BTreeMap::new(),
    }
}

#[test]
fn a_value_of_a_click_has_at_most_1024_bytes() {
    let tracker = tracker(1);
    let credentials = Credentials::default();
    let routed = |length: usize| {
        let query = format!("zone={}", "z".repeat(length));
        let routed = Router::new(&tracker).route(visit(&query), credentials.click_ids());
        let click = routed.unwrap().click;
        (click.subs[&1].len(), click.notes.len())
    };
    assert_eq!(routed(MAX_CLICK_VALUE - 1), (1_023, 0));
    assert_eq!(routed(MAX_CLICK_VALUE), (1_024, 0));
    assert_eq!(routed(MAX_CLICK_VALUE + 1), (1_024, 1));
}

#[test]
fn at_most_16_candidates_of_a_notification_are_looked_up() {
    let tracker = tracker(1);
    let source = tracker.source(Some("clickbank")).unwrap();
    let clicks = |count: usize| {
        let codes: Vec<String> = (0..count).map(|place| format!("\"c{place}\"")).collect();
        let text = format!(
            r#"{{"transactionTime":"20260401T000100+0000","receipt":"R1","transactionType":"SALE","version":8.0,"trackingCodes":[{}]}}"#,
            codes.join(",")
        );
        let notification = Notification::parse(text.as_bytes()).unwrap();
        let received = Received { at: at(), nonce: 0 };
        Intake::new(source, &Credentials::default(), received)
            .assume_authorized()
            .message(&notification)
            .unwrap()
            .clicks
            .len()
    };
    assert_eq!(
        [MAX_CANDIDATES - 1, MAX_CANDIDATES, MAX_CANDIDATES + 1].map(clicks),
        [15, 16, 16]
    );
}

#[test]
fn at_most_32_rules_are_traced_and_the_rest_is_counted() {
    let traced = |rules: usize| {
        let tracker = tracker(rules);
        let store = MemoryStore::with_namespace(tracker.namespace().clone());
        let click = Router::new(&tracker)
            .route(visit(""), Credentials::default().click_ids())
            .unwrap()
            .click;
        block_on(store.record(std::slice::from_ref(&click))).unwrap();
        let query = format!("clickid={}&sum=1&eventid=e", click.id);
        let received = Received { at: at(), nonce: 0 };
        let source = tracker.source(None).unwrap();
        let query = Query::parse(query.as_bytes()).unwrap();
        let event = Intake::new(source, &Credentials::default(), received)
            .assume_authorized()
            .postback(&query)
            .unwrap()
            .0;
        let (_, plan) = block_on(ingest_with_plan(&tracker, &store, &event, at())).unwrap();
        let plan = plan.unwrap();
        assert_eq!(plan.commit.outbox.len(), rules, "each fires, traced or not");
        (plan.trace.rules.len(), plan.trace.more_rules)
    };
    assert_eq!(
        [MAX_TRACED_RULES - 1, MAX_TRACED_RULES, MAX_TRACED_RULES + 1].map(traced),
        [(31, 0), (32, 0), (32, 1)]
    );
}
