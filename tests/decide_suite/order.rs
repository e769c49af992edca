//! **Order**: what the time of an event decides.

use postback_test::{World, with_policy};

#[test]
fn with_a_networks_time_the_later_status_stays_in_every_order() {
    for order in [[0, 1], [1, 0]] {
        let world = World::new(&with_policy("edit", &[]));
        let events = [
            "clickid=c1&eventid=a&sum=1&status=approved&time=@60",
            "clickid=c1&eventid=a&sum=1&status=pending&time=@61",
        ];
        for index in order {
            world.postback(events[index]);
        }
        assert_eq!(world.told(), ["Purchase pending 1 USD (1 USD)"], "{order:?}");
    }
}

#[test]
fn without_a_time_arrival_is_the_time() {
    let world = World::new(&with_policy("edit", &[]));
    world.postback("clickid=c1&eventid=a&sum=1");
    world.postback("clickid=c1&eventid=b&sum=2");
    assert_eq!(world.told(), ["Purchase approved 2 USD 2 USD"]);
}

#[test]
fn without_a_time_pending_never_overwrites_approved_or_declined() {
    for decided in ["approved", "declined"] {
        let world = World::new(&with_policy("edit", &[]));
        world.postback(&format!("clickid=c1&eventid=a&sum=1&status={decided}"));
        assert_eq!(
            world.postback("clickid=c1&eventid=a&sum=1&status=pending"),
            "ignored: superseded"
        );
        assert_eq!(world.conversions()[0].shown.status.as_str(), decided);
    }
}

#[test]
fn without_a_time_pending_never_overwrites_approved_or_declined_of_another_type() {
    for decided in ["approved", "declined"] {
        let world = World::new(&with_policy("create", &[("Lead", "edit"), ("Purchase", "edit")]));
        world.postback(&format!("clickid=c1&eventid=a&type=Lead&sum=1&status={decided}"));
        assert_eq!(
            world.postback("clickid=c1&eventid=b&type=Purchase&sum=9&status=pending"),
            "ignored: superseded"
        );
        assert_eq!(world.conversions()[0].shown.status.as_str(), decided);
    }
}

#[test]
fn without_a_time_declined_overwrites_approved() {
    let world = World::new(&with_policy("edit", &[]));
    world.postback("clickid=c1&eventid=a&sum=1&status=approved");
    world.postback("clickid=c1&eventid=a&sum=1&status=declined");
    assert_eq!(world.told(), ["Purchase declined 1 USD (1 USD)"]);
}

#[test]
fn of_two_events_of_one_time_the_later_arrival_is_last_in_every_order_in_which_they_are_decided() {
    let told = |order: [usize; 2]| {
        let world = World::new(&with_policy("edit", &[]));
        let events =
            ["a&sum=1", "b&sum=2"].map(|rest| world.postback_event(&format!("clickid=c1&time=@60&eventid={rest}")));
        for index in order {
            world.ingest(&events[index]);
        }
        world.told()
    };
    assert_eq!(told([0, 1]), told([1, 0]));
    assert_eq!(told([0, 1]), ["Purchase approved 2 USD 2 USD"]);
}
