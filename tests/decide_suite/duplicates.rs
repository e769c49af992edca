//! **Duplicates**: six policies, at the source and at the type.

use postback::decide::{MAX_TALLIES, Mark};
use postback::plan::DuplicateDecision;
use postback_test::{World, with_policy};

/// Three purchases of one click, the second of which is older than the first and the third of which
/// repeats the first's event id.
const EVENTS: [&str; 3] = [
    "clickid=c1&eventid=a&sum=10&time=@60",
    "clickid=c1&eventid=b&sum=20&time=@30",
    "clickid=c1&eventid=a&sum=5&time=@90",
];

fn decided(source: &str, own: Option<&str>) -> (Vec<String>, Vec<String>) {
    let types: Vec<(&str, &str)> = own.map(|policy| ("Purchase", policy)).into_iter().collect();
    let world = World::new(&with_policy(source, &types));
    let answers = EVENTS.iter().map(|query| world.postback(query)).collect();
    (answers, world.told())
}

/// The policy's effect; the same from the source and from the type, which wins.
fn expect(policy: &str, answers: [&str; 3], told: &[&str]) {
    let of_source = decided(policy, None);
    assert_eq!(of_source.0, answers, "{policy}");
    assert_eq!(of_source.1, told, "{policy}");
    let other = if policy == "ignore" { "create" } else { "ignore" };
    assert_eq!(
        decided(other, Some(policy)),
        of_source,
        "{policy} of the type over {other} of the source"
    );
}

const EACH: [&str; 3] = [
    "Purchase approved 20 USD 20 USD",
    "Purchase approved 10 USD 10 USD",
    "Purchase approved 5 USD 5 USD",
];

#[test]
fn create_makes_a_conversion_of_each_event() {
    expect("create", ["applied"; 3], &EACH);
}

#[test]
fn create_marked_makes_a_conversion_of_each_event() {
    expect("create_marked", ["applied"; 3], &EACH);
}

#[test]
fn ignore_shows_the_first_by_the_events_time() {
    expect(
        "ignore",
        ["applied", "applied", "ignored: duplicate"],
        &["Purchase approved 20 USD 20 USD"],
    );
}

#[test]
fn edit_shows_the_last_by_the_events_time() {
    expect(
        "edit",
        ["applied", "ignored: superseded", "applied"],
        &["Purchase approved 5 USD 5 USD"],
    );
}

#[test]
fn increment_shows_the_first_with_the_sum() {
    expect("increment", ["applied"; 3], &["Purchase approved 35 USD 35 USD"]);
    let world = World::new(&with_policy("increment", &[]));
    EVENTS.iter().for_each(|query| {
        world.postback(query);
    });
    let row = &world.conversions()[0];
    assert_eq!((row.count, row.shown.event_id.as_deref()), (3, Some("b")));
}

#[test]
fn ignore_by_event_id_makes_one_conversion_of_each_id() {
    expect(
        "ignore_event_id",
        ["applied", "applied", "ignored: duplicate_event_id"],
        &["Purchase approved 20 USD 20 USD", "Purchase approved 10 USD 10 USD"],
    );
}

#[test]
fn ignore_by_event_id_creates_where_there_is_no_id() {
    let world = World::new(&with_policy("ignore_event_id", &[]));
    world.postback("clickid=c1&sum=1");
    world.postback("clickid=c1&sum=1");
    assert_eq!(world.told().len(), 2);
}

#[test]
fn another_type_and_another_click_are_no_duplicates() {
    let world = World::new(&with_policy("ignore", &[]));
    world.record(&postback_test::click("c2"));
    world.postback("clickid=c1&eventid=a&sum=1&time=@1");
    world.postback("clickid=c1&eventid=b&sum=2&time=@2&type=Lead");
    world.postback("clickid=c2&eventid=c&sum=3&time=@3");
    assert_eq!(world.told().len(), 3);
}

#[test]
fn new_is_the_first_and_an_earlier_event_that_arrives_late_takes_the_mark() {
    let world = World::new(&with_policy("create_marked", &[]));
    world.postback("clickid=c1&eventid=a&sum=1&time=@60");
    assert_eq!(world.marks("c1"), [Mark::New]);
    world.postback("clickid=c1&eventid=b&sum=1&time=@90");
    assert_eq!(world.marks("c1"), [Mark::New, Mark::Repeated]);
    world.postback("clickid=c1&eventid=c&sum=1&time=@30");
    assert_eq!(world.marks("c1"), [Mark::New, Mark::Repeated, Mark::Repeated]);
}

