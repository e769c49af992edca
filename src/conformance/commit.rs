//! Transactions: what a commit writes, and when it is a duplicate or a conflict.

use crate::plan::{Commit, Committed, ConfigurationRow, EventRow, Guard, Outcome, ReceiptRecord, Standing, Write};
use crate::port::{ConversionFilter, DeliveryFilter, EventFilter};
use crate::samples::{
    ask, at, cases, click, click_guard, click_id, conversion, decided, delivery, event, event_id, everything,
    fingerprint, join, minted, receipt_guard, record, row, stored, tally, version, write,
};
use alloc::{format, string::String, vec, vec::Vec};

/// A commit with one row of every kind that lists show.
fn full(number: i64, guards: Vec<Guard>) -> Commit {
    let mut commit = decided(number, guards);
    commit.writes.push(Write::Conversion(conversion(number, "one")));
    commit.writes.push(Write::Tally(tally("one", "Purchase", 1)));
    commit.writes.push(Write::Receipt(record("a", None)));
    let row = ConfigurationRow {
        fingerprint: fingerprint("full"),
        document: "{}".into(),
    };
    commit.writes.push(Write::Configuration(row));
    commit.outbox.push(delivery(number, "a.example"));
    commit
}

/// Whether anything of [`full`] was written.
async fn is_untouched(store: &dyn super::Subject) -> bool {
    let conversions = store
        .conversions(&ConversionFilter::default(), &everything())
        .await
        .unwrap();
    let deliveries = store
        .deliveries(&DeliveryFilter::default(), &everything())
        .await
        .unwrap();
    let receipts = ask(store, &[], &["a"]).await;
    conversions.items.is_empty()
        && deliveries.items.is_empty()
        && receipts.receipts["a"].record.is_none()
        && store.tallies(&click_id("one")).await.unwrap().is_empty()
        && store.configuration(&fingerprint("full")).await.unwrap().is_none()
}

/// The guards of clicks, with their present versions.
async fn guards(store: &dyn super::Subject, ids: &[String]) -> Vec<Guard> {
    let names: Vec<_> = ids.iter().map(String::as_str).collect();
    let known = ask(store, &names, &[]).await.clicks;
    ids.iter()
        .map(|id| click_guard(id, known[id.as_str()].version))
        .collect()
}

/// Guards clicks that one event names in one commit. Afterwards no version that was read before
/// holds for any of them.
async fn assert_guarded_together(store: &dyn super::Subject, number: i64, ids: &[String]) {
    let before = guards(store, ids).await;
    assert_eq!(
        store.commit(&decided(number, before.clone())).await.unwrap(),
        Committed::Applied,
        "{ids:?}"
    );
    let after = guards(store, ids).await;
    for guard in before {
        let answer = store.commit(&decided(number + 1, vec![guard.clone()])).await.unwrap();
        assert_eq!(answer, Committed::Conflict, "{guard:?}");
    }
    let answer = store.commit(&decided(number + 1, after.clone())).await.unwrap();
    assert_eq!(answer, Committed::Applied, "conflicts raise nothing");
    store.record(&[click(&ids[0])]).await.unwrap();
    let answer = store.commit(&decided(number + 2, after)).await.unwrap();
    assert_eq!(answer, Committed::Conflict, "one of them was recorded, and decided");
    let now = guards(store, ids).await;
    assert_eq!(
        store.commit(&decided(number + 2, now)).await.unwrap(),
        Committed::Applied,
        "{ids:?}"
    );
}

