//! The language of conditions: a clause and its text are one, and a text that is none says why.
#![allow(clippy::unwrap_used)]

use postback::condition::Clause;
use proptest::prelude::*;

#[test]
fn a_text_that_is_no_condition_says_why() {
    for (text, why) in [
        (
            "",
            "it is empty; a condition is a name, an operation and a value, as in `payout at least 10.00`",
        ),
        (
            "payout at lest 10",
            "no operation follows `payout`; there are `equals`, `in`, `not in`, `contains`, `begins with`, \
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
            "`equals` takes one value, `in` takes several; write a value that has a comma within quotes",
        ),
        ("sub1 in a,, b", "a text is empty; write `\"\"` if that is meant"),
        ("sub1 contains \"\"", "a text to look for is empty"),
        ("sub1 equals \"a", "a quoted text has no closing quote"),
        (
            "sub1 equals a\"b",
            "a text with a quote must be within quotes, with a backslash before the quote",
        ),
        (
            "sub1 equals \"a\" b",
            "`b` follows a quoted text; write a comma between two texts",
        ),
        (
            "ip matches 10.0.0.1/8",
            "`10.0.0.1/8` has bits beyond its prefix; the range is 10.0.0.0/8",
        ),
        (
            "ip matches office",
            "`office` is not an IP address or a range, as in `10.0.0.0/8`",
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
            "`ignoring  cases` follows a quoted text; write a comma between two texts",
        ),
    ] {
        let error = text.parse::<Clause>().unwrap_err();
        assert_eq!(error.to_string(), format!("`{text}` is not a condition: {why}"));
    }
    let error = "a equals b\nc".parse::<Clause>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a equals b\\nc` is not a condition: it holds a control character"
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
