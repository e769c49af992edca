//! The language of conditions: what each operation holds for, what a clause says when it does not
//! hold, and that its text and itself are one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use postback::condition::{Clause, Fact, NamedFacts};
use postback::{Money, Timestamp};
use proptest::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

/// Facts of no click: anything that has names can be asked.
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

/// What a clause says of a fact under the name `x`: nothing where it holds.
fn said(clause: &str, fact: Fact<'static>) -> String {
    let mut known = Known::default();
    known.facts.insert("x".into(), fact);
    let clause: Clause = clause.parse().unwrap();
    clause.unmet(&known).map_or_else(String::new, |unmet| unmet.to_string())
}

/// Checks which of some facts a clause holds for.
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
            (Fact::Number("10".parse().unwrap()), true),
            (Fact::Number("10.000000001".parse().unwrap()), false),
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
    let number = |text: &str| Fact::Number(text.parse().unwrap());
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
fn a_text_that_is_no_condition_says_why() {
    for (text, why) in [
        (
            "",
            "it names nothing; it is a name, an operation and a value, as in `payout at least 10.00`",
        ),
        (
            "payout at lest 10",
            "after `payout` stands no operation; there are `equals`, `in`, `not in`, `contains`, `begins with`, \
             `at least`, `at most`, `between`, `matches`, `within`, `share` and `is there`",
        ),
        ("payout at least", "`at least` wants a value"),
        ("sub1 in", "`in` wants a value"),
        ("payout at least ten", "`ten` is not an amount: it holds 't'"),
        (
            "payout at least 10 Dollars",
            "`Dollars` is not a currency code of three letters",
        ),
        (
            "payout between 10",
            "`between` wants two numbers, as in `between 10 and 20`",
        ),
        ("payout between 20 and 10", "no number is between 20 and 10"),
        (
            "payout between 1 USD and 10 EUR",
            "no number is between 1 USD and 10 EUR",
        ),
        (
            "sub1 equals a, b",
            "`equals` takes one value, `in` takes several; a comma of the value itself stands within quotes",
        ),
        (
            "sub1 in a,, b",
            "a text is empty; one that is meant to be stands within quotes",
        ),
        ("sub1 contains \"\"", "a text to look for is empty"),
        ("sub1 equals \"a", "a quote has no end"),
        (
            "sub1 equals a\"b",
            "a quote within a text stands within quotes too, behind a backslash",
        ),
        ("sub1 equals \"a\" b", "`b` stands beside a quoted text"),
        (
            "ip matches 10.0.0.1/8",
            "`10.0.0.1/8` has bits beyond its prefix; the range is 10.0.0.0/8",
        ),
        (
            "ip matches office",
            "`office` is no IP address or range, as in `10.0.0.0/8`",
        ),
        (
            "clicktime within 1 hour",
            "`1 hour` is not a duration, as in `60d`, `12h`, `30m`, `5s` or `1h30m`",
        ),
        ("clickid share 1001%", "percentage `1001` is not between 0 and 1000"),
        ("clickid share 200%", "a share is at most 100%, not 200%"),
        ("clickid share 100.01", "a share is at most 100%, not 100.01%"),
        (
            "sub1 equals \"a\" ignoring  cases",
            "`ignoring  cases` stands beside a quoted text",
        ),
    ] {
        let error = text.parse::<Clause>().unwrap_err();
        assert_eq!(error.to_string(), format!("`{text}` is no condition: {why}"));
    }
    let error = "a equals b\nc".parse::<Clause>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a equals b\\nc` is no condition: it holds a control character"
    );
}

#[test]
fn spaces_between_words_do_not_matter_and_are_written_as_one() {
    for (text, written) in [
        ("x equals Blue ignoring  case", "x equals Blue ignoring case"),
        ("x equals Blue  ignoring   case ", "x equals Blue ignoring case"),
        ("x in a, \"b \" ignoring  case", "x in a, \"b \" ignoring case"),
        ("x contains \"a\"ignoring  case", "x contains a ignoring case"),
        ("x not  in a,b", "x not in a, b"),
        ("x begins  with a", "x begins with a"),
        ("x share 100 %", "x share 100%"),
        // These are texts, not the end of the clause.
        ("x equals a b ignoringcase", "x equals a b ignoringcase"),
        ("x equals \"a ignoring  case\"", "x equals \"a ignoring  case\""),
        ("x equals ignoring  case", "x equals \"ignoring  case\""),
    ] {
        let clause: Clause = text.parse().unwrap();
        assert_eq!(clause.to_string(), written, "{text}");
        assert_eq!(written.parse(), Ok(clause), "{text}");
    }
    holds(
        "x equals Blue ignoring  case",
        &[(text("bLUE"), true), (text("blue ignoring  case"), false)],
    );
}

#[test]
fn a_condition_is_its_text_in_json() {
    let clause: Clause = serde_json::from_str(r#""payout  at least 10.00""#).unwrap();
    assert_eq!(serde_json::to_string(&clause).unwrap(), r#""payout at least 10""#);
    let error = serde_json::from_str::<Clause>("10").unwrap_err();
    assert!(error.to_string().contains("expected a condition as text"), "{error}");
    assert!(serde_json::from_str::<Clause>(r#""payout""#).is_err());
}

/// Texts of every kind but with control characters, which no condition may hold.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z,\" \\\\]{0,12}",
        "\\PC{0,12}",
        "[a-c]{0,3}( {0,2}ignoring {0,2}case)?",
        Just(String::new()),
    ]
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn any_clause() -> impl Strategy<Value = String> {
    let number = || ("-?[0-9]{1,6}(\\.[0-9]{1,4})?", prop_oneof![Just(""), Just(" USD")]);
    let number = move || number().prop_map(|(amount, currency)| format!("{amount}{currency}"));
    let texts = (
        prop_oneof![Just("in"), Just("not in"), Just("contains"), Just("begins with")],
        proptest::collection::vec(any_text(), 1..4),
        any::<bool>(),
    );
    let texts = texts.prop_map(|(op, texts, fold)| {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        format!("{op} {}{}", texts.join(","), if fold { " ignoring case" } else { "" })
    });
    let test = prop_oneof![
        any_text().prop_map(|text| format!("equals {}", quoted(&text))),
        texts,
        number().prop_map(|number| format!("at least {number}")),
        number().prop_map(|number| format!("at most {number}")),
        (number(), number()).prop_map(|(least, most)| format!("between {least} and {most}")),
        any::<u32>().prop_map(|bits| format!("matches {}", std::net::Ipv4Addr::from_bits(bits))),
        (0_u32..=32).prop_map(|prefix| format!("matches 0.0.0.0/{prefix}, ::/{prefix}")),
        (1_u32..10_000_000).prop_map(|seconds| format!("within {seconds}s")),
        "[0-9]{1,2}(\\.[0-9]{1,9})?".prop_map(|share| format!("share {share}%")),
        Just("is there".to_owned()),
    ];
    (any_text(), test).prop_map(|(name, test)| format!("{} {test}", quoted(&name)))
}

proptest! {
    #[test]
    fn a_condition_prints_as_a_text_that_reads_as_the_same(text in any_clause()) {
        if let Ok(clause) = text.parse::<Clause>() {
            let printed = clause.to_string();
            prop_assert_eq!(printed.parse(), Ok(clause), "{}", printed);
        }
    }

    #[test]
    fn any_text_is_a_condition_or_refused_by_name(text in any_text(), name in "[a-z\"]{0,4}", op in "(in|equals|at least|x)") {
        for text in [text.clone(), format!("{name} {op} {text}")] {
            match text.parse::<Clause>() {
                Ok(clause) => prop_assert_eq!(clause.to_string().parse(), Ok(clause)),
                Err(error) => prop_assert!(error.to_string().starts_with('`')),
            }
        }
    }
}
