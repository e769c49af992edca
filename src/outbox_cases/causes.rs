//! Deliveries for other causes than a conversion.

use crate::delivery::{Cause, Delivery, DeliveryState, Lane, Settled, Verdict};
use crate::plan::Write;
use crate::port::{DeliveryFilter, Purge, Selection, Which};
use crate::samples::{
    Subject, at, cases, claim, click_id, conversion, conversion_id, delivery, delivery_id, enqueue, event_id,
    everything, leased, listed, numbers, private, settle, verdict, write,
};
use crate::value::ChannelId;
use alloc::{vec, vec::Vec};
use core::time::Duration;

/// One delivery of each cause, by number.
fn all() -> Vec<Delivery> {
    let channel = ChannelId::new("channel").unwrap();
    let api = Cause::conversion_api("meta", "pixel-1", conversion_id(2), click_id("click"), event_id(2));
    let action = Cause::action(channel, "block_placement", "zone-7");
    let causes = [
        delivery(1, "a.example").cause,
        api,
        action,
        Cause::notice("cap_reached"),
    ];
    let each = causes.into_iter().zip(1..);
    each.map(|(cause, number)| Delivery {
        cause,
        ..delivery(number, "a.example")
    })
    .collect()
}

async fn found(store: &dyn Subject, filter: DeliveryFilter) -> Vec<i64> {
    let page = store.deliveries(&filter, &everything()).await.unwrap();
    numbers(page.items.iter().map(|row| &row.delivery))
}

cases! {
    async fn every_cause_is_kept_leased_and_settled(store) {
        enqueue(store, all()).await;
        let claimed = claim(store, 9, 9).await;
        assert_eq!(claimed.iter().map(|leased| leased.delivery.clone()).collect::<Vec<_>>(), all());
        for (leased, wanted) in claimed.iter().zip(all()) {
            assert_eq!(settle(store, verdict(leased, Verdict::Dead)).await, Settled::Recorded);
            let row = listed(store, wanted.created_at.unix_seconds() - at(0).unix_seconds()).await;
            assert_eq!((row.state, row.delivery), (DeliveryState::Dead, wanted));
        }
        assert_eq!(store.requeue(&Selection::new(Which::All, at(20))).await.unwrap(), 4);
        assert_eq!(leased(&claim(store, 20, 9).await), [1, 2, 3, 4]);
    }

    async fn all_parts_of_a_delivery_are_kept(store) {
        let mut whole = delivery(1, "https://a.example#account");
        whole.not_before = Some(at(2));
        whole.not_after = at(9).checked_add(Duration::from_nanos(7));
        whole.check = Some(delivery(7, "a.example").outbound.into());
        enqueue(store, vec![whole.clone()]).await;
        assert_eq!(claim(store, 9, 9).await[0].delivery, whole);
    }

    async fn causes_are_found_by_what_they_hang_on(store) {
        enqueue(store, all()).await;
        for number in [1, 2] {
            write(store, vec![Write::Conversion(conversion(number, "click"))]).await;
        }
        let every = DeliveryFilter::default();
        assert_eq!(found(store, every.clone()).await, [4, 3, 2, 1]);
        assert_eq!(found(store, DeliveryFilter { click: Some(click_id("click")), ..every.clone() }).await, [2, 1]);
        assert_eq!(found(store, DeliveryFilter { conversion: Some(conversion_id(2)), ..every.clone() }).await, [2]);
        assert_eq!(found(store, DeliveryFilter { id: Some(delivery_id(3)), ..every }).await, [3]);
    }

    async fn erasure_of_a_click_leaves_what_hangs_on_none(store) {
        let telling = all().into_iter().map(|delivery| Delivery { private: private("192.0.2.7"), ..delivery });
        enqueue(store, telling.collect()).await;
        assert_eq!(store.purge(&Purge::Erase(click_id("click"))).await.unwrap().total(), 2);
        let claimed = claim(store, 9, 9).await;
        let remembers: Vec<_> = claimed.iter().map(|leased| !leased.delivery.private.is_empty()).collect();
        assert_eq!(remembers, [false, false, true, true]);
    }

    async fn what_is_due_later_than_its_decision_waits(store) {
        let mut later = delivery(1, "a.example");
        later.not_before = Some(at(5));
        let mut sooner = delivery(2, "a.example");
        sooner.not_before = Some(at(1));
        enqueue(store, vec![later, sooner]).await;
        assert_eq!((listed(store, 1).await.due_at, listed(store, 2).await.due_at), (at(5), at(2)));
        assert_eq!(leased(&claim(store, 4, 9).await), [2]);
        assert_eq!(leased(&claim(store, 5, 9).await), [1]);
    }

    async fn accounts_of_one_destination_are_lanes_of_their_own(store) {
        let of = |number, account| Delivery {
            lane: Lane::new("https://a.example").with_account(account),
            ..delivery(number, "a.example")
        };
        enqueue(store, vec![of(1, "one"), of(2, "two"), of(3, "")]).await;
        for (number, text) in [(1, "https://a.example#one"), (2, "https://a.example#two"), (3, "https://a.example")] {
            let mut of_lane = crate::port::Claim::new(at(9), crate::samples::LEASE, 9);
            of_lane.lane = Some(Lane::new(text));
            assert_eq!(leased(&store.claim(&of_lane).await.unwrap().deliveries), [number], "{text}");
        }
    }
}
