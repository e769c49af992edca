//! The table of ClickBank's macros against what others have pasted there: `vectors/clickbank_macros.jsonl`, each line with its origin.
#![allow(clippy::unwrap_used, clippy::panic)]

use postback::model::AccountRole;
use postback::network::{Audience, CLICKBANK_EVENTS, ClickBankMacro, Confidence, ParameterMap, clickbank_kind};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    origin: String,
    role: String,
    url: String,
}

fn macros(url: &str) -> impl Iterator<Item = &str> {
    url.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0)
}

fn is_filled(known: &ClickBankMacro, role: AccountRole) -> bool {
    match known.audience {
        Audience::Both => true,
        Audience::Affiliate => role == AccountRole::Affiliate,
        Audience::Vendor => role == AccountRole::Vendor,
        audience => panic!("{audience:?}"),
    }
}

#[test]
fn every_macro_that_others_paste_is_known_and_filled_for_their_role() {
    for line in include_str!("vectors/clickbank_macros.jsonl").lines() {
        let vector: Vector = serde_json::from_str(line).unwrap();
        let role = match vector.role.as_str() {
            "vendor" => AccountRole::Vendor,
            _ => AccountRole::Affiliate,
        };
        for name in macros(&vector.url) {
            let known = ClickBankMacro::find(name).unwrap_or_else(|| panic!("{}: {name}", vector.origin));
            assert!(
                known.is_founded() && is_filled(known, role),
                "{}: {name}",
                vector.origin
            );
        }
    }
}

#[test]
fn every_macro_that_is_pasted_for_a_role_is_filled_for_it_alone_where_it_must_be() {
    for (role, other) in [
        (AccountRole::Affiliate, AccountRole::Vendor),
        (AccountRole::Vendor, AccountRole::Affiliate),
    ] {
        let pasted = ParameterMap::clickbank_s2s(role).pasted_query().unwrap();
        let known: Vec<_> = macros(&pasted)
            .map(|name| ClickBankMacro::find(name).unwrap())
            .collect();
        assert!(known.iter().all(|known| known.is_founded() && is_filled(known, role)));
        // The click id and the sum are the other role's own.
        assert_eq!(known.iter().filter(|known| !is_filled(known, other)).count(), 2);
    }
}

#[test]
fn every_event_has_the_kind_of_its_word_and_money_where_it_brings_some() {
    for event in CLICKBANK_EVENTS {
        assert_eq!(clickbank_kind(event.word), Some(event.kind.clone()), "{}", event.title);
        assert_eq!(event.kind.adds(), event.has_amount, "{}", event.title);
        let is_certain = event.confidence == Confidence::Certain;
        assert_eq!(is_certain, clickbank_kind(event.title).is_none(), "{}", event.title);
    }
}
