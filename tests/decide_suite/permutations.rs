//! Every order of the same events ends in the same conversions, and no money is lost or made on the
//! way. What they must come to is computed by `story::model` from the set of events alone.
//! `POSTBACK_PERMUTATIONS=20` tries twenty times as many stories.

use postback::delivery::Cause;
use postback::model::{Basis, Revenue};
use postback::plan::Outcome;
use postback_test::story::drawn::{Scenario, config, of_distinct, orders, run, scenario, stories};
use postback_test::story::{End, POLICIES, Story, model};
use postback_test::{World, block_on, line};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;

/// Each postback tells of a conversion once, or once for each change.
fn check_deliveries(world: &World, story: &Story) -> Result<(), TestCaseError> {
    let deliveries = world.deliveries();
    let revision = |postback: &str, event: &postback::value::EventId| match (postback, story.updates) {
        ("all", "every_change") => event.to_string(),
        _ => String::new(),
    };
    let told: BTreeSet<_> = deliveries
        .iter()
        .map(|row| match &row.delivery.cause {
            Cause::Postback {
                conversion,
                event,
                campaign,
                postback,
                ..
            } => (conversion, campaign, postback, revision(postback.as_str(), event)),
            cause => panic!("a decision makes postbacks: {cause:?}"),
        })
        .collect();
    prop_assert_eq!(told.len(), deliveries.len());
    let ids: BTreeSet<_> = deliveries.iter().map(|row| row.delivery.id.clone()).collect();
    prop_assert_eq!(ids.len(), deliveries.len());
    Ok(())
}

fn check(scenario: &Scenario) -> Result<(), TestCaseError> {
    let story = &scenario.story;
    let document = story.document();
    let (specs, events) = story.events(&story.tracker());
    let mut first: Option<End> = None;
    for order in orders(scenario, events.len()) {
        let world = World::without_clicks(&document);
        let end = block_on(run(&world.store, &world.tracker, scenario, &order, &events));
        check_deliveries(&world, story)?;
        match &first {
            None => {
                let lines: Vec<String> = world.conversions().iter().map(line).collect();
                let expected = model::revenue(story, &specs, &events);
                prop_assert_eq!(world.revenue(), expected.to_string(), "{:?}", lines);
                check_conservation(&world, story)?;
                first = Some(end);
            }
            Some(first) => prop_assert_eq!(first, &end, "order {:?}", order),
        }
    }
    Ok(())
}

/// Where nothing falls together, each event that counts is one conversion, and each conversion one
/// event.
fn check_conservation(world: &World, story: &Story) -> Result<(), TestCaseError> {
    let conversions = world.conversions();
    if matches!(story.policy, "create" | "create_marked") && !story.own_edit {
        let counted = world.events().into_iter().filter(|row| row.outcome == Outcome::Applied);
        let counted: BTreeSet<_> = counted.map(|row| row.event.id.clone()).collect();
        let shown: BTreeSet<_> = conversions.iter().map(|row| row.shown.event.clone()).collect();
        prop_assert_eq!(counted.len(), conversions.len());
        prop_assert_eq!(counted, shown);
    }
    for row in &conversions {
        match (row.revenue, row.sum) {
            _ if row.basis == Basis::Capped => {}
            (Revenue::Counted { money }, Some(sum)) if sum.currency == money.currency => {
                prop_assert_eq!(money, sum, "in one currency what counts is what came");
            }
            _ => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn every_order_of_up_to_four_events_ends_in_the_same_conversions(scenario in scenario(1..=4, &POLICIES)) {
        check(&scenario)?;
    }
}

proptest! {
    #![proptest_config(config(25))]

    #[test]
    fn every_order_of_five_events_ends_in_the_same_conversions(scenario in scenario(5..=5, &POLICIES)) {
        check(&scenario)?;
    }
}

/// Each policy by itself: so few stories would leave some out by chance.
fn check_six(policies: std::ops::Range<usize>) {
    for policy in policies {
        for story in stories(policy) {
            check(&story).unwrap_or_else(|failure| panic!("{failure} {story:?}"));
        }
        TestRunner::new(config(1))
            .run(&of_distinct(6, &POLICIES[policy..=policy]), |scenario| check(&scenario))
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}

#[test]
fn every_order_of_six_events_ends_in_the_same_conversions_under_create_and_ignore() {
    check_six(0..3);
}

#[test]
fn every_order_of_six_events_ends_in_the_same_conversions_under_edit_and_the_rest() {
    check_six(3..6);
}
