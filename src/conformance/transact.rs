//! Decisions within the store's own transaction. A store that makes none passes.

use crate::plan::{Commit, Committed, FactQuery, Facts};
use crate::port::{BoxFuture, EventFilter, StoreError, StoreErrorKind, Transacted};
use crate::samples::{
    cases, click, click_guard, click_id, decided, event_id, everything, join, source, stored, version,
};
use alloc::{boxed::Box, vec, vec::Vec};

/// A query for the click `one`.
fn one() -> FactQuery {
    let mut query = FactQuery::new(source(), event_id(0));
    query.clicks.push(click_id("one"));
    query
}

/// Commits an event under the version of the click that the facts tell.
fn event_of(number: i64, facts: &Facts) -> Commit {
    let read = facts.clicks["one"].version;
    decided(number, vec![click_guard("one", read)])
}

/// What it came to. None if the store makes no decisions.
async fn transact(
    store: &dyn super::Subject,
    decide: impl Fn(&Facts) -> Option<Commit> + Send + 'static,
) -> Option<Result<Option<Transacted>, StoreError>> {
    Some(store.transact()?.decide_and_commit(one(), Box::new(decide)).await)
}

cases! {
    async fn a_decision_sees_what_is_stored_and_is_written(store) {
        store.record(&[click("one")]).await.unwrap();
        let decide = |facts: &Facts| {
            assert_eq!(facts.clicks["one"].click, Some(click("one")));
            Some(event_of(1, facts))
        };
        let Some(answer) = transact(store, decide).await else { return };
        let answer = answer.unwrap().unwrap();
        assert_eq!(answer.committed, Committed::Applied);
        assert_eq!(answer.commit, decided(1, vec![click_guard("one", 1)]), "the commit is given back");
        assert!(stored(store, 1).await.is_some());
        assert_eq!(version(store, "one").await, 2);
    }

    async fn where_nothing_is_decided_nothing_is_written(store) {
        let Some(answer) = transact(store, |_| None).await else { return };
        assert_eq!(answer.unwrap(), None);
        assert_eq!(version(store, "one").await, 0);
        assert!(store.events(&EventFilter::default(), &everything()).await.unwrap().items.is_empty());
    }

    async fn what_was_decided_is_checked_like_any_commit(store) {
        let Some(answer) = transact(store, |facts| Some(event_of(1, facts))).await else { return };
        assert_eq!(answer.unwrap().unwrap().committed, Committed::Applied);
        let again = transact(store, |facts| Some(event_of(1, facts))).await.unwrap().unwrap().unwrap();
        assert_eq!(again.committed, Committed::Duplicate);
        let stale = |_: &Facts| Some(decided(2, vec![click_guard("one", 7)]));
        let stale = transact(store, stale).await.unwrap().unwrap().unwrap();
        assert_eq!(stale.committed, Committed::Conflict);
        assert_eq!((stored(store, 2).await, version(store, "one").await), (None, 1));
    }

    async fn of_many_decisions_about_one_click_none_conflicts(store) {
        let events = (0..32).map(|number| transact(store, move |facts| Some(event_of(number, facts))));
        let answers = join(events.map(|one| -> BoxFuture<'_, _> { Box::pin(one) }).collect()).await;
        for answer in answers {
            let Some(answer): Option<Result<_, StoreError>> = answer else { return };
            assert_eq!(answer.unwrap().unwrap().committed, Committed::Applied);
        }
        assert_eq!(version(store, "one").await, 32);
        assert_eq!(store.events(&EventFilter::default(), &everything()).await.unwrap().items.len(), 32);
    }

    async fn a_decision_that_panics_fails_alone(store) {
        let fails = Box::pin(transact(store, |_| panic!("it is meant to")));
        let works = Box::pin(transact(store, |facts| Some(event_of(1, facts))));
        let answers: Vec<BoxFuture<'_, _>> = vec![fails, works];
        let mut answers = join(answers).await.into_iter();
        let Some(Some(failed)) = answers.next() else { return };
        assert_eq!(failed.unwrap_err().kind(), StoreErrorKind::ApiMisuse);
        let works = answers.next().unwrap().unwrap();
        assert_eq!(works.unwrap().unwrap().committed, Committed::Applied);
        let later = transact(store, |facts| Some(event_of(2, facts))).await.unwrap();
        assert_eq!(later.unwrap().unwrap().committed, Committed::Applied, "the store goes on");
    }
}