#[test]
fn a_mark_is_unknown_where_create_marked_was_not_in_force() {
    let world = World::new(&with_policy("create", &[]));
    world.postback("clickid=c1&eventid=a&sum=1&time=@60");
    world.postback("clickid=c1&type=Refund&sum=1&time=@61");
    assert_eq!(world.marks("c1"), [Mark::Unknown, Mark::Unknown]);
    assert_eq!(
        [Mark::New, Mark::Repeated, Mark::Unknown].map(Mark::as_str),
        ["new", "repeated", "unknown"]
    );
}

#[test]
fn a_lead_becomes_a_purchase_where_both_types_are_edited() {
    for order in [[0, 1], [1, 0]] {
        let world = World::new(&with_policy("create", &[("Lead", "edit"), ("Purchase", "edit")]));
        let events = [
            "clickid=c1&eventid=a&type=Lead&sum=1&time=@60",
            "clickid=c1&eventid=b&sum=50&time=@90",
        ];
        for index in order {
            world.postback(events[index]);
        }
        assert_eq!(world.told(), ["Purchase approved 50 USD 50 USD"], "{order:?}");
    }
}

#[test]
fn a_sources_edit_never_reaches_for_another_type() {
    let world = World::new(&with_policy("edit", &[]));
    world.postback("clickid=c1&eventid=a&sum=50&time=@60");
    world.postback("clickid=c1&eventid=b&type=Upsell&sum=20&time=@61");
    world.postback("clickid=c1&eventid=c&type=CancelRebill&time=@62");
    world.postback("clickid=c1&eventid=d&type=Mystery&time=@63");
    assert_eq!(world.revenue(), "70");
    assert_eq!(world.told().len(), 4);
}

#[test]
fn an_increment_adds_what_counts_and_a_pending_amount_once_it_is_approved() {
    let world = World::new(&with_policy("increment", &[]));
    world.postback("clickid=c1&eventid=a&sum=10&status=pending&time=@60");
    assert_eq!(world.told(), ["Purchase pending 10 USD (10 USD)"]);
    world.postback("clickid=c1&eventid=a&sum=10&status=approved&time=@61");
    assert_eq!(world.told(), ["Purchase pending 10 USD 10 USD"]);
    world.postback("clickid=c1&eventid=b&sum=3&status=pending&time=@62");
    world.postback("clickid=c1&eventid=c&sum=4&status=declined&time=@63");
    world.postback("clickid=c1&eventid=d&sum=5&status=approved&time=@64");
    assert_eq!(world.told(), ["Purchase pending 15 USD 15 USD"]);
}

#[test]
fn an_increment_loses_nothing_when_the_first_came_without_an_amount() {
    let world = World::new(&with_policy("increment", &[]));
    world.postback("clickid=c1&eventid=a&time=@60");
    world.postback("clickid=c1&eventid=b&sum=10&time=@61");
    assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
}

#[test]
fn a_pending_amount_that_is_approved_under_increment_is_a_change() {
    let world = World::new(&with_policy("increment", &[]));
    world.postback("clickid=c1&eventid=a&sum=10&status=pending&time=@60");
    let plan = world.plan("clickid=c1&eventid=a&sum=10&status=approved&time=@61");
    assert_eq!(postback_test::answer(plan.reply), "applied");
    assert_eq!(plan.trace.rules.len(), 1);
    assert_eq!(world.told(), ["Purchase pending 10 USD 10 USD"]);
}

#[test]
fn an_increment_stays_in_the_currency_of_the_earliest_amount_though_it_is_pending() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let world = World::new(&with_policy("increment", &[]));
        let queries = [
            "clickid=c1&eventid=a&sum=10&currency=EUR&status=pending&time=@60",
            "clickid=c1&eventid=b&sum=7&time=@61",
            "clickid=c1&eventid=c&time=@59",
        ];
        for index in order {
            world.postback(queries[index]);
        }
        // The pending amount is not added, and what is in another currency is not either.
        assert_eq!(world.told(), ["Purchase approved none nothing"], "{order:?}");
        assert_eq!(
            world.postback("clickid=c1&eventid=d&sum=7&time=@70"),
            "ignored: other_currency"
        );
        world.postback("clickid=c1&eventid=e&sum=3&currency=EUR&time=@71");
        assert_eq!(world.told(), ["Purchase approved 3 EUR no rate"], "{order:?}");
    }
}

#[test]
fn an_increment_that_shows_a_pending_amount_adds_none_of_another_currency() {
    let world = World::new(&with_policy("increment", &[]));
    world.postback("clickid=c1&eventid=a&sum=10&currency=EUR&status=pending&time=@60");
    assert_eq!(
        world.postback("clickid=c1&eventid=b&sum=7&time=@61"),
        "ignored: other_currency"
    );
    assert_eq!(world.told(), ["Purchase pending 10 EUR no rate"]);
}

