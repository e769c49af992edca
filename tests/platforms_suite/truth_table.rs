//! Types x statuses, for every rule alike.

use crate::world::{ACCOUNTS, click, decided, tracker};

/// Each rule with the types and statuses that it asks for.
const RULES: [(&str, &[&str], &[&str]); 6] = [
    ("to-meta", &["Purchase", "Lead"], &["approved"]),
    ("to-tiktok", &["Purchase"], &["approved", "pending"]),
    ("to-google", &["Upsell", "Purchase"], &[]),
    ("to-microsoft", &[], &["pending"]),
    ("first", &["Purchase"], &["approved"]),
    ("second", &[], &["declined", "pending"]),
];

fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", words.join(", "))
}

#[test]
fn six_rules_fire_for_their_types_and_statuses_and_for_no_others() {
    let mut campaign = String::from(
        "[[campaign]]\nid = \"summer\"\nchannel = \"ads\"\npath = [{ offers = [{ offer = \"book\" }] }]\n",
    );
    for (id, types, statuses) in RULES {
        let to = match id {
            "to-meta" => "conversion_api]]\napi = \"fb\"",
            "to-tiktok" => "conversion_api]]\napi = \"tt\"",
            "to-google" => "conversion_api]]\napi = \"gads\"",
            "to-microsoft" => "conversion_api]]\napi = \"ms\"",
            _ => "postback]]\nurl = \"https://channel.example/?type={type}\"",
        };
        let (types, statuses) = (listed(types), listed(statuses));
        campaign += &format!("[[campaign.{to}\nid = \"{id}\"\ntypes = {types}\nstatuses = {statuses}\n");
    }
    let tracker = tracker(ACCOUNTS, &campaign);
    for type_name in ["Purchase", "Upsell", "Lead"] {
        for status in ["approved", "pending", "declined"] {
            let query = format!("type={type_name}&status={status}&sum=5&order=A&email=a%40example.com");
            let plan = decided(&tracker, &click(), &query);
            for (id, types, statuses) in RULES {
                let accepts = |list: &[&str], word| list.is_empty() || list.contains(&word);
                let wanted = accepts(types, type_name) && accepts(statuses, status);
                let mut outbox = plan.commit.outbox.iter();
                let fired = outbox.any(|delivery| delivery.cause.rule().unwrap().1.as_str() == id);
                assert_eq!(fired, wanted, "{id} for {type_name} {status}");
            }
        }
    }
}
