//! **Conditional postback**, from the event to the outbox.

use postback::delivery::DeliveryState;
use postback::value::Pii;
use postback_test::{World, click, document, text, verdicts, with, with_postback};
use serde_json::{Value, json};

/// RedTrack's truth table: the types are empty, match or are others, and so are the statuses.
#[test]
fn types_and_statuses_must_both_hold_and_an_empty_list_accepts_all() {
    let table = [
        (json!([]), json!([]), "p: fired"),
        (json!([]), json!(["approved"]), "p: fired"),
        (json!([]), json!(["pending"]), "p: failed on statuses"),
        (json!(["Purchase"]), json!([]), "p: fired"),
        (json!(["Purchase"]), json!(["approved"]), "p: fired"),
        (json!(["Purchase"]), json!(["pending"]), "p: failed on statuses"),
        (json!(["Lead"]), json!([]), "p: failed on types"),
        (json!(["Lead"]), json!(["approved"]), "p: failed on types"),
        (json!(["Lead"]), json!(["pending"]), "p: failed on types statuses"),
    ];
    for (types, statuses, expected) in table {
        let world = World::new(&with_postback(json!({"types": types, "statuses": statuses})));
        let plan = world.plan("clickid=c1&type=Purchase&status=approved&sum=1");
        assert_eq!(verdicts(&plan), [expected], "{types} {statuses}");
        assert_eq!(
            world.sent().len(),
            usize::from(expected == "p: fired"),
            "{types} {statuses}"
        );
    }
}

#[test]
fn several_types_and_statuses_are_alternatives() {
    let world = World::new(&with_postback(
        json!({"types": ["Lead", "Purchase"], "statuses": ["pending", "approved"]}),
    ));
    for (query, fires) in [
        ("type=Purchase&status=approved", true),
        ("type=Lead&status=pending", true),
        ("type=Upsell&status=approved", false),
        ("type=Lead&status=declined", false),
    ] {
        let plan = world.plan(&format!("clickid=c1&sum=1&{query}"));
        assert_eq!(!plan.commit.outbox.is_empty(), fires, "{query}");
    }
}

fn said(condition: Value, query: &str) -> String {
    let world = World::new(&with_postback(condition));
    verdicts(&world.plan(query)).remove(0)
}

#[test]
fn where_is_a_parameter_of_the_click_or_the_conversion() {
    let plain = |value: &str| said(json!({"where": {"p_sub1": value}}), "clickid=c1&sum=1&sub1=222");
    assert_eq!(plain("222"), "p: fired");
    assert_eq!(plain("223"), "p: failed on where");
    assert_eq!(
        said(json!({"where": {"ref_id": "ref-c1"}}), "clickid=c1&sum=1"),
        "p: fired"
    );
    assert_eq!(
        said(json!({"where": {"ref_id": "ref-c1", "sub1": "x"}}), "clickid=c1&sum=1"),
        "p: failed on where"
    );
}

#[test]
fn every_clause_of_when_must_hold() {
    for (clauses, query, expected) in [
        (json!(["payout at least 10.00"]), "sum=10", "p: fired"),
        (json!(["payout at least 10.00"]), "sum=9.99", "p: failed on when"),
        (json!(["payout at least 10 EUR"]), "sum=99", "p: failed on when"),
        (json!(["sum between 1 USD and 5 USD"]), "sum=5", "p: fired"),
        (
            json!(["p_sub1 in Blue, RED ignoring case"]),
            "sum=1&sub1=red",
            "p: fired",
        ),
        (
            json!(["p_sub1 not in red", "sum at most 1"]),
            "sum=1",
            "p: failed on when",
        ),
        (
            json!(["p_sub1 not in red", "sum at most 1"]),
            "sum=1&sub1=blue",
            "p: fired",
        ),
        (
            json!(["ref_id begins with ref-", "ip matches 203.0.113.0/24"]),
            "sum=1",
            "p: fired",
        ),
        (json!(["ip matches 10.0.0.0/8"]), "sum=1", "p: failed on when"),
        (json!(["clicktime within 1s"]), "sum=1&time=@1", "p: fired"),
        (json!(["clicktime within 1s"]), "sum=1&time=@2", "p: failed on when"),
    ] {
        let world = World::new(&with_postback(json!({"when": clauses})));
        let mut visitor = click("c9");
        visitor.private.insert("ip".into(), Pii::new("203.0.113.9"));
        world.record(&visitor);
        let plan = world.plan(&format!("clickid=c9&{query}"));
        assert_eq!(verdicts(&plan), [expected], "{clauses} {query}");
    }
}