#[test]
fn a_name_that_is_not_configured_makes_a_conversion_of_each_event_and_no_slot() {
    use postback::port::Inspect;
    use postback_test::{block_on, click_id};
    for policy in ["create_marked", "ignore", "edit", "increment", "ignore_event_id"] {
        let world = World::new(&with_policy(policy, &[]));
        for id in ["a", "b"] {
            let plan = world.plan(&format!("clickid=c1&eventid={id}&type=Mystery&sum=1"));
            assert_eq!(plan.trace.duplicate, Some(DuplicateDecision::Created), "{policy}");
        }
        assert_eq!(world.told().len(), 2, "{policy}");
        assert!(
            block_on(world.store.tallies(&click_id("c1"))).unwrap().is_empty(),
            "{policy}"
        );
    }
}

/// The order-form pixel needs no token, so that anyone could fill a click's tallies.
#[test]
fn an_open_type_has_one_slot_and_takes_no_room_from_what_is_paid() {
    use postback::port::Inspect;
    use postback_test::{block_on, click_id};
    let mut document = with_policy("ignore_event_id", &[]);
    document["offer_source"][0]["open_types"] = serde_json::json!(["InitiateCheckout"]);
    let world = World::new(&document);
    assert_eq!(
        world.postback("clickid=c1&type=InitiateCheckout&eventid=a&time=@1"),
        "applied"
    );
    assert_eq!(
        world.postback("clickid=c1&type=InitiateCheckout&eventid=b&time=@2"),
        "ignored: duplicate"
    );
    assert_eq!(block_on(world.store.tallies(&click_id("c1"))).unwrap().len(), 1);
    for number in 0..MAX_TALLIES {
        let answer = world.postback(&format!("clickid=c1&eventid=e{number}&sum=1&time=@{number}"));
        assert_eq!(answer, "applied", "{number}");
    }
    assert_eq!(
        world.postback("clickid=c1&eventid=f&sum=1&time=@1"),
        "ignored: too_many_tallies"
    );
}

#[test]
fn the_trace_says_what_the_policy_did() {
    let decided = |policy: &str| {
        let world = World::new(&with_policy(policy, &[]));
        EVENTS.map(|query| world.plan(query).trace.duplicate.unwrap())
    };
    use DuplicateDecision::{Created, Edited, Incremented, Kept, ReplacedFirst, Superseded};
    assert_eq!(decided("create"), [Created, Created, Created]);
    assert_eq!(decided("ignore"), [Created, ReplacedFirst, Kept]);
    assert_eq!(decided("edit"), [Created, Superseded, Edited]);
    assert_eq!(decided("increment"), [Created, Incremented, Incremented]);
}

#[test]
fn after_create_marked_other_policies_go_on_with_the_first_conversion() {
    for (policy, first) in [
        ("ignore", "10 USD 10 USD"),
        ("increment", "17 USD 17 USD"),
        ("edit", "7 USD 7 USD"),
    ] {
        let world = World::new(&with_policy("create_marked", &[]));
        world.postback("clickid=c1&eventid=a&sum=10&time=@60");
        world.postback("clickid=c1&eventid=b&sum=20&time=@61");
        let world = world.reconfigured(&with_policy(policy, &[]));
        world.postback("clickid=c1&eventid=c&sum=7&time=@62");
        let mut told = world.told();
        told.sort();
        let mut expected = [
            format!("Purchase approved {first}"),
            "Purchase approved 20 USD 20 USD".into(),
        ];
        expected.sort();
        assert_eq!(told, expected, "{policy}");
    }
}

#[test]
fn what_was_ignored_is_not_added_when_the_policy_becomes_increment() {
    let world = World::new(&with_policy("ignore", &[]));
    world.postback("clickid=c1&eventid=a&sum=10&time=@60");
    world.postback("clickid=c1&eventid=b&sum=20&time=@61");
    let world = world.reconfigured(&with_policy("increment", &[]));
    world.postback("clickid=c1&eventid=c&sum=7&time=@62");
    assert_eq!(world.told(), ["Purchase approved 17 USD 17 USD"]);
}

#[test]
fn a_click_has_at_most_a_thousand_conversions_with_ids_of_their_own() {
    let world = World::new(&with_policy("ignore_event_id", &[]));
    let event = |number: usize| format!("clickid=c1&eventid=e{number}&sum=1&time=@{number}");
    for number in 1..MAX_TALLIES {
        assert_eq!(world.postback(&event(number)), "applied", "{number}");
    }
    assert_eq!(world.postback(&event(MAX_TALLIES)), "applied");
    assert_eq!(world.postback(&event(MAX_TALLIES + 1)), "ignored: too_many_tallies");
    assert_eq!(
        world.postback("clickid=c1&eventid=e1&sum=2&time=@9999"),
        "ignored: duplicate_event_id"
    );
}
