//! What each verdict does to a delivery.

use crate::delivery::{Delivery, DeliveryState, Hold, Lane, Settled, Verdict};
use crate::port::{Claim, Claimed, Purge, Selection, Which};
use crate::samples::{
    LEASE, Subject, at, cases, claim, delivery, delivery_id, enqueue, leased, listed, private, settle, settled, verdict,
};
use alloc::{vec, vec::Vec};

fn accepted() -> Verdict {
    let (receipt, check_at) = ("batch/1 \u{e9}".into(), at(30));
    Verdict::Accepted { receipt, check_at }
}

fn held(until: i64) -> Verdict {
    let (why, until) = ("the token is wrong".into(), at(until));
    Verdict::Held { why, until }
}

fn hold(lane: &str, until: i64) -> Hold {
    let (lane, until, why) = (Lane::new(lane), at(until), "the token is wrong".into());
    Hold { lane, until, why }
}

async fn claimed(store: &dyn Subject, now: i64, lane: Option<&str>) -> Claimed {
    let mut due = Claim::new(at(now), LEASE, 9);
    due.lane = lane.map(Lane::new);
    store.claim(&due).await.unwrap()
}

/// Three deliveries of one lane and one of another. The attempt of the first one holds its lane
/// until 50 s.
async fn stopped(store: &dyn Subject) {
    let mut all: Vec<_> = (1..=3).map(|number| delivery(number, "a.example")).collect();
    all.push(delivery(4, "b.example"));
    enqueue(store, all).await;
    let first = claim(store, 1, 1).await;
    assert_eq!(settle(store, verdict(&first[0], held(50))).await, Settled::Recorded);
}

