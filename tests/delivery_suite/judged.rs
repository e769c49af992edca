//! Judges of a host, and what their verdicts lead to.

use crate::support::{api, at, cause, leased, only, plain, request};
use postback::Timestamp;
use postback::delivery::{
    Answer, Batch, Case, Cause, HOLD, Judge, Judgement, Judges, Leased, MAX_HELD, Sent, Settlement, Verdict, batch,
};
use postback::model::Method;
use postback::outbound::{Encoding, Hole, HoledText, Item, Outbound};

/// Says the same of each item of an ad platform's, in their order.
#[derive(Debug)]
struct Says(Vec<Judgement>);

impl Judge for Says {
    fn is_for(&self, cause: &Cause) -> bool {
        matches!(cause, Cause::ConversionApi { platform, .. } if platform == "meta")
    }

    fn judge(&self, _: &Case<'_>) -> Vec<Judgement> {
        self.0.clone()
    }
}

/// An event for an account, which goes into a request with others.
fn item(last: char, account: &str) -> Leased {
    let mut body = HoledText::plain("[");
    body.push_hole(Hole::Items);
    body.push_str("]");
    let mut outbound = Outbound::new(Method::Post, HoledText::plain("https://graph.example/events"));
    outbound.body = Some(body);
    outbound.item = Some(Item::new(5, HoledText::plain(format!("\"{last}\""))));
    let mut check = HoledText::plain("https://graph.example/receipts/");
    check.push_hole(Hole::Receipt {
        encoding: Encoding::Path,
    });
    let mut leased = leased(last, &outbound, 0);
    leased.delivery.cause = api("meta", account);
    leased.delivery.check = Some(Outbound::new(Method::Get, check).into());
    leased
}

fn answer(status: u16, body: &str) -> Sent<'_> {
    Sent::Answered(Answer {
        status,
        body,
        shown: body,
        truncated: false,
        broken_off: false,
        retry_after: None,
        location: None,
    })
}

fn said(batch: &Batch, verdicts: Vec<Verdict>) -> Vec<Settlement> {
    let judges = Judges::new().with(Says(verdicts.into_iter().map(Judgement::from).collect()));
    batch.settle(&judges, &answer(200, ""), at(1_000), 0)
}

fn accepted(receipt: &str, check_at: i64) -> Verdict {
    Verdict::Accepted {
        receipt: receipt.into(),
        check_at: at(check_at),
    }
}

fn held(until: i64) -> Verdict {
    Verdict::Held {
        why: "the token is wrong".into(),
        until: at(until),
    }
}

fn sizes(deliveries: Vec<Leased>) -> Vec<usize> {
    batch(deliveries, at(0))
        .0
        .iter()
        .map(|batch| batch.deliveries().len())
        .collect()
}

#[test]
fn each_item_has_a_verdict_of_its_own() {
    let batch = only("abcde".chars().map(|last| item(last, "one")).collect(), 0);
    let retry = Verdict::Retry { at: at(7_000) };
    let verdicts = vec![
        Verdict::Delivered,
        Verdict::DeliveredWithWarning,
        Verdict::AlreadyThere,
        retry,
        Verdict::Dead,
    ];
    let settled = said(&batch, verdicts.clone());
    assert_eq!(
        settled.iter().map(|one| one.verdict.clone()).collect::<Vec<_>>(),
        verdicts
    );
    let findings: Vec<_> = settled.iter().map(|one| one.attempt.finding.as_str()).collect();
    assert_eq!(
        findings,
        [
            "HTTP 200",
            "HTTP 200 (taken with a warning)",
            "HTTP 200 (it was there already)",
            "HTTP 200",
            "HTTP 200"
        ]
    );
    let ids = batch.deliveries().iter().map(|leased| &leased.delivery.id);
    assert!(settled.iter().map(|one| &one.delivery).eq(ids));
}

