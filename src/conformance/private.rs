//! Personal values: they are kept apart, and forgotten on time.

use crate::delivery::{Delivery, Verdict};
use crate::event::Event;
use crate::model::Click;
use crate::plan::{EventRow, Outcome, Write};
use crate::port::{Cursor, DeliveryFilter, EventFilter, Purge, Purged};
use crate::samples::{
    ask, at, cases, claim, click, click_id, delivery, enqueue, event, event_id, everything, leased, other_source,
    postback, private, receipt, receipt_event, row, settle, settled, source, verdict, waiting, write,
};
use alloc::vec;

const IP: &str = "192.0.2.77";

fn visitor(name: &str, seconds: i64) -> Click {
    Click {
        at: at(seconds),
        private: private(IP),
        ..click(name)
    }
}

fn buyer(number: i64) -> Event {
    Event {
        private: private(IP),
        ..receipt_event(number, "a", None)
    }
}

fn telling(number: i64) -> Delivery {
    Delivery {
        private: private(IP),
        ..delivery(number, "a.example")
    }
}

/// How many orphans have personal values, how many of the deliveries that a claim at 999 s leases
/// have some, and whether the click `click` has some.
async fn remembered(store: &dyn super::Subject) -> (usize, usize, bool) {
    let orphans = store.orphans(&Cursor::start(), 100).await.unwrap();
    let leased = claim(store, 999, 100).await;
    let click = store.click(&click_id("click")).await.unwrap();
    (
        orphans.iter().filter(|event| !event.private.is_empty()).count(),
        leased
            .iter()
            .filter(|leased| !leased.delivery.private.is_empty())
            .count(),
        click.is_some_and(|click| !click.private.is_empty()),
    )
}

