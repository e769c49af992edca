//! What platforms are told that a recipe describes. The hashes are those of `requests.rs`, and the
//! SHA-256 of the visitor's address was made by another program.

use crate::world::{
    ACCOUNTS, CAMPAIGN, PERSON, batched, body, click, decided, delivery, document, sent, tracker, verdict,
};
use postback::conversion_api::AdPlatform;
use postback::delivery::Cause;
use postback::recipe::{SHIPPED, shipped};
use postback::{CompileOptions, Document};

pub(crate) const RECIPE_ACCOUNTS: &str = r#"
[[conversion_api]]
id = "snap"
recipe = "snapchat"
pixel = "5bf81ee1-15b1-4dc1-b636-d7dae49b950e"
token = "env:SNAP_TOKEN"
event_source_url = "https://shop.example.com/thanks"

[[conversion_api]]
id = "rdt"
recipe = "reddit"
pixel = "a2_example"
token = "env:REDDIT_TOKEN"

[[conversion_api]]
id = "pin"
recipe = "pinterest"
account = "549755885175"
token = "env:PINTEREST_TOKEN"
events = { Lead = "lead" }
"#;

pub(crate) const RECIPE_RULES: &str = r#"
[[campaign.conversion_api]]
id = "to-snapchat"
api = "snap"
[[campaign.conversion_api]]
id = "to-reddit"
api = "rdt"
[[campaign.conversion_api]]
id = "to-pinterest"
api = "pin"
"#;

const HEAD: &str = r#"
[[campaign]]
id = "summer"
channel = "ads"
path = [{ offers = [{ offer = "book" }] }]
"#;

fn campaign() -> String {
    format!("{HEAD}{RECIPE_RULES}")
}

/// A sale of 8.50 USD with all that is known of the buyer.
fn sale() -> String {
    format!("sum=8.50&currency=USD&order=A-77&product=The+%22Book%22{PERSON}")
}

const EM: &str = "05e05255b3e0de727bc07f9f3d06fb0a568406b6dd3aa352ed4ed72e887ee022";
const PERSON_IN_LISTS: &str = concat!(
    r#""em":["05e05255b3e0de727bc07f9f3d06fb0a568406b6dd3aa352ed4ed72e887ee022"],"#,
    r#""ph":["e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"],"#,
    r#""fn":["6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"],"#,
    r#""ln":["7a0fbfdf40cbeb97429bdb88f512cecd27f0d44b7e57986ab578423bb61936ac"],"#,
    r#""ct":["0007a3d64c01e23d5075203c5977c14e4f7e01a3fc570686fcc50b5e1dd42685"],"#,
    r#""zp":["7d2d33fb3ea552a80a8c01bf717fdade8c601e84e456f3a3cfc4170c49ff7993"],"#,
    r#""country":["79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"],"#,
    r#""client_ip_address":"203.0.113.7","client_user_agent":"Mozilla/5.0 \"Example\"""#,
);

#[test]
fn snapchat_is_told_a_purchase_in_seconds_with_lists_of_hashes() {
    let tracker = tracker(RECIPE_ACCOUNTS, &campaign());
    let plan = decided(&tracker, &click(), &sale());
    let (url, headers, body) = sent(&batched([delivery(&plan, "to-snapchat").clone()]));
    // The token is percent-encoded in the query.
    let wanted = "https://tr.snapchat.com/v3/5bf81ee1-15b1-4dc1-b636-d7dae49b950e/events?access_token=snap%2Ftoken";
    assert_eq!(url, wanted);
    assert_eq!(headers, [("content-type".to_string(), "application/json".to_string())]);
    assert_eq!(
        body,
        [
            r#"{"data":[{"event_name":"PURCHASE","event_time":1772964000,"event_id":"A-77.Purchase","action_source":"WEB","#,
            r#""event_source_url":"https://shop.example.com/thanks","user_data":{"sc_click_id":"ScCid-4f5a","#,
            PERSON_IN_LISTS,
            r#"},"custom_data":{"currency":"USD","value":"8.5","order_id":"A-77"}}]}"#,
        ]
        .concat()
    );
}

