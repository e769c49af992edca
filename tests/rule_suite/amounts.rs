//! What a conversion is worth, when it came, and whether it is one that counts.

use crate::support::{CLICKED, Case, money, with};
use postback::Timestamp;
use postback::rule::{Condition, Conditions, Negative, evaluate};
use postback::scope::ToldPayout;
use std::time::Duration;

#[test]
fn a_payout_of_exactly_the_minimum_is_sent() {
    let at_least = with(|c| c.min_payout(money("10", "USD")));
    let mut case = Case::new();
    for (payout, expected) in [("9.99", false), ("10", true), ("10.01", true)] {
        case.payout = Some(ToldPayout::Known(money(payout, "USD")));
        assert_eq!(case.fires(&at_least), expected, "{payout}");
    }
    case.payout = Some(ToldPayout::Known(money("9.99", "USD")));
    assert_eq!(case.texts(&at_least), ["payout is 9.99 USD, wanted at least 10 USD"]);
}

#[test]
fn a_minimum_that_cannot_be_compared_does_not_fire_and_says_so() {
    let at_least = with(|c| c.min_payout(money("10", "USD")));
    let mut case = Case::new();
    case.payout = Some(ToldPayout::Known(money("900", "JPY")));
    assert!(
        evaluate(&at_least, &case.scope())
            .failed()
            .eq([Condition::CurrencyMismatch])
    );
    assert_eq!(
        case.texts(&at_least),
        ["payout is 900 JPY, which cannot be compared with 10 USD"]
    );
    case.payout = Some(ToldPayout::NoRate);
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
    case.payout = Some(ToldPayout::NoRate);
    assert!(case.fires(&Conditions::default()));
}

#[test]
fn a_conversion_within_the_time_is_sent_the_last_instant_included() {
    let hour = with(|c| c.within(Duration::from_secs(3600)));
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
    assert!(case.fires(&with(|c| c.within(Duration::ZERO))));
}

#[test]
fn a_test_fires_only_where_the_rule_is_for_tests() {
    let mut case = Case::new();
    let for_tests = with(|c| c.test = true);
    assert!(case.fires(&for_tests), "a rule for tests takes real conversions too");
    case.conversion.shown.test = true;
    assert!(case.fires(&for_tests));
    assert_eq!(
        case.texts(&Conditions::default()),
        ["it is a test, which is not wanted"]
    );
}

#[test]
fn what_takes_money_back_is_skipped_unless_the_rule_sends_it() {
    let sends = with(|c| c.negative = Negative::Send);
    let mut case = Case::new();
    case.payout = Some(ToldPayout::Known(money("-8.5", "USD")));
    assert_eq!(
        case.texts(&Conditions::default()),
        ["payout is -8.5 USD, wanted at least 0"]
    );
    assert!(case.fires(&sends));
    case.payout = Some(ToldPayout::Known(money("0", "USD")));
    assert!(case.fires(&Conditions::default()), "nothing is not negative");
}

#[test]
fn a_refund_without_an_amount_is_not_sent_as_another_sale() {
    let mut case = Case::new();
    case.payout = Some(ToldPayout::Known(money("0", "USD")));
    case.conversion.sum = None;
    for kind in ["refund", "chargeback", "echeck_return"] {
        case.conversion.shown.kind = kind.into();
        let text = format!("it is a `{kind}` that takes money back, which is not wanted");
        assert_eq!(case.texts(&Conditions::default()), [text]);
    }
}

#[test]
fn without_a_rate_the_sum_says_whether_a_payout_is_negative() {
    let mut case = Case::new();
    case.payout = Some(ToldPayout::NoRate);
    case.conversion.sum = Some(money("-10", "EUR"));
    assert!(
        evaluate(&Conditions::default(), &case.scope())
            .failed()
            .eq([Condition::Negative])
    );
}

#[test]
fn a_missing_amount_matters_only_to_a_rule_that_needs_it() {
    let mut case = Case::new();
    case.payout = Some(ToldPayout::NoAmount("USD".parse().unwrap()));
    case.conversion.sum = None;
    assert!(case.fires(&Conditions::default()));
    for needs in [
        with(|c| c.min_payout(money("0", "USD"))),
        with(|c| c.when("payout at most 100".parse().unwrap())),
        with(|c| c.when("payout in 1, 2".parse().unwrap())),
        with(|c| c.when("payout equals \"\"".parse().unwrap())),
        with(|c| c.require("payout".into())),
    ] {
        assert!(
            evaluate(&needs, &case.scope()).failed().eq([Condition::NoAmount]),
            "{needs:?}"
        );
        let said = case.texts(&needs).remove(0);
        let why = "is not known, since no amount came; a postback with a fixed `payout` fires without one";
        assert!(said.starts_with("`payout") && said.ends_with(why), "{said}");
    }
    let without = with(|c| c.when("sum equals \"\"".parse().unwrap()));
    assert!(case.fires(&without), "one can ask for what came without an amount");
}
