//! The conformance suite, and what only threads can show.

use super::MemoryStore;
use crate::event::{Event, Interface};
use crate::plan::{Commit, Committed, EventRow, FactQuery, Guard, GuardKey, Outcome, Trace, Write};
use crate::port::{BoxFuture, Store};
use crate::value::{ClickId, EventId, Fingerprint, OfferSourceId, Timestamp};
use alloc::{vec, vec::Vec};
use core::task::{Context, Poll, Waker};

/// Nothing in memory waits, so one poll is enough.
fn now<T>(mut future: BoxFuture<'_, T>) -> T {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a store in memory answers at once"),
    }
}

#[cfg(feature = "conformance")]
mod conformance {
    fn check(case: crate::conformance::Case) {
        super::now(case(&super::MemoryStore::new()));
    }

    crate::conformance_tests!(check);
}

fn commit(id: &EventId, version: u64) -> Commit {
    let source = OfferSourceId::new("clickbank").unwrap();
    let at = Timestamp::from_unix_seconds(0).unwrap();
    let row = EventRow {
        event: Event::assume_authentic(id.clone(), source, Interface::Ins, at).into(),
        outcome: Outcome::Applied,
        reason: None,
        click: None,
        conversion: None,
        share: None,
        decided_at: at,
        configuration: Fingerprint::of(None, &[]),
        trace: Trace::default(),
        revised: None,
    };
    let mut commit = Commit::of(vec![Write::Event(row)], at);
    commit.identity = Some(id.clone());
    commit.guards = vec![Guard {
        key: GuardKey::Click(ClickId::new("one").unwrap()),
        version,
    }];
    commit
}

#[test]
fn threads_that_read_and_decide_again_after_a_conflict_all_get_through() {
    let store = MemoryStore::new();
    let source = OfferSourceId::new("clickbank").unwrap();
    std::thread::scope(|scope| {
        for thread in ["a", "b", "c", "d"] {
            let (store, source) = (&store, &source);
            scope.spawn(move || {
                for number in ["1", "2", "3", "4", "5", "6", "7", "8"] {
                    let id = EventId::of(None, &[thread, number]);
                    let mut query = FactQuery::new(source.clone(), id.clone());
                    query.clicks = vec![ClickId::new("one").unwrap()];
                    loop {
                        let version = now(store.facts(&query)).unwrap().clicks["one"].version;
                        match now(store.commit(&commit(&id, version))).unwrap() {
                            Committed::Applied => break,
                            Committed::Duplicate => panic!("nobody else commits this event"),
                            Committed::Conflict => {}
                        }
                    }
                }
            });
        }
    });
    let mut query = FactQuery::new(source, EventId::of(None, &["a", "1"]));
    query.clicks = vec![ClickId::new("one").unwrap()];
    let facts = now(store.facts(&query)).unwrap();
    assert_eq!((facts.clicks["one"].version, facts.event), (32, Some(Outcome::Applied)));
    let answers: Vec<_> = ["a", "b"]
        .map(|t| now(store.commit(&commit(&EventId::of(None, &[t, "8"]), 32))))
        .into();
    assert!(
        answers
            .into_iter()
            .all(|answer| answer.unwrap() == Committed::Duplicate)
    );
}