#[test]
fn reddit_is_told_a_purchase_in_milliseconds_with_the_address_hashed() {
    let tracker = tracker(RECIPE_ACCOUNTS, &campaign());
    let plan = decided(&tracker, &click(), &sale());
    let (url, headers, body) = sent(&batched([delivery(&plan, "to-reddit").clone()]));
    assert_eq!(
        url,
        "https://ads-api.reddit.com/api/v3/pixels/a2_example/conversion_events"
    );
    assert!(headers.contains(&("authorization".to_string(), "Bearer reddit-token".to_string())));
    assert_eq!(
        body,
        concat!(
            r#"{"data":{"events":[{"event_at":1772964000250,"action_source":"WEBSITE","click_id":"7310000000000000000","#,
            r#""type":{"tracking_type":"PURCHASE"},"#,
            r#""user":{"email":"3586de92bb3636d0885a12eff961429a32e4ebd764b96f50d85d016f9338d586","#,
            r#""phone_number":"1e231c66011e7a2d867a9cfae267a6aff103cf4913640b6e71a99850fc0ffbc8","#,
            r#""ip_address":"fec52565aa0cf18f57d7cf5b3ac728503b8992d2d6f7d46da1d1201090902b02","user_agent":"Mozilla/5.0 \"Example\""},"#,
            r#""metadata":{"conversion_id":"A-77.Purchase","currency":"USD","value":8.5}}]}}"#,
        )
    );
}

#[test]
fn pinterest_is_told_a_checkout_with_the_value_as_a_text() {
    let tracker = tracker(RECIPE_ACCOUNTS, &campaign());
    let plan = decided(&tracker, &click(), &sale());
    let (url, headers, body) = sent(&batched([delivery(&plan, "to-pinterest").clone()]));
    assert_eq!(url, "https://api.pinterest.com/v5/ad_accounts/549755885175/events");
    assert!(headers.contains(&("authorization".to_string(), "Bearer pina_token".to_string())));
    assert_eq!(
        body,
        [
            r#"{"data":[{"event_name":"checkout","action_source":"web","event_time":1772964000,"event_id":"A-77.Purchase","#,
            r#""user_data":{"click_id":"dj0yJnU9Example","#,
            PERSON_IN_LISTS,
            r#"},"custom_data":{"currency":"USD","value":"8.5","order_id":"A-77"}}]}"#,
        ]
        .concat()
    );
}

#[test]
fn nothing_of_a_person_and_no_token_lies_in_the_row_outside_the_expiring_column() {
    let tracker = tracker(RECIPE_ACCOUNTS, &campaign());
    let plan = decided(&tracker, &click(), &sale());
    for rule in ["to-snapchat", "to-reddit", "to-pinterest"] {
        let mut told = delivery(&plan, rule).clone();
        assert!(!told.private.is_empty());
        told.private.clear();
        let row = serde_json::to_string(&(&told.outbound, &told.cause)).unwrap();
        for personal in [
            EM,
            "3586de92",
            "203.0.113.7",
            "Mozilla",
            "79adb2a2",
            "token-1",
            "snap/token",
            "pina_token",
        ] {
            assert!(!row.contains(personal), "{rule}: {personal} in {row}");
        }
        // The rest may still be sent when the person is forgotten.
        let (_, _, body) = sent(&batched([told]));
        serde_json::from_str::<serde_json::Value>(&body).unwrap();
        assert!(body.contains("A-77.Purchase") && !body.contains("user_agent"), "{body}");
    }
}

