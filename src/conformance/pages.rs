//! Lists, and the filters by which people find rows in them.

use crate::delivery::{Delivery, DeliveryState, Verdict};
use crate::event::Event;
use crate::model::Conversion;
use crate::plan::{EventRow, Outcome, Write};
use crate::port::{
    ConversionFilter, Cursor, DeliveryFilter, EventFilter, PageRequest, RefusedFilter, StoreError, StoreErrorKind,
};
use crate::samples::{
    at, cases, click_id, conversion, conversion_id, delivery, delivery_id, enqueue, event, event_id, everything,
    other_source, postback, receipt, receipt_event, row, settled, source, tally, waiting, write,
};
use crate::value::{ConversionId, EventId, OfferSourceId};
use alloc::{vec, vec::Vec};

fn ids(conversions: &[Conversion]) -> Vec<ConversionId> {
    conversions.iter().map(|conversion| conversion.id.clone()).collect()
}

fn assert_misuse<T: core::fmt::Debug>(answer: Result<T, StoreError>) {
    assert_eq!(answer.unwrap_err().kind(), StoreErrorKind::ApiMisuse);
}

async fn found(store: &dyn super::Subject, filter: EventFilter) -> Vec<EventId> {
    let page = store.events(&filter, &everything()).await.unwrap();
    page.items.into_iter().map(|row| row.event.id.clone()).collect()
}

fn received_at(number: i64, seconds: i64, source: OfferSourceId) -> Event {
    Event {
        received_at: at(seconds),
        source,
        ..event(number)
    }
}

