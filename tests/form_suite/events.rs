//! The events of forms are those of the later versions.

use crate::support::*;
use postback::{
    Event,
    event::{Assurance, Interface, Kind},
};
use serde_json::json;

fn sum(event: &Event) -> String {
    event
        .sum
        .map(|money| format!("{} {}", money.amount, money.currency))
        .unwrap_or_default()
}

fn clicks(event: &Event) -> Vec<&str> {
    event.clicks.iter().map(|click| click.as_str()).collect()
}

#[test]
fn a_rebill_is_an_event_with_its_receipts_and_its_click() {
    let event = account().made("rebill 2.1");
    assert_eq!(
        (event.interface, event.assurance),
        (Interface::Ins, Some(Assurance::Verified32))
    );
    assert_eq!(
        (event.kind.as_ref(), event.name.as_deref()),
        (Some(&Kind::Rebill), Some("BILL"))
    );
    assert_eq!(
        (event.at.unix_seconds(), event.timed, event.identified),
        (1_383_932_433, true, true)
    );
    assert_eq!(event.received_at.unix_seconds(), 1_400_000_000);
    assert_eq!(event.receipt.as_ref().unwrap().as_str(), "ABCD1234");
    assert_eq!((event.parent.as_ref(), event.test), (None, false));
    assert_eq!(sum(&event), "26.7 USD");
    assert_eq!(clicks(&event), ["c1"]);
}

#[test]
fn the_kind_is_that_of_the_later_versions_and_a_sale_with_a_parent_is_an_upsell() {
    for (name, kind) in [
        ("sale 1.0", Kind::Sale),
        ("upsell 2.1 in yen", Kind::Upsell),
        ("sale 3.0 by assumption", Kind::Sale),
        ("refund 4.0", Kind::Refund),
        ("abandoned order without a receipt", Kind::Abandoned),
        ("settings' test of 39 parameters", Kind::Test),
    ] {
        assert_eq!(account().made(name).kind, Some(kind), "{name}");
    }
    let upsell = account().made("upsell 2.1 in yen");
    assert_eq!(upsell.parent.unwrap().as_str(), "ABCD1234");
}

#[test]
fn the_test_of_the_settings_is_a_test_and_names_no_order() {
    let ping = account().made("settings' test of 39 parameters");
    assert_eq!(
        (ping.test, ping.receipt.is_none(), sum(&ping).as_str()),
        (true, true, "1 USD")
    );
    assert_eq!(ping.event_id, None);
    assert!(!ping.parameters.contains_key("eventid"), "asterisks are no id");
}

#[test]
fn the_amount_is_the_one_that_the_source_names() {
    let of_order = Account::new(json!({"amount": "order"}));
    assert_eq!(sum(&of_order.made("rebill 2.1")), "1127.99 RUB");
    assert_eq!(sum(&of_order.made("upsell 2.1 in yen")), "10000 JPY");
    let hundredths = Account::new(json!({"amount": "order", "legacy_zero_decimal": "hundredths"}));
    assert_eq!(sum(&hundredths.made("upsell 2.1 in yen")), "100 JPY");
    assert_eq!(sum(&account().made("upsell 2.1 in yen")), "26.7 USD");
    assert_eq!(sum(&account().made("refund 4.0")), "-26.7 USD");
}

#[test]
fn the_one_amount_of_1_is_in_dollars_whatever_the_source_asks_for() {
    for amount in ["account", "order"] {
        let account = Account::new(json!({"amount": amount, "currency": "EUR"}));
        assert_eq!(sum(&account.made("sale 1.0")), "27 USD", "{amount}");
    }
}

#[test]
fn an_amount_that_did_not_come_is_none() {
    assert_eq!(account().made("abandoned order without a receipt").sum, None);
}

#[test]
fn another_currency_is_assumed_where_none_is_named_and_never_for_one_that_cannot_be_read() {
    let of_order = Account::new(json!({"amount": "order", "currency": "EUR"}));
    let event = |text: Option<&str>| {
        let mut parameters = parameters("rebill 2.1");
        parameters.remove("ccurrency");
        parameters.extend(text.map(|text| ("ccurrency".into(), text.into())));
        of_order.form(&form(&signed(parameters)).verify(&key_ring(&[SECRET])).unwrap())
    };
    assert_eq!(sum(&event(Some("RUB")).unwrap()), "1127.99 RUB");
    for none in [None, Some("")] {
        assert_eq!(sum(&event(none).unwrap()), "1127.99 EUR");
    }
    assert_eq!(
        event(Some("RUBLE")).unwrap_err(),
        "`RUBLE` is not a currency code of three letters"
    );
}

