//! How a source writes what it sends: the cases of `vectors/formats.jsonl`, each with its origin,
//! and that no format changes a digit.

use postback::event::Received;
use postback::intake::{Caller, Intake};
use postback::value::{Amount, Currency, Timestamp};
use postback::{CompileOptions, Credentials, Document, Event, Tracker, compile};
use postback_test::jsonl;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    origin: String,
    /// What the source's row says.
    source: Value,
    query: String,
    /// The amount with its currency.
    sum: Option<String>,
    refused: Option<String>,
}

fn tracker(source: &Value) -> Tracker {
    let mut row = json!({"id": "network"});
    row.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
    let document = json!({
        "version": 1,
        "conversion_type": [{"name": "Purchase", "default": true}],
        "offer_source": [row],
    });
    let document = Document::from_json(&document.to_string()).unwrap();
    compile(&document, &CompileOptions::default()).unwrap()
}

fn taken(tracker: &Tracker, query: &str) -> Result<Event, String> {
    let credentials = Credentials::new(tracker, &[].into()).unwrap();
    let received = Received {
        at: Timestamp::from_unix_seconds(1_800_000_000).unwrap(),
        nonce: 1,
    };
    let intake = Intake::new(tracker.source(None).unwrap(), &credentials, received);
    let event = intake.postback(&Caller::new(None), query.as_bytes());
    event.map_err(|refusal| refusal.to_string())
}

#[test]
fn every_vector_is_read_or_refused_as_it_says() {
    for vector in jsonl::<Vector>(include_str!("../vectors/formats.jsonl")) {
        let read = taken(&tracker(&vector.source), &vector.query);
        let read = read.map(|event| event.sum.map(|sum| sum.to_string()));
        let expected = vector.refused.map_or(Ok(vector.sum), Err);
        assert_eq!(read, expected, "{} of {}", vector.name, vector.origin);
    }
}

/// The marks of a format that may be configured together.
const MARKS: [(&str, Option<&str>); 8] = [
    (".", None),
    (",", None),
    (".", Some(",")),
    (",", Some(".")),
    (".", Some(" ")),
    (",", Some(" ")),
    (".", Some("'")),
    (",", Some("'")),
];
const CURRENCIES: [&str; 4] = ["USD", "JPY", "KWD", "CLF"];

fn source(marks: (&str, Option<&str>), unit: &str, currency: &str) -> Value {
    let mut amounts = json!({"decimal": marks.0, "unit": unit, "symbols": ["$", "USD", "kr"]});
    if let Some(thousands) = marks.1 {
        amounts["thousands"] = thousands.into();
    }
    json!({"currency": currency, "amounts": amounts})
}

/// `units` over 10 to the power `scale`, as the format writes it.
fn written(units: i64, scale: usize, (decimal, thousands): (&str, Option<&str>)) -> String {
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push_str(thousands.unwrap_or_default());
        }
        grouped.push(digit);
    }
    let sign = if units < 0 { "-" } else { "" };
    let point = if scale > 0 { decimal } else { "" };
    format!("{sign}{grouped}{point}{fraction}")
}

fn asked(sum: &str) -> String {
    let escaped: String = sum.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("clickid=a&sum={escaped}")
}

fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').into()
}

proptest! {
    #[test]
    fn an_amount_that_a_format_writes_is_read_exactly(
        units in -999_999_999_999_i64..=999_999_999_999,
        scale in 0..=6_usize,
        marks in proptest::sample::select(&MARKS[..]),
    ) {
        let tracker = tracker(&source(marks, "major", "USD"));
        let event = taken(&tracker, &asked(&written(units, scale, marks))).unwrap();
        let exact = Amount::from_minor_units(units, u32::try_from(scale).unwrap());
        prop_assert_eq!(event.sum.map(|sum| sum.amount), exact);
    }

    #[test]
    fn minor_units_are_those_of_the_currency(
        units in any::<i64>(),
        marks in proptest::sample::select(&MARKS[..]),
        currency in proptest::sample::select(&CURRENCIES[..]),
    ) {
        let tracker = tracker(&source(marks, "minor", currency));
        let event = taken(&tracker, &asked(&written(units, 0, marks))).unwrap();
        let exact = Amount::from_minor_units(units, currency.parse::<Currency>().unwrap().digits());
        prop_assert_eq!(event.sum.map(|sum| sum.amount), exact);
    }

    /// Whatever is written: each digit of the text is one of the amount, in its order, and the sign
    /// stays.
    #[test]
    fn no_reading_changes_a_digit(
        text in "(-|\\$|USD |kr)?(-)?[0-9]{1,4}([., '][0-9]{1,3}){0,3}( USD|\\$)?",
        marks in proptest::sample::select(&MARKS[..]),
        unit in proptest::sample::select(&["major", "minor"][..]),
    ) {
        let tracker = tracker(&source(marks, unit, "USD"));
        if let Ok(event) = taken(&tracker, &asked(&text)) {
            let read = event.sum.unwrap().amount;
            prop_assert_eq!(digits(&read.to_string()), digits(&text));
            prop_assert_eq!(read.is_negative(), text.contains('-') && !read.is_zero());
        }
    }
}
