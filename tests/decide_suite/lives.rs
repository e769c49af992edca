//! **The life of an order**: what each policy makes of the messages that a network sends of one
//! (`tests/vectors/lives.jsonl`).

use postback::model::Duplicates;
use postback_test::story::drawn::permutations;
use postback_test::{World, jsonl, with_policy};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
struct Life {
    life: String,
    messages: Vec<String>,
    /// What the merchant pays.
    revenue: String,
    conversions: usize,
    /// How often the channel is told, of approved conversions alone.
    fired: usize,
    /// The policies that are not for it.
    unfit: Vec<String>,
}

impl Life {
    fn expected(&self) -> Came {
        Came {
            revenue: self.revenue.clone(),
            conversions: self.conversions,
            fired: Some(self.fired),
        }
    }
}

#[derive(Debug, PartialEq)]
struct Came {
    revenue: String,
    conversions: usize,
    fired: Option<usize>,
}

fn lives() -> Vec<Life> {
    jsonl(include_str!("../vectors/lives.jsonl"))
}

fn world(policy: &str) -> World {
    let mut document = with_policy(policy, &[]);
    document["offer_source"][0]["template"] = "generic".into();
    document["campaign"][0]["postback"] = json!([{
        "id": "paid",
        "url": "https://push.example/log?key={ref_id}&price={payout}",
        "types": ["Purchase"],
        "statuses": ["approved"],
    }]);
    World::new(&document)
}

fn came<'a>(policy: &str, queries: impl IntoIterator<Item = &'a str>) -> Came {
    let world = world(policy);
    for query in queries {
        world.postback(&format!("clickid=c1&{query}"));
    }
    Came {
        revenue: world.revenue(),
        conversions: world.conversions().len(),
        fired: Some(world.deliveries().len()),
    }
}

#[test]
fn every_life_comes_to_what_the_merchant_pays_under_every_policy_that_is_for_it() {
    for life in lives() {
        for policy in Duplicates::ALL {
            let came = came(policy.as_str(), life.messages.iter().map(String::as_str));
            let is_unfit = life.unfit.iter().any(|unfit| unfit == policy.as_str());
            assert_eq!(came != life.expected(), is_unfit, "{} {policy}: {came:?}", life.life);
        }
    }
}

#[test]
fn an_order_is_followed_in_whatever_order_its_messages_arrive_where_they_name_their_times() {
    for life in lives() {
        let timed: Vec<String> = (1..)
            .zip(&life.messages)
            .map(|(minute, query)| format!("{query}&time=@{}", minute * 60))
            .collect();
        for order in permutations(timed.len()) {
            let came = came("update", order.iter().map(|index| timed[*index].as_str()));
            // What was sent stays sent.
            let expected = Came {
                fired: came.fired,
                ..life.expected()
            };
            assert_eq!(came, expected, "{} {order:?}", life.life);
        }
    }
}

#[test]
fn of_two_messages_with_one_time_a_decision_comes_after_what_is_pending_and_else_the_later_arrival() {
    for number in 0..8 {
        for (first, second, revenue) in [
            ("sum=30&status=hold", "sum=30&status=confirmed", "30"),
            ("sum=30&status=confirmed", "sum=30&status=hold", "30"),
            ("sum=30&status=confirmed", "sum=30&status=rejected", "0"),
            ("sum=30&status=rejected", "sum=30&status=confirmed", "30"),
            ("sum=30&status=confirmed", "sum=25&status=confirmed", "25"),
            ("sum=30&status=confirmed", "status=rejected", "0"),
        ] {
            let world = world("update");
            for query in [first, second] {
                world.postback(&format!("clickid=c1&eventid=A{number}&{query}&time=@60"));
            }
            assert_eq!(world.revenue(), revenue, "{number}: {first}, {second}");
        }
    }
}

#[test]
fn a_refund_without_an_amount_takes_back_what_its_id_was_worth_under_every_policy_and_in_both_orders() {
    let sale = "clickid=c1&eventid=A&sum=30&status=confirmed&time=@60";
    for refund in [
        "clickid=c1&eventid=A&type=Refund&time=@120",
        "clickid=c1&eventid=A&type=Chargeback&time=@120",
    ] {
        for policy in Duplicates::ALL {
            for order in [[sale, refund], [refund, sale]] {
                let world = world(policy.as_str());
                order.iter().for_each(|query| drop(world.postback(query)));
                assert_eq!(world.revenue(), "0", "{policy} {order:?}");
                assert_eq!(world.conversions().len(), 2, "{policy} {order:?}");
            }
        }
    }
}