#[test]
fn rules_that_ask_alike_differ_in_types_and_payouts_alone() {
    let world = World::new(&with(|d| {
        d["campaign"][0]["postback"] = json!([
            {"id": "half", "url": "https://a.example/?p={payout}", "payout": {"percent": "50"}, "when": ["payout at least 6"]},
            {"id": "lead", "url": "https://a.example/?p={payout}", "types": ["Lead"], "when": ["payout at least 6"]},
            {"id": "whole", "url": "https://a.example/?p={payout}", "when": ["payout at least 6"]},
            {"id": "other", "url": "https://a.example/?p={payout}", "when": ["payout at least 11"]},
            {"id": "again", "url": "https://a.example/?p={payout}", "statuses": ["pending"], "when": ["payout at least 11"]},
        ]);
    }));
    assert_eq!(
        verdicts(&world.plan("clickid=c1&sum=10")),
        [
            "half: failed on when",
            "lead: failed on types",
            "whole: fired",
            "other: failed on when",
            "again: failed on statuses when"
        ]
    );
}

#[test]
fn require_asks_for_parameters_and_the_channels_ref_id_is_asked_for_by_default() {
    let world = World::new(&document());
    let mut bare = click("c9");
    bare.ref_id = None;
    world.record(&bare);
    assert_eq!(verdicts(&world.plan("clickid=c9&sum=1")), ["all: failed on require"]);
    assert_eq!(
        said(json!({"require": ["event_id"]}), "clickid=c1&sum=1"),
        "p: failed on require"
    );
    assert_eq!(
        said(json!({"require": ["event_id"]}), "clickid=c1&sum=1&eventid=e"),
        "p: fired"
    );
    let optional = with(|d| d["traffic_channel"][0]["parameter"][0]["required"] = false.into());
    let world = World::new(&optional);
    world.record(&bare);
    assert_eq!(verdicts(&world.plan("clickid=c9&sum=1")), ["all: fired"]);
}

#[test]
fn a_ref_id_that_is_an_unfilled_macro_is_not_there() {
    let world = World::new(&document());
    let mut unfilled = click("c9");
    unfilled.ref_id = Some("[CLICK_ID]".into());
    world.record(&unfilled);
    assert_eq!(verdicts(&world.plan("clickid=c9&sum=1")), ["all: failed on require"]);
}

#[test]
fn within_is_the_time_since_the_click() {
    for (seconds, expected) in [(3_599, "p: fired"), (3_600, "p: fired"), (3_601, "p: failed on within")] {
        let query = format!("clickid=c1&eventid=a&sum=1&time=@{seconds}");
        assert_eq!(said(json!({"within": "1h"}), &query), expected, "{seconds}");
    }
}

#[test]
fn min_payout_is_compared_with_what_the_channel_is_told() {
    let condition = || json!({"min_payout": "5", "payout": {"percent": "50"}});
    for (sum, expected) in [
        ("9.98", "p: failed on min_payout"),
        ("10", "p: fired"),
        ("10.02", "p: fired"),
    ] {
        assert_eq!(said(condition(), &format!("clickid=c1&sum={sum}")), expected, "{sum}");
    }
}

#[test]
fn a_share_is_sent_of_the_clicks_and_the_same_ones_each_time() {
    let count = |share: &str| {
        let world = World::new(&with_postback(json!({"share": share})));
        for number in 0..200 {
            world.record(&click(&format!("s{number}")));
            world.postback(&format!("clickid=s{number}&eventid=e{number}&sum=1&time=@{number}"));
        }
        world.sent().len()
    };
    assert_eq!((count("0"), count("100")), (0, 200));
    let half = count("50");
    assert!((70..=130).contains(&half), "{half}");
    assert_eq!(count("50"), half);
}

