//! Every order of the same events ends in the same conversions, and no money is lost or made on the way. What they must come to is computed
//! by [`model`] from the set of events alone.

use super::support::{World, after, click, line, with};
use postback::event::{Event, Kind};
use postback::model::{Conversion, Revenue};
use postback::tracker::{Mark, Outcome, Slot};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

mod model;

const POLICIES: [&str; 6] = [
    "create",
    "create_marked",
    "ignore",
    "edit",
    "increment",
    "ignore_event_id",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Sale,
    Upsell,
    Rebill,
    Refund,
    Chargeback,
    Cancel,
}

/// One event as it is drawn. Receipts are 1..=3, each but the first the child of the one before; 4 stands alone and belongs to `c2`.
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

    fn type_name(&self, one_type: bool) -> &'static str {
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
    /// Whether the events are what their types say, as postbacks are; else each says its kind itself.
    pub(super) by_type: bool,
    /// Whether sales, upsells and rebills are one type.
    pub(super) one_type: bool,
    /// Whether `Purchase` and `Upsell` are edited across types.
    pub(super) own_edit: bool,
    pub(super) updates: &'static str,
    /// Seconds after the click.
    pub(super) expiration: Option<i64>,
    /// Which event comes a second time.
    repeat: Option<prop::sample::Index>,
    clicks_last: bool,
}

fn scenario(events: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Scenario> {
    let policy = prop::sample::select(&POLICIES[..]);
    let updates = prop::sample::select(&["first_match", "every_change", "never"][..]);
    let expiration = prop_oneof![3 => Just(None), 1 => Just(Some(2_i64))];
    let flags = (
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
    );
    let repeat = prop::option::of(any::<prop::sample::Index>());
    (
        prop::collection::vec(spec(), events),
        policy,
        updates,
        expiration,
        flags,
        repeat,
    )
        .prop_map(
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

impl Scenario {
    fn document(&self) -> Value {
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
    fn events(&self, world: &World) -> (Vec<Spec>, Vec<Event>) {
        let mut known = BTreeSet::new();
        let specs = self.specs.iter().map(|spec| (spec.clone(), spec.event(world, self)));
        specs.filter(|(_, event)| known.insert(event.id.clone())).unzip()
    }
}

/// What every order must agree on.
#[derive(Debug, PartialEq)]
struct End {
    conversions: BTreeMap<String, (Conversion, Mark)>,
    slots: Vec<Slot>,
    clicks: BTreeMap<String, Option<String>>,
}

fn run(scenario: &Scenario, document: &Value, order: &[usize], events: &[Event]) -> (World, End) {
    let world = World::without_clicks(document);
    let record = || ["c1", "c2"].map(|id| world.record(&click(id)));
    if !scenario.clicks_last {
        record();
    }
    for index in order {
        world.ingest(&events[*index]);
    }
    if scenario.clicks_last {
        record();
    }
    // An expired event is no link that waits: only a pass over all that waits finds the way around it.
    if scenario.clicks_last || scenario.expiration.is_some() {
        world.attribute();
    }
    let end = end(&world);
    (world, end)
}

fn end(world: &World) -> End {
    use super::support::{block_on, click_id};
    use postback::port::Inspect;
    let slots_of = |id| block_on(world.store.slots(&click_id(id))).unwrap();
    let mut slots: Vec<Slot> = ["c1", "c2"].into_iter().flat_map(slots_of).collect();
    let marked = world.conversions().into_iter().map(|row| {
        let mark = postback::tracker::mark(&row, &slots);
        (row.id.to_string(), (row, mark))
    });
    let conversions = marked.collect();
    // What was sent stays sent, so that it depends on the order.
    slots.iter_mut().for_each(|slot| slot.fired.clear());
    let clicks = world
        .events()
        .into_iter()
        .map(|row| (row.event.id.to_string(), row.click.map(|id| id.to_string())));
    End {
        conversions,
        slots,
        clicks: clicks.collect(),
    }
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let smaller = orders(count - 1);
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

/// Each postback tells of a conversion once, or once for each change.
fn check_deliveries(world: &World, scenario: &Scenario) -> Result<(), TestCaseError> {
    let deliveries = world.deliveries();
    let revision = |postback: &str, event: &postback::value::EventId| match (postback, scenario.updates) {
        ("all", "every_change") => event.to_string(),
        _ => String::new(),
    };
    let told: BTreeSet<_> = deliveries
        .iter()
        .map(|row| &row.delivery)
        .map(|d| {
            (
                d.conversion.clone(),
                d.campaign.clone(),
                d.postback.clone(),
                revision(d.postback.as_str(), &d.event),
            )
        })
        .collect();
    prop_assert_eq!(told.len(), deliveries.len());
    let ids: BTreeSet<_> = deliveries.iter().map(|row| row.delivery.id.clone()).collect();
    prop_assert_eq!(ids.len(), deliveries.len());
    Ok(())
}

fn check(scenario: &Scenario) -> Result<(), TestCaseError> {
    let document = scenario.document();
    let (specs, events) = scenario.events(&World::without_clicks(&document));
    let mut first: Option<End> = None;
    for mut order in orders(events.len()) {
        if let Some(repeat) = &scenario.repeat {
            order.push(repeat.index(events.len()));
        }
        let (world, end) = run(scenario, &document, &order, &events);
        check_deliveries(&world, scenario)?;
        match &first {
            None => {
                let lines: Vec<String> = world.conversions().iter().map(line).collect();
                let expected = model::revenue(scenario, &specs, &events);
                prop_assert_eq!(world.revenue(), expected.to_string(), "{:?}", lines);
                check_conservation(&world, scenario)?;
                first = Some(end);
            }
            Some(first) => prop_assert_eq!(first, &end, "order {:?}", order),
        }
    }
    Ok(())
}

/// Where nothing falls together, each event that counts is one conversion, and each conversion one event.
fn check_conservation(world: &World, scenario: &Scenario) -> Result<(), TestCaseError> {
    let conversions = world.conversions();
    if matches!(scenario.policy, "create" | "create_marked") && !scenario.own_edit {
        let counted = world.events().into_iter().filter(|row| row.outcome == Outcome::Counted);
        let counted: BTreeSet<_> = counted.map(|row| row.event.id).collect();
        let shown: BTreeSet<_> = conversions.iter().map(|row| row.shown.event.clone()).collect();
        prop_assert_eq!(counted.len(), conversions.len());
        prop_assert_eq!(counted, shown);
    }
    for row in &conversions {
        match (row.revenue, row.sum) {
            (Revenue::Counted { money }, Some(sum)) if sum.currency == money.currency => {
                prop_assert_eq!(money, sum, "in one currency what counts is what came");
            }
            _ => {}
        }
    }
    Ok(())
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn every_order_of_up_to_four_events_ends_in_the_same_conversions(scenario in scenario(1..=4)) {
        check(&scenario)?;
    }
}

proptest! {
    #![proptest_config(config(25))]

    #[test]
    fn every_order_of_five_events_ends_in_the_same_conversions(scenario in scenario(5..=5)) {
        check(&scenario)?;
    }
}

proptest! {
    #![proptest_config(config(3))]

    #[test]
    fn every_order_of_six_events_ends_in_the_same_conversions(scenario in scenario(6..=6)) {
        check(&scenario)?;
    }
}
