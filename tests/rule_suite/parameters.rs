//! Parameters that must be there, or equal a text.

use crate::support::{Case, texts, with};
use postback::model::Role;
use postback::rule::{Condition, evaluate, reasons};
use postback::scope::{ClickSlot, Payout};
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
        assert!(
            case.fires(&with(|c| c.matches = vec![(name.into(), value.into())])),
            "{name}"
        );
    }
}

#[test]
fn where_is_exact_and_every_parameter_must_match() {
    let case = Case::new();
    let asked = with(|c| {
        c.matches = vec![
            ("sub1".into(), "111".into()),
            ("product".into(), "mitolyn".into()),
            ("sub3".into(), "x".into()),
        ];
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
    case.payout = Some(Payout::NoRate);
    let asked = with(|c| c.matches = vec![("offer_payout".into(), "10".into())]);
    assert_eq!(
        case.texts(&asked),
        ["`offer_payout` has no rate into the channel's currency"]
    );
}

#[test]
fn a_personal_value_is_compared_and_never_shown() {
    let mut case = Case::new();
    case.click.private.insert("ip".into(), "192.0.2.7".into());
    case.click.subs.insert(5, "canary@example.com".into());
    assert!(case.fires(&with(|c| c.matches = vec![("ip".into(), "192.0.2.7".into())])));

    let roles = BTreeMap::from([(Role::Email, ClickSlot::Sub(5))]);
    let mut scope = case.scope();
    scope.roles = Some(&roles);
    let asked = with(|c| {
        c.matches = vec![
            ("ip".into(), "192.0.2.8".into()),
            ("sub5".into(), "a@example.com".into()),
        ]
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
fn a_required_parameter_must_be_there_and_filled() {
    let mut case = Case::new();
    let required = with(|c| c.require = vec!["ref_id".into(), "product".into()]);
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
