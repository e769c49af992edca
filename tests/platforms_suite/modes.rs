//! The further modes: Google's Ads API and Microsoft's offline conversions. The exact requests, the
//! times that are told, and what takes a conversion back.

use crate::world::{at, batched, click, decided_event, event, now, sent, tracker, verdict};
use postback::adjustment::{Adjustment, Change, NotAdjusted, Sale, write};
use postback::conversion_api::Account;
use postback::delivery::Delivery;
use postback::{Click, Decision, Facts, Money, Plan, Timestamp, Tracker};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// An account of each of the two modes.
pub(crate) const MODES: &str = r#"
[[conversion_api]]
id = "ads"
platform = "google"
mode = "ads_api"
account = "123-456-7890"
login_account = "111-222-3333"
token = "env:GOOGLE_TOKEN"
developer_token = "env:ADS_DEVELOPER_TOKEN"
event_id = "{order_id}"
events = { Purchase = "987654321", Lead = "987654322" }

[[conversion_api]]
id = "off"
platform = "microsoft"
mode = "offline"
account = "7770001"
customer = "2345678"
token = "env:MS_TOKEN"
developer_token = "env:MS_DEVELOPER_TOKEN"
events = { Purchase = "Book sale", Upsell = "Book sale", Lead = "Letter" }
"#;

/// A campaign that tells both everything.
pub(crate) const MODES_CAMPAIGN: &str = r#"
[[campaign]]
id = "summer"
channel = "ads"
path = [{ offers = [{ offer = "book" }] }]
[[campaign.conversion_api]]
id = "to-google_ads"
api = "ads"
[[campaign.conversion_api]]
id = "to-microsoft_offline"
api = "off"
"#;

/// A vector: a sale, and the item by which the platform is told of it, or of a change of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    interface: String,
    at: Timestamp,
    clicked: Timestamp,
    query: String,
    change: Option<String>,
    changed: Option<Timestamp>,
    item: Value,
    #[expect(dead_code, reason = "it is for people")]
    origin: String,
}

fn modes() -> Tracker {
    tracker(MODES, MODES_CAMPAIGN)
}

/// The delivery that a rule makes of a sale at a time.
fn sold(tracker: &Tracker, click: &Click, query: &str, at: Timestamp, interface: &str) -> Delivery {
    let mut sale = event(tracker, query);
    sale.at = at;
    let plan = decided_at(tracker, click, &sale, at);
    delivery(&plan, interface)
}

fn decided_at(tracker: &Tracker, click: &Click, event: &postback::Event, now: Timestamp) -> Plan {
    let mut facts = Facts::default();
    let known = postback::plan::ClickFacts {
        version: 1,
        click: Some(click.clone()),
        tallies: vec![],
    };
    facts.clicks.insert(click.id.clone(), known);
    Decision::new(tracker).decide(event, &facts, now).unwrap()
}

fn delivery(plan: &Plan, interface: &str) -> Delivery {
    crate::world::delivery(plan, &format!("to-{interface}")).clone()
}

fn account<'t>(tracker: &'t Tracker, interface: &str) -> &'t Account {
    let mut accounts = tracker.conversion_apis();
    accounts.find(|account| account.interface() == interface).unwrap()
}

fn money(text: &str) -> Money {
    Money {
        amount: text.parse().unwrap(),
        currency: "USD".parse().unwrap(),
    }
}

/// The only item of the request that is sent for a delivery.
fn item(delivery: &Delivery) -> Value {
    let (_, _, body) = sent(&batched([delivery.clone()]));
    let body: Value = serde_json::from_str(&body).unwrap();
    let mut lists = body.as_object().unwrap().values().filter_map(Value::as_array);
    lists.next().unwrap()[0].clone()
}

/// An adjustment as the delivery that the outbox would have.
fn told(sale: &Delivery, adjustment: &Adjustment) -> Delivery {
    let mut delivery = sale.clone();
    delivery.outbound = adjustment.outbound.clone();
    delivery.private = adjustment.private.clone();
    delivery
}

