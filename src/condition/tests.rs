//! Tests of when each operation holds, and of what a clause says when it does not hold.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{Clause, Fact, NamedFacts};
use crate::value::{Money, Timestamp};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::time::Duration;

/// Facts that belong to no click. Conditions work on anything with named facts.
#[derive(Default)]
struct Known {
    facts: BTreeMap<String, Fact<'static>>,
    personal: &'static str,
}

impl NamedFacts for Known {
    type Name = String;

    fn fact(&self, name: &String) -> Fact<'_> {
        self.facts.get(name).cloned().unwrap_or(Fact::Missing)
    }

    fn is_personal(&self, name: &String) -> bool {
        name == self.personal
    }
}

fn text(text: &'static str) -> Fact<'static> {
    Fact::Text(Cow::Borrowed(text))
}

fn money(amount: &str, currency: &str) -> Fact<'static> {
    Fact::Money(Money::new(amount.parse().unwrap(), currency.parse().unwrap()))
}

/// The reason that a clause gives for a fact with the name `x`; empty where the clause holds.
fn said(clause: &str, fact: Fact<'static>) -> String {
    let mut known = Known::default();
    known.facts.insert("x".into(), fact);
    let clause: Clause = clause.parse().unwrap();
    clause.unmet(&known).map_or_else(String::new, |unmet| unmet.to_string())
}