cases! {
    async fn conversions_are_listed_newest_first(store) {
        for number in [2, 1, 3] {
            write(store, vec![Write::Conversion(conversion(number, "one"))]).await;
        }
        let page = store.conversions(&ConversionFilter::default(), &everything()).await.unwrap();
        assert_eq!(page.items, [conversion(3, "one"), conversion(1, "one"), conversion(2, "one")]);
        assert_eq!(page.next, None);
    }

    async fn a_changed_conversion_keeps_its_place(store) {
        write(store, vec![Write::Conversion(conversion(1, "one")), Write::Conversion(conversion(2, "one"))]).await;
        let changed = Conversion { count: 2, ..conversion(1, "one") };
        write(store, vec![Write::Conversion(changed.clone())]).await;
        let page = store.conversions(&ConversionFilter::default(), &everything()).await.unwrap();
        assert_eq!(page.items, [conversion(2, "one"), changed]);
    }

    async fn conversions_are_found_by_click_and_receipt(store) {
        let mut of_receipt = conversion(3, "one");
        of_receipt.shown.receipt = Some(receipt("a"));
        write(store, vec![
            Write::Conversion(conversion(1, "one")),
            Write::Conversion(conversion(2, "two")),
            Write::Conversion(of_receipt),
        ]).await;
        let find = async |click: Option<&str>, of: Option<&str>| {
            let filter = ConversionFilter { id: None, click: click.map(click_id), receipt: of.map(receipt) };
            ids(&store.conversions(&filter, &everything()).await.unwrap().items)
        };
        assert_eq!(find(Some("one"), None).await, [conversion_id(3), conversion_id(1)]);
        assert_eq!(find(None, Some("a")).await, [conversion_id(3)]);
        assert_eq!(find(Some("two"), Some("a")).await, []);
        let by_id = store.conversions(&ConversionFilter::of_id(conversion_id(2)), &everything()).await.unwrap();
        assert_eq!(ids(&by_id.items), [conversion_id(2)]);
    }

    async fn events_are_found_by_source_outcome_receipt_and_click(store) {
        let elsewhere = Event { source: other_source(), ..receipt_event(2, "a", None) };
        let of_click = EventRow { click: Some(click_id("one")), ..row(receipt_event(3, "b", None), Outcome::Applied) };
        write(store, vec![waiting(receipt_event(1, "a", None)), waiting(elsewhere), Write::Event(of_click)]).await;
        let all = EventFilter::default();
        assert_eq!(found(store, all.clone()).await, [event_id(3), event_id(2), event_id(1)]);
        let by_source = EventFilter { source: Some(source()), ..all.clone() };
        assert_eq!(found(store, by_source.clone()).await, [event_id(3), event_id(1)]);
        let by_outcome = EventFilter { outcome: Some(Outcome::Unattributed), ..all.clone() };
        assert_eq!(found(store, by_outcome).await, [event_id(2), event_id(1)]);
        let by_both = EventFilter { outcome: Some(Outcome::Unattributed), ..by_source };
        assert_eq!(found(store, by_both).await, [event_id(1)]);
        let by_receipt = EventFilter { receipt: Some(receipt("a")), ..all.clone() };
        assert_eq!(found(store, by_receipt).await, [event_id(2), event_id(1)]);
        let by_click = EventFilter { click: Some(click_id("one")), ..all.clone() };
        assert_eq!(found(store, by_click).await, [event_id(3)]);
    }

    async fn deliveries_are_found_by_state_id_conversion_and_click(store) {
        settled(store, delivery(1, "a.example"), Verdict::Dead).await;
        let of_other = Delivery { cause: postback(2, "other"), ..delivery(2, "a.example") };
        enqueue(store, vec![of_other, delivery(3, "a.example")]).await;
        // The conversion's click is that of the delivery.
        write(store, vec![Write::Conversion(conversion(3, "click"))]).await;
        let find = async |filter: DeliveryFilter| {
            let page = store.deliveries(&filter, &everything()).await.unwrap();
            crate::samples::numbers(page.items.iter().map(|row| &row.delivery))
        };
        let all = DeliveryFilter::default();
        assert_eq!(find(all.clone()).await, [3, 2, 1]);
        assert_eq!(find(DeliveryFilter { state: Some(DeliveryState::Queued), ..all.clone() }).await, [3, 2]);
        assert!(find(DeliveryFilter { state: Some(DeliveryState::Delivered), ..all.clone() }).await.is_empty());
        assert_eq!(find(DeliveryFilter { id: Some(delivery_id(2)), ..all.clone() }).await, [2]);
        assert_eq!(find(DeliveryFilter { conversion: Some(conversion_id(3)), ..all.clone() }).await, [3]);
        assert_eq!(find(DeliveryFilter { click: Some(click_id("click")), ..all.clone() }).await, [3, 1]);
    }

    async fn no_row_is_shown_twice_or_missed_while_rows_arrive(store) {
        write(store, (1..=7).map(|number| Write::Event(row(event(number), Outcome::Applied))).collect()).await;
        let mut page = PageRequest::first(3);
        let mut seen = Vec::new();
        for arriving in 100.. {
            let answer = store.events(&EventFilter::default(), &page).await.unwrap();
            assert!(answer.items.len() <= 3, "{}", answer.items.len());
            seen.extend(answer.items.into_iter().map(|row| row.event.id.clone()));
            write(store, vec![Write::Event(row(event(arriving), Outcome::Applied))]).await;
            // Meanwhile a row changes that was shown already, or will be.
            write(store, vec![Write::Event(row(event(4), Outcome::Ignored))]).await;
            match answer.next {
                Some(next) => page.after = next,
                None => break,
            }
        }
        assert_eq!(seen, (1..=7).rev().map(event_id).collect::<Vec<_>>());
    }

    async fn a_full_last_page_has_no_next(store) {
        write(store, (1..=3).map(|number| Write::Conversion(conversion(number, "one"))).collect()).await;
        for (limit, more) in [(2, true), (3, false), (4, false)] {
            let page = store.conversions(&ConversionFilter::default(), &PageRequest::first(limit)).await.unwrap();
            assert_eq!((page.items.len(), page.next.is_some()), (limit.min(3) as usize, more), "limit {limit}");
        }
    }

    async fn a_foreign_cursor_is_a_misuse(store) {
        for text in ["x", "c", "c-1", "e1x", "99999999999999999999", "c 1", "\u{0}"] {
            let page = PageRequest { after: Cursor::from_text(text), limit: 1 };
            assert_misuse(store.conversions(&ConversionFilter::default(), &page).await);
            assert_misuse(store.events(&EventFilter::default(), &page).await);
            assert_misuse(store.deliveries(&DeliveryFilter::default(), &page).await);
            assert_misuse(store.refused(&RefusedFilter::default(), &page).await);
        }
    }

    async fn a_cursor_of_another_list_is_a_misuse(store) {
        write(store, vec![Write::Conversion(conversion(1, "one")), Write::Conversion(conversion(2, "one"))]).await;
        let first = store.conversions(&ConversionFilter::default(), &PageRequest::first(1)).await.unwrap();
        let page = PageRequest { after: first.next.unwrap(), limit: 1 };
        assert_misuse(store.events(&EventFilter::default(), &page).await);
        assert_misuse(store.deliveries(&DeliveryFilter::default(), &page).await);
        assert_misuse(store.refused(&RefusedFilter::default(), &page).await);
        assert_eq!(store.conversions(&ConversionFilter::default(), &page).await.unwrap().items.len(), 1);
    }

    async fn orphans_are_listed_by_when_they_were_received(store) {
        // The number is that of the id; the time is another one.
        for (number, received) in [(3, 1), (1, 2), (5, 2), (2, 4), (4, 5)] {
            let source = if number == 3 { other_source() } else { source() };
            write(store, vec![waiting(received_at(number, received, source))]).await;
        }
        write(store, vec![Write::Event(row(received_at(2, 4, source()), Outcome::Expired))]).await;
        let list = async |after: Cursor, limit| {
            let events = store.orphans(&after, limit).await.unwrap();
            events.into_iter().map(|event| event.id).collect::<Vec<_>>()
        };
        let behind = |number, received| Cursor::after(&received_at(number, received, source()));
        assert_eq!(list(Cursor::start(), 2).await, [event_id(3), event_id(1)], "of all sources");
        assert_eq!(list(behind(3, 1), 9).await, [event_id(1), event_id(5), event_id(4)]);
        assert_eq!(list(behind(1, 2), 9).await, [event_id(5), event_id(4)], "of one time by event id");
        assert_eq!(list(behind(2, 4), 1).await, [event_id(4)], "behind an event that waits no more");
        assert_eq!(list(behind(4, 5), 9).await, []);
        assert_eq!(list(Cursor::start(), 0).await, []);
        assert_eq!(list(Cursor::since(at(2)), 9).await, [event_id(1), event_id(5), event_id(4)]);
        assert_eq!(list(Cursor::since(at(3)), 9).await, [event_id(4)]);
        assert_eq!(list(Cursor::since(at(6)), 9).await, []);
    }

    async fn a_foreign_cursor_for_orphans_is_a_misuse(store) {
        for text in ["x", "e1", "2222222222222222222222222222", "w1", "wx.", "w1.x"] {
            assert_misuse(store.orphans(&Cursor::from_text(text), 1).await);
        }
    }

    async fn tallies_are_listed_by_click(store) {
        let tallies = [tally("one", "Lead", 1), tally("one", "Purchase", 2)];
        write(store, vec![Write::Tally(tallies[1].clone()), Write::Tally(tally("two", "Lead", 9))]).await;
        write(store, vec![Write::Tally(tallies[0].clone())]).await;
        assert_eq!(store.tallies(&click_id("one")).await.unwrap(), tallies);
        assert_eq!(store.tallies(&click_id("on")).await.unwrap(), []);
    }
}
