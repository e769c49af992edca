//! `destination`.

use crate::support::{answers, inspect, inspect_with, vector};
use serde_json::{Value, json};

#[test]
fn a_public_address_is_dialled_and_a_name_if_it_leads_to_one() {
    assert_eq!(
        inspect(&["destination", "http://8.8.8.8/x"]).printed(),
        "`8.8.8.8` is dialled\n"
    );
    assert_eq!(
        inspect(&["destination", "https://us.ahows.co/log?a=1"]).printed(),
        "`us.ahows.co` is dialled if it resolves to an address that may be dialled\n"
    );
}

#[test]
fn an_address_that_is_not_public_is_refused_unless_it_is_allowed() {
    assert_eq!(
        inspect(&["destination", "http://2130706433/pb"]).refused(),
        "address 127.0.0.1 is loopback (127.0.0.0/8); allow it explicitly if it is meant"
    );
    let allowed = [
        "destination",
        "http://10.1.2.3/",
        "--allow",
        "10.0.0.0/8",
        "--allow",
        "localhost",
    ];
    assert_eq!(inspect(&allowed).printed(), "`10.1.2.3` is dialled\n");
    let wrong = inspect(&["destination", "http://10.1.2.3/", "--allow", "10.0.0.1/8"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("has bits beyond its prefix"), "{}", wrong.err);
}

#[test]
fn a_batch_agrees_with_the_registries() {
    let cases: Vec<Value> = vector("addresses.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let url = |case: &Value| match case["address"].as_str().unwrap() {
        address if address.contains(':') => format!("http://[{address}]/"),
        address => format!("http://{address}/"),
    };
    let lines: Vec<String> = cases
        .iter()
        .map(|case| json!({"id": 0, "url": url(case)}).to_string())
        .collect();
    let printed = inspect_with(&[], lines.join("\n"), &["destination", "--batch"]).printed();
    for (answer, case) in answers(&printed).iter().zip(&cases) {
        let verdict = case["verdict"].as_str().unwrap();
        let refused = answer.get("refused").and_then(Value::as_str);
        assert_eq!(refused.is_none(), verdict == "public", "{case}");
        assert!(refused.is_none_or(|text| text.contains(verdict)), "{case}: {refused:?}");
    }
    assert_eq!(printed.lines().count(), cases.len());
}
