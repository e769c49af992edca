//! Lists of events by what many of them share.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod common;

use common::{block_on, commit, event_id, folder, open};
use postback::plan::{Outcome, Write};
use postback::port::{EventFilter, Inspect, PageRequest, Store};
use postback::value::EventId;
use postback_sqlite::SqliteStore;

const SOURCES: [&str; 3] = ["a", "b", "clickbank"];
const OUTCOMES: [Outcome; 3] = [Outcome::Applied, Outcome::Ignored, Outcome::Unattributed];

/// Twenty-seven events, the classes in turn.
fn fill(store: &SqliteStore) {
    for number in 0_u64..27 {
        let mut commit = commit(number);
        for write in &mut commit.writes {
            let Write::Event(row) = write else { continue };
            row.outcome = OUTCOMES[usize::try_from(number % 3).unwrap()];
            let mut event = row.event.clone().into_inner();
            event.source = SOURCES[usize::try_from(number / 3 % 3).unwrap()].parse().unwrap();
            row.event = event.into();
        }
        block_on(store.commit(&commit)).unwrap();
    }
}

/// All events of a filter, in pages of `limit`.
fn listed(store: &SqliteStore, filter: &EventFilter, limit: u32) -> Vec<EventId> {
    let mut request = PageRequest::first(limit);
    let mut all = Vec::new();
    loop {
        let page = block_on(store.events(filter, &request)).unwrap();
        assert!(page.items.len() <= limit as usize);
        all.extend(page.items.into_iter().map(|row| row.event.id.clone()));
        match page.next {
            Some(next) => request.after = next,
            None => return all,
        }
    }
}

fn assert_lists(source: Option<&str>, outcome: Option<Outcome>) {
    let folder = folder();
    let store = open(&folder);
    fill(&store);
    let mut filter = EventFilter::default();
    (filter.source, filter.outcome) = (source.map(|source| source.parse().unwrap()), outcome);
    let fits = |number: &u64| {
        let of = |all: usize| usize::try_from(*number).unwrap() % all;
        source.is_none_or(|source| SOURCES[of(9) / 3] == source)
            && outcome.is_none_or(|outcome| OUTCOMES[of(3)] == outcome)
    };
    let expected: Vec<_> = (0..27).rev().filter(fits).map(event_id).collect();
    for limit in [1, 4, 9, 100] {
        assert_eq!(
            listed(&store, &filter, limit),
            expected,
            "{source:?} {outcome:?} {limit}"
        );
    }
}

#[test]
fn events_of_a_source_are_listed_newest_first_whatever_their_outcome() {
    for source in SOURCES.into_iter().chain(["nobody"]) {
        assert_lists(Some(source), None);
    }
}

#[test]
fn events_with_an_outcome_are_listed_newest_first_whatever_their_source() {
    for outcome in OUTCOMES.into_iter().chain([Outcome::Test]) {
        assert_lists(None, Some(outcome));
    }
}

#[test]
fn events_of_a_source_with_an_outcome_are_listed_newest_first() {
    assert_lists(Some("b"), Some(Outcome::Ignored));
    assert_lists(Some("b"), Some(Outcome::Test));
}
