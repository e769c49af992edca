//! Rows that have become too old: what goes, what stays, and what a late message finds.

use super::Subject;
use crate::delivery::{Attempt, Cancelled, Delivery, Replaced, Verdict};
use crate::event::Event;
use crate::plan::{Committed, EventRow, Outcome, ReceiptRecord, Write};
use crate::port::{ConversionFilter, Cursor, DeliveryFilter, EventFilter, Purge, Purged, Selection, Which};
use crate::samples::{
    ask, at, attempted, cases, claim, click_guard, click_id, clicked, conversion, decided, delivery, delivery_id,
    enqueue, event, everything, leading, postback, receipt_event, receipt_guard, record, row, settle, settled, stored,
    tally, verdict, version, waiting, write,
};
use alloc::{vec, vec::Vec};

/// An event that belongs to a click and counts.
fn applied(event: Event, click: &str) -> Write {
    Write::Event(EventRow {
        click: Some(click_id(click)),
        ..row(event, Outcome::Applied)
    })
}

fn of_click(number: i64, click: &str) -> Delivery {
    Delivery {
        cause: postback(number, click),
        ..delivery(number, "a.example")
    }
}

async fn old_clicks(store: &dyn Subject, seconds: i64) -> u64 {
    let purged = store.purge(&Purge::ClicksBefore(at(seconds))).await.unwrap();
    let (clicks, others) = (purged.clicks, purged.total() - purged.clicks);
    assert_eq!(others, 0, "only clicks go");
    clicks
}

/// How many deliveries go, and how many of them are dead letters.
async fn old_deliveries(store: &dyn Subject, seconds: i64) -> (u64, u64) {
    let purged = store.purge(&Purge::DeliveriesBefore(at(seconds))).await.unwrap();
    assert_eq!(purged.total(), purged.deliveries, "only deliveries go");
    (purged.deliveries, purged.dead_letters)
}

async fn old_events(store: &dyn Subject, seconds: i64) -> Purged {
    store.purge(&Purge::EventsBefore(at(seconds))).await.unwrap()
}

async fn clicks(store: &dyn Subject, names: &[&str]) -> Vec<bool> {
    let mut known = Vec::new();
    for name in names {
        known.push(store.click(&click_id(name)).await.unwrap().is_some());
    }
    known
}

