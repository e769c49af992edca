//! What is said of the members of a request is what the request has.

use crate::world::{ACCOUNTS, CAMPAIGN, PERSON, body, click, decided_event, event, tracker};
use postback::conversion_api::{MemberForm, NotTold, ToldMember};
use postback::plan::Write;
use postback::value::Pii;
use postback::{Click, Conversion, Decision, Event, Plan, Tracker};
use serde_json::Value;
use std::collections::BTreeSet;

const RULES: [&str; 4] = ["to-meta", "to-tiktok", "to-google", "to-microsoft"];

fn conversion(plan: &Plan) -> &Conversion {
    let mut writes = plan.commit.writes.iter();
    let found = writes.find_map(|write| match write {
        Write::Conversion(made) => Some(made),
        _ => None,
    });
    found.unwrap()
}

fn members(tracker: &Tracker, click: &Click, event: &Event, rule: &str) -> Vec<ToldMember> {
    let plan = decided_event(tracker, click, event);
    Decision::new(tracker).told_members(click, conversion(&plan), event, &rule.parse().unwrap())
}

fn member<'m>(members: &'m [ToldMember], name: &str) -> &'m ToldMember {
    let mut members = members.iter();
    members.find(|member| member.name == name).unwrap()
}

/// The texts of a request that belong to a person or a click, by the names of their members.
fn leaves(value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries {
                match value.as_str() {
                    Some(text) => drop(found.insert((name.clone(), text.to_owned()))),
                    None => leaves(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        _ => {}
    }
}

#[test]
fn every_member_that_is_said_to_be_sent_stands_in_the_request_and_no_other() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    for person in [PERSON, "&email=not-an-address&phone=555&fname=Mary", ""] {
        let (click, event) = (click(), event(&tracker, &format!("sum=10&order=A-1{person}")));
        let plan = decided_event(&tracker, &click, &event);
        for rule in RULES {
            let body: Value = serde_json::from_str(&body(&plan, rule)).unwrap();
            let event_of = |list: &str| body[list][0].clone();
            let mut there = BTreeSet::new();
            for part in ["user_data", "user", "userData", "adIdentifiers", "eventDeviceInfo"] {
                let list = if rule == "to-google" { "events" } else { "data" };
                leaves(&event_of(list)[part], &mut there);
            }
            let members = members(&tracker, &click, &event, rule);
            let said = members.iter().filter_map(|member| {
                let (_, sent) = member.told.as_ref().ok()?;
                Some((member.name.to_string(), sent.expose().to_owned()))
            });
            assert_eq!(said.collect::<BTreeSet<_>>(), there, "{rule} {person}");
        }
    }
}

#[test]
fn a_member_says_where_it_comes_from_and_in_which_form_it_is_sent() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let hash = "ab".repeat(32);
    let event = event(
        &tracker,
        &format!("sum=10&order=A-1&email={hash}&phone=%2B16505551212&city=Menlo+Park"),
    );
    let meta = members(&tracker, &click(), &event, "to-meta");
    for (name, said) in [
        ("fbc", "fbc: made of `fbclid` of the click and the time of the click"),
        ("fbp", "fbp: `fbp` of the click, as it came"),
        ("em", "em: parameter `email`, which came as a hash"),
        ("ph", "ph: SHA-256 of parameter `phone`, normalised"),
        ("fn", "fn: left out (no_value): no value came; from parameter `fname`"),
        ("st", "st: left out (no_parameter): no parameter has the role `state`"),
        ("client_ip_address", "client_ip_address: `ip` of the click, as it came"),
    ] {
        assert_eq!(member(&meta, name).to_string(), said);
    }
    let tiktok = members(&tracker, &click(), &event, "to-tiktok");
    assert_eq!(
        member(&tiktok, "city").to_string(),
        "city: parameter `city`, normalised, in plain text"
    );
    let hashed = member(&meta, "em").told.as_ref().unwrap();
    assert_eq!((hashed.0, hashed.1.expose()), (MemberForm::CameHashed, hash.as_str()));
}

#[test]
fn a_member_that_is_left_out_says_why() {
    let shares = ACCOUNTS.replace(
        "pixel = \"1234567890\"",
        "pixel = \"1234567890\"\nuser_data = [\"phone\", \"user_agent\"]",
    );
    let tracker = tracker(&shares, CAMPAIGN);
    let mut click = click();
    click.subs.insert(20, "not a cookie".into());
    click.private.remove("ip");
    let event = event(
        &tracker,
        "sum=10&order=A-1&email=a%40example.com&phone=555-1212&fname=Mary&city=Rome",
    );
    let meta = members(&tracker, &click, &event, "to-meta");
    for (name, code) in [
        ("fbp", "bad_click_id"),
        ("em", "not_shared"),
        ("ph", "phone_without_country"),
        ("ln", "no_value"),
        ("st", "no_parameter"),
        ("client_ip_address", "no_value"),
    ] {
        assert_eq!(member(&meta, name).told.as_ref().unwrap_err().code(), code, "{name}");
    }
    let google = members(&tracker, &click, &event, "to-google");
    assert_eq!(member(&google, "givenName").told, Err(NotTold::IncompleteAddress));
    assert_eq!(member(&google, "city").told.as_ref().unwrap_err().code(), "not_taken");
    assert_eq!(member(&google, "userAgent").told, Err(NotTold::NotShared));
    // What it says shows no value.
    for member in meta.iter().chain(&google) {
        let said = member.to_string();
        assert!(!said.contains("Mary") && !said.contains("example.com"), "{said}");
    }
}

#[test]
fn google_is_told_the_best_of_the_click_ids() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let mut click = click();
    click.private.insert("ip".into(), Pii::new("203.0.113.7"));
    let event = event(&tracker, "sum=10&order=A-1");
    let google = members(&tracker, &click, &event, "to-google");
    assert_eq!(
        member(&google, "gclid").to_string(),
        "gclid: `gclid` of the click, as it came"
    );
    assert_eq!(member(&google, "gbraid").told, Err(NotTold::NoValue));
}

#[test]
fn nothing_is_said_of_a_postback_or_of_an_unknown_rule() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let event = event(&tracker, "sum=10&order=A-1");
    assert!(members(&tracker, &click(), &event, "no-such").is_empty());
}