#[test]
fn a_type_has_the_name_that_it_spells_and_another_goes_as_the_platform_s_custom_event() {
    let tracker = tracker(RECIPE_ACCOUNTS, &campaign());
    let plan = decided(&tracker, &click(), &format!("type=Lead&order=A-78{PERSON}"));
    assert!(body(&plan, "to-reddit").contains(r#""type":{"tracking_type":"LEAD"}"#));
    assert!(body(&plan, "to-pinterest").contains(r#""event_name":"lead""#));
    // Snapchat has no such name and takes none of one's own.
    assert!(verdict(&plan, "to-snapchat").starts_with("no_event: "));
    let plan = decided(&tracker, &click(), &format!("type=Upsell&sum=3.00&order=A-79{PERSON}"));
    let told = body(&plan, "to-reddit");
    assert!(
        told.contains(r#""type":{"tracking_type":"CUSTOM","custom_event_name":"Upsell"}"#),
        "{told}"
    );
}

#[test]
fn an_event_that_names_nobody_well_enough_is_not_written() {
    let tracker = tracker(RECIPE_ACCOUNTS, &campaign());
    let mut click = click();
    click.private.clear();
    let plan = decided(&tracker, &click, "sum=8.50&order=A-80");
    // A click id alone is enough for Reddit and not for the two others.
    assert_eq!(verdict(&plan, "to-reddit"), "fired");
    for rule in ["to-snapchat", "to-pinterest"] {
        assert!(
            verdict(&plan, rule).starts_with("too_little_user_data: "),
            "{}",
            verdict(&plan, rule)
        );
    }
}

#[test]
fn an_account_that_validates_calls_the_other_url() {
    let accounts = RECIPE_ACCOUNTS.replace("pixel = \"5bf", "validate_only = true\npixel = \"5bf");
    let tracker = tracker(&accounts, &campaign());
    let plan = decided(&tracker, &click(), &sale());
    let (url, _, _) = sent(&batched([delivery(&plan, "to-snapchat").clone()]));
    assert!(url.ends_with("/events/validate?access_token=snap%2Ftoken"), "{url}");
}

#[test]
fn a_delivery_keeps_what_its_recipe_says_of_answers() {
    let tracker = tracker(RECIPE_ACCOUNTS, &campaign());
    let plan = decided(&tracker, &click(), &sale());
    let told = delivery(&plan, "to-reddit");
    let Cause::ConversionApi { platform, answers, .. } = &told.cause else {
        panic!("{:?}", told.cause);
    };
    assert_eq!(platform, "reddit");
    assert_eq!(answers.as_deref(), shipped("reddit").unwrap().answers.as_ref());
    let text = serde_json::to_string(&told.cause).unwrap();
    assert_eq!(serde_json::from_str::<Cause>(&text).unwrap(), told.cause);
    let account = tracker
        .conversion_apis()
        .find(|account| account.id().as_str() == "rdt")
        .unwrap();
    assert_eq!(account.platform(), &AdPlatform::Recipe("reddit".parse().unwrap()));
}

#[test]
fn a_copy_of_a_shipped_recipe_is_the_same_recipe() {
    for name in SHIPPED {
        let path = |kind: &str| format!("{}/templates/conversion-api/{name}.{kind}", env!("CARGO_MANIFEST_DIR"));
        let read = |kind: &str| std::fs::read_to_string(path(kind)).unwrap();
        let (toml, json) = (read("toml"), read("json"));
        assert_eq!(
            Document::from_toml(&toml).unwrap().fingerprint(),
            Document::from_json(&json).unwrap().fingerprint(),
            "{name}.json is not made of {name}.toml; Python's `json.dump(tomllib.load(..))` makes it"
        );
        let accounts = format!("{RECIPE_ACCOUNTS}{toml}");
        let own = document(&accounts, &campaign());
        // Its own row is used, and it is checked there.
        let tracker = postback::compile(&own, &CompileOptions::default()).unwrap_or_else(|why| panic!("{why}"));
        let other = crate::world::tracker(RECIPE_ACCOUNTS, &campaign());
        let rule = format!("to-{name}");
        let told = |tracker| body(&decided(tracker, &click(), &sale()), &rule);
        assert_eq!(told(&tracker), told(&other));
    }
}

/// Meta's event, as a recipe.
const META: &str = r#"
[[recipe]]
id = "meta-again"
url = "https://graph.facebook.com/v25.0/{pixel}/events"
limit = 1000
oldest_days = 7
items = "data"
body = [{ at = "access_token", text = "{token}" }]
names = ["Purchase", "Lead"]
sale = "Purchase"
action_sources = ["website"]
event = [
  { at = "event_name", from = "event_name" },
  { at = "event_time", from = "time", as = "seconds" },
  { at = "event_id", from = "event_id" },
  { at = "action_source", from = "action_source" },
  { at = "event_source_url", from = "page" },
  { at = "user_data.fbc", from = "fbc" },
  { at = "user_data.fbp", from = "fbp" },
  { at = "user_data.em", from = "email" },
  { at = "user_data.ph", from = "phone" },
  { at = "user_data.fn", from = "first_name" },
  { at = "user_data.ln", from = "last_name" },
  { at = "user_data.ct", from = "city" },
  { at = "user_data.zp", from = "zip" },
  { at = "user_data.country", from = "country" },
  { at = "user_data.client_ip_address", from = "ip" },
  { at = "user_data.client_user_agent", from = "user_agent" },
  { at = "custom_data.value", from = "value" },
  { at = "custom_data.currency", from = "currency" },
  { at = "custom_data.order_id", from = "order_id" },
  { at = "custom_data.content_name", from = "content_name" },
]
answers = { success = { at = "events_received" }, code = ["error.code"], codes = { 190 = "hold" } }
[[conversion_api]]
id = "fb-again"
recipe = "meta-again"
pixel = "1234567890"
token = "env:META_TOKEN"
event_source_url = "https://shop.example.com/thanks"
"#;

#[test]
fn what_meta_is_told_can_be_described_by_a_recipe_byte_for_byte() {
    let rule = "[[campaign.conversion_api]]\nid = \"again\"\napi = \"fb-again\"\n";
    let tracker = tracker(&format!("{ACCOUNTS}{META}"), &format!("{CAMPAIGN}{rule}"));
    for query in [
        sale(),
        "sum=8.50&order=A-81".into(),
        format!("type=Lead&order=A-82{PERSON}"),
    ] {
        let plan = decided(&tracker, &click(), &query);
        let told = |rule| sent(&batched([delivery(&plan, rule).clone()]));
        assert_eq!(told("again"), told("to-meta"));
        let late = |rule| delivery(&plan, rule).not_after;
        assert_eq!(late("again"), late("to-meta"));
    }
}