/// Checks for each fact whether a clause holds.
fn holds(clause: &str, facts: &[(Fact<'static>, bool)]) {
    for (fact, expected) in facts {
        let said = said(clause, fact.clone());
        assert_eq!(said.is_empty(), *expected, "{clause}, {fact:?}: {said}");
    }
}

#[test]
fn a_text_equals_itself_and_a_number_every_way_to_write_it() {
    holds(
        "x equals 10.00",
        &[
            (text("10.00"), true),
            (text("10"), false),
            (money("10", "USD"), true),
            (Fact::Missing, false),
        ],
    );
    holds(
        "x equals 10 USD",
        &[(money("10", "USD"), true), (money("10", "EUR"), false)],
    );
    holds("x equals Blue", &[(text("Blue"), true), (text("blue"), false)]);
    holds(
        "x equals Blue ignoring case",
        &[(text("bLUE"), true), (text("blues"), false)],
    );
    holds("x equals ÄRGER ignoring case", &[(text("ärger"), true)]);
    holds(r#"x equals """#, &[(Fact::Missing, true), (text("a"), false)]);
}

#[test]
fn what_is_missing_is_in_no_list_and_not_outside_of_one() {
    holds(
        "x in a, b",
        &[(text("a"), true), (text("c"), false), (Fact::Missing, false)],
    );
    holds(
        "x not in a, b",
        &[(text("a"), false), (text("c"), true), (Fact::Missing, false)],
    );
    holds(r#"x in a, """#, &[(text("a"), true), (Fact::Missing, true)]);
    holds(
        "x in 1, 2.50",
        &[(money("2.5", "USD"), true), (money("2", "USD"), false)],
    );
    holds("x not in A ignoring case", &[(text("a"), false), (text("b"), true)]);
}

#[test]
fn a_part_of_a_text_is_found_within_it_or_at_its_beginning() {
    holds(
        "x contains bot, spider",
        &[(text("a spider"), true), (text("Bot"), false)],
    );
    holds(
        "x contains BOT ignoring case",
        &[(text("my robot"), true), (text("bo"), false)],
    );
    holds("x begins with sum", &[(text("summer"), true), (text("a sum"), false)]);
    holds(
        "x begins with SUM ignoring case",
        &[(text("summer"), true), (text("su"), false)],
    );
    holds(
        "x begins with 1",
        &[(money("12.5", "USD"), true), (Fact::Missing, false)],
    );
}

#[test]
fn numbers_are_compared_exactly_both_ends_included() {
    let number = text;
    holds(
        "x at least 0.1",
        &[
            (number("0.1"), true),
            (number("0.099999999"), false),
            (text("0.10"), true),
        ],
    );
    holds(
        "x at most -1",
        &[
            (number("-1"), true),
            (number("-0.5"), false),
            (money("-3", "EUR"), true),
        ],
    );
    holds(
        "x between 10 and 20",
        &[
            (number("9.99"), false),
            (number("10"), true),
            (number("20"), true),
            (number("20.01"), false),
        ],
    );
    holds(
        "x at least 10 USD",
        &[(money("10", "USD"), true), (number("10"), false), (text("10"), false)],
    );
}

#[test]
fn an_address_is_in_a_range_of_its_own_family() {
    holds(
        "x matches 10.0.0.0/8, ::1",
        &[
            (text("10.255.0.1"), true),
            (text("11.0.0.1"), false),
            (text("::1"), true),
            (text("::ffff:10.0.0.1"), false),
            (text("ten"), false),
        ],
    );
}

#[test]
fn a_time_is_within_a_span_its_end_included() {
    let time = |seconds| Fact::Time {
        at: Timestamp::from_unix_seconds(1_700_000_000).unwrap(),
        since: Duration::from_secs(seconds),
        what: "the visit",
    };
    holds(
        "x within 1h",
        &[(time(3600), true), (time(3601), false), (text("1h"), false)],
    );
    assert_eq!(
        said("x within 1h", time(3700)),
        "it came 1h 1m 40s after the visit, wanted within 1h"
    );
    holds("x at least 1700000000", &[(time(0), true)]);
    holds("x equals 1700000000.0", &[(time(0), true)]);
}

#[test]
fn a_share_is_drawn_once_for_a_text() {
    // Drawn by another program's SHA-256: 43.82356279.
    let drawn = || text("aaaaaaaaaaaaaaaaaaaaaaaaaa");
    holds("x share 43.82356279%", &[(drawn(), false), (Fact::Missing, false)]);
    holds("x share 43.823562791", &[(drawn(), true)]);
    assert_eq!(
        said("x share 30%", drawn()),
        "its draw is 43.82356279, wanted one below 30"
    );
}

#[test]
fn what_does_not_hold_says_what_it_saw_and_wanted() {
    for (clause, fact, expected) in [
        ("x equals a", text("b"), "`x` is `b`, wanted `a`"),
        (
            "x in a, b ignoring case",
            text("c"),
            "`x` is `c`, wanted one of `a`, `b`, in either case",
        ),
        ("x not in a, b", text("a"), "`x` is `a`, wanted none of `a`, `b`"),
        (
            "x not in a, b",
            Fact::Missing,
            "`x` is missing, wanted none of `a`, `b`",
        ),
        ("x contains bot", text("cat"), "`x` is `cat`, wanted one with `bot`"),
        (
            "x begins with a",
            text("b"),
            "`x` is `b`, wanted one that begins with `a`",
        ),
        (
            "x at least 10",
            money("9.99", "USD"),
            "x is 9.99 USD, wanted at least 10",
        ),
        (
            "x at least 10 EUR",
            money("99", "USD"),
            "x is 99 USD, which cannot be compared with 10 EUR",
        ),
        (
            "x at least 10 EUR",
            text("99"),
            "`x` is `99`, which is no amount with a currency, wanted at least 10 EUR",
        ),
        (
            "x between 1 and 2",
            text("abc"),
            "`x` is `abc`, which is no number, wanted between 1 and 2",
        ),
        ("x at most 5", Fact::Missing, "x is missing, wanted at most 5"),
        (
            "x at most 5",
            Fact::NoRate,
            "`x` has no rate into the channel's currency",
        ),
        (
            "x matches 10.0.0.0/8",
            text("11.0.0.1"),
            "`x` is `11.0.0.1`, wanted an address in 10.0.0.0/8",
        ),
        (
            "x matches 10.0.0.0/8",
            text("a"),
            "`x` is `a`, which is no IP address, wanted an address in 10.0.0.0/8",
        ),
        (
            "x within 1h",
            text("a"),
            "`x` is `a`, which is no time, wanted within 1h",
        ),
        ("x is there", Fact::Missing, "`x` is missing"),
        ("x is there", text("{tid}"), "`x` is an unfilled macro"),
    ] {
        assert_eq!(said(clause, fact), expected, "{clause}");
    }
}

#[test]
fn a_personal_value_is_compared_and_in_no_reason_shown() {
    let mut known = Known {
        personal: "x",
        ..Known::default()
    };
    known.facts.insert("x".into(), text("203.0.113.77"));
    for clause in [
        "x equals a",
        "x in 10.0.0.1",
        "x at least 10",
        "x matches 10.0.0.0/8",
        "x within 1h",
        "x share 0%",
        "x begins with 9",
    ] {
        let clause: Clause = clause.parse().unwrap();
        let unmet = clause.unmet(&known).unwrap();
        assert_eq!(
            unmet.to_string(),
            "`x` is not the wanted value; it is personal and not shown",
            "{clause}"
        );
        assert!(!format!("{unmet:?}").contains("77\""), "{unmet:?}");
    }
    let within: Clause = "x matches 203.0.113.0/24".parse().unwrap();
    assert_eq!(within.unmet(&known), None);
}

#[test]
fn the_end_of_a_clause_may_stand_with_more_spaces() {
    holds(
        "x equals Blue ignoring  case",
        &[(text("bLUE"), true), (text("blue ignoring  case"), false)],
    );
}
