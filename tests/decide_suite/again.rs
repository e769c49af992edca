//! **Decided again**: stored events under another configuration, because a person asks for it.

use postback::drive::{Rehearsal, decide_again};
use postback::plan::{Outcome, Reason, Tally};
use postback::port::Inspect;
use postback::value::EventId;
use postback::{Conversion, Plan};
use postback_test::{TRACKED, World, after, block_on, click_id, document, notification, with};
use serde_json::{Value, json};

fn again(world: &World, event: &EventId, dry_run: bool) -> Option<Plan> {
    let (store, now) = (&world.store, after(9_000));
    if dry_run {
        let mut rehearsal = Rehearsal::new(store, store);
        return block_on(rehearsal.decide_again(&world.tracker, event, now)).unwrap();
    }
    block_on(decide_again(&world.tracker, store, store, event, now)).unwrap()
}

fn ids(world: &World) -> Vec<EventId> {
    world.events().into_iter().map(|row| row.event.id.clone()).collect()
}

/// Decides everything again, and returns how many events changed.
fn all_again(world: &World) -> usize {
    ids(world).iter().filter(|id| again(world, id, false).is_some()).count()
}

/// The account without a type for rebills.
fn unmapped() -> Value {
    with(|d| drop(d["offer_source"][1]["events"].as_object_mut().unwrap().remove("BILL")))
}

const RATE: &str = r#"[{"from": "EUR", "to": "USD", "rate": "1.1", "since": "2026-01-01"}]"#;

fn rated(policy: &str) -> Value {
    let mut document = unrated(policy);
    document["rate"] = serde_json::from_str(RATE).unwrap();
    document
}

fn unrated(policy: &str) -> Value {
    with(|d| {
        d["offer_source"][0]["duplicates"] = policy.into();
        d["offer_source"][0]["default_status"] = "approved".into();
    })
}

#[test]
fn what_was_unmapped_counts_and_fires_once_the_configuration_says_what_it_is() {
    let world = World::new(&unmapped());
    let before = world.notification_event(&notification("BILL", "R1", 60, "10", TRACKED));
    world.ingest(&before);
    let first = world.events().remove(0);
    assert_eq!(
        (first.outcome, first.reason),
        (Outcome::Unmapped, Some(Reason::Unmapped))
    );
    let world = world.reconfigured(&document());
    let id = &first.event.id;
    let planned = again(&world, id, true).expect("it would count");
    assert_eq!(planned.reply.outcome.as_str(), "applied");
    assert_eq!(world.events(), std::slice::from_ref(&first), "a dry run writes nothing");
    assert!(world.sent().is_empty());

    assert!(again(&world, id, false).is_some());
    assert_eq!(world.told(), ["Rebill approved 10 USD 10 USD"]);
    assert_eq!(world.sent().len(), 1);
    let row = world.events().remove(0);
    let revised = row.revised.as_deref().unwrap();
    assert_eq!(
        (revised.revision, revised.outcome, revised.reason),
        (2, first.outcome, first.reason)
    );
    assert_eq!(revised.configuration, first.configuration);
    assert_ne!(row.configuration, first.configuration);

    assert!(again(&world, id, false).is_none(), "twice changes nothing more");
    assert_eq!(world.ingest(&before).0.outcome.as_str(), "duplicate");
    assert_eq!((world.revenue().as_str(), world.sent().len()), ("10", 1));
}

#[test]
fn what_stays_what_it_is_is_not_written() {
    let world = World::new(&document());
    world.postback("clickid=c1&sum=10");
    world.postback("clickid=nobody&sum=10");
    world.postback("clickid=foreign&sum=10");
    world.postback("clickid=c1&sum=10&currency=EUR");
    let before = world.events();
    assert_eq!(all_again(&world), 0);
    assert_eq!(world.events(), before);
    assert!(again(&world, &"a".repeat(26).parse().unwrap(), false).is_none());
}

#[test]
fn what_waits_is_decided_with_what_it_resolves() {
    let world = World::without_clicks(&document());
    world.postback("clickid=c1&receipt=R1&sum=10&time=@60");
    world.postback("receipt=R1&type=Refund&sum=4&time=@61");
    world.record(&postback_test::click("c1"));
    let sale = world
        .events()
        .into_iter()
        .find(|row| row.event.sum.is_some_and(|sum| sum.to_string() == "10 USD"));
    let plan = again(&world, &sale.unwrap().event.id, false).unwrap();
    assert_eq!(plan.trace.resolved, 1);
    assert_eq!(world.revenue(), "6");
}

fn tallies(world: &World) -> Vec<Tally> {
    let all = block_on(world.store.tallies(&click_id("c1"))).unwrap();
    let without_fired = all.into_iter().map(|mut tally| {
        tally.fired.clear();
        tally
    });
    without_fired.collect()
}

fn outcomes(world: &World) -> Vec<(Outcome, Option<Reason>)> {
    world.events().iter().map(|row| (row.outcome, row.reason)).collect()
}

