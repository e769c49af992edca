//! From an answer to a verdict.

use crate::support::{at, leased, plain, settled};
use postback::delivery::{Answer, Cause, MAX_EXCERPT, MAX_RETRY_AFTER, Sent, SuccessRule, Verdict};
use std::time::Duration;

fn verdict(rule: SuccessRule, status: u16, body: &str, truncated: bool) -> (Verdict, String) {
    let mut leased = leased('a', &plain(), 0);
    if let Cause::Postback { success, .. } = &mut leased.delivery.cause {
        *success = rule.into();
    }
    let sent = Sent::Answered(Answer {
        status,
        body,
        shown: body,
        truncated,
        retry_after: None,
        location: None,
    });
    let settled = settled(leased, &sent, 0);
    assert_eq!(settled.fence, 7);
    (settled.verdict, settled.attempt.finding)
}

#[test]
fn statuses_are_success_again_or_final() {
    let kind = |status| match verdict(SuccessRule::default(), status, "", false).0 {
        Verdict::Delivered => "delivered",
        Verdict::Retry { .. } => "retry",
        Verdict::Dead => "dead",
        other => panic!("{other:?}"),
    };
    for status in [200, 204, 299] {
        assert_eq!(kind(status), "delivered", "{status}");
    }
    for status in [408, 425, 429, 500, 502, 503, 504, 599] {
        assert_eq!(kind(status), "retry", "{status}");
    }
    for status in [199, 300, 301, 302, 400, 401, 403, 404, 410, 600] {
        assert_eq!(kind(status), "dead", "{status}");
    }
}

/// RichPush answers 200 to a call without its parameters, ExoClick `ERROR: ..`.
#[test]
fn the_body_decides_where_the_rule_says_so() {
    let mut excludes = SuccessRule::default();
    excludes.body_excludes = Some("Required url parameters are not present".into());
    let (told, finding) = verdict(excludes.clone(), 200, "Required url parameters are not present", false);
    assert_eq!(told, Verdict::Dead);
    assert_eq!(
        finding,
        "HTTP 200 (body holds what means failure): `Required url parameters are not present`"
    );
    assert_eq!(verdict(excludes, 200, "", false).0, Verdict::Delivered);
    let mut includes = SuccessRule::default();
    includes.body_includes = Some("OK".into());
    assert_eq!(verdict(includes.clone(), 200, "OK", false).0, Verdict::Delivered);
    assert_eq!(
        verdict(includes.clone(), 200, "ERROR: goal invalid", false).0,
        Verdict::Dead
    );
    let (told, finding) = verdict(includes, 200, "", true);
    assert_eq!(told, Verdict::Dead);
    assert_eq!(finding, "HTTP 200 (body is too long to be searched for success)");
}

fn wait(attempts: u32, entropy: u64, retry_after: Option<&str>) -> Option<Duration> {
    let leased = leased('a', &plain(), attempts);
    let sent = Sent::Answered(Answer {
        status: 503,
        body: "",
        shown: "",
        truncated: false,
        retry_after,
        location: None,
    });
    match settled(leased, &sent, entropy).verdict {
        Verdict::Retry { at: due } => Some(due.saturating_since(at(1_000))),
        Verdict::Dead => None,
        other => panic!("503 is no success: {other:?}"),
    }
}

#[test]
fn waits_double_up_to_the_longest_and_are_shortened_by_at_most_half() {
    let seconds = |attempts| wait(attempts, 0, None).unwrap().as_secs();
    assert_eq!([0, 1, 2, 3].map(seconds), [15, 30, 60, 120]);
    assert_eq!(seconds(10), 3 * 60 * 60);
    for entropy in [0, 1, 15_000, u64::MAX, 0x0123_4567_89ab_cdef] {
        let wait = wait(0, entropy, None).unwrap();
        assert!(
            (Duration::from_secs(15)..=Duration::from_secs(30)).contains(&wait),
            "{wait:?}"
        );
    }
}

#[test]
fn the_twelfth_attempt_is_the_last() {
    assert!(wait(10, 0, None).is_some());
    assert_eq!(wait(11, 0, None), None);
    assert_eq!(wait(u32::MAX, 0, None), None);
}

#[test]
fn a_receiver_may_ask_for_a_longer_wait_of_at_most_a_day() {
    let asked = |text| wait(0, 0, Some(text)).unwrap();
    assert_eq!(asked("120"), Duration::from_secs(120));
    assert_eq!(asked("0"), Duration::from_secs(15));
    assert_eq!(asked("86399"), MAX_RETRY_AFTER - Duration::from_secs(1));
    assert_eq!(asked("86400"), MAX_RETRY_AFTER);
    assert_eq!(asked("86401"), MAX_RETRY_AFTER);
    assert_eq!(asked("99999999999999999999999"), MAX_RETRY_AFTER);
    // 1000 seconds after the epoch is 00:16:40.
    assert_eq!(asked("Thu, 01 Jan 1970 00:20:00 GMT"), Duration::from_secs(200));
    for text in ["", "soon", "-5", "1.5", "Thu, 01 Jan 1960 00:20:00 GMT"] {
        assert_eq!(asked(text), Duration::from_secs(15), "{text}");
    }
}

#[test]
fn what_was_not_answered_is_tried_again_unless_that_cannot_help() {
    let settle = |retry| {
        let finding = "no answer in time";
        settled(leased('a', &plain(), 0), &Sent::Failed { finding, retry }, 0)
    };
    assert!(matches!(settle(true).verdict, Verdict::Retry { .. }));
    assert_eq!(settle(false).verdict, Verdict::Dead);
    assert_eq!(settle(false).attempt.finding, "no answer in time");
    assert_eq!(settle(false).attempt.status, None);
}

#[test]
fn a_finding_keeps_the_beginning_of_a_body_without_control_characters() {
    let shown = |body: &str| {
        let (_, finding) = verdict(SuccessRule::default(), 500, body, false);
        let shown = finding.strip_prefix("HTTP 500 (status is no success): `").unwrap();
        shown.strip_suffix('`').unwrap().to_owned()
    };
    assert_eq!(shown("a\r\nb"), "a  b");
    for (length, kept) in [(MAX_EXCERPT - 1, 199), (MAX_EXCERPT, 200), (MAX_EXCERPT + 1, 200)] {
        assert_eq!(shown(&"é".repeat(length)), "é".repeat(kept));
    }
}