fn adjusted(tracker: &Tracker, sale: &Delivery, change: Change, at: Timestamp) -> Result<Adjustment, NotAdjusted> {
    let item = sale.outbound.item.as_ref().unwrap();
    let known = Sale {
        item,
        private: &sale.private,
        adjusted_at: None,
    };
    let of = |account: &&Account| sale.lane == *account.lane();
    write(tracker.conversion_apis().find(of).unwrap(), &known, change, at, at)
}

#[test]
fn every_vector_of_the_two_modes_agrees() {
    let tracker = modes();
    for line in include_str!("../vectors/conversion_api/modes.jsonl").lines() {
        let vector: Vector = serde_json::from_str(line).unwrap();
        let mut click = click();
        click.at = vector.clicked;
        let sale = sold(&tracker, &click, &vector.query, vector.at, &vector.interface);
        let change = vector.change.as_deref().map(|change| match change {
            "retract" => Change::Retract,
            total => Change::Restate(money(total)),
        });
        let told = match change {
            None => sale,
            Some(change) => told(
                &sale,
                &adjusted(&tracker, &sale, change, vector.changed.unwrap()).unwrap(),
            ),
        };
        assert_eq!(item(&told), vector.item, "{}", vector.name);
    }
}

#[test]
fn the_ads_api_is_told_a_click_conversion_under_the_managers_account() {
    let tracker = modes();
    let query = "sum=8.50&order=A-77&email=John.Smith%2Bads%40Gmail.com&fname=Mary&zip=94045";
    let plan = decided_event(&tracker, &click(), &event(&tracker, query));
    let told = delivery(&plan, "google_ads");
    let (url, headers, body) = sent(&batched([told.clone()]));
    assert_eq!(
        url,
        "https://googleads.googleapis.com/v26/customers/1234567890:uploadClickConversions"
    );
    for (name, value) in [
        ("authorization", "Bearer ya29.token"),
        ("developer-token", "ads-developer"),
        ("login-customer-id", "1112223333"),
    ] {
        assert!(headers.contains(&(name.to_string(), value.to_string())), "{name}");
    }
    assert_eq!(
        body,
        concat!(
            r#"{"conversions":[{"gclid":"EAIaIQobChMI","conversionAction":"customers/1234567890/conversionActions/987654321","#,
            r#""conversionDateTime":"2026-03-08 10:00:00+00:00","conversionValue":8.5,"currencyCode":"USD","orderId":"A-77","#,
            r#""userIdentifiers":[{"hashedEmail":"3586de92bb3636d0885a12eff961429a32e4ebd764b96f50d85d016f9338d586"}]}],"#,
            r#""partialFailure":true}"#
        )
    );
    // Six hours after the click, which was at 09:00:00.125.
    assert_eq!(told.not_before, Some(at("2026-03-08T15:00:00.125Z")));
    assert_eq!(told.not_after, None);
}

#[test]
fn offline_conversions_are_told_with_the_numbers_of_customer_and_account() {
    let tracker = modes();
    let plan = decided_event(
        &tracker,
        &click(),
        &event(&tracker, "sum=8.50&order=A-77&email=john%40contoso.com"),
    );
    let told = delivery(&plan, "microsoft_offline");
    let (url, headers, body) = sent(&batched([told.clone()]));
    assert_eq!(
        url,
        "https://campaign.api.bingads.microsoft.com/CampaignManagement/v13/OfflineConversions/Apply"
    );
    for (name, value) in [
        ("authorization", "Bearer ms-token"),
        ("DeveloperToken", "ms-developer"),
        ("CustomerId", "2345678"),
        ("CustomerAccountId", "7770001"),
    ] {
        assert!(headers.contains(&(name.to_string(), value.to_string())), "{name}");
    }
    assert_eq!(
        body,
        concat!(
            r#"{"OfflineConversions":[{"MicrosoftClickId":"4f5a0ea9cd1b11eb8dcd0242ac130003","ConversionName":"Book sale","#,
            r#""ConversionTime":"2026-03-08T10:00:00Z","ConversionValue":8.5,"ConversionCurrencyCode":"USD","#,
            r#""HashedEmailAddress":"ec81f3ac7b2b19675bab9d54cf416f9f18cff87c97da5cca82c0f0891bc40602"}]}"#
        )
    );
    // Ninety days after the conversion, less five minutes.
    assert_eq!(told.not_before, None);
    assert_eq!(told.not_after, Some(at("2026-06-06T09:55:00.250Z")));
}

