//! The reads that a decision needs.

use crate::event::{Event, Interface};
use crate::model::Conversion;
use crate::plan::{
    ClickFacts, EventRow, FactQuery, Facts, MAX_HOPS, MAX_ORPHANS, Outcome, ReceiptClick, ReceiptFacts, ReceiptRecord,
    Share, Tally, TallyKey, Write,
};
use crate::samples::{
    ask, at, cases, click, click_id, conversion, decided, event, event_id, other_source, private, receipt,
    receipt_event, receipt_guard, record, row, source, stored, tally, waiting, write,
};
use crate::value::{Amount, EventId, Money, Receipt};
use alloc::{boxed::Box, format, string::String, vec, vec::Vec};

fn orphans(facts: &Facts) -> Vec<EventId> {
    facts.orphans.iter().map(|event| event.id.clone()).collect()
}

fn receipts(facts: &Facts) -> Vec<&str> {
    facts.receipts.keys().map(AsRef::as_ref).collect()
}

fn claimed(record: ReceiptRecord, by: &str) -> Write {
    let click = Some(ReceiptClick {
        at: at(1),
        event: event_id(1),
        click: click_id(by),
    });
    Write::Receipt(ReceiptRecord { click, ..record })
}

/// The names of a chain of receipts: the parent of `r00` is `r01`, its parent is `r02` and so on.
/// Events may wait for each other in the same way.
fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("r{number:02}")).collect()
}