#[test]
fn a_refund_without_an_amount_takes_back_what_its_receipt_was_worth_under_every_policy() {
    let sale = "clickid=c1&receipt=R1&sum=30&status=confirmed&time=@60";
    let refund = "receipt=R1&type=Refund&time=@120";
    for policy in Duplicates::ALL {
        for order in [[sale, refund], [refund, sale]] {
            let world = world(policy.as_str());
            order.iter().for_each(|query| drop(world.postback(query)));
            assert_eq!(world.revenue(), "0", "{policy} {order:?}");
        }
    }
}

#[test]
fn what_is_taken_back_without_an_amount_is_taken_back_once_and_less_what_was_before() {
    let world = world("update");
    world.postback("clickid=c1&eventid=A&sum=30&status=confirmed&time=@60");
    world.postback("clickid=c1&eventid=A&sum=10&type=Refund&time=@120");
    assert_eq!(world.postback("clickid=c1&eventid=A&type=Refund&time=@180"), "applied");
    assert_eq!(world.revenue(), "0");
    assert_eq!(
        world.postback("clickid=c1&eventid=A&type=Chargeback&time=@240"),
        "ignored: taken_back"
    );
    assert_eq!(world.revenue(), "0");
    assert_eq!(
        world.told(),
        [
            "Purchase approved 30 USD 30 USD",
            "Refund declined -10 USD -10 USD",
            "Refund declined -20 USD -20 USD"
        ]
    );
}

#[test]
fn a_corrected_amount_corrects_what_was_taken_back_of_it() {
    let world = world("update");
    world.postback("clickid=c1&eventid=A&sum=30&status=confirmed&time=@60");
    world.postback("clickid=c1&eventid=A&type=Refund&time=@180");
    world.postback("clickid=c1&eventid=A&sum=25&status=confirmed&time=@120");
    assert_eq!(world.revenue(), "0");
    assert_eq!(
        world.told(),
        ["Purchase approved 25 USD 25 USD", "Refund declined -25 USD -25 USD"]
    );
}

#[test]
fn a_refund_that_has_nothing_to_take_back_says_so() {
    let world = world("update");
    assert_eq!(
        world.postback("clickid=c1&eventid=A&type=Refund"),
        "applied: nothing_to_take_back"
    );
    assert_eq!(world.postback("clickid=c1&eventid=B&sum=30&status=hold"), "applied");
    assert_eq!(
        world.postback("clickid=c1&eventid=B&type=Refund"),
        "applied: nothing_to_take_back"
    );
    assert_eq!(world.revenue(), "0");
}

#[test]
fn a_message_without_a_click_id_goes_to_the_click_of_its_event_id_in_both_orders() {
    let sale = "clickid=c1&eventid=A&sum=30&status=hold&time=@60";
    for later in [
        "eventid=A&status=confirmed&time=@120",
        "eventid=A&sum=30&status=confirmed&time=@120",
    ] {
        for order in [[sale, later], [later, sale]] {
            let world = world("update");
            order.iter().for_each(|query| drop(world.postback(query)));
            assert_eq!(world.told(), ["Purchase approved 30 USD 30 USD"], "{order:?}");
        }
    }
}

#[test]
fn a_refund_without_a_click_id_and_an_amount_goes_by_its_event_id() {
    let world = world("update");
    world.postback("clickid=c1&eventid=A&sum=30&status=confirmed");
    assert_eq!(world.postback("eventid=A&type=Refund"), "applied");
    assert_eq!(world.revenue(), "0");
    assert_eq!(world.postback("eventid=B&type=Refund"), "unattributed: no_click_id");
}

#[test]
fn an_event_id_of_two_clicks_leads_to_neither() {
    let world = world("update");
    world.record(&postback_test::click("c2"));
    assert_eq!(world.postback("clickid=c1&eventid=1001&sum=30"), "applied");
    assert_eq!(world.postback("clickid=c2&eventid=1001&sum=30"), "applied");
    assert_eq!(world.told().len(), 2, "two shops with order 1001");
    assert_eq!(
        world.postback("eventid=1001&status=rejected"),
        "unattributed: ambiguous_event_id"
    );
}

#[test]
fn a_receipt_and_an_event_id_of_one_text_are_two_things() {
    let world = world("update");
    world.postback("clickid=c1&eventid=X&sum=30");
    assert_eq!(world.postback("receipt=X&sum=5"), "unattributed: no_click_id");
}

#[test]
fn without_times_an_equal_message_is_a_duplicate_until_something_else_is_shown() {
    let world = world("update");
    let [approved, rejected] =
        ["approved", "rejected"].map(|word| format!("clickid=c1&eventid=A&sum=30&status={word}"));
    assert_eq!(world.postback(&approved), "applied");
    assert_eq!(world.postback(&approved), "duplicate");
    assert_eq!(world.postback(&rejected), "applied");
    assert_eq!(world.postback(&rejected), "duplicate");
    assert_eq!(world.revenue(), "0");
    for _ in 0..3 {
        assert_eq!(world.postback(&approved), "applied");
        assert_eq!(world.postback(&approved), "duplicate");
        assert_eq!(world.revenue(), "30");
        assert_eq!(world.postback(&rejected), "applied");
        assert_eq!(world.revenue(), "0");
    }
    assert_eq!(world.conversions().len(), 1);
}

