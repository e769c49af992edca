//! The table of ClickBank's macros against what others have pasted there:
//! `vectors/clickbank_macros.jsonl`, each line with its origin.

use postback::clickbank::s2s::{Audience, Confidence, EVENTS, Macro, event_kind};
use postback::event::Kind;
use postback::model::AccountRole;
use postback_test::jsonl;
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

fn is_filled(known: &Macro, role: AccountRole) -> bool {
    match known.audience {
        Audience::Both => true,
        Audience::Affiliate => role == AccountRole::Affiliate,
        Audience::Vendor => role == AccountRole::Vendor,
        audience => panic!("{audience:?}"),
    }
}

#[test]
fn every_macro_that_others_paste_is_known_and_filled_for_their_role() {
    for vector in jsonl::<Vector>(include_str!("../vectors/clickbank_macros.jsonl")) {
        let role = match vector.role.as_str() {
            "vendor" => AccountRole::Vendor,
            _ => AccountRole::Affiliate,
        };
        for name in macros(&vector.url) {
            let known = Macro::find(name).unwrap_or_else(|| panic!("{}: {name}", vector.origin));
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
        let pasted = postback::clickbank::s2s::parameter_map(role).pasted_query().unwrap();
        let known: Vec<_> = macros(&pasted).map(|name| Macro::find(name).unwrap()).collect();
        assert!(known.iter().all(|known| known.is_founded() && is_filled(known, role)));
        // The click id and the sum are the other role's own, and so is what tells an affiliate's
        // test.
        let own = known.iter().filter(|known| !is_filled(known, other));
        let own: Vec<&str> = own.map(|known| known.name).collect();
        match role {
            AccountRole::Affiliate => assert_eq!(own, ["tid", "affiliate_earnings", "aff_sub1"]),
            AccountRole::Vendor => assert_eq!(own, ["vtid", "vendor_earnings"]),
        }
    }
}

#[test]
fn every_event_has_the_kind_of_its_word_and_money_where_it_brings_some() {
    // The words of the exported template are certain; the others are the titles of ClickBank's
    // page, whose words nobody has seen.
    let rows = [
        (
            "Order Form Impression",
            "ORDER_IMPRESSION",
            true,
            false,
            Kind::Impression,
        ),
        ("Add Payment Info", "ADD_PAYMENT_INFO", false, false, Kind::PaymentInfo),
        ("Initial Purchase", "PURCHASE", true, true, Kind::Sale),
        ("Upsell Purchase", "UPSELL", true, true, Kind::Upsell),
        ("Combined Conversion", "COMBINED_CONVERSION", false, true, Kind::Sale),
    ];
    let told = EVENTS.iter().map(|event| {
        let is_certain = event.confidence == Confidence::Certain;
        (
            event.title,
            event.word,
            is_certain,
            event.has_amount,
            event.kind.clone(),
        )
    });
    assert!(told.eq(rows.clone()));
    for (title, word, is_certain, has_amount, kind) in rows {
        assert_eq!(event_kind(word), Some(kind.clone()), "{title}");
        assert_eq!(event_kind(title), (!is_certain).then_some(kind.clone()), "{title}");
        assert_eq!(kind.adds(), has_amount, "{title}");
    }
}