#[test]
fn a_conversion_without_money_is_told_with_the_value_zero() {
    let plan = decided_event(&modes(), &click(), &event(&modes(), "type=Lead&order=A"));
    assert_eq!(item(&delivery(&plan, "google_ads"))["conversionValue"], 0);
    let offline = item(&delivery(&plan, "microsoft_offline"));
    assert_eq!(
        (&offline["ConversionValue"], &offline["ConversionName"]),
        (&0.into(), &"Letter".into())
    );
}

#[test]
fn one_click_id_is_told_the_one_that_says_most() {
    let channel = "[[traffic_channel.parameter]]\nslot = \"sub1\"\nname = \"gbraid\"\nrole = \"gbraid\"\n\
                   [[traffic_channel.parameter]]\nslot = \"sub2\"\nname = \"wbraid\"\nrole = \"wbraid\"\n";
    let tracker = tracker(&format!("{channel}{MODES}"), MODES_CAMPAIGN);
    let mut click = click();
    click.subs.insert(1, "0AAAAAo-b".into());
    click.subs.insert(2, "Cj8KC-w".into());
    let told = |click: &Click| {
        let plan = decided_event(&tracker, click, &event(&tracker, "sum=1&order=A"));
        let item = item(&delivery(&plan, "google_ads"));
        let ids = ["gclid", "gbraid", "wbraid"].into_iter();
        ids.filter(|name| item.get(name).is_some()).collect::<Vec<_>>()
    };
    assert_eq!(told(&click), ["gclid"]);
    click.subs.remove(&19);
    assert_eq!(told(&click), ["gbraid"]);
    click.subs.remove(&1);
    assert_eq!(told(&click), ["wbraid"]);
}

#[test]
fn consent_is_told_in_the_words_of_the_ads_api() {
    let accounts = MODES.replacen(
        "event_id =",
        "consent = { ad_user_data = \"granted\", ad_personalization = \"denied\" }\nevent_id =",
        1,
    );
    let tracker = tracker(&accounts, MODES_CAMPAIGN);
    let plan = decided_event(&tracker, &click(), &event(&tracker, "sum=1&order=A"));
    let consent = &item(&delivery(&plan, "google_ads"))["consent"];
    assert_eq!(
        *consent,
        serde_json::json!({"adUserData": "GRANTED", "adPersonalization": "DENIED"})
    );
}

#[test]
fn only_hashes_of_address_and_number_are_told_and_nothing_of_the_visitor() {
    let tracker = modes();
    let query = format!("sum=1&order=A{}", crate::world::PERSON);
    let plan = decided_event(&tracker, &click(), &event(&tracker, &query));
    for interface in ["google_ads", "microsoft_offline"] {
        let told = delivery(&plan, interface);
        assert_eq!(told.private.keys().collect::<Vec<_>>(), ["user_data"]);
        let text = item(&told).to_string();
        for never in ["203.0.113.7", "Mozilla", "94045", "onversionEnvironment", "session"] {
            assert!(!text.contains(never), "{never} in {text}");
        }
        // What has expired vanishes, and the click id still names the conversion.
        let mut expired = told.clone();
        expired.private.clear();
        assert!(!item(&expired).to_string().contains("ashed"), "{interface}");
    }
}

#[test]
fn without_click_id_and_person_nothing_is_told() {
    let tracker = modes();
    let mut click = click();
    click.subs = [].into();
    let plan = decided_event(&tracker, &click, &event(&tracker, "sum=1&order=A&fname=Mary"));
    for interface in ["google_ads", "microsoft_offline"] {
        let said = verdict(&plan, &format!("to-{interface}"));
        assert!(said.starts_with("too_little_user_data: "), "{said}");
    }
}

