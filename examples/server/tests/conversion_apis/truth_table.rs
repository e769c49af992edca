//! Types x statuses, for six accounts and two ordinary postbacks alike, as the receivers see them.

use crate::running::PERSON;
use crate::support::receiver::Receiver;
use crate::world::{HOUR, World, is_of, now};
use postback::delivery::DeliveryState;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Each rule with the types and statuses that it asks for; an empty list asks for nothing.
const RULES: [(&str, &[&str], &[&str]); 8] = [
    ("fb", &["Purchase", "Lead"], &["approved"]),
    ("tt", &["Purchase"], &["approved", "pending"]),
    ("gads", &["Upsell", "Purchase"], &[]),
    ("ms", &[], &["pending"]),
    ("ads", &["Purchase"], &["approved", "declined"]),
    ("off", &["Lead", "Purchase"], &["approved", "pending"]),
    ("first", &["Purchase"], &["approved"]),
    ("second", &[], &["declined", "pending"]),
];
const TYPES: [&str; 3] = ["Purchase", "Upsell", "Lead"];
const STATUSES: [&str; 3] = ["approved", "pending", "declined"];

fn accepts(list: &[&str], word: &str) -> bool {
    list.is_empty() || list.contains(&word)
}

#[tokio::test]
async fn eight_rules_tell_their_receivers_of_their_types_and_statuses_and_of_no_others() {
    let world = World::new();
    let mut receiver = Receiver::start().await;
    let mut rules = String::new();
    for (id, types, statuses) in RULES {
        let to = match id {
            "first" | "second" => format!(
                "postback]]\nid = \"{id}\"\nurl = \"{}/{id}?order={{order_id}}.{{type}}\"",
                receiver.url()
            ),
            api => format!("conversion_api]]\nid = \"to-{api}\"\napi = \"{api}\""),
        };
        rules += &format!("[[campaign.{to}\ntypes = {types:?}\nstatuses = {statuses:?}\n");
    }
    let mut running = world.serve(&rules).await;
    // Microsoft knows an offline conversion by goal, click and second.
    let mut seconds = BTreeMap::new();
    for type_name in TYPES {
        for status in STATUSES {
            let click = running.click().await;
            world.clock.advance(Duration::from_secs(1));
            let goal = ["Sale", "More", "Letter"][TYPES.iter().position(|known| *known == type_name).unwrap()];
            let identity = format!("{goal} 4f5a0ea9cd1b11eb8dcd0242ac130003 {}", now(&world));
            seconds.insert(identity, format!("{status}.{type_name}"));
            let query = format!("type={type_name}&status={status}&sum=5&order={status}&{PERSON}");
            running.sale(&click, &query).await;
        }
    }
    let wanted = |id: &str| -> BTreeSet<String> {
        let (_, types, statuses) = RULES.iter().find(|(rule, ..)| *rule == id).unwrap();
        let all = TYPES.iter().flat_map(|name| STATUSES.map(|status| (*name, status)));
        all.filter(|(name, status)| accepts(types, name) && accepts(statuses, status))
            .map(|(name, status)| format!("{status}.{name}"))
            .collect()
    };
    // Google's Ads API takes nothing within six hours of the click.
    let of_ads = world.rows().await.into_iter().filter(|row| is_of(row, "ads"));
    assert!(
        of_ads
            .into_iter()
            .all(|row| row.attempts == 0 && row.state == DeliveryState::Queued)
    );
    running.later(&world, 6 * HOUR);
    world
        .until("the end", |rows| {
            rows.iter().all(|row| row.state != DeliveryState::Queued)
        })
        .await;
    let postbacks = receiver.exactly(wanted("first").len() + wanted("second").len()).await;
    for (id, ..) in RULES {
        let told: Vec<String> = match id {
            "fb" => world.meta.accepted_ids(),
            "tt" => world.tiktok.accepted_ids(),
            "gads" => world.google.accepted_ids(),
            "ms" => world.microsoft.accepted_ids(),
            "ads" => world.ads.accepted_ids(),
            "off" => {
                let told = world.offline.accepted_ids();
                told.iter().map(|identity| seconds[identity].clone()).collect()
            }
            _ => {
                let begin = format!("GET /{id}?order=");
                let told = postbacks.iter().filter_map(|line| line.strip_prefix(&begin));
                told.map(str::to_owned).collect()
            }
        };
        let once: BTreeSet<String> = told.iter().cloned().collect();
        assert_eq!(once.len(), told.len(), "{id} was told twice: {told:?}");
        assert_eq!(once, wanted(id), "{id}");
    }
    // Each with the click id that its platform knows, and hashes of the same person.
    let first = &world.meta.accepted()[0].event["user_data"];
    assert!(first["fbc"].as_str().unwrap().ends_with(".IwAR2x-Example"));
    assert_eq!(
        first["em"],
        "05e05255b3e0de727bc07f9f3d06fb0a568406b6dd3aa352ed4ed72e887ee022"
    );
    assert_eq!(first["client_ip_address"], "203.0.113.7");
    let tiktok = &world.tiktok.accepted()[0].event["user"];
    assert_eq!(
        (&tiktok["ttclid"], &tiktok["city"]),
        (&"E.C.P.Ttclid-1".into(), &"menlopark".into())
    );
    assert_eq!(
        world.google.accepted()[0].event["adIdentifiers"]["gclid"],
        "EAIaIQobChMI"
    );
    let microsoft = &world.microsoft.accepted()[0].event["userData"];
    assert_eq!(microsoft["msclkid"], "4f5a0ea9cd1b11eb8dcd0242ac130003");
    assert_eq!(
        microsoft["em"],
        "3586de92bb3636d0885a12eff961429a32e4ebd764b96f50d85d016f9338d586"
    );
    let ads = &world.ads.accepted()[0].event;
    assert_eq!(
        (&ads["gclid"], &ads["consent"]["adUserData"]),
        (&"EAIaIQobChMI".into(), &"GRANTED".into())
    );
    assert_eq!(ads["userIdentifiers"][0]["hashedEmail"], microsoft["em"]);
    let offline = &world.offline.accepted()[0].event;
    assert_eq!(
        (&offline["HashedEmailAddress"], &offline["HashedPhoneNumber"]),
        (&microsoft["em"], &microsoft["ph"])
    );
    running.stop().await;
}
