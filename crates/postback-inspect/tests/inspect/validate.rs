//! `conversion-api --validate`, against a stand-in of Google's API on this machine.

use crate::conversion_api::{CLICK, CONFIG, SALE, arguments, files_of};
use crate::support::{Ran, inspect_with};
use postback::testing::SettableClock;
use postback_test::standin::{StandIn, Vendor};
use std::sync::Arc;

fn google() -> StandIn {
    let clock = SettableClock::new("2026-04-23T18:00:00Z".parse().unwrap());
    StandIn::start(Vendor::Google, "1234567890", "CANARY-token", Arc::new(clock))
}

/// The configuration whose account at Google is the stand-in.
fn config(google: &StandIn) -> String {
    CONFIG.replace(
        "account = \"123-456-7890\"\n",
        &format!("account = \"123-456-7890\"\nendpoint = \"{}\"\n", google.url()),
    )
}

fn validate(name: &str, config: &str, environment: &[(&str, &str)], more: &[&str]) -> Ran {
    let files = files_of(name, config, CLICK, SALE);
    let validate = ["--validate", "--allow-destination", "127.0.0.1/32"];
    inspect_with(environment, "", &[&arguments(&files)[..], &validate, more].concat())
}

const TOKEN: [(&str, &str); 1] = [("GOOGLE_TOKEN", "CANARY-token")];

#[test]
fn google_checks_the_event_and_counts_nothing() {
    let google = google();
    let text = validate("valid", &config(&google), &TOKEN, &[]).printed();
    let said = "\n  it would be taken, and nothing was counted: HTTP 200 (google accepted)\n";
    assert!(text.contains(said), "{text}");
    assert!(text.contains(",\"validateOnly\":true}"), "{text}");
    // The pixel of the same campaign is not asked.
    assert!(
        text.contains("\n  not asked: Meta has no check that counts nothing: "),
        "{text}"
    );
    assert!(!text.contains("CANARY"), "{text}");
    let requests = google.requests();
    assert_eq!((requests.len(), google.accepted().len()), (1, 0));
    assert!(
        requests[0].body.contains("\"validateOnly\":true"),
        "{}",
        requests[0].body
    );
    assert!(
        !requests[0].body.contains("{user_data}"),
        "personal values are filled in"
    );
}

#[test]
fn what_is_refused_is_said_with_the_code_and_ends_with_2() {
    let google = google();
    let ran = validate("refused", &config(&google), &[("GOOGLE_TOKEN", "CANARY-wrong")], &[]);
    let said = "summer/to-google tells `ads`: it could not be asked: HTTP 401 (google UNAUTHENTICATED";
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.starts_with(said), "{}", ran.err);
    assert!(ran.out.contains("\n  it could not be asked: HTTP 401"), "{}", ran.out);
    assert!(!ran.err.contains("CANARY") && !ran.out.contains("CANARY"), "{ran:?}");
}

#[test]
fn a_secret_that_this_machine_lacks_is_named_with_what_to_do() {
    let google = google();
    let ran = validate("unset", &config(&google), &[], &[]);
    assert!(
        ran.err.contains("secret `env:GOOGLE_TOKEN` is not set on this machine"),
        "{}",
        ran.err
    );
    let host = config(&google).replace("env:GOOGLE_TOKEN", "host:google");
    let ran = validate("unnamed", &host, &[], &[]);
    assert!(ran.err.contains("add `--oauth google=FILE`"), "{}", ran.err);
    let ran = validate("nofile", &host, &[], &["--oauth", "google=/no/such/file.json"]);
    assert!(
        ran.err
            .starts_with("OAuth credential `/no/such/file.json`: cannot be read"),
        "{}",
        ran.err
    );
    assert_eq!(google.requests().len(), 0);
}

#[test]
fn where_nobody_can_be_asked_that_is_a_refusal_and_nothing_is_sent() {
    let google = google();
    let ran = validate("meta", &config(&google), &TOKEN, &["--api", "pixel"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.err,
        "no platform was asked: no rule fires whose platform can check without counting\n"
    );
    assert_eq!(google.requests().len(), 0);
}

#[test]
fn the_result_is_there_as_json_and_the_flags_need_each_other() {
    let google = google();
    let text = validate("json", &config(&google), &TOKEN, &["--json"]).printed();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["rules"][0]["validated"]["taken"], serde_json::Value::Null);
    assert_eq!(json["rules"][1]["validated"]["taken"], true);
    let alone = inspect_with(&[], "", &["conversion-api", "--oauth", "google=a.json"]);
    assert_eq!(alone.code, Some(2));
    assert!(alone.err.contains("--validate"), "{}", alone.err);
}
