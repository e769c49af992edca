//! `vectors/unfilled.jsonl`: macros that nobody filled, and honest values that look like one.

use postback::{Query, value::is_unfilled_macro};
use postback_test::jsonl;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    value: String,
    unfilled: bool,
    origin: String,
}

fn vectors() -> Vec<Vector> {
    jsonl(include_str!("../vectors/unfilled.jsonl"))
}

#[test]
fn every_dialect_is_known_and_every_honest_value_stays() {
    for Vector {
        value,
        unfilled,
        origin,
    } in vectors()
    {
        assert_eq!(is_unfilled_macro(&value), unfilled, "`{value}`: {origin}");
    }
}

#[test]
fn a_query_reads_an_unfilled_macro_as_nothing() {
    for Vector { value, unfilled, .. } in vectors() {
        let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let text = format!("a={encoded}");
        let query = Query::parse(text.as_bytes()).unwrap();
        let wanted = Some(value.as_str()).filter(|value| !unfilled && !value.is_empty());
        assert_eq!(query.value("a").unwrap(), wanted, "{value}");
    }
}
