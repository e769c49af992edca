//! How deliveries are leased.

use crate::delivery::{Delivery, Lane, Leased, Verdict};
use crate::port::{Claim, StoreErrorKind};
use crate::samples::{LEASE, at, cases, claim, delivery, delivery_id, enqueue, join, leased, settled};
use crate::value::Timestamp;
use alloc::{collections::BTreeMap, vec, vec::Vec};
use core::time::Duration;

/// Deliveries that are due together, by number and lane.
fn of_one_moment(all: &[(i64, &str)]) -> Vec<Delivery> {
    let one = |(number, lane): &(i64, &str)| Delivery {
        created_at: at(5),
        ..delivery(*number, lane)
    };
    all.iter().map(one).collect()
}

/// The numbers of what [`of_one_moment`] made.
fn ids(claimed: &[Leased]) -> Vec<i64> {
    let number = |leased: &Leased| (0..9).find(|number| delivery_id(*number) == leased.delivery.id);
    claimed.iter().filter_map(number).collect()
}

cases! {
    async fn what_is_due_is_leased_earliest_first(store) {
        enqueue(store, vec![delivery(2, "a.example"), delivery(3, "b.example"), delivery(1, "a.example")]).await;
        let claimed = claim(store, 9, 10).await;
        assert_eq!(leased(&claimed), [1, 2, 3]);
        assert_eq!(claimed[0].delivery, delivery(1, "a.example"));
        assert_eq!(claimed[0].attempts, 0);
    }

    async fn of_one_moment_what_was_stored_first_is_leased_first(store) {
        let all = of_one_moment(&[(3, "a.example"), (1, "b.example"), (2, "a.example"), (4, "b.example")]);
        enqueue(store, all).await;
        assert_eq!(ids(&claim(store, 9, 2).await), [3, 1], "neither by id nor by lane");
        assert_eq!(ids(&claim(store, 9, 9).await), [2, 4]);
    }

    async fn of_one_moment_what_was_stored_first_is_leased_first_beside_a_held_lane(store) {
        settled(store, delivery(0, "c.example"), Verdict::Held { why: "no token".into(), until: at(99) }).await;
        let all = of_one_moment(&[(3, "b.example"), (1, "a.example"), (2, "a.example"), (4, "b.example")]);
        enqueue(store, all).await;
        assert_eq!(ids(&claim(store, 9, 3).await), [3, 1, 2]);
        let mut of_lane = Claim::new(at(9), LEASE, 9);
        of_lane.lane = Some(Lane::new("b.example"));
        assert_eq!(ids(&store.claim(&of_lane).await.unwrap().deliveries), [4]);
        let again = claim(store, 69, 9).await;
        assert_eq!(ids(&again), [3, 1, 2, 4], "leases that end together are alike");
    }

    async fn what_is_due_later_stays(store) {
        enqueue(store, vec![delivery(2, "a.example")]).await;
        assert!(leased(&claim(store, 1, 10).await).is_empty());
    }

    async fn what_is_due_at_this_very_moment_is_leased(store) {
        let mut due = delivery(2, "a.example");
        due.created_at = at(2).checked_add(Duration::from_micros(1)).unwrap();
        enqueue(store, vec![due.clone()]).await;
        let early = store.claim(&Claim::new(at(2), LEASE, 10)).await.unwrap();
        assert_eq!((early.deliveries.len(), early.next_due), (0, Some(due.created_at)));
        assert_eq!(store.claim(&Claim::new(due.created_at, LEASE, 10)).await.unwrap().deliveries.len(), 1);
    }

    async fn no_more_than_the_limit_is_leased(store) {
        enqueue(store, (1..=5).map(|number| delivery(number, "a.example")).collect()).await;
        assert_eq!(leased(&claim(store, 9, 2).await), [1, 2]);
        assert_eq!(leased(&claim(store, 9, 2).await), [3, 4]);
        assert_eq!(leased(&claim(store, 9, 2).await), [5]);
    }

    async fn nothing_is_leased_under_a_limit_of_zero(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        let claimed = store.claim(&Claim::new(at(9), LEASE, 0)).await.unwrap();
        assert_eq!((claimed.deliveries.len(), claimed.next_due), (0, Some(at(1))));
    }

    async fn one_lane_is_leased_apart(store) {
        enqueue(store, vec![delivery(1, "a.example"), delivery(2, "b.example"), delivery(3, "a.example")]).await;
        let mut of_lane = Claim::new(at(1), LEASE, 10);
        of_lane.lane = Some(Lane::new("A.example"));
        let claimed = store.claim(&of_lane).await.unwrap();
        assert_eq!((leased(&claimed.deliveries), claimed.next_due), (vec![1], Some(at(3))), "of that lane alone");
        assert_eq!(leased(&claim(store, 9, 10).await), [2, 3]);
    }

    async fn a_lane_without_a_name_is_leased_like_any_other(store) {
        enqueue(store, vec![delivery(1, ""), delivery(2, "a.example")]).await;
        let waiting = store.lane_queues().await.unwrap();
        let lanes: Vec<_> = waiting.iter().map(|queue| queue.lane.as_str()).collect();
        assert_eq!(lanes, ["", "a.example"]);
        assert_eq!(leased(&claim(store, 9, 10).await), [1, 2]);
    }

    async fn of_each_lane_no_more_than_its_share_is_leased(store) {
        let all = [(1, "a.example"), (2, "a.example"), (3, "a.example"), (4, "b.example"), (5, "c.example")];
        enqueue(store, all.map(|(number, lane)| delivery(number, lane)).to_vec()).await;
        let mut claim = Claim::new(at(9), LEASE, 10);
        claim.per_lane = 2;
        claim.shares = BTreeMap::from([(Lane::new("b.example"), 0), (Lane::new("d.example"), 0)]);
        let claimed = store.claim(&claim).await.unwrap();
        assert_eq!((leased(&claimed.deliveries), claimed.next_due), (vec![1, 2, 5], None), "a lane's rest does not count");
        claim.shares = BTreeMap::from([(Lane::new("a.example"), 1)]);
        claim.limit = 1;
        let claimed = store.claim(&claim).await.unwrap();
        assert_eq!((leased(&claimed.deliveries), claimed.next_due), (vec![3], Some(at(4))));
    }

    async fn what_is_beyond_a_share_is_not_due_next_even_behind_the_limit(store) {
        enqueue(store, (1..=3).map(|number| delivery(number, "a.example")).collect()).await;
        let mut claim = Claim::new(at(9), LEASE, 2);
        claim.per_lane = 2;
        let claimed = store.claim(&claim).await.unwrap();
        assert_eq!((leased(&claimed.deliveries), claimed.next_due), (vec![1, 2], None));
    }

    async fn a_long_queue_of_one_lane_stands_in_nobodys_way(store) {
        let queue = (1..=30).map(|number| delivery(number, "a.example"));
        enqueue(store, queue.chain([delivery(40, "b.example")]).collect()).await;
        let mut claim = Claim::new(at(50), LEASE, 8);
        claim.per_lane = 4;
        assert_eq!(leased(&store.claim(&claim).await.unwrap().deliveries), [1, 2, 3, 4, 40]);
    }

    async fn a_share_holds_beside_a_lane_that_stands_still(store) {
        settled(store, delivery(0, "c.example"), Verdict::Held { why: "no token".into(), until: at(99) }).await;
        enqueue(store, vec![delivery(1, "a.example"), delivery(2, "a.example")]).await;
        let mut claim = Claim::new(at(9), LEASE, 10);
        claim.per_lane = 1;
        let claimed = store.claim(&claim).await.unwrap();
        assert_eq!((leased(&claimed.deliveries), claimed.next_due), (vec![1], Some(at(99))));
        claim.shares = BTreeMap::from([(Lane::new("c.example"), 0)]);
        let claimed = store.claim(&claim).await.unwrap();
        assert_eq!((leased(&claimed.deliveries), claimed.next_due), (vec![2], None), "nor its hold");
    }

    async fn a_running_lease_is_respected_and_an_expired_one_is_not(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        let first = claim(store, 1, 10).await;
        assert!(leased(&claim(store, 60, 10).await).is_empty(), "the lease runs for 60 s from 1");
        let second = claim(store, 61, 10).await;
        assert_eq!(leased(&second), [1]);
        assert!(second[0].fence > first[0].fence, "{second:?}");
        assert_eq!(second[0].attempts, 0, "a lease that ran out is no attempt");
    }

    async fn the_next_due_time_is_that_of_the_next_delivery_or_lease(store) {
        let next_due = async |now, limit| store.claim(&Claim::new(at(now), LEASE, limit)).await.unwrap().next_due;
        assert_eq!(next_due(0, 1).await, None);
        enqueue(store, vec![delivery(1, "a.example"), delivery(2, "a.example"), delivery(500, "a.example")]).await;
        assert_eq!(next_due(9, 1).await, Some(at(2)), "due, but over the limit");
        assert_eq!(next_due(9, 1).await, Some(at(69)), "the lease of the first");
        assert_eq!(next_due(70, 10).await, Some(at(500)), "what was just leased does not count");
    }

    async fn concurrent_claims_lease_each_delivery_once(store) {
        enqueue(store, (1..=20).map(|number| delivery(number, "a.example")).collect()).await;
        let due = Claim::new(at(30), LEASE, 3);
        let claims = join((0..10).map(|_| store.claim(&due)).collect()).await;
        let mut all: Vec<_> = claims.into_iter().flat_map(|claimed| leased(&claimed.unwrap().deliveries)).collect();
        all.sort_unstable();
        all.extend(leased(&claim(store, 30, 20).await));
        assert_eq!(all, (1..=20).collect::<Vec<_>>());
    }

    async fn a_lease_past_the_year_9999_is_a_misuse(store) {
        let last: Timestamp = "9999-12-31T23:59:59Z".parse().unwrap();
        let error = store.claim(&Claim::new(last, LEASE, 1)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::ApiMisuse);
    }
}
