//! Small stories of a few events, drawn at random, and what a store holds when they have come in
//! some order.

use crate::support::{World, after, click, click_id, with};
use postback::decide::{Mark, mark};
use postback::drive::{attribute, ingest};
use postback::event::{Event, Kind};
use postback::model::Conversion;
use postback::plan::Slot;
use postback::port::{ConversionFilter, EventFilter, Inspect, PageRequest, Store};
use postback::tracker::Tracker;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const POLICIES: [&str; 6] = [
    "create",
    "create_marked",
    "ignore",
    "edit",
    "increment",
    "ignore_event_id",
];
const CLICKS: [&str; 2] = ["c1", "c2"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Sale,
    Upsell,
    Rebill,
    Refund,
    Chargeback,
    Cancel,
}

/// One event as it is drawn. Receipts are 1..=3, each but the first the child of the one before; 4
/// stands alone and belongs to `c2`.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub(super) what: What,
    pub(super) receipt: Option<u8>,
    pub(super) tracked: bool,
    pub(super) at: i64,
    pub(super) cents: i64,
    pub(super) currency: &'static str,
    pub(super) status: &'static str,
    pub(super) event_id: &'static str,
}

impl Spec {
    pub(super) fn click(&self) -> &'static str {
        if self.receipt == Some(4) { "c2" } else { "c1" }
    }

    pub(super) fn type_name(&self, one_type: bool) -> &'static str {
        match self.what {
            What::Sale => "Purchase",
            What::Upsell | What::Rebill if one_type => "Purchase",
            What::Upsell => "Upsell",
            What::Rebill => "Rebill",
            What::Refund => "Refund",
            What::Chargeback => "Chargeback",
            What::Cancel => "CancelRebill",
        }
    }

    fn event(&self, world: &World, scenario: &Scenario) -> Event {
        let mut query = format!(
            "type={}&sum={}.{:02}&currency={}&status={}&eventid={}&time=@{}",
            self.type_name(scenario.one_type),
            self.cents / 100,
            self.cents % 100,
            self.currency,
            self.status,
            self.event_id,
            self.at
        );
        if let Some(receipt) = self.receipt {
            query += &format!("&receipt=R{receipt}");
            if (2..=3).contains(&receipt) {
                query += &format!("&parent=R{}", receipt - 1);
            }
        }
        if self.tracked {
            query += &format!("&clickid={}", self.click());
        }
        let mut event = world.postback_event(&query);
        if scenario.by_type {
            return event;
        }
        event.kind = Some(match self.what {
            What::Sale => Kind::Sale,
            What::Upsell => Kind::Upsell,
            What::Rebill => Kind::Rebill,
            What::Refund => Kind::Refund,
            What::Chargeback => Kind::Chargeback,
            What::Cancel => Kind::Cancel,
        });
        event
    }
}

/// The same message with another status and time, as a network tells that a lead was approved.
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
            // Without any id each arrival is news, so that a repeat is not one.
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

#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) specs: Vec<Spec>,
    pub(super) policy: &'static str,
    /// Whether the events are what their types say, as postbacks are; else each says its kind
    /// itself.
    pub(super) by_type: bool,
    /// Whether sales, upsells and rebills are one type.
    pub(super) one_type: bool,
    /// Whether `Purchase` and `Upsell` are edited across types.
    pub(super) own_edit: bool,
    pub(super) updates: &'static str,
    /// Seconds after the click.
    pub(super) expiration: Option<i64>,
    /// Which event comes a second time, and at which place.
    pub(super) repeat: Option<(usize, usize)>,
    pub(super) clicks_last: bool,
}

/// A story of so many messages under one of the policies.
pub(super) fn scenario(
    events: std::ops::RangeInclusive<usize>,
    policies: &'static [&'static str],
) -> impl Strategy<Value = Scenario> {
    let policy = prop::sample::select(policies);
    let updates = prop::sample::select(&["first_match", "every_change", "never"][..]);
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
            specs,
            policy,
            by_type,
            one_type,
            own_edit,
            updates,
            expiration,
            repeat,
            clicks_last,
        },
    )
}

/// A story whose messages are all news, so that none of its orders is lost to a repeat.
pub(super) fn of_distinct(count: usize, policies: &'static [&'static str]) -> impl Strategy<Value = Scenario> {
    scenario(count..=count, policies).prop_filter("two messages are the same", move |scenario| {
        let world = World::without_clicks(&scenario.document());
        scenario.events(&world).1.len() == count
    })
}

/// Six events with one of each kind: a sale that is approved later, its upsell and the upsell's
/// rebill, two links away from the click that only the sale names, and both ways to take money
/// back. One of them comes twice.
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
    Scenario {
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
        clicks_last,
    }
}