#[test]
fn a_sale_and_what_follows_it_are_in_the_share_together_or_not_at_all() {
    let world = World::new(&with_postback(json!({"share": "50", "negative": "send"})));
    let mut sent = 0;
    for number in 0..40 {
        world.record(&click(&format!("s{number}")));
        for event in ["type=Purchase&sum=10", "type=Upsell&sum=5", "type=Refund&sum=10"] {
            world.postback(&format!("clickid=s{number}&receipt=R{number}&{event}"));
        }
        let before = sent;
        sent = world.sent().len();
        assert!([0, 3].contains(&(sent - before)), "{number}");
    }
    assert!((1..120).contains(&sent), "{sent}");
}

#[test]
fn a_rule_that_cannot_be_rendered_does_not_fire_says_why_and_stops_no_other() {
    let world = World::new(&with(|d| {
        d["campaign"][0]["postback"] = json!([
            {"id": "raw", "url": "https://push.example/log?x={_ref_id}"},
            {"id": "fine", "url": "https://push.example/log?x={ref_id}"},
        ]);
    }));
    let mut odd = click("c9");
    odd.ref_id = Some("a&b".into());
    world.record(&odd);
    let said = verdicts(&world.plan("clickid=c9&sum=1"));
    assert!(said[0].starts_with("raw: not rendered: "), "{said:?}");
    assert!(!said[0].contains("a&b"), "{said:?}");
    assert_eq!(said[1], "fine: fired");
    assert_eq!(world.sent(), ["x=a%26b"]);
}

#[test]
fn a_personal_value_is_a_hole_and_lies_in_the_private_column_alone() {
    let url = "https://push.example/log?k={ref_id}&ip={ip}&ua={useragent}";
    let world = World::new(&with_postback(json!({"url": url})));
    let mut visitor = click("c9");
    visitor.private.insert("ip".into(), Pii::new("203.0.113.9"));
    visitor.private.insert("useragent".into(), Pii::new("Agent/1"));
    visitor.private.insert("phone".into(), Pii::new("555"));
    world.record(&visitor);
    let plan = world.plan("clickid=c9&sum=1");
    let delivery = &plan.commit.outbox[0];
    assert_eq!(
        text(&delivery.outbound.url),
        "https://push.example/log?k=ref-c9&ip=<ip>&ua=<useragent>"
    );
    let names: Vec<&str> = delivery.private.keys().map(String::as_str).collect();
    assert_eq!(names, ["ip", "useragent"]);
    let row = postback::port::row::encode(delivery).unwrap();
    assert!(!row.contains("203.0.113.9") && !row.contains("Agent/1"), "{row}");
}

#[test]
fn a_new_delivery_is_due_at_once_and_queued_once() {
    let world = World::new(&document());
    let event = world.postback_event("clickid=c1&eventid=a&sum=1&time=@60");
    world.ingest(&event);
    world.ingest(&event);
    let rows = world.deliveries();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].state, rows[0].due_at, rows[0].attempts),
        (DeliveryState::Queued, event.received_at, 0)
    );
}

#[test]
fn each_postback_of_the_campaign_is_its_own_delivery_in_the_order_of_the_document() {
    let world = World::new(&with(|d| {
        d["campaign"][0]["postback"] = json!([
            {"id": "z", "url": "https://one.example/log?p={payout}"},
            {"id": "a", "url": "https://two.example/log?p={payout}", "statuses": ["pending"]},
            {"id": "m", "url": "https://three.example:8443/log?p={payout}"},
        ]);
    }));
    let plan = world.plan("clickid=c1&sum=1");
    assert_eq!(verdicts(&plan), ["z: fired", "a: failed on statuses", "m: fired"]);
    let lanes: std::collections::BTreeSet<_> = plan.commit.outbox.iter().map(|d| d.lane.as_str().to_owned()).collect();
    assert_eq!(lanes.len(), 2);
}

#[test]
fn a_trace_of_the_longest_campaign_stays_small() {
    let rows: Vec<Value> = (0..256)
        .map(|n| json!({"id": format!("postback-with-a-long-name-{n:03}"), "url": "https://one.example/log?p={payout}", "statuses": ["pending"]}))
        .collect();
    let world = World::new(&with(|d| d["campaign"][0]["postback"] = json!(rows)));
    let plan = world.plan("clickid=c1&sum=1");
    assert_eq!(plan.trace.rules.len() + plan.trace.more_rules as usize, 256);
    let size = postback::port::row::encode(&plan.trace).unwrap().len();
    assert!(size <= 4 * 1_024, "{size}");
}
