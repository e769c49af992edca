//! What a tool reads of an answer.

use crate::support::vectors;
use postback::judge::{Outcome, read};

#[test]
fn a_tool_reads_what_the_judge_reads() {
    for vector in vectors().iter().filter(|vector| !vector.truncated) {
        if vector.check && vector.status != 200 {
            continue;
        }
        let told = read(&vector.platform, vector.status, vector.body(), vector.rows).unwrap();
        assert_eq!(told.len(), vector.rows);
        for (place, one) in told.iter().enumerate() {
            let expected = vector.expect.get(place).unwrap_or(&vector.expect[0]);
            let words = expected.split(' ').next().unwrap();
            let is_same = match &one.outcome {
                Outcome::Delivered => words == "delivered",
                Outcome::Warned => words == "warned",
                Outcome::AlreadyThere => words == "there",
                // The last check gives it up.
                Outcome::CheckAgain => words == "accepted" || vector.checks == 9,
                Outcome::Accepted { .. } => words == "accepted",
                Outcome::Again | Outcome::Later { .. } | Outcome::After { .. } => words == "again" || vector.check,
                // One alone has nothing to be split.
                Outcome::Smaller { .. } => words == "smaller",
                Outcome::Held { .. } => words == "held",
                Outcome::Refused => words == "dead",
                _ => false,
            };
            assert!(is_same, "{}: {one}", vector.name);
        }
    }
}

#[test]
fn a_reading_is_a_sentence() {
    let told = read("tiktok", 200, r#"{"code":40105,"message":"CANARY"}"#, 1).unwrap();
    assert_eq!(
        told[0].to_string(),
        "its lane is held for 15 minutes (tiktok 40105 bad_token)"
    );
    let told = read("google", 200, "{}", 1).unwrap();
    assert_eq!(told[0].to_string(), "the receipt is checked again (google PROCESSING)");
    let told = read("meta", 200, r#"{"events_received":1}"#, 1).unwrap();
    assert_eq!(told[0].to_string(), "delivered");
}

#[test]
fn a_platform_that_is_not_known_is_not_read() {
    assert_eq!(read("snapchat", 200, "{}", 1), None);
    assert_eq!(read("meta", 200, "", usize::MAX).map(|told| told.len()), Some(10_000));
}

#[test]
fn what_google_ads_only_checked_is_said_to_be_not_counted() {
    let told = read("google_ads", 200, r#"{"jobId":"7"}"#, 2).unwrap();
    assert_eq!(
        told[1].to_string(),
        "delivered, with a warning (google_ads validated (nothing was counted))"
    );
}