#[test]
fn an_arrival_that_is_taken_in_once_more_is_no_news() {
    let world = world("update");
    let approved = world.postback_event("clickid=c1&eventid=A&sum=30&status=approved");
    world.ingest(&approved);
    world.postback("clickid=c1&eventid=A&sum=30&status=rejected");
    assert_eq!(world.ingest(&approved).0.outcome.as_str(), "duplicate", "a journal's");
    assert_eq!(world.revenue(), "0");
}

#[test]
fn a_message_of_another_time_that_says_what_is_shown_is_a_duplicate_and_fires_nothing() {
    let world = world("update");
    world.postback("clickid=c1&eventid=A&sum=30&time=@60");
    assert_eq!(
        world.postback("clickid=c1&eventid=A&sum=30&time=@120"),
        "duplicate: unchanged"
    );
    assert_eq!(world.deliveries().len(), 1);
    // It counts for the order in time all the same.
    assert_eq!(
        world.postback("clickid=c1&eventid=A&sum=30&status=rejected&time=@90"),
        "ignored: superseded"
    );
    assert_eq!(world.revenue(), "30");
}

#[test]
fn without_times_pending_never_overwrites_a_decision() {
    let world = world("update");
    world.postback("clickid=c1&eventid=A&sum=30&status=approved");
    for _ in 0..2 {
        world.postback("clickid=c1&eventid=A&sum=40&status=hold");
        assert_eq!(world.told(), ["Purchase approved 30 USD 30 USD"]);
    }
}

#[test]
fn an_amount_that_is_left_out_is_the_one_that_was_told_last() {
    let world = world("update");
    world.postback("clickid=c1&eventid=A&sum=30&status=hold");
    world.postback("clickid=c1&eventid=A&status=confirmed");
    assert_eq!(world.told(), ["Purchase approved 30 USD 30 USD"]);
    world.postback("clickid=c1&eventid=A&status=rejected");
    assert_eq!(world.told(), ["Purchase declined 30 USD (30 USD)"]);
    world.postback("clickid=c1&eventid=A&status=confirmed");
    assert_eq!(world.told(), ["Purchase approved 30 USD 30 USD"]);
}

#[test]
fn rebills_under_one_id_count_each_where_they_name_their_times() {
    let world = world("update");
    for day in 1..=3 {
        let query = format!("clickid=c1&eventid=S&type=Rebill&sum=10&time=@{}", day * 600);
        assert_eq!(world.postback(&query), "applied");
        assert_eq!(world.postback(&query), "duplicate");
    }
    assert_eq!(world.revenue(), "30");
}

#[test]
fn an_order_whose_first_message_is_in_time_is_followed_after_its_click_has_expired() {
    let mut document = with_policy("update", &[]);
    document["offer_source"][0]["click_expiration"] = "100s".into();
    let first = "clickid=c1&eventid=A&sum=30&status=pending&time=@60";
    let late = "clickid=c1&eventid=A&sum=30&time=@200";
    let worlds = [[first, late], [late, first]].map(|order| {
        let world = World::new(&document);
        order.iter().for_each(|query| drop(world.postback(query)));
        world
    });
    for world in worlds {
        assert_eq!(world.told(), ["Purchase approved 30 USD 30 USD"]);
    }
    let world = World::new(&document);
    assert_eq!(world.postback(late), "ignored: expired");
    assert_eq!(world.conversions().len(), 0);
}

#[test]
fn notifications_keep_their_own_meaning_under_update() {
    use postback_test::{TRACKED, notification, with};
    let world = World::new(&with(|d| d["offer_source"][1]["duplicates"] = "update".into()));
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    world.notify(&notification("BILL", "R1", 120, "5", TRACKED));
    world.notify(&notification("BILL", "R1", 180, "5", TRACKED));
    assert_eq!(world.revenue(), "20");
}

#[test]
fn a_source_of_postbacks_follows_orders_unless_it_says_otherwise() {
    let mut document = with_policy("update", &[]);
    document["offer_source"][0]
        .as_object_mut()
        .unwrap()
        .remove("duplicates");
    let world = World::new(&document);
    world.postback("clickid=c1&eventid=A&sum=30&status=pending");
    world.postback("clickid=c1&eventid=A&sum=30&status=approved");
    assert_eq!(world.told(), ["Purchase approved 30 USD 30 USD"]);
    // Without an id each message is one of its own.
    world.postback("clickid=c1&sum=1");
    world.postback("clickid=c1&sum=1");
    assert_eq!(world.told().len(), 3);
}