cases! {
    async fn old_clicks_go_unless_something_belongs_to_them(store) {
        store.record(&[clicked("bare", 1), clicked("sold", 1), clicked("told", 1), clicked("young", 2)]).await.unwrap();
        write(store, vec![applied(event(1), "sold")]).await;
        settled(store, of_click(1, "told"), Verdict::Delivered).await;
        assert_eq!(old_clicks(store, 1).await, 0);
        assert_eq!(old_clicks(store, 2).await, 1);
        assert_eq!(old_clicks(store, 2).await, 0, "they are gone already");
        assert_eq!(clicks(store, &["bare", "sold", "told", "young"]).await, [false, true, true, true]);
        assert_eq!(old_deliveries(store, 6).await, (1, 0));
        assert_eq!(old_clicks(store, 2).await, 1, "nothing belongs to it any more");
        assert_eq!(clicks(store, &["sold", "told"]).await, [true, false]);
    }

    async fn a_delivery_is_as_old_as_its_end_and_not_as_its_decision(store) {
        enqueue(store, vec![of_click(1, "sold")]).await;
        attempted(store, 2, Verdict::Retry { at: at(100) }).await;
        assert_eq!(old_deliveries(store, 99).await, (0, 0), "it waits");
        attempted(store, 100, Verdict::Held { why: "a wrong token".into(), until: at(200) }).await;
        assert_eq!(old_deliveries(store, 199).await, (0, 0), "it is held");
        attempted(store, 200, Verdict::Dead).await;
        assert_eq!(old_deliveries(store, 200).await, (0, 0), "it ended just now");
        store.requeue(&Selection::new(Which::All, at(300))).await.unwrap();
        assert_eq!(old_deliveries(store, 300).await, (0, 0), "it waits again");
        attempted(store, 300, Verdict::Delivered).await;
        assert_eq!(old_deliveries(store, 300).await, (0, 0));
        assert_eq!(old_deliveries(store, 301).await, (1, 0));
        assert_eq!(old_deliveries(store, 301).await, (0, 0), "it is gone already");
    }

    async fn dead_letters_that_go_are_counted(store) {
        for number in 1..=3 {
            settled(store, of_click(number, "sold"), Verdict::Dead).await;
        }
        settled(store, of_click(4, "sold"), Verdict::Delivered).await;
        enqueue(store, vec![of_click(5, "sold")]).await;
        let cancelled = store.cancel(&delivery_id(5), &Attempt::cancelled(at(5))).await.unwrap();
        assert_eq!(cancelled, Cancelled::Recorded);
        let (mut other, replaced) = (of_click(6, "sold"), delivery_id(1));
        other.replaces = Some(Replaced { delivery: replaced, revision: 2 }.into());
        enqueue(store, vec![other]).await;
        assert_eq!(old_deliveries(store, 6).await, (5, 2), "the first is sent as the sixth, a person gave up the fifth");
        attempted(store, 6, Verdict::Dead).await;
        write(store, vec![applied(event(1), "sold")]).await;
        let gone = old_events(store, 2).await;
        assert_eq!((gone.deliveries, gone.dead_letters), (1, 1), "they are counted with their click, too");
    }

    async fn a_click_that_is_gone_can_be_recorded_again(store) {
        store.record(&[clicked("bare", 1)]).await.unwrap();
        assert_eq!((version(store, "bare").await, old_clicks(store, 2).await), (1, 1));
        assert_eq!(version(store, "bare").await, 0, "its guard is gone too");
        store.record(&[clicked("bare", 1)]).await.unwrap();
        assert_eq!((version(store, "bare").await, clicks(store, &["bare"]).await), (1, vec![true]));
    }

    async fn a_decision_under_way_conflicts_with_the_removal_of_its_click(store) {
        store.record(&[clicked("bare", 1)]).await.unwrap();
        let under_way = decided(3, vec![click_guard("bare", version(store, "bare").await)]);
        assert_eq!(old_clicks(store, 2).await, 1);
        assert_eq!(store.commit(&under_way).await.unwrap(), Committed::Conflict);
        assert_eq!(stored(store, 3).await, None);
    }

    async fn a_click_goes_with_all_that_hangs_on_it(store) {
        store.record(&[clicked("old", 0), clicked("other", 0)]).await.unwrap();
        let of_old = [applied(event(1), "old"), Write::Conversion(conversion(1, "old")), Write::Tally(tally("old", "Lead", 1))];
        write(store, of_old.into()).await;
        let of_other = [applied(event(2), "other"), Write::Conversion(conversion(2, "other"))];
        write(store, of_other.into()).await;
        write(store, vec![Write::Tally(tally("other", "Lead", 1))]).await;
        settled(store, of_click(1, "old"), Verdict::Dead).await;
        settled(store, of_click(2, "other"), Verdict::Delivered).await;
        let gone = old_events(store, 2).await;
        assert_eq!((gone.clicks, gone.events, gone.deliveries, gone.refused), (1, 1, 1, 0));
        assert_eq!(old_events(store, 2).await, Purged::default(), "they are gone already");
        assert_eq!(clicks(store, &["old", "other"]).await, [false, true]);
        assert_eq!([stored(store, 1).await, stored(store, 2).await], [None, Some(Outcome::Applied)]);
        assert_eq!(version(store, "old").await, 0);
        assert_eq!(store.tallies(&click_id("old")).await.unwrap(), []);
        assert_eq!(store.tallies(&click_id("other")).await.unwrap().len(), 1);
        let left = store.conversions(&ConversionFilter::default(), &everything()).await.unwrap().items;
        assert_eq!(left, [conversion(2, "other")]);
        let left = store.deliveries(&DeliveryFilter::default(), &everything()).await.unwrap().items;
        assert_eq!(crate::samples::numbers(left.iter().map(|row| &row.delivery)), [2]);
        let left = store.events(&EventFilter::default(), &everything()).await.unwrap().items;
        assert_eq!(left.len(), 1);
    }

    async fn a_click_stays_whole_as_long_as_one_of_its_events_is_young(store) {
        store.record(&[clicked("sold", 0)]).await.unwrap();
        write(store, vec![applied(event(1), "sold"), applied(event(9), "sold")]).await;
        assert_eq!(old_events(store, 9).await, Purged::default());
        assert_eq!(stored(store, 1).await, Some(Outcome::Applied), "it is still a duplicate");
        let gone = old_events(store, 10).await;
        assert_eq!((gone.clicks, gone.events), (1, 2));
    }

    async fn a_click_stays_whole_as_long_as_a_delivery_is_to_be_sent(store) {
        store.record(&[clicked("sold", 0)]).await.unwrap();
        write(store, vec![applied(event(1), "sold")]).await;
        enqueue(store, vec![of_click(1, "sold")]).await;
        assert_eq!(old_events(store, 9).await, Purged::default(), "queued");
        let leased = claim(store, 2, 1).await;
        assert_eq!(old_events(store, 9).await, Purged::default(), "being sent");
        settle(store, verdict(&leased[0], Verdict::Retry { at: at(3) })).await;
        assert_eq!(old_events(store, 9).await, Purged::default(), "to be sent again");
        let leased = claim(store, 3, 1).await;
        settle(store, verdict(&leased[0], Verdict::Delivered)).await;
        assert_eq!(old_events(store, 9).await.total(), 3);
    }

    async fn events_without_a_click_go_by_themselves(store) {
        let ignored = Write::Event(row(event(3), Outcome::Ignored));
        write(store, vec![waiting(event(1)), waiting(event(2)), ignored, waiting(event(4))]).await;
        assert_eq!(old_events(store, 1).await, Purged::default());
        let gone = old_events(store, 4).await;
        assert_eq!((gone.events, gone.total()), (3, 3));
        let left = store.orphans(&Cursor::start(), 9).await.unwrap();
        assert_eq!(left, [event(4)]);
    }

    async fn an_event_that_comes_again_after_its_click_is_gone_waits(store) {
        store.record(&[clicked("sold", 0)]).await.unwrap();
        let mut first = decided(1, vec![click_guard("sold", 1)]);
        first.writes = vec![applied(event(1), "sold")];
        assert_eq!(store.commit(&first).await.unwrap(), Committed::Applied);
        assert_eq!(store.commit(&first).await.unwrap(), Committed::Duplicate);
        old_events(store, 2).await;
        // The same commit once more has read a click that is gone. Read again, it finds none.
        assert_eq!(store.commit(&first).await.unwrap(), Committed::Conflict);
        let facts = ask(store, &["sold"], &[]).await;
        assert_eq!((facts.event, &facts.clicks["sold"].click, facts.clicks["sold"].version), (None, &None, 0));
        let mut again = decided(1, vec![click_guard("sold", 0)]);
        again.writes = vec![waiting(event(1))];
        assert_eq!(store.commit(&again).await.unwrap(), Committed::Applied);
        assert_eq!(stored(store, 1).await, Some(Outcome::Unattributed));
    }

    async fn a_receipt_is_forgotten_with_the_last_event_that_has_it(store) {
        store.record(&[clicked("sold", 0)]).await.unwrap();
        write(store, vec![applied(receipt_event(1, "a", None), "sold"), Write::Receipt(leading("a", 1, "sold"))]).await;
        write(store, vec![waiting(receipt_event(5, "a", None)), Write::Receipt(record("b", None))]).await;
        assert_eq!(old_events(store, 5).await.events, 1);
        assert!(ask(store, &[], &["a"]).await.receipts["a"].record.is_some(), "another event has it");
        assert_eq!(old_events(store, 6).await.events, 1);
        let facts = ask(store, &[], &["a", "b"]).await;
        assert_eq!((facts.receipts["a"].record.as_ref(), facts.receipts["a"].version), (None, 0));
        assert!(facts.receipts["b"].record.is_some(), "nothing was said of it");
    }

    async fn a_receipt_that_leads_to_a_click_stays(store) {
        store.record(&[clicked("sold", 0)]).await.unwrap();
        write(store, vec![applied(event(9), "sold"), Write::Receipt(leading("a", 9, "sold"))]).await;
        let contested = ReceiptRecord { contested: true, ..leading("c", 1, "gone") };
        write(store, vec![Write::Receipt(contested)]).await;
        write(store, vec![waiting(receipt_event(1, "a", Some("c")))]).await;
        assert_eq!(old_events(store, 2).await.events, 1);
        let facts = ask(store, &[], &["a", "c"]).await;
        assert!(facts.receipts["a"].record.is_some(), "a sale that follows finds its click");
        assert!(facts.receipts["c"].record.is_some(), "a contested one leads to no click later either");
        assert_eq!(old_events(store, 10).await.events, 1);
    }

    async fn what_is_named_by_nobody_any_more_has_version_zero(store) {
        let mut of_nobody = receipt_event(1, "a", Some("b"));
        of_nobody.clicks = vec![click_id("unknown")];
        of_nobody = of_nobody.attributed_by_hand(click_id("chosen"), at(1), None);
        of_nobody.forged = vec![click_id("forged")];
        let mut guards = vec![receipt_guard("a", 0), receipt_guard("b", 0)];
        guards.extend(["chosen", "forged", "unknown"].map(|click| click_guard(click, 0)));
        let mut commit = decided(1, guards);
        commit.writes = vec![waiting(of_nobody)];
        assert_eq!(store.commit(&commit).await.unwrap(), Committed::Applied);
        for click in ["chosen", "forged", "unknown"] {
            assert_eq!(version(store, click).await, 1);
        }
        old_events(store, 2).await;
        assert_eq!([version(store, "chosen").await, version(store, "forged").await], [0, 0]);
        let facts = ask(store, &["unknown"], &["a", "b"]).await;
        let versions = [facts.clicks["unknown"].version, facts.receipts["a"].version, facts.receipts["b"].version];
        assert_eq!(versions, [0, 0, 0]);
    }
}
