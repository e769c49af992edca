//! **Updates**: when a postback fires again.

use postback_test::{World, verdicts, with_policy};
use serde_json::{Value, json};

/// A policy and a postback that tells payout, what was added to it, and the status.
fn world(policy: &str, postback: Value) -> World {
    let mut document = with_policy(policy, &[]);
    let mut row = json!({"id": "p", "url": "https://push.example/log?s={status}&p={payout}&d={payout_delta}"});
    row.as_object_mut()
        .unwrap()
        .extend(postback.as_object().unwrap().clone());
    document["campaign"][0]["postback"] = json!([row]);
    World::new(&document)
}

#[test]
fn first_match_fires_once_when_conversion_and_rule_match_for_the_first_time() {
    let world = world("edit", json!({"statuses": ["approved"]}));
    for (status, seconds, said) in [
        ("pending", 60, "p: failed on statuses"),
        ("approved", 61, "p: fired"),
        ("approved", 62, "p: already fired"),
        ("declined", 63, "p: failed on statuses"),
        ("approved", 64, "p: already fired"),
    ] {
        let plan = world.plan(&format!(
            "clickid=c1&eventid=a{seconds}&sum=10&status={status}&time=@{seconds}"
        ));
        assert_eq!(verdicts(&plan), [said], "{seconds}");
    }
    assert_eq!(world.sent(), ["s=approved&p=10&d=10"]);
}

#[test]
fn first_match_is_the_default() {
    let told = |update: Value| {
        let world = world("edit", update);
        world.postback("clickid=c1&eventid=a&sum=1&time=@60");
        world.postback("clickid=c1&eventid=b&sum=2&time=@61");
        world.sent()
    };
    assert_eq!(told(json!({})), ["s=approved&p=1&d=1"]);
    assert_eq!(told(json!({"updates": "first_match"})), ["s=approved&p=1&d=1"]);
}

