//! Draws small stories of a few events at random, and gives every order of their events.

use super::{CLICKS, End, POLICIES, Spec, Story, UPDATES, What, end};
use crate::account::{after, click};
use postback::drive::{attribute, ingest};
use postback::port::{Inspect, Store};
use postback::{Event, Tracker};
use proptest::prelude::*;

/// It is the same message with another status and time, as a network reports that a lead was
/// approved.
type Change = Option<(prop::sample::Index, &'static str, i64)>;

fn change() -> impl Strategy<Value = Change> {
    let status = prop::sample::select(&["approved", "pending", "declined"][..]);
    prop::option::weighted(0.2, (any::<prop::sample::Index>(), status, 1_i64..=5))
}

fn with_changes(drawn: Vec<(Spec, Change)>) -> Vec<Spec> {
    let mut specs: Vec<Spec> = Vec::new();
    for (spec, change) in drawn {
        specs.push(match change {
            Some((of, status, at)) if !specs.is_empty() => Spec {
                status,
                at,
                ..of.get(&specs).clone()
            },
            _ => spec,
        });
    }
    specs
}

fn spec() -> impl Strategy<Value = Spec> {
    let what = prop_oneof![
        3 => Just(What::Sale),
        1 => Just(What::Upsell),
        1 => Just(What::Rebill),
        2 => Just(What::Refund),
        1 => Just(What::Chargeback),
        1 => Just(What::Cancel),
    ];
    let receipt = prop_oneof![1 => Just(None), 5 => (1_u8..=4).prop_map(Some)];
    let status = prop_oneof![3 => Just("approved"), 1 => Just("pending"), 1 => Just("declined")];
    let amount = prop_oneof![Just(100_i64), Just(250), Just(1_000), Just(0)];
    let event_id = prop_oneof![Just("a"), Just("b"), Just("")];
    let currency = prop_oneof![3 => Just("USD"), 1 => Just("EUR")];
    (
        what,
        receipt,
        any::<bool>(),
        1_i64..=5,
        amount,
        currency,
        status,
        event_id,
    )
        .prop_map(|(what, receipt, tracked, at, cents, currency, status, event_id)| {
            // Without an id each arrival is a new event, so that a repeat would not be one.
            let event_id = if receipt.is_none() && event_id.is_empty() {
                "c"
            } else {
                event_id
            };
            Spec {
                what,
                receipt,
                tracked,
                at,
                cents,
                currency,
                status,
                event_id,
            }
        })
}

/// A story, and when its clicks are recorded.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub story: Story,
    pub clicks_last: bool,
}

/// Draws a story of this many messages under one of the policies.
pub fn scenario(
    events: std::ops::RangeInclusive<usize>,
    policies: &'static [&'static str],
) -> impl Strategy<Value = Scenario> {
    let policy = prop::sample::select(policies);
    let updates = prop::sample::select(&UPDATES[..]);
    let expiration = prop_oneof![3 => Just(None), 1 => Just(Some(2_i64))];
    let flags = (
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
    );
    let repeat = prop::option::of((0_usize..6, 0_usize..7));
    let specs = prop::collection::vec((spec(), change()), events).prop_map(with_changes);
    (specs, policy, updates, expiration, flags, repeat).prop_map(
        |(specs, policy, updates, expiration, (by_type, one_type, own_edit, clicks_last), repeat)| Scenario {
            story: Story {
                specs,
                policy,
                by_type,
                one_type,
                own_edit,
                updates,
                expiration,
                repeat,
                tangled: None,
            },
            clicks_last,
        },
    )
}

/// Draws a story in which no message repeats another, so that each of its orders is different.
pub fn of_distinct(count: usize, policies: &'static [&'static str]) -> impl Strategy<Value = Scenario> {
    scenario(count..=count, policies).prop_filter("two messages are the same", move |scenario| {
        let story = &scenario.story;
        story.events(&story.tracker()).1.len() == count
    })
}

/// A story of six events with one of each kind: a sale that is approved later, its upsell and the
/// upsell's rebill, two links away from the click that only the sale names, and both ways to take
/// money back. One of them comes twice.
fn story(policy: &'static str, one_type: bool, clicks_last: bool) -> Scenario {
    let spec = |what, receipt, at, cents, status, event_id| Spec {
        what,
        receipt: Some(receipt),
        tracked: what == What::Sale,
        at,
        cents,
        currency: "USD",
        status,
        event_id,
    };
    let story = Story {
        specs: vec![
            spec(What::Sale, 1, 1, 1_000, "pending", "a"),
            spec(What::Sale, 1, 3, 1_000, "approved", "a"),
            spec(What::Upsell, 2, 2, 250, "approved", "b"),
            spec(What::Rebill, 3, 4, 100, "approved", ""),
            spec(What::Refund, 1, 4, 1_000, "approved", ""),
            spec(What::Chargeback, 2, 5, 250, "approved", ""),
        ],
        policy,
        by_type: false,
        one_type,
        own_edit: false,
        updates: "every_change",
        expiration: None,
        repeat: Some((1, 3)),
        tangled: None,
    };
    Scenario { story, clicks_last }
}

/// The story of six events under one policy. A normal run uses one form of it, a different one for
/// each policy; a longer run uses all four.
pub fn stories(policy: usize) -> impl Iterator<Item = Scenario> {
    let forms = [(false, false), (true, true), (true, false), (false, true)];
    let count = config(1).cases.min(4) as usize;
    let forms = forms.into_iter().cycle().skip(policy).take(count);
    forms.map(move |(one_type, clicks_last)| story(POLICIES[policy], one_type, clicks_last))
}

/// How many times as much is tried, as the variable `POSTBACK_PERMUTATIONS` says.
pub fn times() -> u32 {
    std::env::var("POSTBACK_PERMUTATIONS").map_or(1, |times| times.parse().unwrap())
}

/// Returns a configuration with this many cases, times the variable `POSTBACK_PERMUTATIONS`.
pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases: cases * times(),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Takes the events in, in one order, with the clicks recorded before or after them.
pub async fn run<S: Store + Inspect>(
    store: &S,
    tracker: &Tracker,
    scenario: &Scenario,
    order: &[usize],
    events: &[Event],
) -> End {
    let clicks = CLICKS.map(click);
    if !scenario.clicks_last {
        store.record(&clicks).await.unwrap();
    }
    for index in order {
        let event = &events[*index];
        ingest(tracker, store, event, event.received_at).await.unwrap();
    }
    if scenario.clicks_last {
        store.record(&clicks).await.unwrap();
    }
    // An expired event is not a link that waits, so that only a pass over all waiting events finds
    // the way around it.
    if scenario.clicks_last || scenario.story.expiration.is_some() {
        attribute(tracker, store, None, after(7_200)).await.unwrap();
    }
    end(store).await
}

/// Returns every order of this many events, each with the event that comes again.
pub fn orders(scenario: &Scenario, count: usize) -> Vec<Vec<usize>> {
    let mut orders = permutations(count);
    if let Some((which, place)) = scenario.story.repeat {
        for order in &mut orders {
            order.insert(place % (count + 1), which % count);
        }
    }
    orders
}

/// Returns every order of this many things.
pub fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let smaller = permutations(count - 1);
    let insert = |order: &Vec<usize>, place: usize| {
        let mut order = order.clone();
        order.insert(place, count - 1);
        order
    };
    smaller
        .iter()
        .flat_map(|order| (0..=order.len()).map(move |place| insert(order, place)))
        .collect()
}
