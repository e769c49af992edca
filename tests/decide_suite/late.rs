//! **Unattributed** events: never lost, resolved by what comes later.

use postback::Decision;
use postback::plan::{MAX_ORPHANS, Outcome};
use postback_test::{TRACKED, World, click, document, notification, verdicts, with, with_policy};

const UPSELL_OF_R1: &str = r#""lineItems":[{"lineItemType":"UPSELL"}],"upsell":{"upsellOriginalReceipt":"R1"}"#;

#[test]
fn a_later_event_decides_every_event_that_waited_for_it_in_one_plan() {
    let world = World::new(&document());
    world.notify(&notification("BILL", "R1-B002", 90, "5", ""));
    world.notify(&notification("RFND", "R1-B002", 95, "-5", ""));
    world.notify(&notification("SALE", "R2", 70, "3", UPSELL_OF_R1));
    assert!(world.told().is_empty());
    let plan = world
        .ingest(&world.notification_event(&notification("SALE", "R1", 60, "10", TRACKED)))
        .1
        .unwrap();
    assert_eq!(plan.trace.resolved, 3);
    assert_eq!(plan.commit.standing.len(), 3);
    assert_eq!(
        world.told(),
        [
            "Purchase approved 10 USD 10 USD",
            "Upsell approved 3 USD 3 USD",
            "Rebill approved 5 USD 5 USD",
            "Refund declined -5 USD -5 USD",
        ]
    );
    assert!(world.events().iter().all(|row| row.outcome == Outcome::Applied));
    assert_eq!(world.sent().len(), 3);
}

#[test]
fn a_chain_that_waits_is_resolved_whatever_its_order() {
    let world = World::new(&document());
    for link in [3, 1, 8, 2, 5, 7, 6, 4] {
        let parent = link - 1;
        world.postback(&format!(
            "receipt=R{link}&parent=R{parent}&type=Upsell&sum=1&time=@{link}"
        ));
    }
    world.postback("clickid=c1&receipt=R0&sum=1&time=@0");
    assert_eq!(world.revenue(), "9");
}

#[test]
fn what_waits_for_something_that_waits_itself_is_resolved_in_the_same_plan() {
    let world = World::new(&document());
    for waiting in [
        "receipt=R2&type=Refund&sum=2&time=@1",
        "receipt=R2&parent=R1&type=Upsell&sum=5&time=@2",
    ] {
        world.postback(waiting);
    }
    let plan = world.plan("clickid=c1&receipt=R1&sum=10&time=@3");
    assert_eq!(plan.trace.resolved, 2);
    assert_eq!(world.revenue(), "13");
}

#[test]
fn attribute_decides_what_waited_for_a_click_that_was_recorded_late() {
    let world = World::without_clicks(&document());
    world.postback("clickid=c1&receipt=R1&sum=10&time=@60");
    world.postback("receipt=R1&type=Refund&sum=4&time=@61");
    world.postback("clickid=c1&sum=7&time=@62");
    assert_eq!(world.attribute(), 0);
    world.record(&click("c1"));
    // Two by themselves; the refund is brought along by its sale.
    assert_eq!(world.attribute(), 3);
    assert_eq!(world.revenue(), "13");
    assert_eq!(world.attribute(), 0);
}

#[test]
fn attribute_goes_through_more_than_one_page_and_more_than_one_answer_holds() {
    let world = World::without_clicks(&document());
    let count = MAX_ORPHANS * 5;
    for number in 0..count {
        world.postback(&format!(
            "receipt=R1&eventid=e{number}&type=Upsell&sum=1&time=@{number}"
        ));
    }
    world.record(&click("c1"));
    world.postback("clickid=c1&receipt=R1&sum=1&time=@0");
    assert_eq!(world.conversions().len(), MAX_ORPHANS + 1);
    world.attribute();
    assert_eq!(world.revenue(), (count + 1).to_string());
}

#[test]
fn what_is_decided_late_fires_as_it_would_have_in_time() {
    let world = World::without_clicks(&document());
    let event = world.postback_event("clickid=c1&eventid=a&sum=10&time=@60");
    world.ingest(&event);
    world.record(&click("c1"));
    world.attribute();
    let late = world.deliveries();
    let in_time = World::new(&document());
    in_time.ingest(&event);
    assert_eq!(late[0].delivery.id, in_time.deliveries()[0].delivery.id);
    assert_eq!(world.sent(), in_time.sent());
}

#[test]
fn an_event_that_waits_is_a_duplicate_when_it_is_sent_again() {
    let world = World::without_clicks(&document());
    assert_eq!(
        world.postback("clickid=c1&eventid=a&sum=10"),
        "unattributed: unknown_click"
    );
    assert_eq!(world.postback("clickid=c1&eventid=a&sum=10"), "duplicate");
}

#[test]
fn an_event_that_waits_and_is_sent_again_is_decided_when_its_click_is_known_now() {
    let world = World::without_clicks(&document());
    world.postback("clickid=c1&eventid=a&sum=10&time=@60");
    world.record(&click("c1"));
    assert_eq!(world.postback("clickid=c1&eventid=a&sum=10&time=@60"), "applied");
    assert_eq!(world.postback("clickid=c1&eventid=a&sum=10&time=@60"), "duplicate");
    assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
    assert_eq!((world.sent().len(), world.events().len()), (1, 1));
}

