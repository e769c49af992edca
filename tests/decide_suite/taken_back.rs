//! **What is taken back without saying how much**, however much comes with it.

use postback::decide::MAX_TALLIES;
use postback_test::{World, with_policy};

fn world(policy: &str) -> World {
    let mut document = with_policy(policy, &[]);
    document["offer_source"][0]["template"] = "generic".into();
    document["offer_source"][0]["open_types"] = serde_json::json!(["InitiateCheckout"]);
    World::new(&document)
}

#[test]
fn however_many_pixels_a_click_has_what_is_taken_back_is_known() {
    let world = world("create");
    for number in 0..1_200 {
        let answer = world.postback(&format!(
            "clickid=c1&type=InitiateCheckout&eventid=p{number}&time=@{number}"
        ));
        assert_eq!(answer, "applied", "{number}");
    }
    for sale in 0..8 {
        world.postback(&format!(
            "clickid=c1&eventid=B{sale}&sum=30&status=confirmed&time=@2000"
        ));
        let refund = world.postback(&format!("clickid=c1&eventid=B{sale}&type=Refund&time=@2001"));
        assert_eq!(refund, "applied", "{sale}");
    }
    assert_eq!(world.revenue(), "0");
}

#[test]
fn what_takes_back_is_bounded_and_takes_no_room_from_orders() {
    let world = world("update");
    let refund = |number: usize| world.postback(&format!("clickid=c1&type=Refund&eventid=x{number}&time=@100"));
    for number in 0..MAX_TALLIES {
        assert_eq!(refund(number), "applied: nothing_to_take_back", "{number}");
    }
    assert_eq!(refund(MAX_TALLIES), "ignored: too_many_tallies");
    let sale = world.postback("clickid=c1&eventid=x999&sum=30&status=confirmed&time=@60");
    assert_eq!((sale.as_str(), world.revenue().as_str()), ("applied", "0"));
    world.postback("clickid=c1&eventid=order&sum=20&status=confirmed&time=@60");
    assert_eq!(world.revenue(), "20");
}
