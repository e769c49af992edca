//! What is taken back without an amount is what was booked, whatever the configuration of today
//! would make of the sale.

use postback::model::Duplicates;
use postback_test::{World, with_policy};
use serde_json::{Value, json};

const REFUND: &str = "clickid=c1&eventid=A&type=Refund&time=@120";

fn with(policy: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut document = with_policy(policy, &[]);
    document["offer_source"][0]["statuses"] = json!({"ok": "approved", "hold": "pending"});
    change(&mut document);
    document
}

fn policies() -> impl Iterator<Item = &'static str> {
    Duplicates::ALL.iter().map(|policy| policy.as_str())
}

fn same(_: &mut Value) {}

fn payout(amount: &str) -> impl FnOnce(&mut Value) + '_ {
    move |document| document["offer"][0]["payout"] = amount.into()
}

/// A sale under one configuration, its refund under another one.
fn refunded(sale: &str, before: &Value, after: &Value) -> World {
    let world = World::new(before);
    assert_eq!(
        world.postback(&format!("clickid=c1&eventid=A&time=@60&{sale}")),
        "applied"
    );
    let world = world.reconfigured(after);
    assert_eq!(world.postback(REFUND), "applied");
    world
}

#[test]
fn a_payout_that_was_changed_since_changes_nothing_of_what_is_taken_back() {
    for policy in policies() {
        let (before, after) = (with(policy, payout("30")), with(policy, payout("20")));
        let world = refunded("status=ok", &before, &after);
        assert_eq!(world.revenue(), "0", "{policy}");
        assert_eq!(
            world.told(),
            ["Purchase approved 30 USD 30 USD", "Refund declined -30 USD -30 USD"],
            "{policy}"
        );
    }
}

#[test]
fn a_status_map_that_was_changed_since_changes_nothing_of_what_is_taken_back() {
    for policy in policies() {
        let otherwise = with(policy, |d| d["offer_source"][0]["statuses"] = json!({"ok": "pending"}));
        let world = refunded("sum=30&status=ok", &with(policy, same), &otherwise);
        assert_eq!(world.revenue(), "0", "{policy}");
        // What was never counted is not taken back because its word means approved now.
        let world = World::new(&otherwise);
        world.postback("clickid=c1&eventid=A&time=@60&sum=30&status=ok");
        let world = world.reconfigured(&with(policy, same));
        assert_eq!(world.postback(REFUND), "applied: nothing_to_take_back", "{policy}");
        assert_eq!(world.revenue(), "0", "{policy}");
    }
}

#[test]
fn a_policy_that_was_changed_since_changes_nothing_of_what_is_taken_back() {
    for before in policies() {
        for after in policies() {
            let world = refunded("sum=30&status=ok", &with(before, same), &with(after, same));
            assert_eq!(world.revenue(), "0", "{before} -> {after}");
        }
    }
}

#[test]
fn of_amounts_that_were_added_up_each_id_takes_back_its_own() {
    for after in ["increment", "create", "update", "edit"] {
        let world = World::new(&with("increment", same));
        for (id, sum, time) in [("A", 30, 60), ("B", 50, 70), ("C", 8, 80)] {
            let query = format!("clickid=c1&eventid={id}&sum={sum}&status=ok&time=@{time}");
            assert_eq!(world.postback(&query), "applied");
        }
        let world = world.reconfigured(&with(after, same));
        assert_eq!(world.postback("clickid=c1&eventid=B&type=Refund&time=@120"), "applied");
        assert_eq!(world.revenue(), "38", "{after}");
        assert_eq!(world.postback(REFUND), "applied");
        assert_eq!(world.revenue(), "8", "{after}");
    }
}

#[test]
fn a_type_that_is_no_money_any_more_is_taken_back_as_it_was_booked() {
    let info = with("create", |d| d["conversion_type"][1]["counts"] = "info".into());
    let world = refunded("type=Lead&sum=30&status=ok", &with("create", same), &info);
    assert_eq!(world.revenue(), "0");
}

#[test]
fn a_correction_after_the_change_corrects_what_was_taken_back() {
    let (before, after) = (with("update", payout("30")), with("update", payout("20")));
    let world = refunded("status=ok", &before, &after);
    world.postback("clickid=c1&eventid=A&sum=25&status=ok&time=@180");
    assert_eq!(
        world.told(),
        ["Refund declined -25 USD -25 USD", "Purchase approved 25 USD 25 USD"]
    );
}

#[test]
fn a_type_that_ceases_to_count_leaves_nothing_to_take_back() {
    for refund in ["", "&sum=30"] {
        for policy in policies() {
            let step = with(policy, |d| d["conversion_type"][0]["counts"] = "step".into());
            let world = World::new(&with(policy, same));
            world.postback("clickid=c1&eventid=A&time=@60&sum=30&status=ok");
            world.postback(&format!("{REFUND}{refund}"));
            assert_eq!(world.revenue(), "0", "{policy}{refund}");
            let world = world.reconfigured(&step);
            for (time, sum) in [(180, 30), (50, 30), (240, 20)] {
                world.postback(&format!("clickid=c1&eventid=A&time=@{time}&sum={sum}&status=hold"));
                assert_eq!(world.revenue(), "0", "{policy}{refund} {time}");
            }
        }
    }
}

#[test]
fn what_a_policy_replaced_is_not_taken_back_where_the_next_one_adds_up() {
    let sale = |id: &str, sum: u32, time: u32| format!("clickid=c1&eventid={id}&sum={sum}&status=ok&time=@{time}");
    for before in ["edit", "ignore"] {
        for earlier in [60, 30] {
            let world = World::new(&with(before, same));
            world.postback(&sale("A", 30, 40));
            world.postback(&sale("A", 30, earlier));
            world.postback(&sale("B", 20, 70));
            let world = world.reconfigured(&with("increment", same));
            world.postback(&sale("A", 50, 80));
            assert_eq!(
                world.revenue(),
                "80",
                "{before} {earlier}: the first one and what is added"
            );
            world.postback("clickid=c1&eventid=B&type=Refund&time=@110");
            assert_eq!(world.revenue(), "80", "{before} {earlier}: B was never added");
            world.postback(REFUND);
            assert_eq!(world.revenue(), "0", "{before} {earlier}");
        }
    }
}