cases! {
    async fn the_same_event_twice_is_a_duplicate_that_writes_nothing(store) {
        assert_eq!(store.commit(&decided(1, vec![])).await.unwrap(), Committed::Applied);
        let again = full(1, vec![click_guard("one", 0)]);
        assert_eq!(store.commit(&again).await.unwrap(), Committed::Duplicate);
        assert!(is_untouched(store).await);
        assert_eq!(version(store, "one").await, 0);
    }

    async fn a_duplicate_is_told_before_a_conflict(store) {
        let first = decided(1, vec![click_guard("one", 0)]);
        assert_eq!(store.commit(&first).await.unwrap(), Committed::Applied);
        let mut again = first.clone();
        again.standing = vec![Standing::new(event_id(7), Outcome::Unattributed)];
        assert_eq!(store.commit(&again).await.unwrap(), Committed::Duplicate);
    }

    async fn a_stale_guard_is_a_conflict_that_writes_nothing(store) {
        store.record(&[click("one")]).await.unwrap();
        let stale = full(1, vec![receipt_guard("a", 0), click_guard("one", 0), click_guard("two", 0)]);
        assert_eq!(store.commit(&stale).await.unwrap(), Committed::Conflict);
        assert!(is_untouched(store).await);
        assert_eq!(stored(store, 1).await, None);
        let facts = ask(store, &["one", "two"], &["a"]).await;
        let versions = (facts.clicks["one"].version, facts.clicks["two"].version, facts.receipts["a"].version);
        assert_eq!(versions, (1, 0, 0));
    }

    async fn two_firsts_for_an_absent_click_conflict(store) {
        assert_eq!(store.commit(&decided(1, vec![click_guard("one", 0)])).await.unwrap(), Committed::Applied);
        assert_eq!(store.commit(&decided(2, vec![click_guard("one", 0)])).await.unwrap(), Committed::Conflict);
        assert_eq!(store.commit(&decided(2, vec![click_guard("one", 1)])).await.unwrap(), Committed::Applied);
    }

    async fn two_firsts_for_an_absent_receipt_conflict(store) {
        assert_eq!(store.commit(&decided(1, vec![receipt_guard("a", 0)])).await.unwrap(), Committed::Applied);
        assert_eq!(store.commit(&decided(2, vec![receipt_guard("a", 0)])).await.unwrap(), Committed::Conflict);
    }

    async fn a_guard_from_the_future_is_a_conflict(store) {
        assert_eq!(store.commit(&decided(1, vec![click_guard("one", 1)])).await.unwrap(), Committed::Conflict);
        assert_eq!(version(store, "one").await, 0);
    }

    async fn every_commit_raises_its_guards_by_one(store) {
        for number in 0..5_i64 {
            let before = u64::try_from(number).unwrap();
            let guards = vec![click_guard("one", before), receipt_guard("a", before)];
            assert_eq!(store.commit(&decided(number, guards)).await.unwrap(), Committed::Applied);
        }
        let facts = ask(store, &["one"], &["a"]).await;
        assert_eq!((facts.clicks["one"].version, facts.receipts["a"].version), (5, 5));
    }

    async fn a_commit_without_guards_raises_none(store) {
        store.commit(&full(1, vec![])).await.unwrap();
        let facts = ask(store, &["one"], &["a"]).await;
        assert_eq!((facts.clicks["one"].version, facts.receipts["a"].version), (0, 0));
    }

    async fn an_event_that_does_not_wait_makes_a_conflict(store) {
        write(store, vec![Write::Event(row(event(1), Outcome::Applied))]).await;
        for absent_or_decided in [event_id(1), event_id(2)] {
            let mut commit = full(3, vec![click_guard("one", 0)]);
            commit.standing = vec![Standing::new(absent_or_decided, Outcome::Unattributed)];
            assert_eq!(store.commit(&commit).await.unwrap(), Committed::Conflict);
        }
        assert!(is_untouched(store).await);
        assert_eq!((stored(store, 3).await, version(store, "one").await), (None, 0));
    }

    async fn an_event_is_decided_again_only_while_it_has_the_outcome_that_was_read(store) {
        let mut commit = Commit::of(vec![Write::Event(row(event(1), Outcome::Applied))], at(1));
        for (number, stored_as) in Outcome::ALL.iter().cycle().enumerate().take(Outcome::ALL.len().pow(2)) {
            let claimed = Outcome::ALL[number / Outcome::ALL.len()];
            write(store, vec![Write::Event(row(event(1), *stored_as))]).await;
            commit.standing = vec![Standing::new(event_id(1), claimed)];
            let stands = *stored_as == claimed;
            let wanted = if stands { Committed::Applied } else { Committed::Conflict };
            assert_eq!(store.commit(&commit).await.unwrap(), wanted, "{stored_as:?}, {claimed:?}");
            assert_eq!(stored(store, 1).await, Some(if stands { Outcome::Applied } else { *stored_as }));
        }
    }

    async fn a_row_replaces_the_row_of_the_same_key(store) {
        store.commit(&full(1, vec![])).await.unwrap();
        let event = EventRow { click: Some(click_id("one")), ..row(event(1), Outcome::Ignored) };
        let mut conversion = conversion(1, "one");
        conversion.count = 2;
        let receipt = ReceiptRecord { paid: false, ..record("a", Some("b")) };
        write(store, vec![
            Write::Event(event.clone()),
            Write::Conversion(conversion.clone()),
            Write::Tally(tally("one", "Purchase", 7)),
            Write::Receipt(receipt.clone()),
        ]).await;
        assert_eq!(store.events(&EventFilter::default(), &everything()).await.unwrap().items, [event]);
        assert_eq!(store.conversions(&ConversionFilter::default(), &everything()).await.unwrap().items, [conversion]);
        assert_eq!(store.tallies(&click_id("one")).await.unwrap(), [tally("one", "Purchase", 7)]);
        assert_eq!(ask(store, &[], &["a"]).await.receipts["a"].record, Some(receipt));
    }

    async fn a_configuration_is_written_once_and_the_last_one_is_told(store) {
        assert_eq!(store.last_configuration().await.unwrap(), None);
        for (number, name) in ["x", "y", "x", "x", "z", "y"].into_iter().enumerate() {
            let row = ConfigurationRow { fingerprint: fingerprint(name), document: format!("{{\"{name}\":{number}}}") };
            let known = store.configuration(&row.fingerprint).await.unwrap().unwrap_or(row.document.clone());
            write(store, vec![Write::Configuration(row.clone())]).await;
            assert_eq!(store.configuration(&row.fingerprint).await.unwrap().as_ref(), Some(&known));
            assert_eq!(store.last_configuration().await.unwrap(), Some(ConfigurationRow { document: known, ..row }));
        }
    }

    async fn a_click_recorded_after_the_facts_makes_a_conflict(store) {
        let read = version(store, "one").await;
        store.record(&[click("one")]).await.unwrap();
        assert_eq!(store.commit(&decided(1, vec![click_guard("one", read)])).await.unwrap(), Committed::Conflict);
    }

    async fn clicks_whose_ids_begin_alike_are_guarded_in_one_commit(store) {
        let ours = minted(0);
        let pairs = [
            [ours.clone(), format!("{ours}a")],
            ["newsletteroctoberredbutton".into(), "newsletteroctoberbluebutton".into()],
            ["CLICK".into(), "click".into()],
        ];
        for (number, pair) in (0..).zip(&pairs) {
            assert_guarded_together(store, 10 * number, pair).await;
        }
    }

    async fn clicks_of_one_moment_are_guarded_in_one_commit(store) {
        // There are so many that some are alike wherever a store shortens ids.
        let ids: Vec<_> = (0..300).map(minted).collect();
        assert_guarded_together(store, 0, &ids).await;
    }

    async fn of_many_commits_under_one_guard_one_is_applied(store) {
        let commits: Vec<_> = (0..16).map(|number| full(number, vec![click_guard("one", 0)])).collect();
        let answers = join(commits.iter().map(|commit| store.commit(commit)).collect()).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|answer| **answer == Committed::Applied).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| **answer == Committed::Conflict).count(), 15, "{answers:?}");
        assert_eq!(store.events(&EventFilter::default(), &everything()).await.unwrap().items.len(), 1);
        assert_eq!(store.deliveries(&DeliveryFilter::default(), &everything()).await.unwrap().items.len(), 1);
        assert_eq!(version(store, "one").await, 1);
    }

    async fn of_one_commit_many_times_one_is_applied(store) {
        let commit = full(1, vec![click_guard("one", 0)]);
        let answers = join((0..16).map(|_| store.commit(&commit)).collect()).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|answer| **answer == Committed::Applied).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| **answer == Committed::Duplicate).count(), 15, "{answers:?}");
    }

    async fn concurrent_commits_are_all_kept(store) {
        let commits: Vec<_> = (0..100).map(|number| decided(number, vec![])).collect();
        let answers = join(commits.iter().map(|commit| store.commit(commit)).collect()).await;
        assert!(answers.into_iter().all(|answer| answer.unwrap() == Committed::Applied));
        let events = store.events(&EventFilter::default(), &everything()).await.unwrap().items;
        assert_eq!(events.len(), 100);
    }
}