#[test]
fn click_ids_come_from_the_links_code_and_from_what_stood_behind_it() {
    assert_eq!(clicks(&account().made("sale 1.0")), ["c1", "c2"]);
    let chosen = Account::new(json!({"click_id_from": ["cvendthru.vtid", "caffitid"]}));
    assert_eq!(clicks(&chosen.made("sale 1.0")), ["c2", "c1"]);
    assert_eq!(
        clicks(&Account::new(json!({"click_id_from": ["receipt"]})).made("sale 1.0")),
        ["ABCD1234"]
    );
}

#[test]
fn rows_read_by_the_paths_of_the_guides_and_by_own_names() {
    let account = Account::new(json!({"parameter": [
        {"name": "eventid", "macro": "{r}", "from": "receipt", "role": "event_id"},
        {"name": "product", "macro": "{r}", "from": "lineItems[0].productTitle"},
        {"name": "email", "macro": "{r}", "from": ["customer.billing.email", "customer.shipping.email"], "role": "email"},
        {"name": "x_skin", "macro": "{r}", "from": ["vendorVariables.skin", "cprodtype"]},
    ]}));
    let event = account.made("rebill 2.1");
    assert_eq!(event.event_id.as_deref(), Some("ABCD1234-B002"));
    assert_eq!(event.parameters["product"], *"Monthly");
    assert_eq!(event.parameters["x_skin"], *"RECURRING");
    assert_eq!(event.private["email"].expose(), "a@example.com");
    assert!(!event.parameters.contains_key("email"));
}

#[test]
fn what_echoes_the_link_may_be_an_unfilled_macro_and_what_does_not_is_a_value() {
    let row = |name: &str, from: &str| json!({"name": name, "macro": "{r}", "from": from});
    let account = Account::new(json!({"parameter": [
        row("x_code", "trackingCodes[0]"),
        row("x_own", "ctid"),
        row("x_tid", "vendorVariables.tid"),
        row("x_inner", "cvendthru.tid"),
        row("x_sub", "vendorVariables.sub"),
        row("x_title", "lineItems[0].productTitle"),
    ]}));
    let event = account.made("unfilled macros");
    assert!(event.clicks.is_empty());
    let kept: Vec<(&str, &str)> = event
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    // The first two are the template's.
    let template = [("eventid", "UPSELL99"), ("product", "{Best} Seller")];
    assert_eq!(
        kept,
        [&template[..], &[("x_sub", "z1"), ("x_title", "{Best} Seller")]].concat()
    );
}

#[test]
fn a_version_is_taken_only_by_name() {
    let of = |versions: serde_json::Value, name| {
        let account = Account::new(json!({"ins_versions": versions}));
        account.form(&verified(name)).map(drop)
    };
    assert_eq!(
        of(json!(["6.0", "7.0", "8.0"]), "rebill 2.1").unwrap_err(),
        "version `2.0` is not one of the source's `ins_versions`"
    );
    for (named, name) in [
        ("1.0", "sale 1.0"),
        ("2.0", "rebill 2.1"),
        ("2.1", "rebill 2.1"),
        ("3.0", "sale 3.0 by assumption"),
        ("4.0", "refund 4.0"),
        ("5.0", "sale 5.0 by assumption"),
    ] {
        assert_eq!(of(json!([named]), name), Ok(()), "{named}");
        let others = ["1.0", "2.0", "4.0", "5.0"]
            .into_iter()
            .filter(|other| !(*other == named || (named == "2.1" && *other == "2.0")));
        assert!(of(json!(others.collect::<Vec<_>>()), name).is_err(), "{named}");
    }
    assert_eq!(
        of(json!(["3.0"]), "rebill 2.1"),
        Ok(()),
        "nothing is known of 3.0: it may not name itself"
    );
    assert_eq!(
        of(json!(["1.0", "2.0", "2.1", "3.0", "4.0", "5.0"]), "newer than is known").unwrap_err(),
        "version `9.0` is not one of the source's `ins_versions`"
    );
}

#[test]
fn a_later_notification_is_decrypted_and_never_taken_as_an_old_version() {
    let plaintext =
        r#"{"transactionTime":"20131108T174033+0000","receipt":"R1","transactionType":"SALE","version":8.0}"#;
    assert_eq!(account().later(plaintext).assurance, Some(Assurance::Decrypted));
    let old = Account::new(json!({"ins_versions": ["4.0", "8.0"]}));
    assert_eq!(old.later(plaintext).kind, Some(Kind::Sale));
}

#[test]
fn the_assurance_is_kept_with_the_event_in_one_word() {
    let event = account().made("sale 1.0");
    let json = serde_json::to_value(&event).unwrap();
    assert_eq!(json["assurance"], "verified32");
    assert_eq!(
        serde_json::from_value::<Event>(json.clone()).unwrap().assurance,
        event.assurance
    );
    assert_eq!(Assurance::Verified32.as_str(), "verified (32 bits, legacy)");
    assert_eq!(Assurance::Decrypted.as_str(), "decrypted");
    assert_eq!(serde_json::to_value(Assurance::Decrypted).unwrap(), "decrypted");
}
