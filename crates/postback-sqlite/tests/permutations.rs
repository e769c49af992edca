//! In whatever order the same events come, the file ends with the conversions that the store in
//! memory has after the first order, and after each order with the memory's outcomes, tallies and
//! deliveries too. The stories are those of `postback`'s own tests. `POSTBACK_PERMUTATIONS=20`
//! tries twenty times as many. Without it, every fourth of the 720 orders of six events is written
//! into a file: the memory's own tests try them all.
#![cfg(test)]

mod common;

use postback::memory::MemoryStore;
use postback::plan::{Outcome, Tally};
use postback::port::{DeliveryFilter, EventFilter, Inspect, PageRequest, Store};
use postback::value::{DeliveryId, EventId};
use postback::{Event, Tracker};
use postback_sqlite::SqliteStore;
use postback_test::block_on;
use postback_test::story::drawn::{Scenario, config, orders, permutations, run, scenario, stories, times};
use postback_test::story::life::{Life, life, life_under};
use postback_test::story::{End, POLICIES, Story, tallies};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tempfile::TempDir;

/// What two stores must agree on after the same order.
#[derive(Debug, PartialEq)]
struct Details {
    tallies: Vec<Tally>,
    outcomes: BTreeMap<EventId, Outcome>,
    deliveries: BTreeSet<DeliveryId>,
}

async fn details<S: Inspect>(store: &S) -> Details {
    let page = PageRequest::first(1_000);
    let events = store.events(&EventFilter::default(), &page).await.unwrap().items;
    let deliveries = store.deliveries(&DeliveryFilter::default(), &page).await.unwrap();
    Details {
        tallies: tallies(store).await,
        outcomes: events
            .into_iter()
            .map(|row| (row.event.id.clone(), row.outcome))
            .collect(),
        deliveries: deliveries.items.into_iter().map(|row| row.delivery.id).collect(),
    }
}

fn play<S: Store + Inspect>(
    store: &S,
    tracker: &Tracker,
    scenario: &Scenario,
    order: &[usize],
    events: &[Event],
) -> (End, Details) {
    block_on(async { (run(store, tracker, scenario, order, events).await, details(store).await) })
}

/// A folder in memory where there is one: a file for each order is much to write.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        return TempDir::new_in(memory).unwrap();
    }
    common::folder()
}

fn check(scenario: &Scenario) -> Result<(), TestCaseError> {
    let tracker = scenario.story.tracker();
    let (_, events) = scenario.story.events(&tracker);
    let folder = folder();
    let empty = folder.path().join("empty.db");
    let mut options = common::options();
    options.readers = 1;
    drop(SqliteStore::open(&empty, &options).unwrap());
    let mut first: Option<End> = None;
    let each = if events.len() > 5 && times() == 1 { 4 } else { 1 };
    for (number, order) in orders(scenario, events.len()).iter().enumerate().step_by(each) {
        let file = folder.path().join(format!("{number}.db"));
        std::fs::copy(&empty, &file).unwrap();
        let store = SqliteStore::open(&file, &options).unwrap();
        let in_file = play(&store, &tracker, scenario, order, &events);
        drop(store);
        let in_memory = play(
            &MemoryStore::with_namespace(tracker.namespace().clone()),
            &tracker,
            scenario,
            order,
            &events,
        );
        prop_assert_eq!(&in_file.1, &in_memory.1, "order {:?}", order);
        let first = first.get_or_insert(in_memory.0);
        prop_assert_eq!(&*first, &in_file.0, "order {:?}", order);
        std::fs::remove_file(file).unwrap();
    }
    Ok(())
}

fn check_up_to_four(policies: &'static [&'static str], one_type: bool) {
    for policy in policies.chunks(1) {
        let stories = (1..=4_usize).prop_flat_map(move |count| scenario(count..=count, policy));
        let stories = stories.prop_map(move |Scenario { story, clicks_last }| Scenario {
            story: Story { one_type, ..story },
            clicks_last,
        });
        TestRunner::new(config(8))
            .run(&stories, |scenario| check(&scenario))
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}

#[test]
fn every_order_of_up_to_four_events_ends_in_the_conversions_of_the_store_in_memory() {
    check_up_to_four(&POLICIES, false);
}

#[test]
fn every_order_of_up_to_four_events_of_one_type_ends_in_the_conversions_of_the_store_in_memory() {
    check_up_to_four(&POLICIES, true);
}

fn check_life(life: &Life) -> Result<(), TestCaseError> {
    let tracker = life.tracker();
    let (_, events) = life.events(&tracker);
    let folder = folder();
    let mut first: Option<End> = None;
    for (number, order) in permutations(events.len()).iter().enumerate() {
        let file = folder.path().join(format!("{number}.db"));
        let store = SqliteStore::open(&file, &common::options()).unwrap();
        let memory = MemoryStore::with_namespace(tracker.namespace().clone());
        let (in_file, in_memory) = block_on(async {
            let end = life.run(&store, &tracker, &events, order).await;
            let in_file = (end, details(&store).await);
            let end = life.run(&memory, &tracker, &events, order).await;
            (in_file, (end, details(&memory).await))
        });
        prop_assert_eq!(&in_file.1, &in_memory.1, "order {:?}", order);
        let first = first.get_or_insert(in_memory.0);
        prop_assert_eq!(&*first, &in_file.0, "order {:?}", order);
    }
    Ok(())
}

#[test]
fn every_order_of_the_messages_of_an_order_ends_in_the_conversions_of_the_store_in_memory() {
    for count in 1..=4 {
        TestRunner::new(config(8))
            .run(&life(count..=count), |life| check_life(&life))
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}

/// Sales, rejections and refunds of one id, with and without amounts, under the other policies.
#[test]
fn every_order_of_what_is_sold_rejected_and_refunded_ends_in_the_conversions_of_the_store_in_memory() {
    for policy in POLICIES.chunks(1) {
        TestRunner::new(config(2))
            .run(&life_under(policy, 2..=4), |life| check_life(&life))
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}

fn check_stories(policies: std::ops::Range<usize>) {
    for story in policies.flat_map(stories) {
        check(&story).unwrap_or_else(|failure| panic!("{failure} {story:?}"));
    }
}

#[test]
fn orders_of_six_events_under_create_and_ignore_ends_in_the_conversions_of_the_store_in_memory() {
    check_stories(0..3);
}

#[test]
fn orders_of_six_events_under_edit_and_the_rest_ends_in_the_conversions_of_the_store_in_memory() {
    check_stories(3..6);
}
