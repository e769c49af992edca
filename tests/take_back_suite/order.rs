//! In whatever order messages and verdicts come, the value that Google was told last is what the
//! order counts for. Nothing is told twice, and nothing is below zero.

use crate::platforms::Mood;
use crate::world::Shop;
use postback::model::Revenue;
use postback::value::Amount;
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A message of the history, by its place.
    Message(usize),
    /// What is due is sent, while the platform is so.
    Round(u8),
}

/// What the conversions count for, in cents; none below zero.
fn counted(shop: &Shop) -> i64 {
    let money = shop
        .world
        .conversions()
        .into_iter()
        .filter_map(|made| match made.revenue {
            Revenue::Counted { money } => Some(money.amount),
            _ => None,
        });
    let total = money.fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap());
    let cents: f64 = total.to_string().parse().unwrap();
    ((cents * 100.0).round() as i64).max(0)
}

/// Histories of one order; every message has a time of its own.
const HISTORIES: &[&[&str]] = &[
    &["sum=30", "type=Refund&sum=30"],
    &["sum=30", "type=Refund&sum=10", "type=Refund&sum=5"],
    &["sum=30", "type=Refund&sum=30", "type=Chargeback&sum=30"],
    &["sum=30", "type=Refund", "type=Chargeback"],
    &["sum=30", "type=Refund&sum=10", "type=Refund"],
    &["sum=30&status=confirmed", "status=rejected"],
    &["sum=30&status=confirmed", "status=rejected", "status=confirmed"],
    &["sum=30&status=confirmed", "type=Refund&sum=10", "status=rejected"],
    &[
        "sum=30&status=confirmed",
        "sum=20&status=confirmed",
        "type=Refund&sum=20",
    ],
];

fn steps() -> impl Strategy<Value = (usize, Vec<Step>)> {
    (0..HISTORIES.len()).prop_flat_map(|history| {
        let messages: Vec<Step> = (0..HISTORIES[history].len()).map(Step::Message).collect();
        let repeated = prop::sample::subsequence(messages.clone(), 0..=messages.len());
        let rounds = prop::collection::vec((0_u8..4).prop_map(Step::Round), 0..6);
        let all = (repeated, rounds).prop_map(move |(repeated, rounds)| [messages.clone(), repeated, rounds].concat());
        (Just(history), all.prop_flat_map(|all| Just(all).prop_shuffle()))
    })
}

fn play(policy: &str, history: &[&str], steps: &[Step]) -> Shop {
    let shop = Shop::google(policy, "");
    for step in steps {
        match *step {
            Step::Message(place) => {
                let at = (place + 1) * 60;
                shop.postback(&format!("clickid=c1&eventid=A&{}&time=@{at}", history[place]));
            }
            Step::Round(mood) => {
                shop.platforms.are(match mood {
                    0 => Mood::Down,
                    1 => Mood::Locked,
                    _ => Mood::Well,
                });
                shop.round();
                shop.later(std::time::Duration::from_secs(u64::from(mood) * 20 * 60));
            }
        }
    }
    shop.platforms.are(Mood::Well);
    shop.days();
    shop
}

fn check(policy: &str, history: usize, steps: &[Step]) -> Result<(), TestCaseError> {
    let history = HISTORIES[history];
    let shop = play(policy, history, steps);
    let platform: i64 = shop.platforms.counted().values().sum();
    let rows: Vec<String> = shop
        .rows()
        .iter()
        .map(|row| format!("{} {}", row.state.as_str(), crate::world::finding(row)))
        .collect();
    let raised = shop
        .world
        .events()
        .iter()
        .filter(|row| row.trace.corrections.is_empty())
        .count();
    prop_assert_eq!(platform, counted(&shop), "{:?} {:?} ({} silent)", history, rows, raised);
    prop_assert!(shop.platforms.counted().len() <= 1);
    let values: Vec<f64> = shop
        .platforms
        .events()
        .iter()
        .map(|event| event["conversionValue"].as_f64().unwrap())
        .collect();
    prop_assert!(values.iter().all(|value| *value >= 0.0), "{:?}", values);
    prop_assert!(
        values.windows(2).all(|pair| pair[0] != pair[1]),
        "told twice: {:?}",
        values
    );
    let open = shop.rows().iter().filter(|row| row.state.is_open()).count();
    prop_assert_eq!(open, 0, "{:?}", rows);
    Ok(())
}

/// The histories that a policy understands which makes a conversion of each message: there a
/// rejection takes nothing back.
const OF_REFUNDS: std::ops::Range<usize> = 0..5;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_google_was_told_last_is_what_the_order_counts_for((history, steps) in steps()) {
        check("update", history, &steps)?;
    }

    #[test]
    fn the_same_holds_where_each_message_makes_a_conversion((history, steps) in steps()) {
        prop_assume!(OF_REFUNDS.contains(&history));
        check("create", history, &steps)?;
    }
}

#[test]
fn a_refund_before_its_sale_leaves_nothing_to_be_sent() {
    let shop = Shop::google("update", "");
    shop.message("type=Refund&sum=30&time=@120");
    shop.message("sum=30&time=@60");
    shop.days();
    assert_eq!(shop.platforms.events().len(), 0);
}