/// Sales, a refund that says how much and one that does not.
const MESSAGES: [&str; 4] = [
    "clickid=c1&eventid=a&receipt=R1&sum=10&currency=EUR&time=@60",
    "clickid=c1&eventid=b&receipt=R2&sum=20&currency=EUR&time=@90",
    "clickid=c1&eventid=a&receipt=R1&type=Refund&time=@120",
    "clickid=c1&eventid=b&receipt=R2&type=Refund&sum=5&currency=EUR&time=@130",
];

/// Of a sale that `ignore` leaves out nobody notes that it could be taken back, so its refund
/// waits.
fn told(document: &Value, policy: &str) -> World {
    let world = World::new(document);
    let most = if policy == "ignore" { 3 } else { 4 };
    for message in &MESSAGES[..most] {
        world.postback(message);
    }
    world
}

#[test]
fn with_a_rate_that_came_late_everything_is_as_if_it_had_been_there() {
    for policy in [
        "create",
        "create_marked",
        "ignore",
        "ignore_event_id",
        "increment",
        "edit",
        "update",
    ] {
        let wanted = told(&rated(policy), policy);
        for backwards in [false, true] {
            let world = told(&unrated(policy), policy).reconfigured(&rated(policy));
            let mut order = ids(&world);
            if backwards {
                order.reverse();
            }
            // What a sale resolves is decided with it, and so a second round finds nothing.
            let changed = order.iter().filter(|id| again(&world, id, false).is_some()).count();
            assert!(changed > 0, "{policy}");
            assert_eq!(all_again(&world), 0, "{policy}");
            let conversions: [Vec<Conversion>; 2] = [world.conversions(), wanted.conversions()];
            assert_eq!(conversions[0], conversions[1], "{policy}, {backwards}");
            assert_eq!(tallies(&world), tallies(&wanted), "{policy}, {backwards}");
            assert_eq!(outcomes(&world), outcomes(&wanted), "{policy}, {backwards}");
            let sent = [world.sent(), wanted.sent()];
            assert_eq!(sent[0].len(), sent[1].len(), "{policy}, {backwards}: {sent:?}");
        }
    }
}

#[test]
fn a_postback_that_fired_without_the_amount_does_not_fire_twice() {
    for updates in ["never", "first_match"] {
        let postbacks = json!([
            {"id": "plain", "url": "https://push.example/log?plain={ref_id}", "updates": updates},
            {"id": "paid", "url": "https://push.example/log?paid={payout}", "updates": updates},
        ]);
        let of = |mut document: Value| {
            document["campaign"][0]["postback"] = postbacks.clone();
            document
        };
        let world = World::new(&of(unrated("create")));
        world.postback("clickid=c1&eventid=a&sum=10&currency=EUR&time=@60");
        assert_eq!(world.sent(), ["plain=ref-c1"]);
        let world = world.reconfigured(&of(rated("create")));
        assert_eq!(all_again(&world), 1);
        assert_eq!(all_again(&world), 0);
        assert_eq!(world.sent(), ["plain=ref-c1", "paid=11"], "{updates}");
    }
}

#[test]
fn a_rule_that_the_trace_leaves_out_counts_as_fired() {
    let of = |mut document: Value| {
        let rule = |number| json!({"id": format!("r{number}"), "url": format!("https://push.example/log?r{number}={{ref_id}}")});
        let mut rules: Vec<Value> = (0..40).map(rule).collect();
        rules[39]["updates"] = "first_match".into();
        rules[38]["url"] = "https://push.example/log?late={payout}".into();
        rules[5]["url"] = "https://push.example/log?early={payout}".into();
        document["campaign"][0]["postback"] = rules.into();
        document
    };
    let world = World::new(&of(unrated("create")));
    world.postback("clickid=c1&eventid=a&sum=10&currency=EUR&time=@60");
    assert_eq!(world.events()[0].trace.more_rules, 8);
    assert_eq!(world.sent().len(), 38, "two need the payout");
    // The deliveries may be deleted by now, so what is written does not rely on them.
    let world = world.reconfigured(&of(rated("create")));
    let plan = again(&world, &ids(&world)[0], false).unwrap();
    let fired: Vec<_> = plan
        .commit
        .outbox
        .iter()
        .map(|delivery| &delivery.outbound.url)
        .collect();
    assert_eq!(fired.len(), 1, "{fired:?}");
    assert!(world.sent().contains(&"early=11".to_owned()));
}

#[test]
fn an_uploaded_row_without_fire_stays_silent() {
    let world = World::new(&unrated("create"));
    let mut event = world.postback_event("clickid=c1&eventid=a&sum=10&currency=EUR&time=@60");
    event.silent = true;
    world.ingest(&event);
    let world = world.reconfigured(&rated("create"));
    assert_eq!(all_again(&world), 1);
    assert_eq!(world.revenue(), "11");
    assert!(world.sent().is_empty());
}