cases! {
    async fn a_warning_and_what_was_there_already_are_delivered(store) {
        for (number, end) in [(1, Verdict::DeliveredWithWarning), (2, Verdict::AlreadyThere)] {
            settled(store, delivery(number, "a.example"), end).await;
            let row = listed(store, number).await;
            assert_eq!((row.state, row.attempts), (DeliveryState::Delivered, 1));
        }
        assert!(leased(&claim(store, 999, 9).await).is_empty());
    }

    async fn a_receipt_is_checked_in_its_time(store) {
        settled(store, delivery(1, "a.example"), accepted()).await;
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.due_at, row.attempts), (DeliveryState::Accepted, at(30), 1));
        assert_eq!(row.checks, 0);
        assert_eq!(row.receipt.as_deref(), Some("batch/1 \u{e9}"));
        let early = claimed(store, 29, None).await;
        assert_eq!((early.deliveries.len(), early.next_due), (0, Some(at(30))));
        let check = claim(store, 30, 9).await;
        assert_eq!((leased(&check), check[0].attempts), (vec![1], 1));
        assert_eq!(check[0].receipt.as_deref(), Some("batch/1 \u{e9}"));
        assert!(claim(store, 31, 9).await.is_empty(), "a check has a lease as well");
        settle(store, verdict(&check[0], Verdict::Delivered)).await;
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts, row.checks), (DeliveryState::Delivered, 1, 1));
        assert_eq!(row.receipt, None);
        assert!(claim(store, 999, 9).await.is_empty());
    }

    async fn a_receipt_that_is_still_open_is_checked_again(store) {
        settled(store, delivery(1, "a.example"), accepted()).await;
        let check = claim(store, 30, 9).await;
        let later = Verdict::Accepted { receipt: "other".into(), check_at: at(70) };
        settle(store, verdict(&check[0], later)).await;
        assert!(claim(store, 69, 9).await.is_empty());
        assert_eq!(claim(store, 70, 9).await[0].receipt.as_deref(), Some("other"));
    }

    async fn what_was_not_accepted_after_all_is_sent_again(store) {
        settled(store, delivery(1, "a.example"), accepted()).await;
        let check = claim(store, 30, 9).await;
        settle(store, verdict(&check[0], Verdict::Retry { at: at(40) })).await;
        assert_eq!(listed(store, 1).await.state, DeliveryState::Queued);
        let again = claim(store, 40, 9).await;
        assert_eq!((leased(&again), &again[0].receipt), (vec![1], &None));
    }

    async fn an_accepted_one_keeps_its_personal_values_until_it_was_checked(store) {
        let telling = Delivery { private: private("192.0.2.7"), ..delivery(1, "a.example") };
        settled(store, telling.clone(), accepted()).await;
        assert_eq!(store.purge(&Purge::PrivateBefore(at(9))).await.unwrap().total(), 0);
        assert_eq!(store.purge(&Purge::DeliveriesBefore(at(9))).await.unwrap().total(), 0);
        let check = claim(store, 30, 9).await;
        assert_eq!(check[0].delivery, telling);
        settle(store, verdict(&check[0], Verdict::Dead)).await;
        assert_eq!(store.purge(&Purge::PrivateBefore(at(9))).await.unwrap().total(), 1);
        assert_eq!(store.purge(&Purge::DeliveriesBefore(at(9))).await.unwrap().total(), 1);
    }

    async fn checks_are_counted_apart_from_what_was_sent(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        let counted = async |now, wanted: (u32, u32), end| {
            let due = claim(store, now, 9).await.remove(0);
            assert_eq!((due.attempts, due.checks), wanted, "{now}");
            assert_eq!(settle(store, verdict(&due, end)).await, Settled::Recorded);
            let row = listed(store, 1).await;
            (row.attempts, row.checks)
        };
        assert_eq!(counted(1, (0, 0), Verdict::Retry { at: at(2) }).await, (1, 0));
        assert_eq!(counted(2, (1, 0), accepted()).await, (2, 0));
        assert_eq!(counted(30, (2, 0), accepted()).await, (2, 1));
        assert_eq!(counted(40, (2, 1), held(50)).await, (2, 1));
        assert_eq!(counted(50, (2, 1), accepted()).await, (2, 2));
        assert_eq!(counted(60, (2, 2), Verdict::Retry { at: at(70) }).await, (2, 0), "sent anew, checked anew");
        assert_eq!(counted(70, (2, 0), accepted()).await, (3, 0));
        assert_eq!(counted(80, (3, 0), Verdict::Dead).await, (3, 1));
    }

    async fn a_dead_one_that_has_a_receipt_is_checked_again_and_not_sent(store) {
        settled(store, delivery(1, "a.example"), accepted()).await;
        assert_eq!(store.requeue(&Selection::new(Which::All, at(35))).await.unwrap(), 0, "it is not dead");
        let check = claim(store, 30, 9).await;
        settle(store, verdict(&check[0], Verdict::Dead)).await;
        assert_eq!(store.requeue(&Selection::new(Which::All, at(35))).await.unwrap(), 1);
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.due_at, row.last), (DeliveryState::Accepted, at(35), None));
        let again = claim(store, 35, 9).await;
        assert_eq!(again[0].receipt.as_deref(), Some("batch/1 \u{e9}"));
        assert_eq!((again[0].attempts, again[0].checks), (0, 0));
        settle(store, verdict(&again[0], Verdict::Retry { at: at(40) })).await;
        let sent = claim(store, 40, 9).await;
        assert_eq!((&sent[0].receipt, sent[0].attempts), (&None, 0), "unless the check says that it must be");
        settle(store, verdict(&sent[0], Verdict::Dead)).await;
        store.requeue(&Selection::new(Which::All, at(50))).await.unwrap();
        assert_eq!(listed(store, 1).await.state, DeliveryState::Queued);
    }

    async fn a_smaller_limit_is_kept_and_is_no_attempt(store) {
        settled(store, delivery(1, "a.example"), Verdict::RetrySmaller { most: 7 }).await;
        let again = claim(store, 1, 9).await;
        assert_eq!((again[0].most, again[0].attempts), (Some(7), 0), "due at once");
        settle(store, verdict(&again[0], Verdict::Retry { at: at(20) })).await;
        let again = claim(store, 20, 9).await;
        assert_eq!((again[0].most, again[0].attempts), (Some(7), 1));
        settle(store, verdict(&again[0], Verdict::RetrySmaller { most: 3 })).await;
        assert_eq!(claim(store, 20, 9).await[0].most, Some(3));
    }

    async fn a_lane_that_is_held_stands_still_and_the_others_go_on(store) {
        stopped(store).await;
        let others = claimed(store, 10, None).await;
        assert_eq!((leased(&others.deliveries), others.next_due), (vec![4], Some(at(50))));
        assert_eq!(others.holds, [hold("a.example", 50)]);
        let alone = claimed(store, 10, Some("a.example")).await;
        assert_eq!((alone.deliveries.len(), alone.next_due), (0, Some(at(50))));
        enqueue(store, vec![delivery(11, "a.example"), delivery(12, "b.example")]).await;
        let new = claimed(store, 49, None).await;
        assert_eq!((leased(&new.deliveries), new.next_due), (vec![12], Some(at(50))), "one that came later waits too");
    }

    async fn a_hold_ends_by_itself_and_counts_no_attempt(store) {
        stopped(store).await;
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts), (DeliveryState::Queued, 0));
        assert_eq!(row.last.unwrap().finding, "HTTP 503");
        let after = claimed(store, 50, None).await;
        assert_eq!(leased(&after.deliveries), [2, 3, 4, 1], "it comes last, for it may be the only one at fault");
        assert!(after.deliveries.iter().all(|leased| leased.attempts == 0));
        assert_eq!(after.holds, []);
    }

    async fn a_hold_is_shown_at_what_waits_for_it(store) {
        settled(store, delivery(9, "a.example"), Verdict::Dead).await;
        stopped(store).await;
        for number in [1, 3] {
            assert_eq!(listed(store, number).await.hold, Some(hold("a.example", 50)), "{number}");
        }
        assert_eq!((listed(store, 4).await.hold, listed(store, 9).await.hold), (None, None));
    }

    async fn the_longest_hold_of_a_lane_counts(store) {
        enqueue(store, (1..=3).map(|number| delivery(number, "a.example")).collect()).await;
        let all = claim(store, 9, 9).await;
        let verdicts: Vec<_> = all.iter().zip([60, 80, 70]).map(|(leased, until)| verdict(leased, held(until))).collect();
        store.settle(&verdicts).await.unwrap();
        assert_eq!(claimed(store, 79, None).await.holds, [hold("a.example", 80)]);
        assert_eq!(leased(&claim(store, 80, 9).await), [1, 3, 2]);
    }

    async fn a_verdict_without_its_lease_holds_nothing(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        let slow = claim(store, 1, 9).await;
        claim(store, 100, 9).await;
        assert_eq!(settle(store, verdict(&slow[0], held(999))).await, Settled::LeaseLost);
        assert_eq!(claimed(store, 200, None).await.holds, []);
    }

    async fn a_check_waits_while_its_lane_is_held(store) {
        settled(store, delivery(1, "a.example"), accepted()).await;
        let check = claim(store, 30, 9).await;
        settle(store, verdict(&check[0], held(90))).await;
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts), (DeliveryState::Accepted, 1));
        assert!(claim(store, 89, 9).await.is_empty());
        assert_eq!(claim(store, 90, 9).await[0].receipt.as_deref(), Some("batch/1 \u{e9}"));
    }

    async fn a_lane_that_goes_on_takes_along_what_stopped_it(store) {
        stopped(store).await;
        let other = claim(store, 5, 1).await;
        settle(store, verdict(&other[0], held(60))).await;
        let lane = |name| Selection::new(Which::Lane(Lane::new(name)), at(9));
        store.requeue(&lane("a.example")).await.unwrap();
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.due_at, row.attempts, row.hold), (DeliveryState::Queued, at(9), 0, None));
        assert_eq!(leased(&claim(store, 9, 9).await), [2, 3, 1], "it comes behind the others");
        assert_eq!(listed(store, 4).await.due_at, at(60), "another lane still stands still");
        store.requeue(&Selection::new(Which::All, at(70))).await.unwrap();
        assert_eq!(listed(store, 4).await.due_at, at(60), "what is due earlier is not put off");
        assert_eq!(leased(&claim(store, 60, 9).await), [4]);
    }

    async fn a_lane_that_goes_on_takes_along_a_check_that_stopped_it(store) {
        settled(store, delivery(1, "a.example"), accepted()).await;
        let check = claim(store, 30, 9).await;
        settle(store, verdict(&check[0], held(90))).await;
        store.requeue(&Selection::new(Which::All, at(40))).await.unwrap();
        assert_eq!(claim(store, 40, 9).await[0].receipt.as_deref(), Some("batch/1 \u{e9}"));
    }

    async fn a_lane_that_goes_on_hastens_nothing_else(store) {
        settled(store, delivery(1, "a.example"), Verdict::Retry { at: at(80) }).await;
        settled(store, delivery(2, "a.example"), held(50)).await;
        // Its own hold is over, so it is leased, and then it waits for its next attempt.
        let again = claim(store, 50, 9).await;
        settle(store, verdict(&again[0], Verdict::Retry { at: at(90) })).await;
        settled(store, delivery(55, "a.example"), held(70)).await;
        enqueue(store, vec![delivery(300, "a.example")]).await;
        store.requeue(&Selection::new(Which::Lane(Lane::new("a.example")), at(56))).await.unwrap();
        assert_eq!(leased(&claim(store, 56, 9).await), [55]);
        for (number, due) in [(1, 80), (2, 90), (300, 300)] {
            assert_eq!(listed(store, number).await.due_at, at(due), "{number}");
        }
    }

    async fn queueing_one_again_releases_no_lane(store) {
        stopped(store).await;
        assert_eq!(store.requeue(&Selection::new(Which::One(delivery_id(1)), at(9))).await.unwrap(), 0);
        assert_eq!(listed(store, 1).await.due_at, at(50));
        assert_eq!(leased(&claim(store, 10, 9).await), [4]);
    }

    async fn queueing_the_dead_ones_of_a_lane_again_ends_its_hold(store) {
        stopped(store).await;
        assert_eq!(store.requeue(&Selection::new(Which::Lane(Lane::new("b.example")), at(9))).await.unwrap(), 0);
        assert_eq!(claimed(store, 10, Some("a.example")).await.deliveries.len(), 0, "it is another lane's");
        assert_eq!(store.requeue(&Selection::new(Which::Lane(Lane::new("a.example")), at(9))).await.unwrap(), 0);
        assert_eq!(leased(&claimed(store, 10, Some("a.example")).await.deliveries), [2, 3, 1]);
    }

    async fn ending_the_hold_of_a_lane_queues_nothing_that_is_dead(store) {
        settled(store, delivery(5, "a.example"), Verdict::Dead).await;
        stopped(store).await;
        let release = |name| Selection::new(Which::Held(Lane::new(name)), at(9));
        assert_eq!(store.requeue(&release("b.example")).await.unwrap(), 0);
        assert_eq!(claimed(store, 10, Some("a.example")).await.deliveries.len(), 0, "it is another lane's");
        assert_eq!(store.requeue(&release("a.example")).await.unwrap(), 1, "a hold ended");
        assert_eq!(store.requeue(&release("a.example")).await.unwrap(), 0, "there is none any more");
        assert_eq!(leased(&claimed(store, 10, Some("a.example")).await.deliveries), [2, 3, 1]);
        assert_eq!(listed(store, 5).await.state, DeliveryState::Dead);
    }

    async fn a_hold_that_is_over_is_none_that_ends(store) {
        stopped(store).await;
        let release = |seconds| Selection::new(Which::Held(Lane::new("a.example")), at(seconds));
        assert_eq!(store.requeue(&release(50)).await.unwrap(), 0, "it was until then");
        assert_eq!(store.requeue(&release(49)).await.unwrap(), 0, "it is forgotten");
    }

    async fn queueing_all_dead_ones_again_ends_every_hold(store) {
        stopped(store).await;
        store.requeue(&Selection::new(Which::All, at(9))).await.unwrap();
        let all = claimed(store, 10, None).await;
        assert_eq!((leased(&all.deliveries), all.holds), (vec![2, 3, 4, 1], vec![]));
    }

    async fn a_limit_holds_over_the_lanes_beside_a_held_one(store) {
        stopped(store).await;
        enqueue(store, vec![delivery(5, "c.example"), delivery(6, "b.example"), delivery(7, "c.example")]).await;
        let some = store.claim(&Claim::new(at(20), LEASE, 3)).await.unwrap();
        assert_eq!((leased(&some.deliveries), some.next_due), (vec![4, 5, 6], Some(at(7))));
    }
}
