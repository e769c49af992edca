//! What a configuration no longer has that the one before had.

use postback::lint::{Vanished, vanished};
use postback::{Definition, Document};
use serde_json::{Value, json};

fn definition(document: &Value) -> Definition {
    let document = Document::from_json(&document.to_string()).unwrap();
    Definition::from_document(&document).unwrap_or_else(|problems| panic!("{problems}"))
}

fn account() -> Value {
    json!({
        "version": 1,
        "click_id": {"keys": ["env:NEW", "env:OLD"]},
        "conversion_type": [{"name": "Sale", "default": true}, {"name": "Lead"}],
        "offer_source": [
            {"id": "one", "template": "generic", "click_expiration": "30d"},
            {"id": "two", "template": "generic", "click_expiration": "60d"},
        ],
        "offer": [{"id": "book", "source": "one", "url": "https://shop.example.com/?c={clickid}"}],
        "traffic_channel": [{"id": "push"}, {"id": "pop"}],
        "campaign": [
            {"id": "summer", "channel": "push", "postback": [
                {"id": "sales", "url": "https://push.example/?k={ref_id}"},
                {"id": "leads", "url": "https://push.example/?l={ref_id}"},
            ]},
            {"id": "autumn", "channel": "pop"},
        ],
    })
}

fn gone(change: impl FnOnce(&mut Value)) -> Vec<Vanished> {
    let mut now = account();
    change(&mut now);
    vanished(&definition(&account()), &definition(&now))
}

fn named(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let gone = gone(change);
    gone.iter()
        .map(|gone| format!("{} {}", gone.kind(), gone.id()))
        .collect()
}

#[test]
fn what_stays_or_is_new_is_not_named() {
    assert_eq!(gone(|_| {}), []);
    assert_eq!(
        gone(|now| {
            now["click_id"]["keys"] = json!(["env:NEWEST", "env:NEW", "env:OLD"]);
            now["traffic_channel"]
                .as_array_mut()
                .unwrap()
                .push(json!({"id": "third"}));
            now["campaign"][0]["postback"].as_array_mut().unwrap().reverse();
            now["campaign"].as_array_mut().unwrap().reverse();
        }),
        []
    );
}

#[test]
fn a_new_name_for_the_same_thing_is_another_thing() {
    assert_eq!(
        named(|now| {
            now["conversion_type"][1]["name"] = "Signup".into();
            now["offer_source"][1]["id"] = "second".into();
            now["traffic_channel"][1]["id"] = "popunder".into();
            now["campaign"][1] = json!({"id": "winter", "channel": "popunder"});
            now["campaign"][0]["postback"][1]["id"] = "signups".into();
        }),
        [
            "conversion_type Lead",
            "offer_source two",
            "traffic_channel pop",
            "campaign autumn",
            "postback summer/leads",
        ]
    );
}

#[test]
fn the_postbacks_of_a_campaign_that_is_gone_are_not_named_apart() {
    assert_eq!(
        named(|now| now["campaign"] = json!([])),
        ["campaign summer", "campaign autumn"]
    );
}

#[test]
fn a_key_that_is_gone_says_how_long_it_is_still_needed() {
    let said = |change: fn(&mut Value)| gone(change).iter().map(ToString::to_string).collect::<Vec<_>>();
    let text = "`[click_id] keys` no longer names `env:OLD`: a click id that it signed is recognised by its stored click alone; name it \
                behind the newest key until its last clicks have expired, which ";
    assert_eq!(
        said(|now| now["click_id"]["keys"] = json!(["env:NEW"])),
        [format!("{text}takes 60d")]
    );
    assert_eq!(
        said(|now| {
            now["click_id"]["keys"] = json!(["env:NEW"]);
            now["offer_source"][0]
                .as_object_mut()
                .unwrap()
                .remove("click_expiration");
        }),
        [format!(
            "{text}they never do as long as a source has no `click_expiration`"
        )]
    );
    assert_eq!(
        named(|now| drop(now.as_object_mut().unwrap().remove("click_id"))),
        ["click_id_key env:NEW", "click_id_key env:OLD"]
    );
}