#[test]
fn a_judge_says_why_in_its_own_words() {
    let batch = only(vec![item('a', "one")], 0);
    let why = Judgement {
        verdict: Verdict::DeliveredWithWarning,
        why: Some("event_time is\nold".into()),
    };
    let judges = Judges::new().with(Says(vec![why]));
    let settled = batch.settle(&judges, &answer(200, "{}"), at(1_000), 0);
    assert_eq!(settled[0].attempt.finding, "HTTP 200 (event_time is old): `{}`");
}

#[test]
fn an_item_that_nothing_is_said_of_is_sent_again() {
    let batch = only(vec![item('a', "one"), item('b', "one")], 0);
    let settled = said(&batch, vec![Verdict::Delivered]);
    assert_eq!(settled[0].verdict, Verdict::Delivered);
    assert_eq!(settled[1].verdict, Verdict::Retry { at: at(1_004) });
    assert_eq!(
        settled[1].attempt.finding,
        "HTTP 200 (the judge said nothing of this delivery)"
    );
}

#[test]
fn the_first_judge_that_is_for_the_cause_judges_and_the_rules_do_the_rest() {
    let judges = Judges::new()
        .with(Says(vec![Verdict::AlreadyThere.into()]))
        .with(Says(vec![Verdict::Dead.into()]));
    let verdict = |leased: Leased, status| {
        let batch = only(vec![leased], 0);
        batch
            .settle(&judges, &answer(status, ""), at(1_000), 0)
            .remove(0)
            .verdict
    };
    assert_eq!(verdict(item('a', "one"), 500), Verdict::AlreadyThere);
    let mut notice = leased('a', &plain(), 0);
    notice.delivery.cause = Cause::notice("cap_reached");
    assert_eq!(verdict(notice.clone(), 204), Verdict::Delivered);
    assert_eq!(verdict(notice.clone(), 400), Verdict::Dead);
    assert!(matches!(verdict(notice, 503), Verdict::Retry { .. }));
    assert_eq!(verdict(leased('a', &plain(), 0), 200), Verdict::Delivered);
}

#[test]
fn one_request_holds_items_of_one_account_alone() {
    let mut elsewhere = item('c', "one");
    elsewhere.delivery.lane = elsewhere.delivery.lane.with_account("two");
    let mut postback = item('d', "one");
    postback.delivery.cause = cause();
    let all = vec![
        item('a', "one"),
        item('b', "two"),
        elsewhere,
        postback,
        item('e', "one"),
    ];
    assert_eq!(sizes(all), [2, 1, 1, 1]);
}

#[test]
fn what_is_too_much_is_split_until_it_is_one() {
    let batch = only("abcde".chars().map(|last| item(last, "one")).collect(), 0);
    for (asked, most) in [(u32::MAX, 4), (4, 4), (2, 2), (0, 1)] {
        let settled = said(&batch, vec![Verdict::RetrySmaller { most: asked }; 5]);
        assert!(
            settled.iter().all(|one| one.verdict == Verdict::RetrySmaller { most }),
            "{asked}"
        );
    }
    let settled = said(&batch, vec![Verdict::RetrySmaller { most: 2 }; 5]);
    assert_eq!(settled[0].attempt.finding, "HTTP 200 (too much for one request)");
    let capped = |most: &[Option<u32>]| -> Vec<Leased> {
        let each = most.iter().zip("abcde".chars());
        let each = each.map(|(most, last)| (most, item(last, "one")));
        each.map(|(most, mut leased)| {
            leased.most = *most;
            leased
        })
        .collect()
    };
    assert_eq!(sizes(capped(&[Some(2); 5])), [2, 2, 1]);
    assert_eq!(
        sizes(capped(&[None, None, None, Some(2), None])),
        [4, 1],
        "others need not be smaller for its sake"
    );
    assert_eq!(sizes(capped(&[Some(1); 3])), [1, 1, 1]);
    let single = only(vec![item('a', "one")], 0);
    let settled = said(&single, vec![Verdict::RetrySmaller { most: 1 }]);
    assert_eq!(
        settled[0].verdict,
        Verdict::Retry { at: at(1_004) },
        "one cannot be split"
    );
}