#[test]
fn every_change_fires_at_each_change_with_what_it_added() {
    let world = world("increment", json!({"updates": "every_change"}));
    world.postback("clickid=c1&eventid=a&sum=10&time=@60");
    world.postback("clickid=c1&eventid=b&sum=2.5&time=@61");
    world.postback("clickid=c1&eventid=c&sum=0.5&time=@59");
    assert_eq!(
        world.sent(),
        [
            "s=approved&p=10&d=10",
            "s=approved&p=12.5&d=2.5",
            "s=approved&p=13&d=0.5"
        ]
    );
    let ids: std::collections::BTreeSet<_> = world.deliveries().into_iter().map(|row| row.delivery.id).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn what_was_never_told_is_all_new() {
    let world = world("increment", json!({"updates": "every_change", "min_payout": "8"}));
    world.postback("clickid=c1&eventid=a&sum=5&time=@60");
    world.postback("clickid=c1&eventid=b&sum=4&time=@61");
    world.postback("clickid=c1&eventid=c&sum=3&time=@62");
    assert_eq!(world.sent(), ["s=approved&p=9&d=9", "s=approved&p=12&d=3"]);
}

#[test]
fn what_is_added_is_counted_from_what_was_told_last() {
    let world = world("edit", json!({"updates": "every_change", "statuses": ["approved"]}));
    for (sum, status, seconds) in [(10, "approved", 60), (25, "declined", 61), (25, "approved", 62)] {
        world.postback(&format!(
            "clickid=c1&eventid=a&sum={sum}&status={status}&time=@{seconds}"
        ));
    }
    assert_eq!(world.sent(), ["s=approved&p=10&d=10", "s=approved&p=25&d=15"]);
}

#[test]
fn what_was_added_and_not_told_is_told_with_the_next_change() {
    let document = |conditions: Value| {
        let mut row = json!({"id": "p", "url": "https://push.example/log?s={status}&p={payout}&d={payout_delta}", "updates": "every_change"});
        row.as_object_mut()
            .unwrap()
            .extend(conditions.as_object().unwrap().clone());
        let mut document = with_policy("increment", &[]);
        document["campaign"][0]["postback"] = json!([row]);
        document
    };
    let world = World::new(&document(json!({})));
    world.postback("clickid=c1&eventid=a&sum=10&time=@60");
    let world = world.reconfigured(&document(json!({"min_payout": "100"})));
    world.postback("clickid=c1&eventid=b&sum=5&time=@61");
    let world = world.reconfigured(&document(json!({})));
    world.postback("clickid=c1&eventid=c&sum=7&time=@62");
    assert_eq!(world.sent(), ["s=approved&p=10&d=10", "s=approved&p=22&d=12"]);
}

#[test]
fn what_the_first_of_marked_conversions_told_is_not_told_again_by_an_increment() {
    let update = json!({"updates": "every_change"});
    let marked = world("create_marked", update.clone());
    marked.postback("clickid=c1&eventid=a&sum=10&time=@60");
    marked.postback("clickid=c1&eventid=b&sum=20&time=@61");
    let mut document = with_policy("increment", &[]);
    document["campaign"][0]["postback"] = json!([{
        "id": "p", "url": "https://push.example/log?s={status}&p={payout}&d={payout_delta}", "updates": "every_change",
    }]);
    let world = marked.reconfigured(&document);
    world.postback("clickid=c1&eventid=c&sum=7&time=@62");
    assert_eq!(
        world.sent(),
        ["s=approved&p=10&d=10", "s=approved&p=20&d=20", "s=approved&p=17&d=7"]
    );
}

#[test]
fn what_the_first_of_marked_conversions_told_is_what_the_earliest_told() {
    let marked = world("create_marked", json!({"updates": "every_change"}));
    marked.postback("clickid=c1&eventid=a&sum=10&time=@60");
    marked.postback("clickid=c1&eventid=b&sum=20&time=@30");
    let tallies = postback_test::block_on(postback::port::Inspect::tallies(
        &marked.store,
        &postback_test::click_id("c1"),
    ))
    .unwrap();
    let told = tallies[0].fired.iter().map(|fired| fired.told.unwrap().to_string());
    assert!(told.eq(["20 USD"]));
}

#[test]
fn never_fires_only_at_creation() {
    let world = world("edit", json!({"updates": "never", "statuses": ["approved"]}));
    world.postback("clickid=c1&eventid=a&sum=1&status=pending&time=@60");
    let plan = world.plan("clickid=c1&eventid=a&sum=1&status=approved&time=@61");
    assert_eq!(verdicts(&plan), ["p: not on update"]);
    assert_eq!(world.sent(), [""; 0]);
}

#[test]
fn ceasing_to_match_sends_nothing() {
    let world = world("edit", json!({"updates": "every_change", "statuses": ["approved"]}));
    world.postback("clickid=c1&eventid=a&sum=1&status=approved&time=@60");
    world.postback("clickid=c1&eventid=a&sum=1&status=declined&time=@61");
    assert_eq!(world.sent(), ["s=approved&p=1&d=1"]);
}

#[test]
fn a_repeat_that_changes_nothing_fires_nothing() {
    for policy in ["ignore", "edit"] {
        let world = world(policy, json!({"updates": "every_change"}));
        world.postback("clickid=c1&eventid=a&sum=1&time=@60");
        let late = if policy == "edit" { 59 } else { 61 };
        let plan = world.plan(&format!("clickid=c1&eventid=b&sum=1&time=@{late}"));
        assert!(plan.commit.outbox.is_empty() && plan.trace.rules.is_empty(), "{policy}");
    }
}

#[test]
fn an_edit_that_changes_the_type_fires_the_rules_of_the_new_type() {
    let mut document = with_policy("create", &[("Lead", "edit"), ("Purchase", "edit")]);
    document["campaign"][0]["postback"] = json!([
        {"id": "lead", "url": "https://push.example/log?lead={payout}", "types": ["Lead"]},
        {"id": "sale", "url": "https://push.example/log?sale={payout}", "types": ["Purchase"]},
    ]);
    let world = World::new(&document);
    world.postback("clickid=c1&eventid=a&type=Lead&sum=1&time=@60");
    world.postback("clickid=c1&eventid=b&sum=50&time=@61");
    assert_eq!(world.sent(), ["lead=1", "sale=50"]);
}

#[test]
fn a_rule_that_is_added_later_fires_at_the_next_change() {
    let world = world("edit", json!({"statuses": ["declined"]}));
    world.postback("clickid=c1&eventid=a&sum=1&time=@60");
    let mut document = with_policy("edit", &[]);
    document["campaign"][0]["postback"] = json!([{"id": "p", "url": "https://push.example/log?p={payout}"}]);
    let world = world.reconfigured(&document);
    world.postback("clickid=c1&eventid=b&sum=2&time=@61");
    assert_eq!(world.sent(), ["p=2"]);
}

#[test]
fn a_postback_that_asks_for_it_is_stored_and_fires_nothing() {
    let mut document = with_policy("update", &[]);
    document["offer_source"][0]["names"]["disable_postback"] = "quiet".into();
    let world = World::new(&document);
    let plan = world.plan("clickid=c1&eventid=a&sum=1&status=pending&quiet=1");
    assert!(plan.trace.silent);
    assert!(plan.trace.rules.is_empty());
    assert_eq!((world.told().len(), world.deliveries().len()), (1, 0));
    // What comes after it fires as if it were the first.
    let plan = world.plan("clickid=c1&eventid=a&sum=1&status=approved&quiet=0");
    assert!(!plan.trace.silent);
    assert_eq!(world.deliveries().len(), 1);
}

#[test]
fn disable_postback_means_nothing_where_no_name_is_configured() {
    let world = World::new(&with_policy("update", &[]));
    world.postback("clickid=c1&eventid=a&sum=1&disable_postback=1");
    assert_eq!(world.deliveries().len(), 1);
}
