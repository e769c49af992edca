//! How a source writes what it sends: the cases of `vectors/formats.jsonl`, each with its origin,
//! and that no format changes a digit.

use postback::compile::Zones;
use postback::intake::{Caller, Intake};
use postback::value::{Amount, Currency, Zone};
use postback::{CompileOptions, Credentials, Document, Event, Received, Timestamp, Tracker, compile};
use postback_test::jsonl;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    origin: String,
    /// The account's time zone.
    timezone: Option<String>,
    /// What the source's row says.
    source: Value,
    query: String,
    /// The amount with its currency.
    sum: Option<String>,
    /// When it happened.
    time: Option<String>,
    refused: Option<String>,
}

/// Central Europe's clocks in 2026, by Directive 2000/84/EC, and Los Angeles's, by 15 U.S.C. 260a.
#[derive(Debug)]
struct Clocks;

impl Zones for Clocks {
    fn zone(&self, name: &str) -> Option<Zone> {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().unix_seconds();
        let (first, spring, autumn) = match name {
            "Europe/Berlin" => (3_600, "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"),
            "America/Los_Angeles" => (-28_800, "2026-03-08T10:00:00Z", "2026-11-01T09:00:00Z"),
            _ => return None,
        };
        let changes = [(at(spring), first + 3_600), (at(autumn), first)];
        Some(Zone::new(first, changes.into()))
    }

    fn names(&self) -> Vec<String> {
        ["Europe/Berlin", "America/Los_Angeles"].map(String::from).into()
    }
}

fn tracker(source: &Value) -> Tracker {
    compiled(source, None).unwrap()
}

fn compiled(source: &Value, timezone: Option<&str>) -> Result<Tracker, String> {
    let mut row = json!({"id": "network"});
    row.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
    let mut document = json!({
        "version": 1,
        "conversion_type": [{"name": "Purchase", "default": true}],
        "offer_source": [row],
    });
    if let Some(timezone) = timezone {
        document["timezone"] = timezone.into();
    }
    let document = Document::from_json(&document.to_string()).unwrap();
    let options = CompileOptions::default().with_zones(Clocks);
    compile(&document, &options).map_err(|problems| problems.to_string())
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
        let tracker = compiled(&vector.source, vector.timezone.as_deref()).unwrap();
        let read = taken(&tracker, &vector.query).map(|event| {
            let time = event.timed.then(|| event.at.to_string());
            (event.sum.map(|sum| sum.to_string()), time)
        });
        let expected = vector.refused.map_or(Ok((vector.sum, vector.time)), Err);
        assert_eq!(read, expected, "{} of {}", vector.name, vector.origin);
    }
}

#[test]
fn a_zone_is_known_needed_and_of_use() {
    let problem = |times: Value, timezone: Option<&str>| {
        let tracker = compiled(&json!({"times": times}), timezone);
        tracker.unwrap_err()
    };
    let local = "%Y-%m-%d %H:%M";
    assert_eq!(
        problem(json!({"format": local, "zone": "Europe/Berlni"}), None),
        "offer_source[0].times.zone: there is no time zone `Europe/Berlni`; did you mean `Europe/Berlin`?"
    );
    assert_eq!(
        problem(json!({"format": local, "zone": "Berlin time"}), None),
        "offer_source[0].times.zone: `Berlin time` is not the name of a time zone, as in `America/Los_Angeles`"
    );
    assert_eq!(
        problem(json!({"format": local}), None),
        "offer_source[0].times.zone: is missing: times without an offset need it, or the account's `timezone`"
    );
    assert_eq!(
        problem(json!({"format": local}), Some("America/Los_Angles")),
        "timezone: there is no time zone `America/Los_Angles`; did you mean `America/Los_Angeles`?"
    );
    assert_eq!(
        problem(json!({"format": "unix", "zone": "UTC"}), None),
        "offer_source[0].times.zone: changes nothing: the times of this format carry their own offset"
    );
    for (format, said) in [
        (
            "unixms",
            "there are `unix`, `unix_ms` and parts as in `%Y-%m-%d %H:%M:%S`; did you mean `unix_ms`?",
        ),
        ("ISO", "there are `unix`, `unix_ms` and parts as in `%Y-%m-%d %H:%M:%S`"),
        ("%Y-%m-%d", "it has no hour"),
        ("%F %T %Y", "it has the year twice"),
        ("%F %I:%M", "`%I` and `%p` belong together"),
        ("%F %T %", "it ends with `%`"),
        (
            "%F %R",
            "`%R` is not known; there are %Y %y %m %b %d %H %I %p %M %S %f %z %F %T %%",
        ),
    ] {
        let said = format!("offer_source[0].times.format: `{format}` is not a format of times: {said}");
        assert_eq!(problem(json!({"format": format}), None), said);
    }
}

#[test]
fn a_host_without_zones_knows_utc_alone() {
    let document = |zone: &str| {
        let times = json!({"format": "%F %T", "zone": zone});
        let types = json!([{"name": "Purchase", "default": true}]);
        let document = json!({"version": 1, "conversion_type": types, "offer_source": [{"id": "a", "times": times}]});
        Document::from_json(&document.to_string()).unwrap()
    };
    let compiled = |zone: &str| compile(&document(zone), &CompileOptions::default());
    assert!(compiled("UTC").is_ok());
    assert_eq!(
        compiled("Europe/Berlin").unwrap_err().to_string(),
        "offer_source[0].times.zone: `Europe/Berlin` cannot be looked up: this host brings no time zones but `UTC`"
    );
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
    json!({"currency": currency, "amounts": amounts, "currencies": {"kr": currency}})
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
