//! The two lists, types and statuses: RedTrack's help page "Conversions: conditional postback",
//! whose example are the paid leads.

use crate::support::{Case, money, rule, texts};
use postback::model::Status;
use postback::rule::{Condition, Conditions, evaluate};
use postback::scope::Scope;
use std::time::Duration;

#[test]
fn both_lists_must_hold_and_an_empty_list_accepts_all() {
    let case = Case::of("Purchase", Status::Approved);
    let (matching, other): (&[&str], &[&str]) = (&["Purchase"], &["Lead"]);
    let (approved, pending): (&[Status], &[Status]) = (&[Status::Approved], &[Status::Pending]);
    let table: [(&[&str], &[Status], bool); 9] = [
        (&[], &[], true),
        (&[], approved, true),
        (&[], pending, false),
        (matching, &[], true),
        (matching, approved, true),
        (matching, pending, false),
        (other, &[], false),
        (other, approved, false),
        (other, pending, false),
    ];
    for (types, statuses, expected) in table {
        let answer = evaluate(&rule(types, statuses), &case.scope());
        assert_eq!(answer.fires(), expected, "types {types:?}, statuses {statuses:?}");
        assert_eq!(answer.failed_on(Condition::Types), types == other);
        assert_eq!(answer.failed_on(Condition::Statuses), statuses == pending);
    }
}

#[test]
fn one_of_several_types_and_statuses_is_enough() {
    let both = rule(&["Lead", "Purchase"], &[Status::Pending, Status::Approved]);
    for name in ["Lead", "Purchase"] {
        for status in [Status::Pending, Status::Approved] {
            assert!(Case::of(name, status).fires(&both));
        }
    }
    assert!(!Case::of("Upsell", Status::Approved).fires(&both));
    assert!(!Case::of("Lead", Status::Declined).fires(&both));
}

#[test]
fn only_the_paid_leads_are_sent_to_the_channel() {
    let paid_leads = rule(&["Lead"], &[Status::Approved]);
    assert!(Case::of("Lead", Status::Approved).fires(&paid_leads));
    assert_eq!(
        Case::of("Lead", Status::Pending).texts(&paid_leads),
        ["status is `pending`, wanted one of `approved`"]
    );
    assert_eq!(
        Case::of("Purchase", Status::Approved).texts(&paid_leads),
        ["type is `Purchase`, wanted one of `Lead`"]
    );
}

#[test]
fn a_rule_for_a_type_alone_takes_every_status_and_the_reverse() {
    for status in Status::ALL {
        assert!(Case::of("Lead", *status).fires(&rule(&["Lead"], &[])));
    }
    for name in ["Lead", "Purchase", "Upsell"] {
        assert!(Case::of(name, Status::Approved).fires(&rule(&[], &[Status::Approved])));
    }
}

#[test]
fn without_conditions_every_conversion_fires() {
    for name in ["Lead", "Purchase"] {
        for status in Status::ALL {
            assert!(Case::of(name, *status).fires(&Conditions::default()));
        }
    }
}

#[test]
fn types_are_case_sensitive_and_a_reason_lists_what_was_wanted() {
    let case = Case::of("purchase", Status::Declined);
    assert_eq!(
        case.texts(&rule(&["Purchase", "Upsell"], &[Status::Approved, Status::Other])),
        [
            "type is `purchase`, wanted one of `Purchase`, `Upsell`",
            "status is `declined`, wanted one of `approved`, `other`"
        ]
    );
}

#[test]
fn an_unknown_type_fires_nothing_even_where_its_name_is_listed() {
    let mut case = Case::of("Purchse", Status::Approved);
    case.conversion.shown.known = false;
    assert_eq!(case.texts(&Conditions::default()), ["type `Purchse` is not known"]);
    assert_eq!(case.texts(&rule(&["Purchse"], &[])), ["type `Purchse` is not known"]);
}

#[test]
fn without_a_conversion_nothing_fires() {
    let case = Case::new();
    assert_eq!(
        texts(&Conditions::default(), &Scope::of_click(&case.click)),
        ["there is no conversion"]
    );
}

#[test]
fn every_failed_condition_is_told_at_once() {
    let mut case = Case::of("Lead", Status::Pending);
    case.conversion.shown.test = true;
    let mut strict = rule(&["Purchase"], &[Status::Approved]);
    strict.min_payout(money("20", "USD"));
    strict.within(Duration::from_secs(60));
    strict.require("sub9".into());
    strict.share("1".parse().unwrap());
    let failed: Vec<_> = evaluate(&strict, &case.scope())
        .failed()
        .map(Condition::as_str)
        .collect();
    assert_eq!(
        failed,
        ["types", "statuses", "test", "min_payout", "within", "require", "share"]
    );
    assert_eq!(case.texts(&strict).len(), 7);
}
