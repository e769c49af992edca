//! Deliveries from their first lease to their end.

use crate::delivery::{Attempt, Cancelled, DeliveryState, Lane, Leased, Replaced, Settled, Verdict};
use crate::port::{Claim, DeadLetters, DeliveryFilter, LaneQueue, Selection, Which};
use crate::samples::{
    LEASE, Subject, at, cases, claim, delivery, delivery_id, enqueue, everything, leased, listed, numbers, settle,
    settled, verdict,
};
use alloc::{vec, vec::Vec};

cases! {
    async fn a_known_delivery_is_left_as_it_is(store) {
        settled(store, delivery(1, "a.example"), Verdict::Delivered).await;
        let before = listed(store, 1).await;
        let mut again = delivery(1, "b.example");
        again.created_at = at(7);
        enqueue(store, vec![again]).await;
        assert_eq!(listed(store, 1).await, before);
        assert!(leased(&claim(store, 9, 10).await).is_empty());
    }

    async fn a_delivered_one_is_never_leased_again(store) {
        settled(store, delivery(1, "a.example"), Verdict::Delivered).await;
        let claimed = store.claim(&Claim::new(at(999), LEASE, 10)).await.unwrap();
        assert_eq!((claimed.deliveries.len(), claimed.next_due), (0, None));
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts, &row.delivery), (DeliveryState::Delivered, 1, &delivery(1, "a.example")));
        assert_eq!(row.last.unwrap().finding, "HTTP 503");
    }

    async fn a_retry_waits_for_its_time(store) {
        settled(store, delivery(1, "a.example"), Verdict::Retry { at: at(30) }).await;
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.due_at, row.attempts), (DeliveryState::Queued, at(30), 1));
        let early = store.claim(&Claim::new(at(29), LEASE, 10)).await.unwrap();
        assert_eq!((early.deliveries.len(), early.next_due), (0, Some(at(30))));
        let again = claim(store, 30, 10).await;
        assert_eq!((leased(&again), again[0].attempts), (vec![1], 1));
    }

    async fn a_dead_one_is_kept_and_not_leased(store) {
        settled(store, delivery(1, "a.example"), Verdict::Dead).await;
        assert!(leased(&claim(store, 999, 10).await).is_empty());
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts), (DeliveryState::Dead, 1));
    }

    async fn a_verdict_under_an_old_lease_is_refused(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        let slow = claim(store, 1, 10).await;
        let quick = claim(store, 100, 10).await;
        assert_eq!(settle(store, verdict(&slow[0], Verdict::Dead)).await, Settled::LeaseLost);
        assert_eq!(listed(store, 1).await.attempts, 0);
        assert_eq!(settle(store, verdict(&quick[0], Verdict::Delivered)).await, Settled::Recorded);
        assert_eq!(settle(store, verdict(&slow[0], Verdict::Dead)).await, Settled::LeaseLost);
        assert_eq!(listed(store, 1).await.state, DeliveryState::Delivered);
    }

    async fn a_verdict_after_the_lease_ran_out_counts_while_nobody_else_has_it(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        let slow = claim(store, 1, 10).await;
        let nothing = Claim::new(at(999), LEASE, 0);
        store.claim(&nothing).await.unwrap();
        assert_eq!(settle(store, verdict(&slow[0], Verdict::Delivered)).await, Settled::Recorded);
    }

    async fn a_verdict_is_written_once(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        let claimed = claim(store, 1, 10).await;
        let retry = verdict(&claimed[0], Verdict::Retry { at: at(30) });
        let answers = store.settle(&[retry.clone(), retry.clone()]).await.unwrap();
        assert_eq!(answers, [Settled::Recorded, Settled::LeaseLost]);
        assert_eq!(settle(store, retry).await, Settled::LeaseLost);
        assert_eq!(listed(store, 1).await.attempts, 1);
    }

    async fn a_verdict_without_a_lease_is_refused(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        for (number, fence) in [(1, 0), (1, 1), (2, 0)] {
            let invented = Leased::new(delivery(number, "a.example"), 0, fence);
            assert_eq!(settle(store, verdict(&invented, Verdict::Delivered)).await, Settled::LeaseLost);
        }
        assert_eq!(listed(store, 1).await.state, DeliveryState::Queued);
    }

    async fn verdicts_are_answered_in_order(store) {
        enqueue(store, (1..=3).map(|number| delivery(number, "a.example")).collect()).await;
        let claimed = claim(store, 9, 10).await;
        let mut verdicts: Vec<_> = claimed.iter().map(|leased| verdict(leased, Verdict::Delivered)).collect();
        verdicts[1].fence += 1;
        let answers = store.settle(&verdicts).await.unwrap();
        assert_eq!(answers, [Settled::Recorded, Settled::LeaseLost, Settled::Recorded]);
        assert_eq!(store.settle(&[]).await.unwrap(), []);
    }

    async fn one_dead_delivery_is_queued_again_under_its_id(store) {
        settled(store, delivery(1, "a.example"), Verdict::Dead).await;
        settled(store, delivery(2, "a.example"), Verdict::Dead).await;
        settled(store, delivery(3, "a.example"), Verdict::Delivered).await;
        let one = |number| Selection::new(Which::One(delivery_id(number)), at(50));
        assert_eq!(store.requeue(&one(1)).await.unwrap(), 1);
        assert_eq!(store.requeue(&one(1)).await.unwrap(), 0, "it is no longer dead");
        assert_eq!(store.requeue(&one(3)).await.unwrap(), 0, "it was delivered");
        assert_eq!(store.requeue(&one(4)).await.unwrap(), 0, "there is none");
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.due_at, row.attempts, row.last), (DeliveryState::Queued, at(50), 0, None));
        assert!(leased(&claim(store, 49, 10).await).is_empty());
        let again = claim(store, 50, 10).await;
        assert_eq!((again[0].delivery.id.clone(), again[0].attempts, again.len()), (delivery_id(1), 0, 1));
        assert!(again[0].fence > 1, "a new lease has a new number");
    }

    async fn the_dead_ones_of_a_lane_are_queued_again(store) {
        settled(store, delivery(1, "a.example"), Verdict::Dead).await;
        settled(store, delivery(2, "b.example"), Verdict::Dead).await;
        settled(store, delivery(3, "a.example"), Verdict::Dead).await;
        let lane = Selection::new(Which::Lane(Lane::new("a.example")), at(50));
        assert_eq!(store.requeue(&lane).await.unwrap(), 2);
        assert_eq!(leased(&claim(store, 50, 10).await), [1, 3]);
    }

    async fn all_dead_ones_are_queued_again(store) {
        settled(store, delivery(1, "a.example"), Verdict::Dead).await;
        settled(store, delivery(2, "b.example"), Verdict::Dead).await;
        settled(store, delivery(3, "b.example"), Verdict::Delivered).await;
        assert_eq!(store.requeue(&Selection::new(Which::All, at(50))).await.unwrap(), 2);
        let rows = store.deliveries(&DeliveryFilter::default(), &everything()).await.unwrap().items;
        let queued = rows.iter().filter(|row| row.state == DeliveryState::Queued).map(|row| &row.delivery);
        assert_eq!(numbers(queued), [2, 1]);
    }

    async fn a_cancelled_delivery_is_dead_and_no_attempt_is_counted(store) {
        enqueue(store, vec![delivery(1, "a.example"), delivery(2, "a.example")]).await;
        assert_eq!(cancel(store, 1, 1).await, Cancelled::Recorded);
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts, row.last), (DeliveryState::Dead, 0, Some(by_hand(1))));
        assert_eq!(leased(&claim(store, 999, 10).await), [2]);
        // It is queued again like any other.
        let again = Selection::new(Which::One(delivery_id(1)), at(50));
        assert_eq!(store.requeue(&again).await.unwrap(), 1);
        assert_eq!(leased(&claim(store, 50, 10).await), [1]);
    }

    async fn what_waits_for_its_next_attempt_is_cancelled(store) {
        settled(store, delivery(1, "a.example"), Verdict::Retry { at: at(900) }).await;
        assert_eq!(cancel(store, 1, 2).await, Cancelled::Recorded);
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts, row.last), (DeliveryState::Dead, 1, Some(by_hand(2))));
        let nothing = store.claim(&Claim::new(at(999), LEASE, 10)).await.unwrap();
        assert_eq!((leased(&nothing.deliveries), nothing.next_due), (vec![], None));
    }

    async fn what_is_being_sent_is_not_cancelled(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        let held = claim(store, 1, 10).await;
        assert_eq!(cancel(store, 1, 2).await, Cancelled::Leased);
        assert_eq!(settle(store, verdict(&held[0], Verdict::Delivered)).await, Settled::Recorded);
        assert_eq!(cancel(store, 1, 2).await, Cancelled::NotOpen);
        assert_eq!(listed(store, 1).await.last.unwrap().finding, "HTTP 503");
    }

    async fn a_lease_that_ran_out_keeps_nobody_from_cancelling(store) {
        enqueue(store, vec![delivery(1, "a.example")]).await;
        let slow = claim(store, 1, 10).await;
        assert_eq!(cancel(store, 1, 999).await, Cancelled::Recorded);
        assert_eq!(settle(store, verdict(&slow[0], Verdict::Delivered)).await, Settled::LeaseLost);
        assert_eq!(listed(store, 1).await.state, DeliveryState::Dead);
    }

    async fn a_cancelled_one_that_was_accepted_keeps_its_receipt(store) {
        let accepted = Verdict::Accepted { receipt: "r1".into(), check_at: at(900) };
        settled(store, delivery(1, "a.example"), accepted).await;
        assert_eq!(cancel(store, 1, 2).await, Cancelled::Recorded);
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.receipt.as_deref(), row.checks), (DeliveryState::Dead, Some("r1"), 0));
    }

    async fn what_is_delivered_or_not_known_is_not_cancelled(store) {
        settled(store, delivery(1, "a.example"), Verdict::Delivered).await;
        for number in 1..=2 {
            assert_eq!(cancel(store, number, 99).await, Cancelled::NotOpen);
        }
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.last.unwrap().finding.as_str()), (DeliveryState::Delivered, "HTTP 503"));
    }

    async fn a_dead_one_is_cancelled_for_good_and_once(store) {
        settled(store, delivery(1, "a.example"), Verdict::Dead).await;
        assert_eq!(cancel(store, 1, 99).await, Cancelled::Recorded);
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts, row.last), (DeliveryState::Dead, 1, Some(by_hand(99))));
        assert_eq!(store.dead_letters().await.unwrap(), DeadLetters::default(), "it waits for nobody");
        assert_eq!(cancel(store, 1, 100).await, Cancelled::NotOpen);
        assert_eq!(listed(store, 1).await.last, Some(by_hand(99)));
        let again = Selection::new(Which::One(delivery_id(1)), at(200));
        assert_eq!(store.requeue(&again).await.unwrap(), 1);
        assert_eq!(leased(&claim(store, 200, 10).await), [1]);
    }

    async fn dead_letters_are_counted_and_the_first_is_named(store) {
        assert_eq!(store.dead_letters().await.unwrap(), DeadLetters::default());
        for number in [4, 2, 3] {
            settled(store, delivery(number, "a.example"), Verdict::Dead).await;
        }
        settled(store, delivery(1, "a.example"), Verdict::Delivered).await;
        enqueue(store, vec![delivery(5, "a.example")]).await;
        let dead = |count, oldest| DeadLetters { count, oldest: Some(at(oldest)) };
        assert_eq!(store.dead_letters().await.unwrap(), dead(3, 4));
        store.requeue(&Selection::new(Which::One(delivery_id(4)), at(50))).await.unwrap();
        assert_eq!(store.dead_letters().await.unwrap(), dead(2, 2));
    }

    async fn what_was_cancelled_or_replaced_is_no_dead_letter(store) {
        let dead = |count, oldest| DeadLetters { count, oldest: Some(at(oldest)) };
        for number in 1..=3 {
            settled(store, delivery(number, "a.example"), Verdict::Dead).await;
        }
        enqueue(store, vec![delivery(4, "a.example")]).await;
        assert_eq!(cancel(store, 4, 9).await, Cancelled::Recorded);
        assert_eq!(store.dead_letters().await.unwrap(), dead(3, 1), "a person gave up the fourth");
        let (mut other, replaced) = (delivery(5, "a.example"), delivery_id(1));
        other.replaces = Some(Replaced { delivery: replaced, revision: 2 }.into());
        enqueue(store, vec![other]).await;
        assert_eq!(store.dead_letters().await.unwrap(), dead(2, 2), "the first goes out as the fifth");
        let lease = claim(store, 50, 10).await;
        assert_eq!(settle(store, verdict(&lease[0], Verdict::Dead)).await, Settled::Recorded);
        assert_eq!(store.dead_letters().await.unwrap(), dead(3, 2), "the fifth alone is a dead letter of the two");
        for number in [4, 2] {
            store.requeue(&Selection::new(Which::One(delivery_id(number)), at(60))).await.unwrap();
        }
        assert_eq!(store.dead_letters().await.unwrap(), dead(2, 3), "what is queued is none either");
        for lease in claim(store, 60, 10).await {
            assert_eq!(settle(store, verdict(&lease, Verdict::Dead)).await, Settled::Recorded);
        }
        assert_eq!(store.dead_letters().await.unwrap(), dead(4, 2), "what failed again since is one");
    }

    async fn what_waits_is_counted_by_lane_and_the_first_is_named(store) {
        for (number, verdict) in [(1, Verdict::Dead), (2, Verdict::Retry { at: at(700) }), (3, Verdict::Retry { at: at(650) })] {
            settled(store, delivery(number, "b.example"), verdict).await; }
        let queue = |queued, ready| LaneQueue { lane: delivery(9, "b.example").lane, queued, ready_at: at(ready) };
        assert_eq!(store.lane_queues().await.unwrap(), [queue(2, 650)]);
        let (claimed, queues) = (claim(store, 650, 1).await, store.lane_queues().await.unwrap());
        assert_eq!((leased(&claimed), queues), (vec![3], vec![queue(2, 700)]), "the lease ends later");
    }
}

fn by_hand(now: i64) -> Attempt {
    Attempt::cancelled(at(now))
}

async fn cancel(store: &dyn Subject, number: i64, now: i64) -> Cancelled {
    store.cancel(&delivery_id(number), &by_hand(now)).await.unwrap()
}
