//! **Attribution** by click id.

use postback::Decision;
use postback::plan::{Found, Outcome, Reason};
use postback_test::{TRACKED, World, after, click, document, notification, with};
use serde_json::json;

/// With a key that signs click ids.
fn signed() -> World {
    World::new(&with(|d| d["click_id"] = json!({"keys": ["env:CLICK_KEY"]})))
}

#[test]
fn the_first_candidate_that_is_known_is_the_click() {
    let world = World::new(&document());
    let text = notification("SALE", "R1", 60, "10", r#""trackingCodes":["nobody","cb"]"#);
    let plan = world.ingest(&world.notification_event(&text)).1.unwrap();
    assert_eq!(
        plan.trace.found,
        Some(Found::Candidate {
            index: 1,
            click: postback_test::click_id("cb")
        })
    );
}

#[test]
fn candidates_come_from_the_configured_places_only() {
    let world = World::new(&document());
    let clicks = |members: &str| -> Vec<String> {
        let event = world.notification_event(&notification("SALE", "R1", 60, "10", members));
        event.clicks.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        clicks(r#""trackingCodes":["a"],"vendorVariables":{"vtid":"b","page":"c"}"#),
        ["a", "b"]
    );
    assert_eq!(
        clicks(r#""affiliateTrackingParameters":{"extclid":"a","affSub1":"b","zzz":"c"}"#),
        ["a", "b"]
    );
    assert_eq!(clicks(r#""vendor":"a","customer":{"billing":{"email":"b"}}"#), [""; 0]);
    let named = World::new(&with(|d| {
        d["offer_source"][1]["click_id_from"] = json!(["vendorVariables.page"])
    }));
    let event = named.notification_event(&notification(
        "SALE",
        "R1",
        60,
        "10",
        r#""trackingCodes":["a"],"vendorVariables":{"page":"c"}"#,
    ));
    assert_eq!(event.clicks, [postback_test::click_id("c")]);
}

#[test]
fn a_link_in_a_notification_has_the_tracking_code_in_its_query() {
    let places = json!(["vendorVariables.ef-transaction-id", "lineItems[0].downloadUrl"]);
    let world = World::new(&with(|d| d["offer_source"][1]["click_id_from"] = places));
    let clicks = |members: &str| -> Vec<String> {
        let event = world.notification_event(&notification("SALE", "R1", 60, "10", members));
        event.clicks.iter().map(ToString::to_string).collect()
    };
    let bought = |url: &str| format!(r#""lineItems":[{{"itemNo":"1","accountAmount":10,"downloadUrl":"{url}"}}]"#);
    let thanks = "https://shop.example.com/thanks?item=1&cbpop=4C19ACEB";
    assert_eq!(
        clicks(&bought(&format!("{thanks}&cname=Zo%EB&vtid=a%2Db#top"))),
        ["a-b"]
    );
    assert_eq!(clicks(&bought(&format!("{thanks}&tid=a&vtid={{vtid}}"))), ["a"]);
    for none in [
        thanks.to_owned(),
        format!("{thanks}&vtid=a&vtid=b"),
        "https://shop.example.com/".to_owned(),
    ] {
        assert_eq!(clicks(&bought(&none)), [""; 0], "{none}");
    }
    let both = format!(
        r#""vendorVariables":{{"ef-transaction-id":"c"}},{}"#,
        bought(&format!("{thanks}&vtid=a"))
    );
    assert_eq!(clicks(&both), ["c", "a"]);
}

#[test]
fn a_vendors_variable_is_still_percent_encoded_and_an_unfilled_macro_is_none() {
    let world = World::new(&document());
    let members = r#""trackingCodes":["[TRACKING_CODES]"],"vendorVariables":{"vtid":"a%2Db"}"#;
    let event = world.notification_event(&notification("SALE", "R1", 60, "10", members));
    assert_eq!(event.clicks, [postback_test::click_id("a-b")]);
}

#[test]
fn at_most_sixteen_candidates_are_looked_up() {
    let world = World::new(&document());
    for count in [15, 16, 17] {
        let codes: Vec<String> = (0..count).map(|n| format!("\"code{n}\"")).collect();
        let members = format!(r#""trackingCodes":[{}]"#, codes.join(","));
        let event = world.notification_event(&notification("SALE", "R1", 60, "10", &members));
        assert_eq!(Decision::new(&world.tracker).needs(&event).clicks.len(), count.min(16));
    }
}

#[test]
fn our_own_id_is_found_in_either_case() {
    let world = signed();
    let id = world.credentials.click_ids().mint(after(0), [1, 2]);
    world.record(&{
        let mut click = click("c1");
        click.id = id.clone();
        click
    });
    assert_eq!(
        world.postback(&format!("clickid={}&sum=10", id.as_str().to_uppercase())),
        "applied"
    );
    assert_eq!(world.conversions()[0].click, id);
}

#[test]
fn anothers_id_matches_exactly() {
    let world = World::new(&document());
    assert_eq!(world.postback("clickid=C1&sum=10"), "unattributed: unknown_click");
    assert_eq!(world.postback("clickid=c1&sum=10"), "applied");
}

#[test]
fn no_click_id_an_unknown_click_and_anothers_click_are_stored_with_their_reason_and_fire_nothing() {
    for (query, reason) in [
        ("sum=10", Reason::NoClickId),
        ("clickid={clickid}&sum=10", Reason::NoClickId),
        ("clickid=nobody&sum=10", Reason::UnknownClick),
        ("clickid=foreign&sum=10", Reason::OtherSource),
        ("clickid=cb&sum=10", Reason::OtherSource),
    ] {
        let world = World::new(&document());
        assert_eq!(world.postback(query), format!("unattributed: {reason}"));
        assert_eq!(world.outcome(None), (Outcome::Unattributed, Some(reason)));
        assert!(world.told().is_empty() && world.sent().is_empty());
    }
}

#[test]
fn a_first_conversion_after_the_expiration_is_expired() {
    let world = World::new(&with(|d| d["offer_source"][0]["click_expiration"] = "1h".into()));
    for (seconds, answer) in [(3_599, "applied"), (3_600, "applied"), (3_601, "ignored: expired")] {
        assert_eq!(
            world.postback(&format!("clickid=c1&eventid=e{seconds}&sum=1&time=@{seconds}")),
            answer,
            "{seconds}"
        );
    }
    assert_eq!(world.told().len(), 2);
    assert!(world.events().iter().any(|row| row.outcome == Outcome::Expired));
}

#[test]
fn expiration_binds_no_upsell_rebill_or_reversal() {
    let world = World::new(&with(|d| d["offer_source"][1]["click_expiration"] = "1h".into()));
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    world.notify(&notification("BILL", "R1-B002", 9_000, "10", TRACKED));
    world.notify(&notification("RFND", "R1", 9_001, "-4", ""));
    world.notify(&notification("CANCEL-REBILL", "R1", 9_002, "0", ""));
    assert_eq!(world.told().len(), 4);
    assert_eq!(world.revenue(), "16");
}

#[test]
fn what_follows_an_expired_sale_waits_and_says_so() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let world = World::new(&with(|d| d["offer_source"][1]["click_expiration"] = "1h".into()));
        let texts = [
            notification("SALE", "R1", 3_601, "10", TRACKED),
            notification("BILL", "R1-B002", 9_000, "10", ""),
            notification("RFND", "R1", 9_001, "-10", ""),
        ];
        for index in order {
            world.notify(&texts[index]);
        }
        world.attribute();
        assert!(world.told().is_empty(), "{order:?}");
        let outcomes: Vec<_> = world.events().iter().map(|row| row.outcome).collect();
        assert_eq!(
            outcomes,
            [Outcome::Expired, Outcome::Unattributed, Outcome::Unattributed]
        );
    }
    let world = World::new(&with(|d| d["offer_source"][1]["click_expiration"] = "1h".into()));
    world.notify(&notification("SALE", "R1", 3_601, "10", TRACKED));
    assert_eq!(
        world.notify(&notification("BILL", "R1-B002", 9_000, "10", "")),
        "unattributed: sale_expired"
    );
    assert_eq!(
        world.notify(&notification("RFND", "R1", 9_001, "-10", "")),
        "unattributed: sale_expired"
    );
}

#[test]
fn a_campaign_that_is_gone_is_said_and_nothing_fires() {
    let world = World::new(&document());
    let world = world.reconfigured(&with(|d| d["campaign"][0]["id"] = "renamed".into()));
    assert_eq!(world.postback("clickid=c1&sum=10"), "applied: unknown_campaign");
    assert_eq!(world.revenue(), "10");
    assert_eq!(world.sent(), [""; 0]);
}

#[test]
fn an_event_of_a_source_that_is_gone_is_refused_by_name() {
    let world = World::new(&document());
    let event = world.postback_to("other", "clickid=foreign&sum=1");
    let world = world.reconfigured(&with(|d| {
        d["offer_source"].as_array_mut().unwrap().pop();
        d["offer"].as_array_mut().unwrap().pop();
    }));
    let facts = Default::default();
    let error = Decision::new(&world.tracker)
        .decide(&event, &facts, after(0))
        .unwrap_err();
    assert_eq!(error.to_string(), "offer source `other` is not configured");
}