/// One that was accepted.
fn checked(last: char, receipt: &str) -> Leased {
    let mut leased = item(last, "one");
    leased.receipt = Some(receipt.into());
    leased
}

#[test]
fn a_receipt_is_checked_by_a_request_of_its_own() {
    let all = vec![
        checked('a', "r/1"),
        item('b', "one"),
        checked('c', "r/1"),
        checked('d', "r2"),
    ];
    let (batches, _) = batch(all, at(0));
    let urls: Vec<_> = batches
        .iter()
        .map(|batch| request(batch, &[]).unwrap().url().to_owned())
        .collect();
    assert_eq!(
        urls,
        [
            "https://graph.example/receipts/r%2F1",
            "https://graph.example/events",
            "https://graph.example/receipts/r2"
        ]
    );
    assert_eq!(batches[0].deliveries().len(), 2, "one receipt is checked once");
    // A check that comes to nothing is made again, and never the delivery.
    for sent in [
        answer(503, ""),
        Sent::Failed {
            finding: "no answer in time",
            retry: true,
            sent: true,
        },
    ] {
        let settled = batches[0].settle(&Judges::new(), &sent, at(1_000), 0);
        assert_eq!(settled[0].verdict, accepted("r/1", 1_004));
    }
    let mut last = checked('a', "r");
    last.checks = 9;
    let settled = only(vec![last.clone()], 0).settle(&Judges::new(), &answer(503, ""), at(1_000), 0);
    assert_eq!(settled[0].verdict, Verdict::Dead);
    let settled = said(&only(vec![last], 0), vec![accepted("r", 2_000)]);
    assert_eq!(settled[0].verdict, Verdict::Dead, "no judge looks for ever");
}

#[test]
fn what_was_accepted_at_its_last_attempt_is_checked_as_often_as_any() {
    let mut first = checked('a', "r");
    first.attempts = 10;
    let settled = only(vec![first.clone()], 0).settle(&Judges::new(), &answer(503, ""), at(1_000), 0);
    assert_eq!(settled[0].verdict, accepted("r", 1_004), "the waits begin anew");
    first.checks = 8;
    let settled = said(&only(vec![first.clone()], 0), vec![accepted("r", 2_000)]);
    assert_eq!(settled[0].verdict, accepted("r", 2_000));
    // It was not taken after all, and it was sent as often as may be.
    let again = Verdict::Retry { at: at(2_000) };
    let settled = said(&only(vec![first.clone()], 0), vec![again.clone()]);
    assert_eq!(settled[0].verdict, Verdict::Dead);
    (first.attempts, first.checks) = (9, 9);
    let settled = said(&only(vec![first], 0), vec![again.clone()]);
    assert_eq!(settled[0].verdict, again, "checks take no attempt away");
}

#[test]
fn what_nothing_can_check_is_delivered_with_a_warning() {
    let mut unchecked = item('a', "one");
    unchecked.delivery.check = None;
    let settled = said(&only(vec![unchecked.clone()], 0), vec![accepted("r", 2_000)]);
    assert_eq!(settled[0].verdict, Verdict::DeliveredWithWarning);
    unchecked.receipt = Some("r".into());
    assert!(request(&only(vec![unchecked], 0), &[]).is_err());
    let mut first = item('a', "one");
    first.attempts = 9;
    let settled = said(&only(vec![first], 0), vec![accepted("r", 2_000)]);
    assert_eq!(
        settled[0].verdict,
        accepted("r", 2_000),
        "the last attempt has a check too"
    );
}

#[test]
fn a_judges_retry_ends_with_the_attempts() {
    let retry = Verdict::Retry { at: at(2_000) };
    let after = |attempts| {
        let mut leased = item('a', "one");
        leased.attempts = attempts;
        said(&only(vec![leased], 0), vec![retry.clone()]).remove(0).verdict
    };
    assert_eq!((after(8), after(9)), (retry.clone(), Verdict::Dead));
}