#[test]
fn an_offline_conversion_of_over_ninety_days_is_not_queued() {
    let tracker = modes();
    let mut old = event(&tracker, "sum=1&order=A");
    old.at = at("2025-12-08T10:00:00Z");
    let mut click = click();
    click.at = at("2025-12-08T09:00:00Z");
    old.received_at = now();
    let plan = decided_event(&tracker, &click, &old);
    assert_eq!(
        verdict(&plan, "to-microsoft_offline"),
        "too_old: microsoft takes no event that is over 90 days old"
    );
    assert_eq!(verdict(&plan, "to-google_ads"), "fired");
}

#[test]
fn a_type_that_events_does_not_name_is_told_to_neither() {
    let plan = decided_event(&modes(), &click(), &event(&modes(), "type=rebill&sum=1&order=A"));
    for interface in ["google_ads", "microsoft_offline"] {
        assert!(verdict(&plan, &format!("to-{interface}")).starts_with("no_event: "));
    }
}

#[test]
fn a_conversion_before_its_click_is_told_a_second_after_the_click_and_the_trace_says_so() {
    let tracker = modes();
    let mut early = event(&tracker, "sum=1&order=A");
    early.at = at("2026-03-08T08:59:30Z");
    let plan = decided_event(&tracker, &click(), &early);
    assert_eq!(
        item(&delivery(&plan, "google_ads"))["conversionDateTime"],
        "2026-03-08 09:00:01+00:00"
    );
    assert_eq!(
        item(&delivery(&plan, "microsoft_offline"))["ConversionTime"],
        "2026-03-08T09:00:01Z"
    );
    let moved: BTreeMap<&str, String> = plan
        .trace
        .moved
        .iter()
        .map(|moved| (moved.postback.as_str(), moved.to_string()))
        .collect();
    let said = "the platform is told 2026-03-08T09:00:01Z as its time, since its own time stands before the click";
    assert_eq!(moved["to-google_ads"], said);
    assert_eq!(moved["to-microsoft_offline"], said);
}

