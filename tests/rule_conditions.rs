//! Conditional postbacks: which conversions fire a rule, and what the rule says when it does not.
//!
//! The two lists are RedTrack's help page "Conversions: conditional postback"; the example of `seed_*` tests is its "only the paid leads".
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use postback::model::{Click, Conversion, Role, Status};
use postback::rule::{Answer, Condition, Conditions, Negative, evaluate, reasons};
use postback::scope::{ClickSlot, Payout, Scope};
use postback::value::{Money, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

const CLICKED: i64 = 1_700_000_000;

struct Case {
    click: Click,
    conversion: Conversion,
    payout: Option<Payout>,
}

impl Case {
    /// An approved `Purchase` of 10 USD, one hour after its click.
    fn new() -> Self {
        let mut click = Click::new(
            "clickaaaa".parse().unwrap(),
            Timestamp::from_unix_seconds(CLICKED).unwrap(),
            "summer-push".parse().unwrap(),
            "mitolyn".parse().unwrap(),
            "clickbank".parse().unwrap(),
            "richpush".parse().unwrap(),
        );
        click.ref_id = Some("ABC".into());
        click.subs.insert(1, "111".into());
        let conversion = serde_json::from_value(serde_json::json!({
            "id": "aaaaaaaaaaaaaaaaaaaaaaaaaa", "click": "clickaaaa", "campaign": "summer-push", "offer": "mitolyn",
            "source": "clickbank", "channel": "richpush", "sum": {"amount": "10", "currency": "USD"},
            "revenue": {"state": "nothing"}, "count": 1,
            "shown": {
                "event": "bbbbbbbbbbbbbbbbbbbbbbbbbb", "at": "2023-11-14T23:13:20Z", "timed": true, "kind": "sale",
                "type": "Purchase", "known": true, "status": "approved",
                "parameters": {"product": "Mitolyn", "sub2": "blue"},
            },
        }))
        .unwrap();
        Self {
            click,
            conversion,
            payout: Some(Payout::Known(money("10", "USD"))),
        }
    }

    fn of(type_name: &str, status: Status) -> Self {
        let mut case = Self::new();
        case.conversion.shown.type_name = type_name.parse().unwrap();
        case.conversion.shown.status = status;
        case
    }

    fn scope(&self) -> Scope<'_> {
        let mut scope = Scope::of_click(&self.click);
        scope.conversion = Some(&self.conversion);
        scope.payout = self.payout;
        scope
    }

    fn fires(&self, conditions: &Conditions) -> bool {
        evaluate(conditions, &self.scope()).fires()
    }

    /// The reasons, after checking that they are the answer's.
    fn texts(&self, conditions: &Conditions) -> Vec<String> {
        texts(conditions, &self.scope())
    }
}

fn texts(conditions: &Conditions, scope: &Scope<'_>) -> Vec<String> {
    let answer = evaluate(conditions, scope);
    let reasons = reasons(conditions, scope);
    for condition in Condition::ALL {
        assert_eq!(
            answer.failed_on(*condition),
            reasons.iter().any(|reason| reason.condition() == *condition)
        );
    }
    assert_eq!(Answer::try_from(answer.code()).unwrap(), answer);
    reasons.iter().map(ToString::to_string).collect()
}

fn money(amount: &str, currency: &str) -> Money {
    Money::new(amount.parse().unwrap(), currency.parse().unwrap())
}

fn rule(types: &[&str], statuses: &[Status]) -> Conditions {
    let mut conditions = Conditions::default();
    conditions.types = types.iter().map(|name| name.parse().unwrap()).collect();
    conditions.statuses = statuses.to_vec();
    conditions
}

