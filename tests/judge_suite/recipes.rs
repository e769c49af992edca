//! What answers mean to which a recipe has the key.

use crate::support::{Vector, leased, settled, shown, vectors_in};
use postback::delivery::{Cause, Leased};
use postback::judge::{Outcome, read_by};
use postback::recipe::{Answers, shipped};
use postback::value::Shared;

fn vectors() -> Vec<Vector> {
    vectors_in(include_str!("../vectors/conversion_api/recipe_answers.jsonl"))
}

/// The rules of a shipped recipe, or of one that is made up.
fn answers(platform: &str) -> Answers {
    let own = match platform {
        "by_place" => {
            r#"{"success": {"at": "ok", "is": ["true"]}, "code": ["error.code", "code"],
                "codes": {"BAD": "dead", "THERE": "already_there", "AUTH": "hold", "SLOW": "slow_down"},
                "rows": {"at": "error.rows", "code": "code", "place": "index"}}"#
        }
        "by_path" => r#"{"codes": {"BAD": "dead"}, "rows": {"at": "errors", "code": "code", "path": "field"}}"#,
        "plain" => "{}",
        name => return shipped(name).unwrap().answers.unwrap(),
    };
    serde_json::from_str(own).unwrap()
}

fn row(platform: &str, number: usize) -> Leased {
    let mut leased = leased(platform, number);
    if let Cause::ConversionApi { answers: kept, .. } = &mut leased.delivery.cause {
        *kept = Some(Shared::from(answers(platform)));
    }
    leased
}

#[test]
fn every_answer_becomes_what_its_recipe_says() {
    for vector in vectors() {
        let rows = (0..vector.rows).map(|number| row(&vector.platform, number));
        let verdicts = settled(rows.collect(), vector.answer());
        assert_eq!(verdicts.len(), vector.rows, "{}", vector.name);
        for (place, settlement) in verdicts.iter().enumerate() {
            let expected = vector.expect.get(place).unwrap_or(&vector.expect[0]);
            assert_eq!(&shown(&settlement.verdict), expected, "{} {place}", vector.name);
            let finding = &settlement.attempt.finding;
            let why = vector.why.get(place).unwrap_or(&vector.why[0]);
            if let Some(why) = why {
                assert!(finding.contains(why), "{}: {finding}", vector.name);
            }
            // Whatever the platform repeats is noted nowhere.
            assert!(!finding.contains("CANARY") && !finding.contains("jane@"), "{finding}");
        }
    }
}

#[test]
fn a_tool_reads_an_answer_by_the_recipe() {
    let body = r#"{"status":"VALID"}"#;
    let told = read_by(&answers("snapchat"), "snapchat", 200, body, 2);
    assert!(told.iter().all(|one| one.outcome == Outcome::Delivered) && told.len() == 2);
}

/// People copy a code from a finding, where `BadToken` stands as `BAD_TOKEN`.
#[test]
fn a_code_means_the_same_as_it_came_and_as_it_is_shown() {
    for (named, came) in [("WHAT", "what"), ("BAD_TOKEN", "BadToken"), ("BadToken", "BadToken")] {
        let rules = format!(r#"{{"code": ["err"], "codes": {{"{named}": "dead"}}}}"#);
        let rules: Answers = serde_json::from_str(&rules).unwrap();
        let told = read_by(&rules, "own", 400, &format!(r#"{{"err":"{came}"}}"#), 1);
        assert_eq!(told[0].outcome, Outcome::Refused, "{named} {came}");
    }
    let rules: Answers = serde_json::from_str(r#"{"code": ["err"], "codes": {"?": "dead", "a-b": "dead"}}"#).unwrap();
    let told = read_by(&rules, "own", 400, r#"{"err":"c-d"}"#, 1);
    assert_ne!(told[0].outcome, Outcome::Refused, "what is no code is like no other");
}

#[test]
fn a_code_that_no_recipe_names_is_final_for_nobody() {
    for status in (200..600).filter(|status| *status != 400) {
        for name in ["snapchat", "reddit", "pinterest"] {
            let told = read_by(&answers(name), name, status, r#"{"status":"NEW","code":"NEW"}"#, 1);
            assert_ne!(told[0].outcome, Outcome::Refused, "{name} {status}");
        }
    }
}