fn decided(at: Timestamp) -> Leased {
    let mut leased = item('a', "one");
    leased.delivery.created_at = at;
    leased
}

#[test]
fn what_misses_a_secret_is_held_for_a_minute_and_for_a_week_at_most() {
    let why = "secret `env:T` is not set";
    let now = at(1_000_000);
    let settle = |age| {
        let batch = only(vec![decided(now.checked_sub(age).unwrap())], 0);
        batch.settle(&Judges::new(), &Sent::Held { why }, now, 0).remove(0)
    };
    let young = settle(MAX_HELD - std::time::Duration::from_secs(1));
    let until = now.checked_add(HOLD).unwrap();
    assert_eq!(young.verdict, Verdict::Held { why: why.into(), until });
    assert_eq!((young.attempt.finding.as_str(), young.attempt.status), (why, None));
    assert!(matches!(settle(MAX_HELD).verdict, Verdict::Retry { .. }));
}

#[test]
fn a_judges_hold_is_kept_as_it_is_said() {
    let settled = said(&only(vec![item('a', "one")], 0), vec![held(5_000)]);
    assert_eq!(settled[0].verdict, held(5_000));
    assert_eq!(settled[0].attempt.finding, "HTTP 200 (the token is wrong)");
}

#[test]
fn what_is_too_late_is_dead_by_a_reason_of_its_own_and_takes_nobody_along() {
    let of = |last, not_after: Option<i64>| {
        let mut leased = item(last, "one");
        leased.delivery.not_after = not_after.map(at);
        leased
    };
    let all = vec![of('a', None), of('b', Some(9)), of('c', Some(10)), of('d', Some(11))];
    let (batches, late) = batch(all, at(10));
    let sent: Vec<_> = batches[0]
        .deliveries()
        .iter()
        .map(|leased| leased.delivery.id.to_string())
        .collect();
    assert_eq!((batches.len(), sent.len()), (1, 3));
    assert!(
        sent.iter().zip(["a", "c", "d"]).all(|(id, last)| id.ends_with(last)),
        "{sent:?}"
    );
    assert_eq!((late.len(), &late[0].verdict, late[0].fence), (1, &Verdict::Dead, 7));
    assert_eq!(
        late[0].attempt.finding,
        "too late: it was to be sent by 1970-01-01T00:00:09Z"
    );
    assert_eq!((late[0].attempt.at, late[0].attempt.status), (at(10), None));
    let mut taken = of('a', Some(9));
    taken.receipt = Some("r".into());
    let (batches, late) = batch(vec![taken], at(10));
    assert_eq!((batches.len(), late.len()), (1, 0), "what was taken in time is checked");
}

#[test]
fn no_judge_puts_anything_off_for_ever_or_has_it_sent_in_a_tight_loop() {
    let day = 24 * 60 * 60;
    for (verdict, bounded) in [
        (held(999_999_999), held(1_000 + day)),
        (held(0), held(1_001)),
        (
            Verdict::Retry { at: at(999_999_999) },
            Verdict::Retry { at: at(1_000 + day) },
        ),
        (Verdict::Retry { at: at(0) }, Verdict::Retry { at: at(1_000) }),
        (accepted("r", 999_999_999), accepted("r", 1_000 + 7 * day)),
    ] {
        let settled = said(&only(vec![item('a', "one")], 0), vec![verdict]);
        assert_eq!(settled[0].verdict, bounded);
    }
}

#[test]
fn a_check_that_is_too_large_is_made_again_and_never_sent_as_the_delivery() {
    let checked = |last| {
        let mut leased = item(last, "one");
        leased.receipt = Some("r".into());
        leased
    };
    let settled = said(
        &only(vec![checked('a'), checked('b')], 0),
        vec![Verdict::RetrySmaller { most: 1 }, Verdict::RetrySmaller { most: 1 }],
    );
    for one in settled {
        assert!(
            matches!(&one.verdict, Verdict::Accepted { receipt, .. } if receipt == "r"),
            "{one:?}"
        );
    }
}
