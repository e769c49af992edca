//! **Identity**: which messages are the same one.

use postback::Event;
use postback::delivery::Cause;
use postback_test::{TRACKED, World, document, notification, with, with_policy};

fn world() -> World {
    World::new(&document())
}

#[test]
fn a_notification_that_is_sent_again_is_a_duplicate() {
    let world = world();
    let again = |attempt| format!(r#"{TRACKED},"attemptCount":{attempt}"#);
    assert_eq!(
        world.notify(&notification("SALE", "R1", 60, "10", &again(1))),
        "applied"
    );
    assert_eq!(
        world.notify(&notification("SALE", "R1", 60, "10", &again(2))),
        "duplicate"
    );
    assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
}

#[test]
fn each_part_of_a_notifications_identity_makes_another_event() {
    let world = world();
    let of = |text: &str| world.notification_event(text).id;
    let plain = notification("SALE", "R1", 60, "10", r#""lineItems":[{"itemNo":"1"},{"itemNo":"2"}]"#);
    let same = of(&plain);
    assert_eq!(
        of(&plain.replace(r#"{"itemNo":"1"},{"itemNo":"2"}"#, r#"{"itemNo":"2"},{"itemNo":"1"}"#)),
        same
    );
    assert_eq!(
        of(&plain.replace("\"totalAccountAmount\":10", "\"totalAccountAmount\":11")),
        same
    );
    for (part, other) in [
        ("\"R1\"", "\"R2\""),
        ("\"R1\"", "\"R1-B002\""),
        ("\"SALE\"", "\"RFND\""),
        ("VENDOR", "AFFILIATE"),
        ("+0000", "+0100"),
        (r#"{"itemNo":"2"}"#, r#"{"itemNo":"3"}"#),
    ] {
        assert_ne!(of(&plain.replace(part, other)), same, "{other}");
    }
}

#[test]
fn a_notification_without_a_receipt_is_known_by_its_text_but_for_the_attempt() {
    let world = world();
    let text = |attempt, product| {
        format!(
            r#"{{"transactionTime":"20260401T000100+0000","transactionType":"ABANDONED_ORDER","version":8.0,
               "attemptCount":{attempt},"lineItems":[{{"productTitle":"{product}"}}]}}"#
        )
    };
    let of = |attempt, product| world.notification_event(&text(attempt, product)).id;
    assert_eq!(of(1, "Book"), of(2, "Book"));
    assert_ne!(of(1, "Book"), of(1, "Pen"));
}

#[test]
fn a_postback_with_an_event_id_is_the_same_until_its_type_status_amount_or_currency_changes() {
    let world = world();
    let of = |query: &str| world.postback_event(query).id;
    let same = of("clickid=c1&eventid=e1&type=Purchase&status=pending&sum=10&currency=USD");
    assert_eq!(
        of("clickid=c1&eventid=e1&type=Purchase&status=pending&sum=10.00&currency=usd&sub1=x"),
        same
    );
    for other in [
        "clickid=c1&eventid=e2&type=Purchase&status=pending&sum=10&currency=USD",
        "clickid=c1&eventid=e1&type=Upsell&status=pending&sum=10&currency=USD",
        "clickid=c1&eventid=e1&type=Purchase&status=approved&sum=10&currency=USD",
        "clickid=c1&eventid=e1&type=Purchase&status=pending&sum=11&currency=USD",
        "clickid=c1&eventid=e1&type=Purchase&status=pending&sum=10&currency=EUR",
    ] {
        assert_ne!(of(other), same, "{other}");
    }
}

#[test]
fn a_receipt_names_a_postback_that_has_no_event_id() {
    let world = world();
    let of = |query: &str| world.postback_event(query);
    let one = of("clickid=c1&receipt=R1&sum=10");
    assert!(one.identified);
    assert_eq!(of("clickid=c1&receipt=R1&sum=10").id, one.id);
    assert_ne!(of("clickid=c1&receipt=R2&sum=10").id, one.id);
    assert_ne!(of("clickid=c1&eventid=R1&sum=10").id, one.id);
}

#[test]
fn a_postback_with_neither_id_is_an_event_of_its_own_each_time() {
    let world = world();
    let event = world.postback_event("clickid=c1&sum=10");
    assert!(!event.identified);
    assert_eq!(world.postback("clickid=c1&sum=10"), "applied");
    assert_eq!(world.postback("clickid=c1&sum=10"), "applied");
    assert_eq!(world.told().len(), 2);
}

#[test]
fn two_sources_never_share_an_event() {
    let world = world();
    let query = "eventid=e1&sum=10";
    assert_ne!(world.postback_event(query).id, world.postback_to("other", query).id);
}

#[test]
fn ids_of_notifications_of_one_time_lie_together() {
    let world = world();
    let of = |receipt, seconds| {
        world
            .notification_event(&notification("SALE", receipt, seconds, "1", ""))
            .id
    };
    assert!(of("Z", 1) < of("A", 100_000));
}

#[test]
fn a_postback_with_the_same_id_and_another_time_is_news() {
    let world = World::new(&with_policy("create", &[]));
    for time in ["&time=@60", "&time=@120", ""] {
        let query = format!("clickid=c1&eventid=a&sum=1{time}");
        assert_eq!(world.postback(&query), "applied", "{time}");
        assert_eq!(world.postback(&query), "duplicate", "{time}");
    }
    assert_eq!(world.revenue(), "3");
}

#[test]
fn two_equal_refunds_with_times_take_back_twice() {
    let world = world();
    world.postback("clickid=c1&eventid=a&sum=30&time=@60");
    for time in [120, 180] {
        let refund = format!("clickid=c1&eventid=a&type=Refund&sum=10&time=@{time}");
        assert_eq!(world.postback(&refund), "applied");
        assert_eq!(world.postback(&refund), "duplicate");
    }
    assert_eq!(world.revenue(), "10");
}

#[test]
fn a_time_that_is_over_a_day_ahead_is_taken_as_received() {
    let world = world();
    let at = |query: &str| {
        let event = world.postback_event(query);
        (event.timed, event.at == event.received_at)
    };
    // Events of this world arrive an hour after the click.
    assert_eq!(at("clickid=c1&eventid=a&sum=1&time=@90000"), (true, false));
    assert_eq!(at("clickid=c1&eventid=a&sum=1&time=@100000"), (false, true));
    let of = |query: &str| world.postback_event(query).id;
    assert_eq!(
        of("clickid=c1&eventid=a&sum=1&time=@100000"),
        of("clickid=c1&eventid=a&sum=1&time=@200000"),
        "a clock that is wrong names nothing"
    );
}

#[test]
fn two_clicks_with_one_event_id_have_made_two_sales() {
    for policy in ["create", "ignore_event_id", "update"] {
        let world = World::new(&with_policy(policy, &[]));
        world.record(&postback_test::click("c2"));
        for click in ["c1", "c2"] {
            let query = format!("clickid={click}&eventid=3&sum=30");
            assert_eq!(world.postback(&query), "applied", "{policy}");
            assert_eq!(world.postback(&query), "duplicate", "{policy}");
        }
        assert_eq!(world.revenue(), "60", "{policy}");
    }
}

#[test]
fn what_is_left_out_is_what_is_meant_then() {
    let world = world();
    let of = |query: &str| world.postback_event(query).id;
    let same = of("clickid=c1&eventid=a&sum=1");
    for told in [
        "currency=USD",
        "type=Purchase",
        "status=approved",
        "type=Purchase&status=approved&currency=usd",
    ] {
        assert_eq!(of(&format!("clickid=c1&eventid=a&sum=1&{told}")), same, "{told}");
    }
    for other in ["currency=EUR", "type=Lead", "status=pending"] {
        assert_ne!(of(&format!("clickid=c1&eventid=a&sum=1&{other}")), same, "{other}");
    }
}

#[test]
fn a_status_that_an_offer_leaves_open_is_no_approval() {
    let world = World::new(&with(|d| d["offer"][0]["default_status"] = "pending".into()));
    world.postback("clickid=c1&eventid=a&sum=1");
    assert_eq!(world.postback("clickid=c1&eventid=a&sum=1&status=approved"), "applied");
    assert_eq!(world.revenue(), "1");
}

#[test]
fn a_parameter_with_the_role_of_an_event_id_names_its_postback() {
    let world = World::new(&with(|d| {
        d["offer_source"][0]["parameter"] = serde_json::json!([{"name": "txid", "role": "event_id"}]);
    }));
    let event = world.postback_event("clickid=c1&txid=a&sum=1");
    assert_eq!((event.identified, event.event_id.as_deref()), (true, Some("a")));
}

/// Each of the two URLs of a ClickBank account has a version of its own: 6 writes times in the
/// extended format, 7 and 8 in the basic one (INS pages, "transactionTime").
#[test]
fn one_sale_as_version_6_and_as_version_8_is_a_duplicate() {
    for order in [[0, 1], [1, 0]] {
        let world = world();
        let eight = notification("SALE", "R1", 60, "10", TRACKED);
        let six = eight
            .replace("20260401T000100+0000", "2026-03-31T17:01:00-07:00")
            .replace("\"version\":8.0", "\"version\":6.0");
        let texts = [eight, six];
        assert_ne!(texts[0], texts[1]);
        assert_eq!(order.map(|index| world.notify(&texts[index])), ["applied", "duplicate"]);
        assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
    }
}

#[test]
fn two_rebills_without_event_ids_are_two_events_of_one_receipt() {
    let world = World::new(&with(|d| d["offer_source"][1]["truth"] = "s2s".into()));
    let ingest = |query: &str| world.ingest(&world.postback_to("clickbank", query)).0.outcome.as_str();
    assert_eq!(ingest("clickid=cb&type=PURCHASE&sum=10&receipt=R1"), "applied");
    assert_eq!(ingest("type=Rebill&sum=5&receipt=R1-B002"), "applied");
    assert_eq!(ingest("type=Rebill&sum=5&receipt=R1-B003"), "applied");
    assert_eq!(ingest("type=Rebill&sum=5&receipt=R1-B003"), "duplicate");
    assert_eq!(world.revenue(), "20");
    let receipts = world
        .conversions()
        .into_iter()
        .map(|row| row.shown.into_inner().receipt.unwrap().to_string());
    assert!(receipts.eq(["R1", "R1", "R1"]));
}

fn conversions_of(policy: &str, queries: &[&str]) -> Vec<String> {
    let world = World::new(&with_policy(policy, &[]));
    queries.iter().for_each(|query| {
        world.postback(query);
    });
    world.conversions().iter().map(|row| row.id.to_string()).collect()
}

#[test]
fn ignore_and_increment_have_the_conversion_of_click_and_type_whichever_event_makes_it() {
    for policy in ["ignore", "increment", "edit"] {
        let one = conversions_of(policy, &["clickid=c1&eventid=a&sum=1"]);
        assert_eq!(one, conversions_of(policy, &["clickid=c1&eventid=b&sum=2"]), "{policy}");
        assert_ne!(
            one,
            conversions_of(policy, &["clickid=c1&eventid=a&type=Lead"]),
            "{policy}"
        );
    }
}

#[test]
fn ignore_by_event_id_has_the_conversion_of_click_type_and_event_id() {
    let of = |query| conversions_of("ignore_event_id", &[query]);
    assert_eq!(of("clickid=c1&eventid=a&sum=1"), of("clickid=c1&eventid=a&sum=2"));
    assert_ne!(of("clickid=c1&eventid=a&sum=1"), of("clickid=c1&eventid=b&sum=1"));
}

#[test]
fn types_that_are_edited_share_one_conversion_of_the_click() {
    let document = with_policy("create", &[("Lead", "edit"), ("Purchase", "edit")]);
    let of = |query| {
        let world = World::new(&document);
        world.postback(query);
        world.conversions()[0].id.clone()
    };
    assert_eq!(
        of("clickid=c1&eventid=a&type=Lead"),
        of("clickid=c1&eventid=b&type=Purchase")
    );
}

#[test]
fn create_has_the_conversion_of_the_event() {
    let of = |query| conversions_of("create", &[query]);
    assert_eq!(of("clickid=c1&eventid=a&sum=1"), of("clickid=c1&eventid=a&sum=1"));
    assert_ne!(of("clickid=c1&eventid=a&sum=1"), of("clickid=c1&eventid=b&sum=1"));
}

#[test]
fn ids_are_26_characters_of_lower_case_base32() {
    let world = world();
    world.postback("clickid=c1&eventid=a&sum=1");
    let row = &world.deliveries()[0].delivery;
    let Cause::Postback { conversion, event, .. } = &row.cause else {
        panic!("a decision makes postbacks: {row:?}");
    };
    for id in [row.id.as_str(), conversion.as_str(), event.as_str()] {
        assert_eq!(id.len(), 26);
        assert!(
            id.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)),
            "{id}"
        );
    }
}

#[test]
fn a_decision_that_is_made_again_gives_the_same_plan() {
    let plan = |event: &Event| {
        let world = world();
        world.ingest(event).1.unwrap()
    };
    let event = world().postback_event("clickid=c1&eventid=a&sum=1&time=@60");
    assert_eq!(plan(&event), plan(&event));
}

#[test]
fn a_deliverys_id_depends_on_the_namespace_the_campaign_and_the_postback() {
    let id = |document: &serde_json::Value| {
        let world = World::new(document);
        world.postback("clickid=c1&eventid=a&sum=1");
        world.deliveries()[0].delivery.id.clone()
    };
    let same = id(&document());
    assert_eq!(id(&document()), same);
    let renamed = with(|d| d["campaign"][0]["postback"][0]["id"] = "renamed".into());
    assert_ne!(id(&renamed), same);
    let retitled = with(|d| d["campaign"][0]["title"] = "Another title".into());
    assert_eq!(id(&retitled), same);
}
