//! Tests of what a document is compiled to.

use super::{CompileOptions, compile};
use crate::config::Document;
use crate::definition::Protocol;
use crate::model::Method;
use crate::rule::Negative;
use crate::tracker::compiled::{PayoutRule, PostbackRule, Source, Tracker};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

const PARTS: &str = r#"
    "version": 1,
    "conversion_type": [{"name": "Purchase", "default": true}, {"name": "Lead"}],
    "offer": [{"id": "o", "source": "s", "url": "https://o.example/?c={clickid}", "payout": "40.00"}]"#;

fn tracker(parts: &str) -> Tracker {
    let document = Document::from_json(&format!("{{{PARTS}, {parts}}}")).unwrap();
    compile(&document, &CompileOptions::new("test".parse().unwrap())).unwrap_or_else(|problems| panic!("{problems}"))
}

fn with_source(keys: &str) -> Tracker {
    tracker(&format!(r#""offer_source": [{{"id": "s", {keys}}}]"#))
}

fn source(tracker: &Tracker) -> &Source {
    tracker.source(None).unwrap()
}

/// A tracker with one postback of a channel with a template of its own.
fn with_postback(keys: &str) -> Tracker {
    let channel = r#"{"id": "a", "currency": "EUR",
        "parameter": [{"slot": "ref_id", "name": "r"}, {"slot": "sub1", "name": "s", "required": true}, {"slot": "sub2", "name": "t"}],
        "postback": {"url": "https://a.example/?k={ref_id}&goal=", "method": "POST",
            "success": {"status": "200,302", "body_excludes": "ERROR"}, "retry": {"attempts": 3, "first": "1m"}}}"#;
    let campaign = format!(
        r#"{{"id": "c", "channel": "a", "cost": {{"model": "cpc", "amount": "0.02"}}, "postback": [{{"id": "p", {keys}}}]}}"#
    );
    tracker(&format!(
        r#""offer_source": [{{"id": "s"}}], "traffic_channel": [{channel}], "campaign": [{campaign}]"#
    ))
}

fn postback(tracker: &Tracker) -> &PostbackRule {
    tracker.campaign("c").unwrap().postbacks().next().unwrap()
}

#[test]
fn without_a_url_of_its_own_a_postback_is_the_channels_with_its_blanks_filled() {
    let tracker = with_postback(r#""values": {"goal": "7"}, "success": {"body_excludes": "FAIL"}"#);
    let postback = postback(&tracker);
    let request = postback.request().unwrap();
    assert_eq!(request.url.as_str(), "https://a.example/?k={ref_id}&goal=7");
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.success.status, [(200, 200), (302, 302)]);
    assert_eq!(request.success.body_excludes.as_deref(), Some("FAIL"));
    assert_eq!(
        (postback.retry.attempts, postback.retry.first),
        (3, Some(Duration::from_secs(60)))
    );
}

#[test]
fn with_a_url_of_its_own_a_postback_takes_nothing_from_the_channels() {
    let tracker = with_postback(r#""url": "https://b.example/?k={ref_id}""#);
    let postback = postback(&tracker);
    let request = postback.request().unwrap();
    assert_eq!(
        (request.method, request.success.body_excludes.as_deref()),
        (Method::Get, None)
    );
    assert_eq!(postback.retry, crate::delivery::RetryPolicy::default());
}

#[test]
fn the_channels_required_parameters_are_conditions_of_every_postback() {
    let tracker = with_postback(r#""url": "https://b.example/", "require": ["sub2", "ref_id", "order"]"#);
    assert_eq!(
        postback(&tracker).conditions.asks(),
        ["ref_id is there", "sub1 is there", "sub2 is there", "order is there"]
    );
}

#[test]
fn a_channels_ref_id_may_be_free() {
    let channel = r#"{"id": "a", "parameter": [{"slot": "ref_id", "name": "r", "required": false}]}"#;
    let campaign = r#"{"id": "c", "channel": "a", "postback": [{"id": "p", "url": "https://b.example/"}]}"#;
    let tracker = tracker(&format!(
        r#""offer_source": [{{"id": "s"}}], "traffic_channel": [{channel}], "campaign": [{campaign}]"#
    ));
    assert_eq!(postback(&tracker).conditions.asks(), [""; 0]);
}

#[test]
fn conditions_are_read_in_the_channels_currency() {
    let tracker = with_postback(
        r#""url": "https://b.example/", "types": ["Lead"], "statuses": ["pending"], "min_payout": "1.50", "share": "30",
           "within": "1h30m", "where": {"sub1": "222"}, "test": true, "negative": "send", "payout": {"fixed": "25.00"}"#,
    );
    let postback = postback(&tracker);
    let conditions = &postback.conditions;
    assert_eq!(
        conditions.asks(),
        [
            "type Lead",
            "status pending",
            "payout of at least 1.5 EUR",
            "within 1h 30m",
            "sub1 = `222`",
            "ref_id is there",
            "sub1 is there",
            "30 % of the clicks",
            "tests too"
        ]
    );
    assert_eq!((conditions.test, conditions.negative), (true, Negative::Send));
    assert!(matches!(postback.payout, PayoutRule::Fixed(money) if money.to_string() == "25 EUR"));
}

#[test]
fn a_clause_of_when_is_one_more_condition() {
    let tracker = with_postback(
        r#""url": "https://b.example/", "require": [], "when": ["payout at least 10.00", "country not in US, \"C, A\""]"#,
    );
    assert_eq!(
        postback(&tracker).conditions.asks(),
        [
            "ref_id is there",
            "sub1 is there",
            "payout at least 10",
            "country not in US, \"C, A\""
        ]
    );
}

#[test]
fn a_postback_sends_the_whole_payout_unless_it_says_otherwise() {
    let whole = with_postback(r#""url": "https://b.example/""#);
    assert!(matches!(postback(&whole).payout, PayoutRule::Percent(percent) if percent.to_string() == "100"));
    let half = with_postback(r#""url": "https://b.example/", "payout": {"percent": "50"}"#);
    assert!(matches!(postback(&half).payout, PayoutRule::Percent(percent) if percent.to_string() == "50"));
}

#[test]
fn a_body_makes_a_post() {
    let tracker = with_postback(r#""url": "https://b.example/", "body": "{\"v\": {payout}}""#);
    let postback = postback(&tracker);
    assert_eq!(postback.request().unwrap().method, Method::Post);
    assert_eq!(
        postback
            .request()
            .unwrap()
            .body
            .as_ref()
            .unwrap()
            .content_type()
            .as_str(),
        "application/json"
    );
}

#[test]
fn a_cost_per_click_is_in_the_channels_currency() {
    let tracker = with_postback(r#""url": "https://b.example/""#);
    assert_eq!(tracker.campaign("c").unwrap().cost.unwrap().to_string(), "0.02 EUR");
}

#[test]
fn an_offers_payout_is_in_its_sources_currency() {
    let tracker = with_source(r#""currency": "GBP""#);
    assert_eq!(
        tracker.tables.offers.get("o").unwrap().payout.unwrap().to_string(),
        "40 GBP"
    );
    assert_eq!(
        with_source(r#""title": "S""#)
            .tables
            .offers
            .get("o")
            .unwrap()
            .payout
            .unwrap()
            .to_string(),
        "40 USD"
    );
}

#[test]
fn a_row_with_the_role_of_an_id_is_the_events_id_under_its_own_name() {
    use crate::network::Meaning;
    let tracker =
        with_source(r#""parameter": [{"name": "txid", "role": "event_id"}, {"name": "nr", "role": "order_id"}]"#);
    assert_eq!(source(&tracker).names.meaning("txid"), Some(Meaning::EventId));
    assert_eq!(source(&tracker).names.meaning("nr"), Some(Meaning::OrderId));
    let named = with_source(r#""names": {"event_id": "tid"}, "parameter": [{"name": "txid", "role": "event_id"}]"#);
    assert_eq!(
        source(&named).names.names(Meaning::EventId).collect::<Vec<_>>(),
        ["tid"]
    );
}

#[test]
fn click_ids_are_looked_for_where_clickbank_gives_them_back_or_where_the_document_says() {
    let paths = |tracker: &Tracker| -> Vec<String> {
        let Protocol::ClickBank(settings) = &source(tracker).protocol else {
            panic!("another protocol");
        };
        settings.click_id_from.iter().map(|path| path.as_str().into()).collect()
    };
    let usual = paths(&with_source(r#""template": "clickbank-ins""#));
    assert_eq!(usual.first().map(String::as_str), Some("trackingCodes"));
    assert_eq!(usual.len(), 21);
    assert_eq!(
        paths(&with_source(
            r#""protocol": "clickbank", "click_id_from": ["vendorVariables.my"]"#
        )),
        ["vendorVariables.my"]
    );
}

#[test]
fn a_template_says_which_interface_counts_and_the_document_may_say_otherwise() {
    use crate::event::Interface;
    let truth = |keys: &str| source(&with_source(keys)).truth;
    assert_eq!(truth(r#""template": "clickbank-ins""#), Some(Interface::Ins));
    assert_eq!(truth(r#""template": "clickbank-s2s""#), Some(Interface::Postback));
    assert_eq!(truth(r#""template": "generic""#), None);
    assert_eq!(
        truth(r#""template": "clickbank-ins", "truth": "s2s""#),
        Some(Interface::Postback)
    );
}

#[test]
fn every_secret_is_listed_once() {
    let source = r#"{"id": "s", "protocol": "clickbank", "secrets": ["env:INS"], "tokens": ["env:TOKEN", "file:/t"]}"#;
    let signed = r#"{"id": "p", "url": "https://b.example/?t={secret:AD}", "body": "{\"k\": \"{secret:host:k}\", \"t\": \"{secret:AD}\"}", "sign": ["env:HOOK"]}"#;
    let tracker = tracker(&format!(
        r#""click_id": {{"keys": ["env:CLICK"]}}, "offer_source": [{source}], "traffic_channel": [{{"id": "a"}}],
           "campaign": [{{"id": "c", "channel": "a", "postback": [{signed}]}}]"#
    ));
    let references = tracker.secret_references().into_iter();
    let listed: Vec<String> = references.map(ToString::to_string).collect();
    assert_eq!(
        listed,
        [
            "env:AD",
            "env:CLICK",
            "env:HOOK",
            "env:INS",
            "env:TOKEN",
            "file:/t",
            "host:k"
        ]
    );
    let lane = postback(&tracker).lane.to_string();
    assert_eq!(lane, "https://b.example#env:AD,env:HOOK,host:k");
}
