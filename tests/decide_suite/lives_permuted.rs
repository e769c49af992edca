//! Every order of the messages of a few orders ends in the same conversions, where they name their
//! times, and in the money that `story::life` reads off the set of messages alone.

use postback_test::story::POLICIES;
use postback_test::story::drawn::{config, permutations};
use postback_test::story::life::{Life, life, life_under};
use postback_test::{World, block_on, line};
use proptest::prelude::*;

fn check(life: &Life) -> Result<(), TestCaseError> {
    let document = life.document();
    let (messages, events) = life.events(&life.tracker());
    let mut first = None;
    for order in permutations(events.len()) {
        let world = World::without_clicks(&document);
        let end = block_on(life.run(&world.store, &world.tracker, &events, &order));
        match &first {
            None => {
                let lines: Vec<String> = world.conversions().iter().map(line).collect();
                let expected = life.revenue(&messages, &events);
                if life.policy == "update" {
                    prop_assert_eq!(world.revenue(), expected.to_string(), "{:?}", lines);
                }
                first = Some(end);
            }
            Some(first) => prop_assert_eq!(first, &end, "order {:?}", order),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn every_order_of_up_to_four_messages_ends_in_the_same_conversions(life in life(1..=4)) {
        check(&life)?;
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn every_order_of_sales_rejections_and_refunds_ends_in_the_same_conversions_under_every_policy(
        life in life_under(&POLICIES, 1..=4)
    ) {
        check(&life)?;
    }
}

proptest! {
    #![proptest_config(config(30))]

    #[test]
    fn every_order_of_five_messages_ends_in_the_same_conversions(life in life(5..=5)) {
        check(&life)?;
    }
}
