//! Parameters that must be there, or equal a text.

use crate::support::{Case, texts, with};
use postback::model::ParameterRole;
use postback::rule::{Condition, evaluate, reasons};
use postback::scope::{ClickSlot, ToldPayout};
use postback::value::Pii;
use std::collections::BTreeMap;

#[test]
fn where_reads_the_click_the_conversion_and_its_own_parameters() {
    let case = Case::new();
    for (name, value) in [
        ("sub1", "111"),
        ("ref_id", "ABC"),
        ("p_sub2", "blue"),
        ("product", "Mitolyn"),
        ("status", "approved"),
        ("sum", "10"),
        ("currency", "USD"),
    ] {
        assert!(case.fires(&with(|c| c.matches(name.into(), value))), "{name}");
    }
}

#[test]
fn where_is_exact_and_every_parameter_must_match() {
    let case = Case::new();
    let asked = with(|c| {
        c.matches("sub1".into(), "111");
        c.matches("product".into(), "mitolyn");
        c.matches("sub3".into(), "x");
    });
    assert_eq!(
        case.texts(&asked),
        [
            "`product` is `Mitolyn`, wanted `mitolyn`",
            "`sub3` is missing, wanted `x`"
        ]
    );
    assert!(evaluate(&asked, &case.scope()).failed().eq([Condition::Where]));
}

#[test]
fn where_on_an_amount_without_a_rate_says_so() {
    let mut case = Case::new();
    case.payout = Some(ToldPayout::NoRate);
    let asked = with(|c| c.matches("offer_payout".into(), "10"));
    assert_eq!(
        case.texts(&asked),
        ["`offer_payout` has no rate into the channel's currency"]
    );
}

#[test]
fn a_personal_value_is_compared_and_never_shown() {
    let mut case = Case::new();
    case.click.private.insert("ip".into(), Pii::new("192.0.2.7"));
    case.click.subs.insert(5, "canary@example.com".into());
    assert!(case.fires(&with(|c| c.matches("ip".into(), "192.0.2.7"))));

    let roles = BTreeMap::from([(ParameterRole::Email, ClickSlot::Sub(5))]);
    let mut scope = case.scope();
    scope.roles = Some(&roles);
    let asked = with(|c| {
        c.matches("ip".into(), "192.0.2.8");
        c.matches("sub5".into(), "a@example.com");
    });
    assert_eq!(
        texts(&asked, &scope),
        [
            "`ip` is not the wanted value; it is personal and not shown",
            "`sub5` is not the wanted value; it is personal and not shown"
        ]
    );
    assert!(!format!("{:?}", reasons(&asked, &scope)).contains("canary"));
}

#[test]
fn a_value_is_personal_by_the_role_of_its_place_and_no_other_one_is() {
    let mut case = Case::new();
    case.click.ref_id = Some("r".into());
    case.click.external_id = Some("e".into());
    let places = [
        ("ref_id", ClickSlot::RefId, "r"),
        ("external_id", ClickSlot::ExternalId, "e"),
        ("sub1", ClickSlot::Sub(1), "111"),
    ];
    let names = places.map(|(name, ..)| name).into_iter().chain(["rt_ad"]);
    let asked = with(|c| names.for_each(|name| c.matches(name.into(), "x")));
    for (_, personal, _) in places {
        // The ad's macro reads the first one, whatever else that is.
        let roles = BTreeMap::from([
            (ParameterRole::Email, personal),
            (ParameterRole::RtAd, ClickSlot::RefId),
        ]);
        let mut scope = case.scope();
        scope.roles = Some(&roles);
        let read = places.into_iter().chain([("rt_ad", ClickSlot::RefId, "r")]);
        let expected: Vec<String> = read
            .map(|(name, place, value)| match place == personal {
                true => format!("`{name}` is not the wanted value; it is personal and not shown"),
                false => format!("`{name}` is `{value}`, wanted `x`"),
            })
            .collect();
        assert_eq!(texts(&asked, &scope), expected);
    }
}

#[test]
fn an_empty_text_is_wanted_where_there_shall_be_none() {
    let mut case = Case::new();
    let asked = with(|c| ["sub3", "sub9"].into_iter().for_each(|name| c.matches(name.into(), "")));
    assert!(case.fires(&asked));
    case.click.subs.insert(3, "x".into());
    assert_eq!(case.texts(&asked), ["`sub3` is `x`, wanted ``"]);
}

#[test]
fn a_required_parameter_must_be_there_and_filled() {
    let mut case = Case::new();
    let required = with(|c| {
        ["ref_id", "product"]
            .into_iter()
            .for_each(|name| c.require(name.into()))
    });
    assert!(case.fires(&required));
    case.click.ref_id = Some("[CLICK_ID]".into());
    case.conversion.shown.parameters.insert("product".into(), String::new());
    assert_eq!(
        case.texts(&required),
        ["`ref_id` is an unfilled macro", "`product` is missing"]
    );
    case.click.ref_id = None;
    assert_eq!(case.texts(&required), ["`ref_id` is missing", "`product` is missing"]);
}