#[test]
fn a_request_that_is_only_checked_says_so() {
    let accounts = MODES.replacen("event_id =", "validate_only = true\nevent_id =", 1);
    let tracker = tracker(&accounts, MODES_CAMPAIGN);
    let plan = decided_event(&tracker, &click(), &event(&tracker, "sum=1&order=A"));
    let (_, _, body) = sent(&batched([delivery(&plan, "google_ads")]));
    assert!(
        body.ends_with(r#"],"partialFailure":true,"validateOnly":true}"#),
        "{body}"
    );
}

#[test]
fn a_second_restatement_tells_a_later_time_and_none_of_the_future_is_sent_at_once() {
    let tracker = modes();
    let sale = sold(
        &tracker,
        &click(),
        "sum=49&order=1",
        at("2026-03-08T10:00:00Z"),
        "google_ads",
    );
    let account = account(&tracker, "google_ads");
    let noon = at("2026-03-20T12:00:00.5Z");
    let restated = |adjusted_at| {
        let known = Sale {
            item: sale.outbound.item.as_ref().unwrap(),
            private: &sale.private,
            adjusted_at,
        };
        write(account, &known, Change::Restate(money("10")), noon, noon).unwrap()
    };
    let first = restated(None);
    assert_eq!((first.at, first.not_before), (at("2026-03-20T12:00:00Z"), None));
    let second = restated(Some(first.at));
    assert_eq!(second.at, at("2026-03-20T12:00:01Z"));
    assert_eq!(second.not_before, Some(second.at));
    // Two of one sale never go in one request.
    let key = |adjustment: &Adjustment| adjustment.outbound.item.as_ref().unwrap().key.clone().unwrap();
    assert_eq!(key(&first), key(&second));
    // 54 days after the conversion, less five minutes.
    assert_eq!(first.not_after, Some(at("2026-05-01T09:55:00Z")));
}

#[test]
fn what_cannot_be_taken_back_says_why() {
    let tracker = modes();
    let sold_at = at("2026-03-08T10:00:00Z");
    let sale = sold(&tracker, &click(), "sum=49&order=1", sold_at, "google_ads");
    let late = adjusted(&tracker, &sale, Change::Retract, at("2026-05-01T10:00:00Z"));
    assert_eq!(late, Err(NotAdjusted::TooOld { days: 54 }));

    // Microsoft knows this one by the person's hashes alone.
    let mut click = click();
    click.subs.remove(&17);
    let mut by_hash = sold(
        &tracker,
        &click,
        "sum=1&order=1&email=john%40contoso.com",
        sold_at,
        "microsoft_offline",
    );
    let change = at("2026-03-20T08:30:00Z");
    let taken = adjusted(&tracker, &by_hash, Change::Retract, change).unwrap();
    let item = item(&told(&by_hash, &taken));
    assert_eq!(
        item["HashedEmailAddress"],
        "ec81f3ac7b2b19675bab9d54cf416f9f18cff87c97da5cca82c0f0891bc40602"
    );
    by_hash.private.clear();
    assert_eq!(
        adjusted(&tracker, &by_hash, Change::Retract, change),
        Err(NotAdjusted::Expired)
    );

    // Another mode has told the sale.
    let known = Sale {
        item: sale.outbound.item.as_ref().unwrap(),
        private: &sale.private,
        adjusted_at: None,
    };
    let offline = account(&tracker, "microsoft_offline");
    let foreign = write(offline, &known, Change::Retract, change, change);
    assert_eq!(foreign, Err(NotAdjusted::ToldOtherwise("microsoft_offline")));

    let meta = crate::world::tracker(crate::world::ACCOUNTS, crate::world::CAMPAIGN);
    let none = write(account(&meta, "meta"), &known, Change::Retract, change, change);
    assert_eq!(none, Err(NotAdjusted::Unsupported("meta")));
}

#[test]
fn a_sale_without_an_order_is_named_by_its_click_and_time() {
    let tracker = modes();
    let mut sale = sold(
        &tracker,
        &click(),
        "sum=49&order=1",
        at("2026-03-08T10:00:00Z"),
        "google_ads",
    );
    // Our own items always have an order; a host's may not.
    let text = sale.outbound.item.as_ref().unwrap().text.to_string();
    let text = text.replace("\"orderId\":\"1\",", "").replace(",\"orderId\":\"1\"", "");
    sale.outbound.item.as_mut().unwrap().text = postback::outbound::HoledText::plain(text);
    let taken = adjusted(&tracker, &sale, Change::Retract, at("2026-03-20T08:30:00Z")).unwrap();
    let item = item(&told(&sale, &taken));
    assert_eq!(
        item["gclidDateTimePair"],
        serde_json::json!({"gclid": "EAIaIQobChMI", "conversionDateTime": "2026-03-08 10:00:00+00:00"})
    );
    assert!(item.get("orderId").is_none());
}

#[test]
fn adjustments_go_to_their_own_address_with_the_same_headers() {
    let tracker = modes();
    for (interface, address) in [
        (
            "google_ads",
            "https://googleads.googleapis.com/v26/customers/1234567890:uploadConversionAdjustments",
        ),
        (
            "microsoft_offline",
            "https://campaign.api.bingads.microsoft.com/CampaignManagement/v13/OfflineConversionAdjustments/Apply",
        ),
    ] {
        let sale = sold(
            &tracker,
            &click(),
            "sum=49&order=1",
            at("2026-03-08T10:00:00Z"),
            interface,
        );
        let taken = adjusted(&tracker, &sale, Change::Retract, at("2026-03-20T08:30:00Z")).unwrap();
        let (url, headers, _) = sent(&batched([told(&sale, &taken)]));
        assert_eq!(url, address);
        assert_eq!(headers.len(), sent(&batched([sale])).1.len());
    }
}