#[test]
fn an_event_that_waits_and_is_sent_again_with_its_click_id_is_decided() {
    let world = World::new(&document());
    assert_eq!(world.postback("eventid=a&sum=10&time=@60"), "unattributed: no_click_id");
    assert_eq!(world.postback("eventid=a&sum=10&time=@60&clickid=c1"), "applied");
    assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
}

#[test]
fn what_waits_for_a_click_that_was_not_asked_for_is_left_alone() {
    let world = World::without_clicks(&document());
    world.record(&click("c1"));
    world.postback("clickid=c2&receipt=R1&type=Upsell&sum=5&time=@61");
    world.record(&click("c2"));
    // The sale's facts say nothing of `c2`; through the receipt alone it would be given to `c1`.
    let plan = world.plan("clickid=c1&receipt=R1&sum=10&time=@60");
    assert_eq!(plan.trace.resolved, 0);
    assert_eq!(world.attribute(), 1);
    let clicks = world.conversions().into_iter().map(|row| row.click.to_string());
    assert!(clicks.eq(["c1", "c2"]));
}

#[test]
fn attribute_decides_only_what_was_received_at_the_bound_or_later() {
    use postback::drive::{Attributed, attribute};
    use postback_test::{after, block_on};
    let world = World::without_clicks(&document());
    for id in ["a", "b", "c"] {
        // Received 3601, 3602 and 3603 seconds after the click.
        world.postback(&format!("clickid=c1&eventid={id}&sum=1&time=@60"));
    }
    world.record(&click("c1"));
    let since = |seconds| block_on(attribute(&world.tracker, &world.store, seconds, after(9_000))).unwrap();
    let both = |count| Attributed {
        seen: count,
        resolved: count,
    };
    assert_eq!(since(Some(after(3_604))), both(0));
    assert_eq!(since(Some(after(3_603))), both(1));
    assert_eq!(since(Some(after(3_602))), both(1));
    assert_eq!(since(None), both(1));
}

#[test]
fn what_waits_is_merged_with_what_came_before_it() {
    let world = World::new(&with_policy("increment", &[]));
    world.postback("receipt=R1&eventid=a&sum=5&time=@30");
    world.postback("clickid=c1&eventid=b&sum=10&time=@60");
    world.postback("clickid=c1&receipt=R1&eventid=c&sum=1&time=@90");
    assert_eq!(world.told(), ["Purchase approved 16 USD 16 USD"]);
    assert_eq!(world.conversions()[0].shown.event_id.as_deref(), Some("a"));
}

#[test]
fn a_decision_that_was_overtaken_conflicts_and_writes_nothing() {
    use postback::plan::Committed;
    use postback::port::Store;
    use postback_test::block_on;
    let world = World::new(&with_policy("ignore", &[]));
    let (one, two) = (
        world.postback_event("clickid=c1&eventid=a&sum=1"),
        world.postback_event("clickid=c1&eventid=b&sum=2"),
    );
    let facts = block_on(world.store.facts(&Decision::new(&world.tracker).needs(&one))).unwrap();
    let plan = Decision::new(&world.tracker)
        .decide(&one, &facts, one.received_at)
        .unwrap();
    world.ingest(&two);
    assert_eq!(block_on(world.store.commit(&plan.commit)).unwrap(), Committed::Conflict);
    assert_eq!(postback_test::answer(world.ingest(&one).0), "applied");
    assert_eq!(world.told(), ["Purchase approved 1 USD 1 USD"]);
}

#[test]
fn a_decision_made_without_a_click_conflicts_once_the_click_is_recorded() {
    use postback::plan::Committed;
    use postback::port::Store;
    use postback_test::block_on;
    let world = World::without_clicks(&document());
    let event = world.postback_event("clickid=c1&eventid=a&sum=1");
    let facts = block_on(world.store.facts(&Decision::new(&world.tracker).needs(&event))).unwrap();
    let plan = Decision::new(&world.tracker)
        .decide(&event, &facts, event.received_at)
        .unwrap();
    world.record(&click("c1"));
    assert_eq!(block_on(world.store.commit(&plan.commit)).unwrap(), Committed::Conflict);
}

#[test]
fn an_unknown_type_of_a_late_click_is_decided_too() {
    let world = World::without_clicks(&with(|_| {}));
    world.postback("clickid=c1&type=Mystery&sum=1");
    world.record(&click("c1"));
    assert_eq!(world.attribute(), 1);
    assert_eq!(world.told(), ["Mystery approved none nothing"]);
    let plan = world.plan("clickid=c1&type=Mystery&sum=1");
    assert_eq!(verdicts(&plan), ["all: failed on unknown_type"]);
}

/// An event that means nothing still teaches its receipt the click, whenever the click is recorded.
#[test]
fn a_sale_that_is_matched_to_none_leads_its_upsell_to_a_click_that_is_recorded_late() {
    let world = World::without_clicks(&with(|d| d["offer_source"][1]["events"]["SALE"] = "".into()));
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    world.notify(&notification("SALE", "R2", 70, "3", UPSELL_OF_R1));
    let mut late = click("cb");
    late.offer = "product".parse().unwrap();
    late.source = "clickbank".parse().unwrap();
    world.record(&late);
    world.attribute();
    assert_eq!(world.told(), ["Upsell approved 3 USD 3 USD"]);
}
