//! From an answer to a verdict.

use crate::support::{at, leased, only, plain, settled};
use postback::delivery::{Answer, Cause, Judges, MAX_EXCERPT, MAX_RETRY_AFTER, Sent, SuccessRule, Verdict};
use std::time::Duration;

pub fn verdict(rule: SuccessRule, status: u16, body: &str, truncated: bool) -> (Verdict, String) {
    let mut leased = leased('a', &plain(), 0);
    if let Cause::Postback { success, .. } = &mut leased.delivery.cause {
        *success = rule.into();
    }
    let sent = Sent::Answered(Answer {
        status,
        body,
        shown: body,
        truncated,
        broken_off: false,
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
    // Of what was decided sixteen minutes ago; see the next test.
    for status in [300, 301, 302, 307, 308, 403, 404, 409] {
        assert_eq!(kind(status), "retry", "{status}");
    }
    for status in [199, 400, 401, 405, 410, 422, 600] {
        assert_eq!(kind(status), "dead", "{status}");
    }
}

#[test]
fn what_is_probably_wrong_for_good_is_tried_for_a_day() {
    let decided_before = |hours: u64, attempts| {
        let mut leased = leased('a', &plain(), attempts);
        leased.delivery.created_at = at(1_000 + 1_000_000)
            .checked_sub(Duration::from_secs(hours * 3_600))
            .unwrap();
        let sent = Sent::Answered(Answer {
            status: 404,
            body: "",
            shown: "",
            truncated: false,
            broken_off: false,
            retry_after: None,
            location: None,
        });
        let batch = only(vec![leased], 0);
        batch.settle(&Judges::new(), &sent, at(1_001_000), 0).remove(0).verdict
    };
    let day = Duration::from_secs(24 * 3_600);
    let due = |hours: u64, attempts| match decided_before(hours, attempts) {
        Verdict::Retry { at: due } => due.saturating_since(at(1_001_000)).as_secs(),
        other => panic!("{other:?}"),
    };
    assert_eq!(due(8, 5), 28_800, "a fifth less than ten hours");
    // The next wait ends after the day: the last attempt is made when the day is over.
    assert_eq!(due(18, 6), day.as_secs() - 18 * 3_600);
    assert_eq!(decided_before(24, 7), Verdict::Dead);
    // Late, but for the first time: it waited, or a person queued it again.
    assert_eq!(due(100, 0), 4);
    assert_eq!(decided_before(100, 1), Verdict::Dead);
}

#[test]
fn what_may_have_arrived_is_not_sent_twice_where_the_policy_says_so() {
    let once = || {
        let mut leased = leased('a', &plain(), 0);
        leased.delivery.retry.unless_sent = true;
        leased
    };
    let failed = |sent| {
        let finding = "no answer in time";
        settled(
            once(),
            &Sent::Failed {
                finding,
                retry: true,
                sent,
            },
            0,
        )
    };
    assert!(
        matches!(failed(false).verdict, Verdict::Retry { .. }),
        "it was not connected"
    );
    assert_eq!(failed(true).verdict, Verdict::Dead);
    assert_eq!(
        failed(true).attempt.finding,
        "no answer in time; it may have arrived, and this postback is not sent twice"
    );
    let answered = |status| {
        let sent = Sent::Answered(Answer {
            status,
            body: "",
            shown: "",
            truncated: false,
            broken_off: false,
            retry_after: None,
            location: None,
        });
        matches!(settled(once(), &sent, 0).verdict, Verdict::Retry { .. })
    };
    assert_eq!(
        [429, 500, 502, 503, 404].map(answered),
        [true, false, false, true, false]
    );
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
        "HTTP 200 (the body holds the text that means failure): `Required url parameters are not present`"
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
    assert_eq!(
        finding,
        "HTTP 200 (the body was cut off, and its beginning lacks the text that means success)"
    );
}

fn wait(attempts: u32, entropy: u64, retry_after: Option<&str>) -> Option<Duration> {
    let leased = leased('a', &plain(), attempts);
    let sent = Sent::Answered(Answer {
        status: 503,
        body: "",
        shown: "",
        truncated: false,
        broken_off: false,
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
fn the_waits_are_those_of_the_field_and_a_fifth_shorter_or_longer() {
    let shortest = |attempts| wait(attempts, 0, None).unwrap().as_secs();
    assert_eq!(
        [0, 1, 2, 3, 4, 5, 6, 7, 8].map(shortest),
        [4, 240, 1_440, 5_760, 14_400, 28_800, 40_320, 57_600, 69_120]
    );
    for entropy in [0, 1, 1_999, 2_000, 15_000, u64::MAX, 0x0123_4567_89ab_cdef] {
        let wait = wait(0, entropy, None).unwrap();
        assert!(
            (Duration::from_secs(4)..=Duration::from_secs(6)).contains(&wait),
            "{wait:?}"
        );
    }
    assert_eq!(wait(0, 2_000, None), Some(Duration::from_secs(6)));
}

#[test]
fn waits_of_a_policy_of_ones_own_double_up_to_its_longest() {
    let shortest = |attempts| {
        let mut leased = leased('a', &plain(), attempts);
        leased.delivery.retry.attempts = 99;
        leased.delivery.retry.first = Some(Duration::from_secs(10));
        leased.delivery.retry.longest = Some(Duration::from_secs(60));
        let (finding, retry, sent) = ("", true, false);
        match settled(leased, &Sent::Failed { finding, retry, sent }, 0).verdict {
            Verdict::Retry { at: due } => due.saturating_since(at(1_000)).as_secs(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([0, 1, 2, 3, 40].map(shortest), [8, 16, 32, 48, 48]);
}

#[test]
fn the_tenth_attempt_is_the_last() {
    assert!(wait(8, 0, None).is_some());
    assert_eq!(wait(9, 0, None), None);
    assert_eq!(wait(u32::MAX, 0, None), None);
}

#[test]
fn a_receiver_may_ask_for_a_longer_wait_of_at_most_a_day() {
    let asked = |text| wait(0, 0, Some(text)).unwrap();
    assert_eq!(asked("120"), Duration::from_secs(120));
    assert_eq!(asked("0"), Duration::from_secs(4));
    assert_eq!(asked("86399"), MAX_RETRY_AFTER - Duration::from_secs(1));
    assert_eq!(asked("86400"), MAX_RETRY_AFTER);
    assert_eq!(asked("86401"), MAX_RETRY_AFTER);
    assert_eq!(asked("99999999999999999999999"), MAX_RETRY_AFTER);
    // 1000 seconds after the epoch is 00:16:40.
    assert_eq!(asked("Thu, 01 Jan 1970 00:20:00 GMT"), Duration::from_secs(200));
    for text in ["", "soon", "-5", "1.5", "Thu, 01 Jan 1960 00:20:00 GMT"] {
        assert_eq!(asked(text), Duration::from_secs(4), "{text}");
    }
}

#[test]
fn what_was_not_answered_is_tried_again_unless_that_cannot_help() {
    let settle = |retry| {
        let finding = "no answer in time";
        settled(
            leased('a', &plain(), 0),
            &Sent::Failed {
                finding,
                retry,
                sent: true,
            },
            0,
        )
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
        let shown = finding
            .strip_prefix("HTTP 500 (the status does not mean success): `")
            .unwrap();
        shown.strip_suffix('`').unwrap().to_owned()
    };
    assert_eq!(shown("a\r\nb"), "a  b");
    for (length, kept) in [(MAX_EXCERPT - 1, 199), (MAX_EXCERPT, 200), (MAX_EXCERPT + 1, 200)] {
        assert_eq!(shown(&"é".repeat(length)), "é".repeat(kept));
    }
}

#[test]
fn a_body_that_broke_off_is_asked_for_again_where_the_rest_could_decide() {
    let broken = |rule: SuccessRule, body: &str| {
        let mut leased = leased('a', &plain(), 0);
        if let Cause::Postback { success, .. } = &mut leased.delivery.cause {
            *success = rule.into();
        }
        let sent = Sent::Answered(Answer {
            status: 200,
            body,
            shown: body,
            truncated: false,
            broken_off: true,
            retry_after: None,
            location: None,
        });
        settled(leased, &sent, 0).verdict
    };
    let mut excludes = SuccessRule::default();
    excludes.body_excludes = Some("ERROR".into());
    let mut includes = SuccessRule::default();
    includes.body_includes = Some("OK".into());
    assert_eq!(
        broken(SuccessRule::default(), ""),
        Verdict::Delivered,
        "the status decides"
    );
    assert!(matches!(broken(excludes.clone(), "half"), Verdict::Retry { .. }));
    assert_eq!(broken(excludes, "ERROR: half"), Verdict::Dead);
    assert!(matches!(broken(includes.clone(), "O"), Verdict::Retry { .. }));
    assert_eq!(broken(includes, "OK and"), Verdict::Delivered);
}