cases! {
    async fn personal_values_come_back_where_work_needs_them(store) {
        store.record(&[visitor("click", 0)]).await.unwrap();
        write(store, vec![waiting(buyer(1))]).await;
        enqueue(store, vec![telling(1)]).await;
        let facts = ask(store, &["click"], &["a"]).await;
        assert_eq!(facts.orphans, [buyer(1)]);
        let row = store.event(&event_id(1)).await.unwrap().unwrap();
        assert_eq!((&*row.event, row.outcome), (&buyer(1), Outcome::Unattributed));
        assert_eq!(store.event(&event_id(2)).await.unwrap(), None);
        assert_eq!(facts.clicks["click"].click, Some(visitor("click", 0)));
        assert_eq!(store.orphans(&Cursor::start(), 1).await.unwrap(), [buyer(1)]);
        assert_eq!(store.click(&click_id("click")).await.unwrap(), Some(visitor("click", 0)));
        assert_eq!(claim(store, 1, 1).await[0].delivery, telling(1));
    }

    async fn lists_show_no_personal_values(store) {
        write(store, vec![waiting(buyer(1))]).await;
        enqueue(store, vec![telling(1)]).await;
        let events = store.events(&EventFilter::default(), &everything()).await.unwrap().items;
        assert_eq!(*events[0].event, receipt_event(1, "a", None));
        let deliveries = store.deliveries(&DeliveryFilter::default(), &everything()).await.unwrap().items;
        assert_eq!(deliveries[0].delivery, delivery(1, "a.example"));
    }

    async fn personal_values_of_before_a_time_are_forgotten(store) {
        store.record(&[visitor("click", 1), visitor("later", 2), click("bare")]).await.unwrap();
        write(store, vec![waiting(buyer(1)), waiting(buyer(2)), waiting(event(0))]).await;
        settled(store, telling(1), Verdict::Dead).await;
        settled(store, telling(2), Verdict::Delivered).await;
        assert_eq!(store.purge(&Purge::PrivateBefore(at(1))).await.unwrap().total(), 0);
        assert_eq!(store.purge(&Purge::PrivateBefore(at(2))).await.unwrap().total(), 3, "a click, an event, a delivery");
        assert_eq!(store.purge(&Purge::PrivateBefore(at(2))).await.unwrap().total(), 0, "they are gone already");
        assert_eq!(store.click(&click_id("click")).await.unwrap(), Some(Click { at: at(1), ..click("click") }));
        assert_eq!(store.click(&click_id("later")).await.unwrap(), Some(visitor("later", 2)));
        assert_eq!(store.orphans(&Cursor::start(), 9).await.unwrap(), [event(0), receipt_event(1, "a", None), buyer(2)]);
        assert_eq!(store.purge(&Purge::PrivateBefore(at(9))).await.unwrap().total(), 3);
    }

    async fn a_queued_delivery_keeps_its_personal_values_until_it_is_settled(store) {
        enqueue(store, vec![telling(1)]).await;
        assert_eq!(store.purge(&Purge::PrivateBefore(at(9))).await.unwrap().total(), 0);
        let claimed = claim(store, 9, 1).await;
        assert_eq!(claimed[0].delivery, telling(1));
        assert_eq!(store.purge(&Purge::PrivateBefore(at(9))).await.unwrap().total(), 0, "a leased one is queued");
        settle(store, verdict(&claimed[0], Verdict::Delivered)).await;
        assert_eq!(store.purge(&Purge::PrivateBefore(at(9))).await.unwrap().total(), 1);
    }

    async fn erasure_forgets_all_that_hangs_on_one_click(store) {
        store.record(&[visitor("click", 0), visitor("other", 0)]).await.unwrap();
        let of_click = EventRow { click: Some(click_id("click")), ..row(buyer(1), Outcome::Unattributed) };
        let of_other = EventRow { click: Some(click_id("other")), ..row(buyer(2), Outcome::Unattributed) };
        write(store, vec![Write::Event(of_click), Write::Event(of_other), waiting(buyer(3))]).await;
        let other = Delivery { cause: postback(2, "other"), ..telling(2) };
        enqueue(store, vec![telling(1), other]).await;
        assert_eq!(store.purge(&Purge::Erase(click_id("click"))).await.unwrap().total(), 3);
        assert_eq!(store.purge(&Purge::Erase(click_id("click"))).await.unwrap().total(), 0);
        assert_eq!(remembered(store).await, (2, 1, false));
        assert_eq!(store.click(&click_id("other")).await.unwrap(), Some(visitor("other", 0)));
        assert!(store.orphans(&Cursor::start(), 9).await.unwrap().iter().any(|event| event.id == event_id(1)));
    }

    async fn erasure_of_a_click_forgets_the_events_that_only_name_it(store) {
        store.record(&[visitor("click", 0)]).await.unwrap();
        let named = Event { clicks: vec![click_id("click")], ..buyer(1) };
        let forged = Event { forged: vec![click_id("click")], ..buyer(2) };
        let chosen = buyer(3).attributed_by_hand(click_id("click"), at(3), None);
        // Its receipt reads like the click's id, but it names another one.
        let receipt = Event { clicks: vec![click_id("other")], private: private(IP), ..receipt_event(4, "click", None) };
        // It names two clicks and belongs to the other one.
        let both = Event { clicks: vec![click_id("other"), click_id("click")], ..buyer(5) };
        let of_other = EventRow { click: Some(click_id("other")), ..row(both, Outcome::Applied) };
        let unmapped = Write::Event(row(forged, Outcome::Unmapped));
        write(store, vec![waiting(named), unmapped, waiting(chosen), waiting(receipt), Write::Event(of_other)]).await;
        let erased = store.purge(&Purge::Erase(click_id("click"))).await.unwrap();
        assert_eq!((erased.clicks, erased.events), (1, 3));
        assert_eq!(store.purge(&Purge::Erase(click_id("click"))).await.unwrap(), Purged::default());
        for (number, remembers) in [(1, false), (2, false), (3, false), (4, true), (5, true)] {
            let row = store.event(&event_id(number)).await.unwrap().unwrap();
            assert_eq!(!row.event.private.is_empty(), remembers, "{number}");
        }
    }

    async fn erasure_of_a_receipt_forgets_its_events_and_their_clicks(store) {
        store.record(&[visitor("click", 0), visitor("other", 0)]).await.unwrap();
        let of_click = |event| Write::Event(EventRow { click: Some(click_id("click")), ..row(event, Outcome::Applied) });
        // The second is of the same click and has another receipt; the third waits for the first.
        let second = Event { private: private(IP), ..receipt_event(2, "b", None) };
        let third = Event { private: private(IP), ..receipt_event(3, "c", Some("a")) };
        let elsewhere = Event { source: other_source(), ..buyer(4) };
        let apart = Event { private: private(IP), ..receipt_event(5, "d", None) };
        let rows = vec![of_click(buyer(1)), of_click(second), waiting(third), waiting(elsewhere.clone()), waiting(apart.clone())];
        write(store, rows).await;
        enqueue(store, vec![telling(1), Delivery { cause: postback(2, "other"), ..telling(2) }]).await;
        let erase = Purge::EraseReceipt(source(), receipt("a"));
        let erased = store.purge(&erase).await.unwrap();
        assert_eq!((erased.clicks, erased.events, erased.deliveries, erased.refused), (1, 3, 1, 0));
        assert_eq!(store.purge(&erase).await.unwrap(), Purged::default());
        assert_eq!(store.click(&click_id("other")).await.unwrap(), Some(visitor("other", 0)));
        let waits = store.orphans(&Cursor::start(), 9).await.unwrap();
        assert_eq!(waits, [receipt_event(3, "c", Some("a")), elsewhere, apart]);
        assert!(store.event(&event_id(2)).await.unwrap().unwrap().event.private.is_empty());
        assert_eq!(remembered(store).await, (2, 1, false));
    }

    async fn old_deliveries_are_forgotten_but_for_queued_ones(store) {
        settled(store, delivery(1, "a.example"), Verdict::Delivered).await;
        settled(store, delivery(2, "a.example"), Verdict::Dead).await;
        settled(store, delivery(3, "a.example"), Verdict::Retry { at: at(9) }).await;
        settled(store, delivery(4, "a.example"), Verdict::Delivered).await;
        assert_eq!(store.purge(&Purge::DeliveriesBefore(at(5))).await.unwrap().total(), 0);
        assert_eq!(store.purge(&Purge::DeliveriesBefore(at(6))).await.unwrap().total(), 3);
        let left = store.deliveries(&DeliveryFilter::default(), &everything()).await.unwrap().items;
        assert_eq!(crate::samples::numbers(left.iter().map(|row| &row.delivery)), [3]);
        assert_eq!(leased(&claim(store, 9, 9).await), [3]);
    }
}
