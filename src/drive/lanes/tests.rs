use super::super::lane_policy::Rate;
use super::*;
use alloc::{format, vec, vec::Vec};

const LEASE: Duration = Duration::from_secs(60);

fn at(millis: u64) -> Timestamp {
    let begin = Timestamp::from_unix_seconds(1_780_000_000).unwrap();
    begin.checked_add(Duration::from_millis(millis)).unwrap()
}

fn share(lanes: &Lanes, lane: &Lane, now: Timestamp) -> u32 {
    lanes.claim(now, LEASE).map_or(0, |claim| claim.share(lane))
}

#[test]
fn a_lane_begins_with_two_and_takes_no_more_than_its_share() {
    let lane = Lane::new("https://a.example");
    let mut lanes = Lanes::new(LanePolicy {
        share: 3,
        ..LanePolicy::default()
    });
    for left in [2, 1] {
        assert_eq!(share(&lanes, &lane, at(0)), left);
        lanes.began(&lane, at(0));
    }
    assert_eq!(share(&lanes, &lane, at(0)), 0);
    assert_eq!(lanes.ended(&lane, Ended::Answered, at(0)), None);
    assert_eq!(
        (share(&lanes, &lane, at(0)), lanes.under_way()),
        (2, 1),
        "the whole share"
    );
}

#[test]
fn a_lane_whose_requests_hold_many_is_claimed_alone_and_by_more_each_time() {
    let lane = Lane::new("https://a.example#pixel");
    let mut lanes = Lanes::new(LanePolicy::default());
    lanes.began(&lane, at(0));
    lanes.leased(&lane, 2, 1, 1_000);
    assert_eq!(share(&lanes, &lane, at(0)), 0, "no part of the claim of all");
    let asked = |lanes: &Lanes| {
        lanes
            .batches(at(0), LEASE)
            .iter()
            .map(|claim| claim.limit)
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(&lanes), [4]);
    for (leased, requests, next) in [
        (4, 1, 8),
        (8, 1, 16),
        (3, 1, 16),
        (16, 3, 32), // requests of three kinds
        (700, 1, 1_000),
        (1_000, 1, 1_000),
        (1_000, 3, 2_000),
        (2_000, 6, 2_000),
        // What may only go in smaller requests is claimed by less: no more than the share takes.
        (2_000, 16, 1_000),
        (1_000, 500, 16),
        (16, 16, 8),
        (8, 8, 8),
    ] {
        lanes.leased(&lane, leased, requests, 1_000);
        assert_eq!(asked(&lanes), [next], "after {leased} in {requests}");
    }
    // A lane whose whole share is under way is not asked for.
    lanes.began(&lane, at(0));
    assert_eq!((asked(&lanes), lanes.room(&lane, at(0))), (vec![], 0));
    lanes.ended(&lane, Ended::Answered, at(0));
    assert_eq!((asked(&lanes), lanes.room(&lane, at(0))), (vec![8], 7));
}

#[test]
fn lanes_that_want_every_place_leave_some_to_those_who_have_none() {
    let mut lanes = Lanes::new(LanePolicy::default());
    let all: Vec<Lane> = (0..8)
        .map(|number| Lane::new(&format!("https://{number}.example")))
        .collect();
    for lane in &all {
        lanes.began(lane, at(0));
        lanes.ended(lane, Ended::Answered, at(0));
    }
    // Each of them takes what it gets, the first one first.
    loop {
        let claim = lanes.claim(at(0), LEASE).unwrap();
        let mut left = claim.limit;
        for lane in &all {
            for _ in 0..claim.share(lane).min(left) {
                lanes.began(lane, at(0));
                left -= 1;
            }
        }
        if left == claim.limit {
            break;
        }
    }
    let fresh = Lane::new("https://fresh.example");
    assert!((50..=60).contains(&lanes.under_way()), "{}", lanes.under_way());
    assert_eq!(share(&lanes, &fresh, at(0)), 2);
}

#[test]
fn all_lanes_together_take_no_more_than_the_places() {
    let mut lanes = Lanes::new(LanePolicy {
        places: 2,
        ..LanePolicy::default()
    });
    for number in 0..2 {
        let claim = lanes.claim(at(0), LEASE).unwrap();
        assert_eq!(claim.limit, 1);
        lanes.began(&Lane::new(&format!("https://{number}.example")), at(0));
    }
    assert_eq!(lanes.claim(at(0), LEASE), None);
}

