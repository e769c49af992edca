//! Every answer of the vector file.

use crate::support::{answer, leased, settled, shown, vectors};
use postback::delivery::{MAX_EXCERPT, Verdict};
use postback::port::http::{MAX_ANSWER_BYTES, MAX_LONG_ANSWER_BYTES};
use std::collections::BTreeSet;

fn of<T: Clone>(list: &[T], place: usize) -> T {
    list.get(place).or_else(|| list.first()).cloned().unwrap()
}

#[test]
fn each_answer_means_what_the_vectors_say() {
    for vector in vectors() {
        let settled = vector.settled();
        assert_eq!(settled.len(), vector.rows, "{}", vector.name);
        assert!(vector.expect.len() == 1 || vector.expect.len() == vector.rows);
        for (place, one) in settled.iter().enumerate() {
            let told = (shown(&one.verdict), one.attempt.finding.clone());
            let why = of(&vector.why, place).map_or_else(String::new, |why| format!(" ({})", why.trim()));
            let finding = format!("HTTP {}{why}", vector.status);
            assert_eq!(
                told,
                (of(&vector.expect, place), finding),
                "{}, row {place}",
                vector.name
            );
        }
        assert!(!vector.origin.is_empty());
    }
}

#[test]
fn every_platform_has_answers_of_each_kind() {
    let kinds: BTreeSet<_> = vectors()
        .iter()
        .map(|vector| (vector.platform.clone(), vector.status / 100))
        .collect();
    for platform in [
        "meta",
        "google",
        "google_ads",
        "tiktok",
        "microsoft",
        "microsoft_offline",
    ] {
        assert!(kinds.contains(&(platform.to_owned(), 2)), "{platform}");
    }
}

