//! Money from the event to what a channel is told: exact, in one currency, rounded once. The
//! expected amounts are computed in whole numbers.

use postback::value::Amount;
use postback_test::{World, after, with};
use proptest::prelude::*;
use serde_json::{Value, json};

/// `numerator / denominator` to a whole number, half to even.
fn rounded(numerator: i128, denominator: i128) -> i128 {
    let (whole, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
    match (2 * rest).cmp(&denominator) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + whole.rem_euclid(2),
    }
}

fn power(digits: u32) -> i128 {
    10_i128.pow(digits)
}

/// A whole number of units of `digits` decimal places, as it is written.
fn decimal(units: i128, digits: u32) -> String {
    Amount::from_minor_units(i64::try_from(units).unwrap(), digits)
        .unwrap()
        .to_string()
}

/// The account's currency is USD, the channel's another one, and each postback tells payout, delta,
/// sum and currency.
fn world(currency: &str, change: impl FnOnce(&mut Value)) -> World {
    World::new(&with(|d| {
        d["traffic_channel"][0]["currency"] = currency.into();
        d["campaign"][0]["postback"][0]["url"] =
            "https://push.example/log?p={payout}&d={payout_delta}&s={sum}&c={currency}".into();
        change(d);
    }))
}

/// The value of a name in what was sent.
fn told(sent: &str, name: &str) -> Amount {
    let pair = sent
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    pair.unwrap().parse().unwrap()
}

fn currency() -> impl Strategy<Value = (&'static str, u32)> {
    prop::sample::select(&[("USD", 2), ("JPY", 0), ("KWD", 3)][..])
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_share_is_exact_and_rounded_half_even_once(
        (name, digits) in currency(),
        units in 0_i64..10_000_000,
        scale in 0_u32..=4,
        percent in 0_i64..=100_000,
    ) {
        let world = world(name, |d| d["campaign"][0]["postback"][0]["payout"] = json!({"percent": decimal(percent.into(), 2)}));
        let sum = decimal(units.into(), scale);
        world.postback(&format!("clickid=c1&sum={sum}&currency={name}"));
        // sum / 10^scale * percent / 100 / 100, in units of the currency.
        let units = rounded(i128::from(units) * i128::from(percent) * power(digits), power(scale) * 10_000);
        let expected = decimal(units, digits);
        prop_assert_eq!(world.sent(), [format!("p={expected}&d={expected}&s={sum}&c={name}")]);
    }

    #[test]
    fn a_fixed_payout_is_told_whatever_the_amount(
        (name, digits) in currency(),
        units in 0_i64..10_000_000,
        fixed in 0_i64..100_000,
    ) {
        let fixed = decimal(fixed.into(), digits);
        let world = world(name, |d| d["campaign"][0]["postback"][0]["payout"] = json!({"fixed": fixed}));
        let sum = decimal(units.into(), 2);
        world.postback(&format!("clickid=c1&sum={sum}&currency={name}"));
        prop_assert_eq!(world.sent(), [format!("p={fixed}&d={fixed}&s={sum}&c={name}")]);
    }

    #[test]
    fn what_increments_add_is_the_payout_of_their_total(
        (name, digits) in currency(),
        events in prop::collection::vec((1_i64..100_000, 0_i64..100), 1..8),
        percent in 1_i64..=20_000,
        rate in 1_i64..=500_000,
    ) {
        let world = world(name, |d| {
            d["offer_source"][0]["duplicates"] = "increment".into();
            d["campaign"][0]["postback"][0]["updates"] = "every_change".into();
            d["campaign"][0]["postback"][0]["payout"] = json!({"percent": decimal(percent.into(), 2)});
            d["rate"] = json!([{"from": "EUR", "to": name, "rate": decimal(rate.into(), 3), "since": "2020-01-01"}]);
        });
        for (index, (cents, at)) in events.iter().enumerate() {
            let sum = decimal((*cents).into(), 2);
            world.postback(&format!("clickid=c1&eventid=e{index}&sum={sum}&currency=EUR&time=@{at}"));
        }
        let sent = world.sent();
        prop_assert_eq!(sent.len(), events.len());
        let added = sent.iter().fold(Amount::ZERO, |sum, one| sum.checked_add(told(one, "d")).unwrap());
        prop_assert_eq!(added, told(sent.last().unwrap(), "p"));
        let total: i128 = events.iter().map(|(cents, _)| i128::from(*cents)).sum();
        // total / 100 * percent / 10,000 * rate / 1,000, in units of the channel's currency.
        let units = rounded(total * i128::from(percent) * i128::from(rate) * power(digits), 100 * 10_000 * 1_000);
        prop_assert_eq!(told(sent.last().unwrap(), "p").to_string(), decimal(units, digits));
    }

    #[test]
    fn revenue_is_the_sum_by_the_newest_rate_that_is_not_later(
        cents in 1_i64..10_000_000,
        rates in prop::collection::btree_map(0_i64..25, 1_i64..=50_000, 1..5),
        at in 0_i64..25,
    ) {
        let since = |hours: i64| after(hours * 3_600).to_string();
        let rows: Vec<Value> = rates
            .iter()
            .map(|(hours, rate)| json!({"from": "EUR", "to": "USD", "rate": decimal((*rate).into(), 4), "since": since(*hours)}))
            .collect();
        let world = world("USD", |d| d["rate"] = json!(rows));
        let sum = decimal(cents.into(), 2);
        world.postback(&format!("clickid=c1&sum={sum}&currency=EUR&time=@{}", at * 3_600));
        let expected = match rates.range(..=at).next_back() {
            None => format!("Purchase approved {sum} EUR no rate"),
            Some((_, rate)) => {
                let cents = rounded(i128::from(cents) * i128::from(*rate), power(4));
                format!("Purchase approved {sum} EUR {} USD", decimal(cents, 2))
            }
        };
        prop_assert_eq!(world.told(), [expected]);
    }

    #[test]
    fn an_increment_never_mixes_currencies(
        events in prop::collection::vec((1_i64..1_000, prop::sample::select(&["USD", "EUR", "JPY"][..])), 1..6),
    ) {
        let world = world("USD", |d| d["offer_source"][0]["duplicates"] = "increment".into());
        for (index, (units, name)) in events.iter().enumerate() {
            world.postback(&format!("clickid=c1&eventid=e{index}&sum={units}&currency={name}&time=@{index}"));
        }
        let first = events[0].1;
        let expected: i64 = events.iter().filter(|(_, name)| *name == first).map(|(units, _)| units).sum();
        let conversions = world.conversions();
        prop_assert_eq!(conversions.len(), 1);
        prop_assert_eq!(conversions[0].sum.unwrap().to_string(), format!("{expected} {first}"));
        let others = world.events().into_iter().filter(|row| row.reason.is_some_and(|r| r.as_str() == "other_currency"));
        prop_assert_eq!(others.count(), events.iter().filter(|(_, name)| *name != first).count());
    }
}
