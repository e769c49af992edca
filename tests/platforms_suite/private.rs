//! What a row holds, and what vanishes.

use crate::world::{ACCOUNTS, CAMPAIGN, PERSON, batched, click, decided, delivery, sent, tracker};

const RULES: [&str; 4] = ["to-meta", "to-tiktok", "to-google", "to-microsoft"];

#[test]
fn no_row_holds_a_token_or_anything_of_a_person_not_even_hashed() {
    let plan = decided(
        &tracker(ACCOUNTS, CAMPAIGN),
        &click(),
        &format!("sum=8.50&order=A-77{PERSON}"),
    );
    for rule in RULES {
        let row = serde_json::to_string(delivery(&plan, rule)).unwrap();
        let hashes = delivery(&plan, rule).private["user_data"].expose();
        let hashed: Vec<&str> = hashes.split('"').filter(|text| text.len() == 64).collect();
        assert!(!hashed.is_empty(), "{rule}");
        let plain = [
            "John",
            "john",
            "Smith",
            "555",
            "Mary",
            "Connor",
            "94045",
            "Menlo",
            "menlo",
            "203.0.113.7",
            "Mozilla",
            "a long token",
        ];
        for canary in plain.into_iter().chain(hashed) {
            assert!(!row.contains(canary), "{rule} holds {canary}: {row}");
        }
        assert!(!format!("{:?}", delivery(&plan, rule)).contains("203.0.113.7"));
    }
}

#[test]
fn what_has_expired_vanishes_with_its_members_and_leaves_json() {
    let plan = decided(
        &tracker(ACCOUNTS, CAMPAIGN),
        &click(),
        &format!("sum=8.50&order=A-77{PERSON}"),
    );
    for rule in RULES {
        let mut expired = delivery(&plan, rule).clone();
        expired.private.clear();
        let (_, _, body) = sent(&batched([expired]));
        let read: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert!(!body.contains("\"\""), "{rule} sends an empty text: {body}");
        let event = [&read["data"][0], &read["events"][0]]
            .into_iter()
            .find(|event| !event.is_null());
        let event = event.unwrap();
        let click_ids = ["user_data", "user", "adIdentifiers", "userData"];
        assert!(
            click_ids.iter().any(|name| event[name].is_object()),
            "{rule} keeps its click id"
        );
    }
}