#[test]
fn an_ads_answer_without_results_is_success_only_where_the_request_was_a_check() {
    let answered = |is_check: bool| {
        let mut leased = leased("google_ads", 0);
        if is_check {
            let body = leased.delivery.outbound.body.as_mut().unwrap();
            body.push_str(r#","partialFailure":true,"validateOnly":true}"#);
        }
        let settled = settled(vec![leased], answer(200, r#"{"jobId":"7"}"#));
        shown(&settled[0].verdict)
    };
    assert_eq!(answered(true), "warned");
    assert_eq!(answered(false), "again +4");
}

#[test]
fn nothing_of_what_was_sent_is_noted() {
    let vectors = vectors();
    let quoting = vectors.iter().filter(|vector| vector.body().contains("CANARY"));
    let mut seen = 0;
    for vector in quoting {
        for one in vector.settled() {
            let finding = one.attempt.finding.to_lowercase();
            let told = match &one.verdict {
                Verdict::Held { why, .. } => format!("{finding} {}", why.to_lowercase()),
                _ => finding,
            };
            for secret in ["canary", "jane", "example.com", "447700900123"] {
                assert!(!told.contains(secret), "{}: {told}", vector.name);
            }
        }
        seen += 1;
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn codes_and_paths_are_let_through_only_where_they_look_like_it() {
    let canary = "CANARY jane@example.com";
    for (platform, body) in [
        (
            "meta",
            format!(r#"{{"error":{{"code":"{canary}","error_subcode":"{canary}"}}}}"#),
        ),
        ("tiktok", format!(r#"{{"code":"{canary}","message":"{canary}"}}"#)),
        (
            "google",
            format!(r#"{{"error":{{"status":"{canary}","details":[{{"reason":"{canary}"}}]}}}}"#),
        ),
        (
            "google",
            format!(
                r#"{{"error":{{"status":"INVALID_ARGUMENT","details":[{{"fieldViolations":
                [{{"field":"events[0].{canary}","reason":"{canary}"}}]}}]}}}}"#
            ),
        ),
        (
            "google_ads",
            format!(
                r#"{{"partialFailureError":{{"details":[{{"errors":[{{"errorCode":{{"{canary}":"{canary}"}},
                "location":{{"fieldPathElements":[{{"fieldName":"{canary}","index":0}}]}}}}]}}]}}}}"#
            ),
        ),
        (
            "microsoft",
            format!(
                r#"{{"error":{{"code":"ValidationError","details":[{{"index":0,"propertyName":"{canary}",
                "errorCode":"{canary}"}}]}}}}"#
            ),
        ),
        ("microsoft", format!(r#"{{"error":{{"code":"{canary}"}}}}"#)),
        (
            "microsoft_offline",
            format!(r#"{{"PartialErrors":[{{"Code":"{canary}","ErrorCode":"{canary}","Index":0}}]}}"#),
        ),
    ] {
        for status in [200, 400, 500] {
            let settled = settled(vec![leased(platform, 0)], answer(status, &body));
            let finding = &settled[0].attempt.finding;
            assert!(!finding.contains("CANARY") && !finding.contains("jane"), "{finding}");
            assert!(finding.starts_with(&format!("HTTP {status} ({platform} ")), "{finding}");
            assert_ne!(settled[0].verdict, Verdict::Delivered);
        }
    }
}

#[test]
fn an_answer_of_any_shape_is_judged_for_every_row() {
    let long = "x".repeat(10_000);
    let bodies = [
        "",
        "null",
        "[]",
        "{}",
        "1",
        "\"\"",
        "<html>",
        "{\"error\":null}",
        "{\"error\":{}}",
        "{\"error\":1}",
        "{\"error\":{\"details\":null,\"code\":{}}}",
        "{\"code\":[]}",
        "{\"results\":null}",
        "{\"results\":[null]}",
        "{\"partialFailureError\":{\"details\":[{\"errors\":[{}]}]}}",
        "{\"PartialErrors\":null}",
        "{\"PartialErrors\":[{}]}",
        "{\"PartialErrors\":[{\"Index\":-1}]}",
        "{\"details\":[{}]}",
        "{\"requestStatusPerDestination\":[{}]}",
        "{\"requestStatusPerDestination\":[]}",
        "\u{feff}{}",
        "{\"error\":{\"code\":99999999999999999999}}",
        "{\"events_received\":18446744073709551616}",
        &long,
    ];
    for platform in [
        "meta",
        "google",
        "google_ads",
        "tiktok",
        "microsoft",
        "microsoft_offline",
    ] {
        for status in [200, 204, 301, 400, 401, 403, 404, 413, 429, 500, 501, 503] {
            for body in bodies {
                for rows in [1, 3] {
                    let deliveries = (0..rows).map(|number| leased(platform, number)).collect();
                    let settled = settled(deliveries, answer(status, body));
                    for one in settled {
                        assert!(one.attempt.finding.len() < MAX_EXCERPT + 20);
                        assert!(
                            !one.attempt.finding.contains("said nothing"),
                            "{platform} {status} {body}"
                        );
                        let is_taken = matches!(one.verdict, Verdict::Delivered);
                        assert!(!is_taken || status < 300, "{platform} {status} {body}");
                        if matches!(status, 401 | 404) {
                            assert!(!matches!(one.verdict, Verdict::Dead), "{platform} {status} {body}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_split_ends_with_the_bad_one_alone() {
    let body = r#"{"error":{"code":100,"error_subcode":2804009}}"#;
    let (mut rows, mut splits) = (1_000, 0);
    loop {
        let deliveries = (0..rows).map(|number| leased("meta", number)).collect();
        match settled(deliveries, answer(400, body)).remove(0).verdict {
            Verdict::RetrySmaller { most } => rows = usize::try_from(most).unwrap(),
            verdict => {
                assert_eq!((verdict, rows, splits), (Verdict::Dead, 1, 10));
                return;
            }
        }
        splits += 1;
    }
}

#[test]
fn what_fails_for_ever_ends_with_the_attempts() {
    for (platform, status, body) in [
        ("meta", 400, r#"{"error":{"code":17}}"#),
        ("meta", 200, "<html>"),
        (
            "google_ads",
            200,
            r#"{"partialFailureError":{"details":[{"errors":[{"errorCode":{"conversionUploadError":"TOO_RECENT_EVENT"},"location":{"fieldPathElements":[{"index":0}]}}]}]}}"#,
        ),
    ] {
        let mut last = leased(platform, 0);
        last.attempts = 9;
        assert_eq!(settled(vec![last], answer(status, body))[0].verdict, Verdict::Dead);
    }
}

#[test]
fn an_ads_answer_of_two_thousand_refused_rows_fits_and_is_read_whole() {
    let error = |place: usize| {
        format!(
            r#"{{"errorCode":{{"conversionUploadError":"EXPIRED_EVENT"}},"message":"{}","trigger":{{"stringValue":"{}"}},
            "location":{{"fieldPathElements":[{{"fieldName":"conversions","index":{place}}}]}}}}"#,
            "The click was made too long ago. ".repeat(5),
            "CANARY".repeat(10),
        )
    };
    let errors: Vec<String> = (0..2_000).map(error).collect();
    let body = format!(
        r#"{{"partialFailureError":{{"code":3,"details":[{{"errors":[{}]}}]}},"results":[{}]}}"#,
        errors.join(","),
        vec!["{}"; 2_000].join(",")
    );
    assert!(
        body.len() < MAX_LONG_ANSWER_BYTES && body.len() > MAX_ANSWER_BYTES,
        "{}",
        body.len()
    );
    let deliveries: Vec<_> = (0..2_000).map(|number| leased("google_ads", number)).collect();
    let settled = settled(deliveries, answer(200, &body));
    let finding = "HTTP 200 (google_ads CONVERSION_UPLOAD_ERROR/EXPIRED_EVENT)";
    assert!(
        settled
            .iter()
            .all(|one| one.verdict == Verdict::Dead && one.attempt.finding == finding)
    );
}