#[test]
fn an_ailing_lane_is_left_alone_and_probed_by_one_request() {
    let lane = Lane::new("https://a.example");
    let mut lanes = Lanes::new(LanePolicy::default());
    let mut turns = Vec::new();
    for _ in 0..8 {
        lanes.began(&lane, at(0));
    }
    for _ in 0..8 {
        turns.extend(lanes.ended(&lane, Ended::Unanswered, at(15_000)));
    }
    assert_eq!(turns, [Turn::Ailing]);
    assert_eq!(lanes.ailing().collect::<Vec<_>>(), [&lane]);
    assert_eq!(
        (share(&lanes, &lane, at(19_999)), lanes.next_at(at(15_000))),
        (0, Some(at(20_000)))
    );
    // Requests that failed together have cost one wait; each probe that fails doubles the next.
    let mut now = 20_000;
    for wait in [10_000, 20_000, 40_000, 60_000, 60_000] {
        assert_eq!(share(&lanes, &lane, at(now)), 1);
        lanes.began(&lane, at(now));
        assert_eq!(share(&lanes, &lane, at(now)), 0, "one at a time");
        assert_eq!(lanes.ended(&lane, Ended::Unanswered, at(now)), None);
        assert_eq!(lanes.next_at(at(now)), Some(at(now + wait)));
        now += wait;
    }
    lanes.began(&lane, at(now));
    assert_eq!(lanes.ended(&lane, Ended::Answered, at(now)), Some(Turn::Well));
    assert_eq!((share(&lanes, &lane, at(now)), lanes.next_at(at(now))), (8, None));
}

#[test]
fn many_ailing_lanes_leave_most_places_to_the_others() {
    let mut policy = LanePolicy::default();
    (policy.places, policy.ailing_after) = (8, 1);
    let mut lanes = Lanes::new(policy);
    let all: Vec<Lane> = (0..6)
        .map(|number| Lane::new(&format!("https://{number}.example")))
        .collect();
    for lane in &all {
        lanes.began(lane, at(0));
        lanes.ended(lane, Ended::Unanswered, at(0));
    }
    let claim = lanes.claim(at(6_000), LEASE).unwrap();
    let probes: u32 = all.iter().map(|lane| claim.share(lane)).sum();
    assert_eq!((probes, claim.limit), (2, 4), "a quarter of the places");
    lanes.began(&all[0], at(6_000));
    let claim = lanes.claim(at(6_000), LEASE).unwrap();
    assert_eq!(all.iter().map(|lane| claim.share(lane)).sum::<u32>(), 1);
}

#[test]
fn of_many_lanes_those_that_nothing_is_sent_to_are_forgotten() {
    let mut lanes = Lanes::new(LanePolicy::default());
    let mut one = |number: usize, now| {
        let lane = Lane::new(&format!("https://{number}.example"));
        lanes.began(&lane, now);
        lanes.ended(&lane, Ended::Unanswered, now);
        lanes.lanes.len()
    };
    for number in 0..1_000 {
        one(number, at(0));
    }
    assert_eq!(one(1_000, at(3_600_000)), 1_001, "an hour is not over");
    assert_eq!(one(1_001, at(3_601_000)), 2);
}

#[test]
fn a_clock_that_is_put_back_parks_no_lane() {
    let lane = Lane::new("https://a.example");
    let rate = Some(Rate {
        burst: 1,
        interval: Duration::from_secs(1),
    });
    let mut lanes = Lanes::new(LanePolicy {
        ailing_after: 1,
        rate,
        ..LanePolicy::default()
    });
    lanes.began(&lane, at(7_200_000));
    lanes.ended(&lane, Ended::Unanswered, at(7_200_000));
    assert_eq!(share(&lanes, &lane, at(7_200_000)), 0);
    assert_eq!(share(&lanes, &lane, at(0)), 1, "two hours before");
}

#[test]
fn an_answer_between_two_failures_keeps_a_lane_well_and_what_was_not_sent_says_nothing() {
    let lane = Lane::new("https://a.example");
    let mut lanes = Lanes::new(LanePolicy::default());
    for how in [Ended::Unanswered; 4]
        .into_iter()
        .chain([Ended::Answered])
        .chain([Ended::Unanswered; 4])
        .chain([Ended::Unsent; 9])
    {
        lanes.began(&lane, at(0));
        assert_eq!(lanes.ended(&lane, how, at(0)), None);
    }
    lanes.began(&lane, at(0));
    assert_eq!(lanes.ended(&lane, Ended::Unanswered, at(0)), Some(Turn::Ailing));
}

#[test]
fn a_rate_gives_a_burst_and_then_one_request_each_interval() {
    let lane = Lane::new("https://a.example");
    let rate = Some(Rate {
        burst: 3,
        interval: Duration::from_millis(100),
    });
    let mut lanes = Lanes::new(LanePolicy {
        rate,
        ..LanePolicy::default()
    });
    let mut sent = vec![];
    for millis in 0..1_000 {
        while share(&lanes, &lane, at(millis)) > 0 {
            lanes.began(&lane, at(millis));
            lanes.ended(&lane, Ended::Answered, at(millis));
            sent.push(millis);
        }
        let next = lanes.next_at(at(millis)).map(|next| next.saturating_since(at(millis)));
        assert!(next.is_none_or(|wait| wait <= Duration::from_millis(100)), "{next:?}");
    }
    assert_eq!(sent, [0, 0, 0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    assert_eq!(
        format!("{:?}", lanes.next_at(at(1_000))),
        "None",
        "the next one may go at once"
    );
}