fn with(change: impl FnOnce(&mut Conditions)) -> Conditions {
    let mut conditions = Conditions::default();
    change(&mut conditions);
    conditions
}

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
fn seed_only_the_paid_leads_are_sent_to_the_channel() {
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
fn seed_a_rule_for_a_type_alone_takes_every_status_and_the_reverse() {
    for status in Status::ALL {
        assert!(Case::of("Lead", *status).fires(&rule(&["Lead"], &[])));
    }
    for name in ["Lead", "Purchase", "Upsell"] {
        assert!(Case::of(name, Status::Approved).fires(&rule(&[], &[Status::Approved])));
    }
}

#[test]
fn seed_without_conditions_every_conversion_fires() {
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
fn a_payout_of_exactly_the_minimum_is_sent() {
    let at_least = with(|c| c.min_payout = Some(money("10", "USD")));
    let mut case = Case::new();
    for (payout, expected) in [("9.99", false), ("10", true), ("10.01", true)] {
        case.payout = Some(Payout::Known(money(payout, "USD")));
        assert_eq!(case.fires(&at_least), expected, "{payout}");
    }
    case.payout = Some(Payout::Known(money("9.99", "USD")));
    assert_eq!(case.texts(&at_least), ["payout is 9.99 USD, wanted at least 10 USD"]);
}

#[test]
fn a_minimum_that_cannot_be_compared_does_not_fire_and_says_so() {
    let at_least = with(|c| c.min_payout = Some(money("10", "USD")));
    let mut case = Case::new();
    case.payout = Some(Payout::Known(money("900", "JPY")));
    assert!(
        evaluate(&at_least, &case.scope())
            .failed()
            .eq([Condition::CurrencyMismatch])
    );
    assert_eq!(
        case.texts(&at_least),
        ["payout is 900 JPY, which cannot be compared with 10 USD"]
    );
    case.payout = Some(Payout::NoRate);
    assert!(evaluate(&at_least, &case.scope()).failed().eq([Condition::NoRate]));
    assert_eq!(
        case.texts(&at_least),
        ["`payout` has no rate into the channel's currency"]
    );
    case.payout = None;
    assert_eq!(case.texts(&at_least), ["payout is missing, wanted at least 10 USD"]);
}

#[test]
fn a_missing_rate_matters_only_to_a_rule_that_needs_it() {
    let mut case = Case::new();
    case.payout = Some(Payout::NoRate);
    assert!(case.fires(&Conditions::default()));
}

#[test]
fn a_conversion_within_the_time_is_sent_the_last_instant_included() {
    let hour = with(|c| c.within = Some(Duration::from_secs(3600)));
    let mut case = Case::new();
    let clicked = case.click.at;
    for (seconds, nanos, expected) in [(3599, 0, true), (3600, 0, true), (3600, 1, false)] {
        case.conversion.shown.at = clicked.checked_add(Duration::new(seconds, nanos)).unwrap();
        assert_eq!(case.fires(&hour), expected, "{seconds} s {nanos} ns");
    }
    case.conversion.shown.at = clicked.checked_add(Duration::from_secs(90_000)).unwrap();
    assert_eq!(case.texts(&hour), ["it came 1d 1h after the click, wanted within 1h"]);
}

#[test]
fn a_conversion_before_its_click_is_within() {
    let mut case = Case::new();
    case.conversion.shown.at = Timestamp::from_unix_seconds(CLICKED - 60).unwrap();
    assert!(case.fires(&with(|c| c.within = Some(Duration::ZERO))));
}

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

#[test]
fn a_test_fires_only_where_the_rule_is_for_tests() {
    let mut case = Case::new();
    let for_tests = with(|c| c.test = true);
    assert!(case.fires(&for_tests), "a rule for tests takes real conversions too");
    case.conversion.shown.test = true;
    assert!(case.fires(&for_tests));
    assert_eq!(case.texts(&Conditions::default()), ["it is a test, wanted none"]);
}

#[test]
fn what_takes_money_back_is_skipped_unless_the_rule_sends_it() {
    let sends = with(|c| c.negative = Negative::Send);
    let mut case = Case::new();
    case.payout = Some(Payout::Known(money("-8.5", "USD")));
    assert_eq!(
        case.texts(&Conditions::default()),
        ["payout is -8.5 USD, wanted none below 0"]
    );
    assert!(case.fires(&sends));
    case.payout = Some(Payout::Known(money("0", "USD")));
    assert!(case.fires(&Conditions::default()), "nothing is not negative");
}

#[test]
fn a_refund_without_an_amount_is_not_sent_as_another_sale() {
    let mut case = Case::new();
    case.payout = Some(Payout::Known(money("0", "USD")));
    case.conversion.sum = None;
    for kind in ["refund", "chargeback", "echeck_return"] {
        case.conversion.shown.kind = kind.into();
        let text = format!("it is a `{kind}`, wanted none that takes money back");
        assert_eq!(case.texts(&Conditions::default()), [text]);
    }
}

#[test]
fn without_a_rate_the_sum_says_whether_a_payout_is_negative() {
    let mut case = Case::new();
    case.payout = Some(Payout::NoRate);
    case.conversion.sum = Some(money("-10", "EUR"));
    assert!(
        evaluate(&Conditions::default(), &case.scope())
            .failed()
            .eq([Condition::Negative])
    );
}

#[test]
fn a_share_is_drawn_once_for_each_click() {
    // The draw of this click is 43.82356279, by another program's SHA-256.
    let mut case = Case::new();
    case.click.id = "aaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap();
    let share = |percent: &str| with(|c| c.share = Some(percent.parse().unwrap()));
    for (percent, expected) in [
        ("0", false),
        ("43.82356279", false),
        ("43.823562791", true),
        ("50", true),
        ("100", true),
        ("1000", true),
    ] {
        assert_eq!(case.fires(&share(percent)), expected, "{percent}");
    }
    assert_eq!(
        case.texts(&share("30")),
        ["its draw is 43.82356279, wanted one below 30"]
    );
}

#[test]
fn conversions_of_one_click_are_in_the_share_together() {
    let mut case = Case::new();
    case.click.id = "aaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap();
    let half = with(|c| c.share = Some("50".parse().unwrap()));
    for id in ["aaaaaaaaaaaaaaaaaaaaaaaaaa", "mfrggzdfmztwq2lknnwg23tpoa"] {
        case.conversion.id = id.parse().unwrap();
        assert!(case.fires(&half), "{id}");
    }
}

#[test]
fn a_share_grows_and_keeps_what_it_had() {
    let mut case = Case::new();
    let share = |percent: u32| with(|c| c.share = Some(percent.to_string().parse().unwrap()));
    let shares: Vec<_> = [0, 1, 30, 50, 99, 100].map(share).into();
    let mut sent = [0; 6];
    for number in 0..2000_u32 {
        let letter = |shift: u32| char::from(b'a' + u8::try_from((number >> shift) & 15).unwrap());
        let id = format!("{}{}{}aaaaaaaaaaaaaaaaaaaaaaa", letter(0), letter(4), letter(8));
        case.click.id = id.parse().unwrap();
        let answers: Vec<bool> = shares.iter().map(|share| case.fires(share)).collect();
        assert!(answers.is_sorted(), "{id}: {answers:?}");
        assert!(!answers[0] && answers[5]);
        for (count, fires) in sent.iter_mut().zip(answers) {
            *count += u32::from(fires);
        }
    }
    // 600 and 1000 expected; five standard deviations are 103 and 112.
    assert!((497..=703).contains(&sent[2]), "{sent:?}");
    assert!((888..=1112).contains(&sent[3]), "{sent:?}");
}

#[test]
fn every_failed_condition_is_told_at_once() {
    let mut case = Case::of("Lead", Status::Pending);
    case.conversion.shown.test = true;
    let mut strict = rule(&["Purchase"], &[Status::Approved]);
    strict.min_payout = Some(money("20", "USD"));
    strict.within = Some(Duration::from_secs(60));
    strict.require = vec!["sub9".into()];
    strict.share = Some("1".parse().unwrap());
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
