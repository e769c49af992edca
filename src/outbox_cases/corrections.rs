//! Deliveries that are withdrawn, and corrections that wait for what they correct.

use crate::delivery::{Attempt, Cancelled, Cause, Delivery, DeliveryState, Progress, Verdict, WAIT, Withdrawal};
use crate::plan::{Commit, Committed, FactQuery, Outcome, Reported, Write};
use crate::port::{Selection, Which};
use crate::samples::{
    Subject, at, attempted, cases, claim, click_id, conversion_id, delivery, delivery_id, enqueue, event, event_id,
    leased, listed, private, row, settle, source, stored, verdict,
};
use alloc::{vec, vec::Vec};

/// A delivery that tells an ad platform of the conversion with its number.
fn told(number: i64, click: &str) -> Delivery {
    Delivery {
        cause: Cause::conversion_api(
            "google",
            "ads",
            conversion_id(number),
            click_id(click),
            event_id(number),
        ),
        private: private("192.0.2.7"),
        ..delivery(number, "a.example")
    }
}

async fn reported(store: &dyn Subject, click: &str) -> Vec<Reported> {
    let mut query = FactQuery::new(source(), event_id(0));
    query.clicks = vec![click_id(click)];
    query.reported = true;
    store.facts(&query).await.unwrap().reported[click].clone()
}

async fn progress(store: &dyn Subject) -> Progress {
    reported(store, "click").await[0].progress
}

/// A commit of an event that withdraws a delivery.
fn withdrawing(number: i64, from: Progress) -> Commit {
    let mut commit = Commit::of(vec![Write::Event(row(event(7), Outcome::Applied))], at(7));
    commit.withdrawals = vec![Withdrawal {
        delivery: delivery_id(number),
        from,
        attempt: Attempt::withdrawn(at(7), "its sale was taken back"),
    }];
    commit
}

cases! {
    async fn what_ad_platforms_are_told_of_a_click_comes_along_where_it_is_asked_for(store) {
        enqueue(store, vec![told(1, "click"), delivery(2, "a.example"), told(3, "other"), told(4, "click")]).await;
        let found = reported(store, "click").await;
        assert_eq!(found.iter().map(|known| known.delivery.clone()).collect::<Vec<_>>(), [told(1, "click"), told(4, "click")]);
        let mut silent = FactQuery::new(source(), event_id(0));
        silent.clicks = vec![click_id("click")];
        assert!(store.facts(&silent).await.unwrap().reported.is_empty());
    }

    async fn how_far_a_delivery_has_come_is_told_in_each_state(store) {
        enqueue(store, vec![told(1, "click")]).await;
        assert_eq!(progress(store).await, Progress::Unsent);
        let claimed = claim(store, 1, 9).await;
        assert_eq!(progress(store).await, Progress::UnderWay);
        let held = Verdict::Held { why: "no token".into(), until: at(2) };
        settle(store, verdict(&claimed[0], held)).await;
        assert_eq!(progress(store).await, Progress::Unsent);
        attempted(store, 3, Verdict::RetrySmaller { most: 9 }).await;
        assert_eq!(progress(store).await, Progress::Tried);
        attempted(store, 4, Verdict::Retry { at: at(5) }).await;
        assert_eq!(progress(store).await, Progress::Tried);
        attempted(store, 5, Verdict::Accepted { receipt: "r".into(), check_at: at(6) }).await;
        assert_eq!(progress(store).await, Progress::Accepted);
        attempted(store, 6, Verdict::Dead).await;
        assert_eq!(progress(store).await, Progress::Dead);
        store.requeue(&Selection::new(Which::All, at(8))).await.unwrap();
        attempted(store, 8, Verdict::Delivered).await;
        assert_eq!(progress(store).await, Progress::Delivered);
    }

    async fn what_has_not_left_is_withdrawn_with_the_commit(store) {
        enqueue(store, vec![told(1, "click")]).await;
        assert_eq!(store.commit(&withdrawing(1, Progress::Unsent)).await.unwrap(), Committed::Applied);
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts), (DeliveryState::Dead, 0));
        assert_eq!(row.last.unwrap(), Attempt::withdrawn(at(7), "its sale was taken back"));
        assert_eq!(progress(store).await, Progress::Withdrawn);
        assert!(leased(&claim(store, 99, 9).await).is_empty());
    }

    async fn what_the_same_commit_queues_is_withdrawn(store) {
        let mut commit = withdrawing(1, Progress::Unsent);
        commit.outbox = vec![told(1, "click")];
        assert_eq!(store.commit(&commit).await.unwrap(), Committed::Applied);
        assert_eq!(progress(store).await, Progress::Withdrawn);
        assert!(leased(&claim(store, 99, 9).await).is_empty());
    }

    async fn what_has_left_meanwhile_makes_a_conflict_that_writes_nothing(store) {
        enqueue(store, vec![told(1, "click")]).await;
        claim(store, 1, 9).await;
        assert_eq!(store.commit(&withdrawing(1, Progress::Unsent)).await.unwrap(), Committed::Conflict);
        assert_eq!(stored(store, 7).await, None);
        assert_eq!(listed(store, 1).await.state, DeliveryState::Queued);
        assert_eq!(store.commit(&withdrawing(2, Progress::Unsent)).await.unwrap(), Committed::Conflict);
    }

    async fn what_was_withdrawn_is_no_dead_letter_and_is_not_cancelled_again(store) {
        enqueue(store, vec![told(1, "click"), told(2, "click")]).await;
        store.commit(&withdrawing(1, Progress::Unsent)).await.unwrap();
        let mut closed = verdict(&claim(store, 9, 9).await[0], Verdict::Dead);
        closed.attempt = Attempt::withdrawn(at(9), "what it corrects was not taken");
        settle(store, closed).await;
        assert_eq!(store.dead_letters().await.unwrap().count, 0);
        for number in [1, 2] {
            let again = store.cancel(&delivery_id(number), &Attempt::cancelled(at(10))).await;
            assert_eq!(again.unwrap(), Cancelled::NotOpen);
        }
    }

    async fn what_waits_for_another_comes_with_how_far_that_has_come(store) {
        let mut correction = told(2, "click");
        correction.after = vec![delivery_id(1), delivery_id(9)];
        enqueue(store, vec![told(1, "click"), correction.clone()]).await;
        let both = claim(store, 3, 9).await;
        assert_eq!(both[1].delivery, correction);
        assert_eq!(both[1].after, [Progress::UnderWay, Progress::Unknown]);
        settle(store, verdict(&both[0], Verdict::Delivered)).await;
        settle(store, verdict(&both[1], Verdict::Waits { until: at(6) })).await;
        assert_eq!(claim(store, 6, 9).await[0].after, [Progress::Delivered, Progress::Unknown]);
    }

    async fn waiting_counts_no_attempt_and_can_be_withdrawn(store) {
        let mut correction = told(1, "click");
        correction.after = vec![delivery_id(9)];
        enqueue(store, vec![correction]).await;
        let claimed = claim(store, 2, 9).await;
        let until = at(2).checked_add(WAIT).unwrap();
        let mut waits = verdict(&claimed[0], Verdict::Waits { until });
        waits.attempt = Attempt::wait(at(2));
        settle(store, waits).await;
        let row = listed(store, 1).await;
        assert_eq!((row.state, row.attempts, row.due_at), (DeliveryState::Queued, 0, until));
        assert!(leased(&claim(store, 99, 9).await).is_empty());
        assert_eq!(progress(store).await, Progress::Unsent);
        assert_eq!(store.commit(&withdrawing(1, Progress::Unsent)).await.unwrap(), Committed::Applied);
    }
}
