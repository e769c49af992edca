//! **Macros that nobody filled**, where a value is read that decides what a message is worth.

use postback::Query;
use postback::intake::Intake;
use postback_test::{World, document, with};
use serde_json::json;

const MACROS: [&str; 8] = [
    "{status}",
    "%7Bstatus%7D",
    "[STATUS]",
    "${status}",
    "%23status%23",
    "__STATUS__",
    "null",
    "%20{status}%20",
];

#[test]
fn an_unfilled_status_is_an_unknown_word_and_earns_nothing() {
    let others = with(|d| d["offer_source"][0]["statuses"] = json!({"*": "approved"}));
    for document in [document(), others] {
        for text in MACROS {
            let world = World::new(&document);
            let said = world.postback(&format!("clickid=c1&sum=30&eventid=A&status={text}"));
            assert_eq!(said, "applied: unknown_status", "{text}");
            assert_eq!(world.told(), ["Purchase other 30 USD (30 USD)"], "{text}");
        }
    }
}

#[test]
fn a_status_that_is_not_there_or_empty_is_the_default_one() {
    for query in ["clickid=c1&sum=30&eventid=A", "clickid=c1&sum=30&eventid=A&status="] {
        let world = World::new(&document());
        assert_eq!(world.postback(query), "applied");
        assert_eq!(world.told(), ["Purchase approved 30 USD 30 USD"]);
    }
}

#[test]
fn an_unfilled_status_may_be_mapped_as_any_other_word() {
    let world = World::new(&with(|d| {
        d["offer_source"][0]["statuses"] = json!({"{status}": "pending"});
    }));
    world.postback("clickid=c1&sum=30&status={status}");
    assert_eq!(world.told(), ["Purchase pending 30 USD (30 USD)"]);
}

#[test]
fn an_unfilled_type_is_no_sale() {
    let world = World::new(&document());
    assert_eq!(
        world.postback("clickid=c1&sum=30&eventid=A&type={goal}"),
        "applied: unknown_type"
    );
    assert_eq!(world.told(), ["{goal} approved none nothing"]);
}

#[test]
fn an_unfilled_currency_beside_an_amount_is_refused_until_the_source_says_what_it_means() {
    let read = |world: &World, query: &str| {
        let source = world.tracker.source(Some("net")).unwrap();
        let intake = Intake::new(source, &world.credentials, world.received()).assume_authorized();
        let read = intake.postback(&Query::parse(query.as_bytes()).unwrap());
        read.map(|(event, _)| event.sum.map(|sum| sum.to_string()))
            .map_err(|error| error.to_string())
    };
    let world = World::new(&document());
    let refused = read(&world, "clickid=c1&sum=30&currency={currency}").unwrap_err();
    assert!(
        refused.starts_with("parameter `currency` is not a currency code"),
        "{refused}"
    );
    // Without an amount there is nothing to mistake.
    assert_eq!(read(&world, "clickid=c1&currency={currency}"), Ok(None));
    assert_eq!(read(&world, "clickid=c1&sum=30&currency="), Ok(Some("30 USD".into())));
    let mended = World::new(&with(|d| {
        d["offer_source"][0]["currencies"] = json!({"{currency}": "EUR"});
    }));
    assert_eq!(
        read(&mended, "clickid=c1&sum=30&currency={currency}"),
        Ok(Some("30 EUR".into()))
    );
}

#[test]
fn an_unfilled_amount_is_none() {
    let world = World::new(&document());
    assert_eq!(world.postback("clickid=c1&sum={payout}"), "applied: no_amount");
}

#[test]
fn what_was_not_filled_is_named_with_its_parameter() {
    let world = World::new(&document());
    let query = Query::parse(b"clickid=c1&sum=1&status={status}&type=Purchase").unwrap();
    assert_eq!(
        world.tracker.source(Some("net")).unwrap().unfilled_hints(&query),
        [
            "`status` came as `{status}`, a macro that nobody filled; write the macro that the network has for it, or \
          leave `status` out"
        ]
    );
}

#[test]
fn an_event_id_that_nobody_filled_is_noted_and_said() {
    for (came, kept) in [
        ("{txid}", "{txid}"),
        ("@txid@", "@txid@"),
        ("%7Btxid%7D", "{txid}"),
        ("", ""),
        ("null", "null"),
    ] {
        let world = World::new(&document());
        let query = format!("clickid=c1&sum=30&eventid={came}");
        for number in 1..=2 {
            assert_eq!(world.postback(&query), "applied: no_event_id", "{came}");
            assert_eq!(world.told().len(), number, "{came}: nothing tells the two apart");
        }
        let row = &world.events()[0];
        assert_eq!(row.event.no_event_id.as_deref(), Some(kept), "{came}");
    }
    let world = World::new(&document());
    assert_eq!(
        world.postback("clickid=c1&sum=30"),
        "applied",
        "none was meant to be sent"
    );
    assert_eq!(
        world.postback("clickid=c1&sum=30&eventid={txid}&receipt=R1"),
        "applied",
        "known by its receipt"
    );
    assert_eq!(world.postback("clickid=c1&sum=30&eventid=A"), "applied");
    assert_eq!(
        world
            .events()
            .iter()
            .filter(|row| row.event.no_event_id.is_some())
            .count(),
        1
    );
}

#[test]
fn every_dialect_of_a_macro_has_the_same_hint() {
    let world = World::new(&document());
    for text in [
        "{status}",
        "@status@",
        "@@status@@",
        "$status$",
        "%%STATUS%%",
        "<<status>>",
        "{%status%}",
        "[STATUS]",
    ] {
        for name in ["status", "type", "eventid"] {
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let query = format!("clickid=c1&sum=1&{name}={encoded}");
            let query = Query::parse(query.as_bytes()).unwrap();
            let hints = world.tracker.source(Some("net")).unwrap().unfilled_hints(&query);
            assert_eq!(hints.len(), 1, "{name} {text}");
            assert!(
                hints[0].starts_with(&format!("`{name}` came as `{text}`, a macro")),
                "{hints:?}"
            );
        }
    }
}