cases! {
    async fn absence_is_an_answer_with_version_zero(store) {
        let facts = ask(store, &["no-click"], &["no-receipt"]).await;
        assert_eq!(facts.event, None);
        assert_eq!(facts.clicks.into_iter().collect::<Vec<_>>(), [(click_id("no-click"), ClickFacts::default())]);
        assert_eq!(facts.receipts.into_iter().collect::<Vec<_>>(), [(receipt("no-receipt"), ReceiptFacts::default())]);
        assert_eq!(facts.orphans, []);
    }

    async fn the_outcome_of_a_stored_event_is_told(store) {
        for (number, outcome) in (1..).zip(Outcome::ALL) {
            assert_eq!(stored(store, number).await, None);
            write(store, vec![Write::Event(row(event(number), *outcome))]).await;
            assert_eq!(stored(store, number).await, Some(*outcome));
        }
    }

    async fn a_conversion_that_the_query_names_comes_along(store) {
        write(store, vec![Write::Conversion(conversion(1, "one")), Write::Conversion(conversion(2, "one"))]).await;
        let mut query = FactQuery::new(source(), event_id(1));
        query.conversions = vec![conversion(1, "one").id, conversion(3, "one").id];
        let facts = store.facts(&query).await.unwrap();
        assert_eq!(facts.booked.into_values().collect::<Vec<_>>(), [conversion(1, "one")]);
    }

    async fn eight_parents_are_followed_and_the_ninth_is_not(store) {
        let names = names(MAX_HOPS + 3);
        for pair in names.windows(2) {
            write(store, vec![Write::Receipt(record(&pair[0], Some(&pair[1])))]).await;
        }
        let facts = ask(store, &[], &["r00"]).await;
        assert_eq!(receipts(&facts), names[..=MAX_HOPS]);
        let last = facts.receipts.values().next_back().unwrap().record.as_ref().unwrap();
        assert_eq!(last.parent, Some(receipt("r09")), "the last one still names its parent");
    }

    async fn a_cycle_of_parents_ends(store) {
        write(store, vec![
            Write::Receipt(record("a", Some("b"))),
            Write::Receipt(record("b", Some("c"))),
            Write::Receipt(record("c", Some("a"))),
            Write::Receipt(record("own", Some("own"))),
        ]).await;
        assert_eq!(receipts(&ask(store, &[], &["a"]).await), ["a", "b", "c"]);
        assert_eq!(receipts(&ask(store, &[], &["own"]).await), ["own"]);
    }

    async fn receipts_of_another_source_are_other_receipts(store) {
        let elsewhere = ReceiptRecord { source: other_source(), ..record("a", Some("b")) };
        let mut commit = decided(1, vec![receipt_guard("a", 0)]);
        commit.writes.push(Write::Receipt(elsewhere.clone()));
        store.commit(&commit).await.unwrap();
        let facts = ask(store, &[], &["a"]).await;
        assert_eq!(facts.receipts["a"], ReceiptFacts { version: 1, record: None });
        let mut query = FactQuery::new(other_source(), event_id(0));
        query.receipts = vec![receipt("a")];
        let facts = store.facts(&query).await.unwrap();
        assert_eq!(facts.receipts["a"], ReceiptFacts { version: 0, record: Some(elsewhere) });
    }

    async fn the_click_that_a_receipt_names_comes_along_with_its_tallies(store) {
        store.record(&[click("one")]).await.unwrap();
        let tallies = [tally("one", "Lead", 1), tally("one", "Purchase", 2)];
        let mut writes = vec![claimed(record("a", None), "one"), Write::Tally(tally("two", "Purchase", 1))];
        writes.extend(tallies.iter().cloned().map(Write::Tally));
        write(store, writes).await;
        let facts = ask(store, &[], &["a"]).await;
        let found = ClickFacts { version: 1, click: Some(click("one")), tallies: tallies.into() };
        assert_eq!(facts.clicks.into_iter().collect::<Vec<_>>(), [(click_id("one"), found)]);
    }

    async fn the_click_that_a_parent_names_comes_along(store) {
        write(store, vec![Write::Receipt(record("a", Some("b"))), claimed(record("b", None), "unrecorded")]).await;
        let facts = ask(store, &["asked"], &["a"]).await;
        assert_eq!(facts.clicks.keys().map(AsRef::as_ref).collect::<Vec<&str>>(), ["asked", "unrecorded"]);
    }

    async fn an_event_that_waits_under_the_receipt_comes_along(store) {
        let mut orphan = receipt_event(1, "a", None);
        orphan.private = private("192.0.2.1");
        write(store, vec![waiting(orphan.clone()), waiting(receipt_event(2, "elsewhere", None)), waiting(event(3))]).await;
        assert_eq!(ask(store, &[], &["a"]).await.orphans, [orphan]);
    }

    async fn an_event_that_waits_for_the_receipt_as_its_parent_comes_along(store) {
        write(store, vec![waiting(receipt_event(1, "child", Some("a"))), Write::Receipt(record("child", Some("a")))]).await;
        let facts = ask(store, &[], &["a"]).await;
        assert_eq!(orphans(&facts), [event_id(1)]);
        assert_eq!(facts.receipts["child"].record, Some(record("child", Some("a"))), "with its own receipt");
    }

    async fn an_event_that_waits_for_a_parent_of_the_receipt_comes_along(store) {
        write(store, vec![waiting(receipt_event(1, "sibling", Some("b"))), Write::Receipt(record("a", Some("b")))]).await;
        let facts = ask(store, &[], &["a"]).await;
        assert_eq!(orphans(&facts), [event_id(1)]);
        assert_eq!(receipts(&facts), ["a", "b", "sibling"]);
    }

    async fn a_chain_of_waiting_events_comes_along(store) {
        let chain = [receipt_event(2, "child", Some("a")), receipt_event(1, "grandchild", Some("child"))];
        write(store, chain.iter().cloned().map(waiting).collect()).await;
        write(store, vec![claimed(record("grandchild", Some("child")), "one")]).await;
        let facts = ask(store, &[], &["a"]).await;
        assert_eq!(orphans(&facts), [event_id(1), event_id(2)], "by event id");
        assert_eq!(receipts(&facts), ["a", "child", "grandchild"]);
        assert!(facts.clicks.contains_key("one"), "the click that one of their receipts names");
    }

    async fn eight_links_of_waiting_events_are_followed_and_the_ninth_is_not(store) {
        let names = names(MAX_HOPS + 3);
        for (number, pair) in (1..).zip(names.windows(2)) {
            write(store, vec![waiting(receipt_event(number, &pair[1], Some(&pair[0])))]).await;
        }
        let facts = ask(store, &[], &["r00"]).await;
        assert_eq!(facts.orphans.len(), MAX_HOPS);
        assert_eq!(receipts(&facts), names[..=MAX_HOPS]);
    }

    async fn an_event_that_waits_by_its_event_id_comes_along(store) {
        let named = |number, id: &str| {
            let mut event = Event { interface: Interface::Postback, ..event(number) };
            event.event_id = Some(id.into());
            event
        };
        let with_click = Event { clicks: vec![click_id("one")], ..named(2, "a") };
        let events = [named(1, "a"), with_click, named(3, "b"), receipt_event(4, "a", None)];
        write(store, events.into_iter().map(waiting).collect()).await;
        let mut query = FactQuery::new(source(), event_id(0));
        query.receipts = vec![Receipt::of_event_id("a")];
        let facts = store.facts(&query).await.unwrap();
        assert_eq!(orphans(&facts), [event_id(1)]);
        assert_eq!(orphans(&ask(store, &[], &["a"]).await), [event_id(4)], "a receipt of the same text is another one");
    }

    async fn what_is_known_of_an_event_id_is_kept_apart_from_the_receipt_of_that_text(store) {
        let of_id = ReceiptRecord { receipt: Receipt::of_event_id("a"), contested: true, ..record("a", None) };
        write(store, vec![Write::Receipt(of_id.clone()), Write::Receipt(record("a", Some("b")))]).await;
        let mut query = FactQuery::new(source(), event_id(0));
        query.receipts = vec![Receipt::of_event_id("a"), receipt("a")];
        let facts = store.facts(&query).await.unwrap();
        assert_eq!(facts.receipts[&Receipt::of_event_id("a")].record, Some(of_id));
        assert_eq!(facts.receipts["a"].record, Some(record("a", Some("b"))));
    }

    async fn what_a_clicks_events_have_told_comes_along_where_it_is_asked_for(store) {
        let of = |event: Event, outcome, click: &str| EventRow { click: Some(click_id(click)), ..row(event, outcome) };
        let named = |number| Event { event_id: Some("a".into()), ..event(number) };
        let rows = [
            of(receipt_event(1, "a", None), Outcome::Applied, "one"),
            of(receipt_event(2, "a", None), Outcome::Ignored, "one"),
            of(receipt_event(3, "a", None), Outcome::Applied, "two"),
            of(receipt_event(5, "a", None), Outcome::Applied, "one"),
            of(receipt_event(4, "b", None), Outcome::Applied, "one"),
            of(named(6), Outcome::Applied, "one"),
            of(event(7), Outcome::Applied, "one"),
            row(receipt_event(8, "a", None), Outcome::Unattributed),
        ];
        write(store, rows.map(Write::Event).into()).await;
        let asked = |told: Vec<Receipt>| {
            let mut query = FactQuery::new(source(), event_id(0));
            query.clicks = vec![click_id("one")];
            query.told = told;
            query
        };
        let told = |facts: Facts| {
            let events = facts.told.get(&click_id("one")).cloned().unwrap_or_default();
            events.into_iter().map(|row| row.event.id.clone()).collect::<Vec<_>>()
        };
        let (by_receipt, by_id) = (receipt("a"), Receipt::of_event_id("a"));
        assert_eq!(told(store.facts(&asked(vec![])).await.unwrap()), []);
        assert_eq!(told(store.facts(&asked(vec![by_receipt.clone()])).await.unwrap()), [event_id(1), event_id(2), event_id(5)]);
        assert_eq!(told(store.facts(&asked(vec![by_id.clone()])).await.unwrap()), [event_id(6)]);
        let both = [event_id(1), event_id(2), event_id(5), event_id(6)];
        assert_eq!(told(store.facts(&asked(vec![by_receipt.clone(), by_id])).await.unwrap()), both, "by event id");
        let taken_back = Tally { key: TallyKey::Reversal(by_receipt), ..tally("one", "Refund", 1) };
        write(store, vec![Write::Tally(taken_back)]).await;
        let known = told(store.facts(&asked(vec![])).await.unwrap());
        assert_eq!(known, [event_id(1), event_id(2), event_id(5)], "what was taken back may change");
    }

    async fn what_was_booked_for_these_events_comes_along(store) {
        let usd = |amount: u32| Money::new(Amount::from(amount), "USD".parse().unwrap());
        let of = |event: Event, number| EventRow {
            click: Some(click_id("one")),
            conversion: Some(conversion(number, "one").id),
            share: Some(Box::new(Share { sum: usd(5), revenue: None, alone: false })),
            ..row(event, Outcome::Applied)
        };
        let rows = [of(receipt_event(1, "a", None), 1), of(receipt_event(2, "b", None), 2)];
        let booked = Conversion { sum: Some(usd(8)), ..conversion(1, "one") };
        let mut writes: Vec<_> = rows.clone().map(Write::Event).into();
        writes.extend([booked.clone(), conversion(2, "one")].map(Write::Conversion));
        write(store, writes).await;
        let mut query = FactQuery::new(source(), event_id(0));
        query.clicks = vec![click_id("one")];
        assert!(store.facts(&query).await.unwrap().booked.is_empty(), "nobody asked");
        query.told = vec![receipt("a")];
        let facts = store.facts(&query).await.unwrap();
        assert_eq!(facts.told[&click_id("one")], [rows[0].clone()]);
        assert_eq!(facts.booked.into_values().collect::<Vec<_>>(), [booked]);
    }

    async fn however_many_events_a_click_has_what_is_asked_for_comes_along(store) {
        let of = |event: Event| Write::Event(EventRow { click: Some(click_id("one")), ..row(event, Outcome::Applied) });
        let (before, behind) = ((1..=1_000).map(event), (1_002..=2_002).map(event));
        let events = before.chain([receipt_event(1_001, "a", None)]).chain(behind);
        write(store, events.map(of).collect()).await;
        let mut query = FactQuery::new(source(), event_id(0));
        query.clicks = vec![click_id("one")];
        query.told = vec![receipt("a")];
        let facts = store.facts(&query).await.unwrap();
        let told: Vec<_> = facts.told[&click_id("one")].iter().map(|row| row.event.id.clone()).collect();
        assert_eq!(told, [event_id(1_001)]);
    }

    async fn a_decided_event_no_longer_waits(store) {
        let event = receipt_event(1, "a", None);
        write(store, vec![waiting(event.clone())]).await;
        write(store, vec![Write::Event(row(event, Outcome::Applied))]).await;
        assert_eq!(ask(store, &[], &["a"]).await.orphans, []);
    }

    async fn waiting_events_of_another_source_stay(store) {
        let event = Event { source: other_source(), ..receipt_event(1, "a", Some("b")) };
        write(store, vec![waiting(event)]).await;
        assert_eq!(ask(store, &[], &["a", "b"]).await.orphans, []);
    }

    async fn the_event_that_is_decided_is_not_its_own_orphan(store) {
        write(store, vec![waiting(receipt_event(1, "a", None)), waiting(receipt_event(2, "a", None))]).await;
        let mut query = FactQuery::new(source(), event_id(1));
        query.receipts = vec![receipt("a")];
        let facts = store.facts(&query).await.unwrap();
        assert_eq!((facts.event, orphans(&facts)), (Some(Outcome::Unattributed), vec![event_id(2)]));
    }

    async fn at_most_64_waiting_events_come_along_by_event_id(store) {
        let most = i64::try_from(MAX_ORPHANS).unwrap();
        for count in [most - 1, most, most + 1] {
            // The later events are written first, and every other one is a child.
            let name = format!("of-{count}");
            let first = count * 1000;
            for number in (first..first + count).rev() {
                let child = format!("{name}-{number}");
                let event = match number % 2 {
                    0 => receipt_event(number, &name, None),
                    _ => receipt_event(number, &child, Some(&name)),
                };
                write(store, vec![waiting(event)]).await;
            }
            let expected: Vec<_> = (first..first + count.min(most)).map(event_id).collect();
            assert_eq!(orphans(&ask(store, &[], &[&name]).await), expected, "{count} waiting");
        }
    }
}