/// The story of six under one policy: by itself one form of it, another for each policy; a longer
/// run takes all four.
pub(super) fn stories(policy: usize) -> impl Iterator<Item = Scenario> {
    let forms = [(false, false), (true, true), (true, false), (false, true)];
    let count = config(1).cases.min(4) as usize;
    let forms = forms.into_iter().cycle().skip(policy).take(count);
    forms.map(move |(one_type, clicks_last)| story(POLICIES[policy], one_type, clicks_last))
}

/// So many times the cases that a run tries by itself.
pub(super) fn config(cases: u32) -> ProptestConfig {
    #[allow(
        clippy::disallowed_methods,
        reason = "how long to search is the caller's choice, not an input"
    )]
    let times = std::env::var("POSTBACK_PERMUTATIONS").map_or(1, |times| times.parse().unwrap());
    ProptestConfig {
        cases: cases * times,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

impl Scenario {
    pub(super) fn document(&self) -> Value {
        with(|d| {
            d["offer_source"][0]["duplicates"] = self.policy.into();
            d["rate"] = json!([
                {"from": "EUR", "to": "USD", "rate": "1.5", "since": after(3).to_string()},
                {"from": "EUR", "to": "USD", "rate": "2", "since": after(5).to_string()},
            ]);
            if let Some(seconds) = self.expiration {
                d["offer_source"][0]["click_expiration"] = format!("{seconds}s").into();
            }
            if self.own_edit {
                d["conversion_type"][0]["duplicates"] = "edit".into();
                d["conversion_type"][2]["duplicates"] = "edit".into();
            }
            d["campaign"][0]["postback"] = json!([
                {"id": "all", "url": "https://push.example/log?p={payout}&d={payout_delta}", "updates": self.updates, "negative": "send"},
                {"id": "paid", "url": "https://push.example/log?p={payout}", "types": ["Purchase"], "statuses": ["approved"]},
            ]);
        })
    }

    /// The events, each identity once: of two messages with one identity only the first can count.
    pub(super) fn events(&self, world: &World) -> (Vec<Spec>, Vec<Event>) {
        let mut known = BTreeSet::new();
        let specs = self.specs.iter().map(|spec| (spec.clone(), spec.event(world, self)));
        specs.filter(|(_, event)| known.insert(event.id.clone())).unzip()
    }
}

/// What every order must agree on.
#[derive(Debug, PartialEq)]
pub(super) struct End {
    conversions: BTreeMap<String, (Conversion, Mark)>,
    slots: Vec<Slot>,
    clicks: BTreeMap<String, Option<String>>,
}

/// Takes the events in, in one order, with the clicks before or after them.
pub(super) async fn run<S: Store + Inspect>(
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
    // An expired event is no link that waits: only a pass over all that waits finds the way around
    // it.
    if scenario.clicks_last || scenario.expiration.is_some() {
        attribute(tracker, store, None, after(7_200)).await.unwrap();
    }
    end(store).await
}

async fn end<S: Inspect>(store: &S) -> End {
    let page = PageRequest::first(1_000);
    let mut slots = slots(store).await;
    let conversions = store.conversions(&ConversionFilter::default(), &page).await.unwrap();
    let marked = conversions.items.into_iter().map(|row| {
        let mark = mark(&row, &slots);
        (row.id.to_string(), (row, mark))
    });
    let conversions = marked.collect();
    // What was sent stays sent, so that it depends on the order.
    slots.iter_mut().for_each(|slot| slot.fired.clear());
    let events = store.events(&EventFilter::default(), &page).await.unwrap();
    let clicks = events
        .items
        .into_iter()
        .map(|row| (row.event.id.to_string(), row.click.map(|id| id.to_string())));
    End {
        conversions,
        slots,
        clicks: clicks.collect(),
    }
}

/// The slots of both clicks.
pub(super) async fn slots<S: Inspect>(store: &S) -> Vec<Slot> {
    let mut slots = Vec::new();
    for id in CLICKS {
        slots.extend(store.slots(&click_id(id)).await.unwrap());
    }
    slots.sort_by_key(|slot| (slot.click.clone(), slot.key.clone()));
    slots
}

/// Every order of so many events, each with the one that comes again.
pub(super) fn orders(scenario: &Scenario, count: usize) -> Vec<Vec<usize>> {
    let mut orders = permutations(count);
    if let Some((which, place)) = scenario.repeat {
        for order in &mut orders {
            order.insert(place % (count + 1), which % count);
        }
    }
    orders
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
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
