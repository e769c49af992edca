//! Whole histories through `decide` and the store in memory. In whatever order the same messages
//! come, they end in the same conversions. No message is lost, none counts twice, and the money is
//! what the messages say.

mod drawn;

use super::draw::Draw;
use crate::story::{CLICKS, End, Story, end, model};
use crate::{after, block_on, click};
use drawn::Scenario;
use postback::decide::ReplyOutcome;
use postback::delivery::Cause;
use postback::drive::{attribute, ingest};
use postback::memory::MemoryStore;
use postback::plan::{EventRow, Outcome};
use postback::port::{Claim, DeliveryFilter, EventFilter, Inspect, PageRequest, Store};
use postback::value::DeliveryId;
use postback::{Event, Tracker};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The time of a lease. It is shorter than the time between two claims.
const LEASE: Duration = Duration::from_secs(60);

/// Reads the bytes as a history and a few orders of it.
pub fn history(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let scenario = Scenario::draw(&mut draw);
    let tracker = scenario.tracker();
    let (specs, events) = scenario.story.events(&tracker);
    let mut ids = BTreeMap::new();
    let first = Order::as_drawn(&scenario, events.len());
    let (store, expected) = run(&tracker, &scenario, &events, &first, &mut ids);
    // The model supports only the plain tree of receipts.
    if scenario.story.tangled.is_none() {
        let revenue = model::revenue(&scenario.story, &specs, &events);
        assert_eq!(expected.revenue(), revenue, "{scenario:?}");
    }
    block_on(repeated(&tracker, &store, &events, &expected));
    let far = match scenario.seed % 2 {
        0 => first.reversed(),
        _ => Order::clicks_last(events.len()),
    };
    for order in [first.shuffled(scenario.seed), far] {
        let (_, end) = run(&tracker, &scenario, &events, &order, &mut ids);
        assert_eq!(end, expected, "{order:?} {first:?} {scenario:?}");
    }
}

/// The events that are taken in, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Click(usize),
    Event(usize),
}

#[derive(Debug, Clone)]
struct Order(Vec<Step>);

impl Order {
    fn as_drawn(scenario: &Scenario, events: usize) -> Self {
        let mut steps: Vec<Step> = (0..events).map(Step::Event).collect();
        for (index, place) in scenario.clicks_at.iter().enumerate() {
            steps.insert((*place).min(steps.len()), Step::Click(index));
        }
        if let Some((which, place)) = scenario.story.repeat {
            steps.insert(place.min(steps.len()), Step::Event(which % events));
        }
        Self(steps)
    }

    fn reversed(&self) -> Self {
        Self(self.0.iter().rev().copied().collect())
    }

    /// Swaps each step with another one that the seed chooses.
    fn shuffled(&self, seed: u64) -> Self {
        let mut steps = self.0.clone();
        let mut state = seed;
        for place in (1..steps.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            steps.swap(place, (state >> 33) as usize % (place + 1));
        }
        Self(steps)
    }

    fn clicks_last(events: usize) -> Self {
        let clicks = (0..CLICKS.len()).map(Step::Click);
        Self((0..events).map(Step::Event).chain(clicks).collect())
    }
}

/// Returns the ids of deliveries by conversion and postback, which are the same in every order.
type Ids = BTreeMap<(String, String), DeliveryId>;

fn run(tracker: &Tracker, scenario: &Scenario, events: &[Event], order: &Order, ids: &mut Ids) -> (MemoryStore, End) {
    let store = MemoryStore::with_namespace(tracker.namespace().clone());
    let end = block_on(async {
        let mut known = BTreeSet::new();
        for step in &order.0 {
            match step {
                Step::Click(index) => store.record(&[click(CLICKS[*index])]).await.unwrap(),
                Step::Event(index) => {
                    let event = &events[*index];
                    let reply = ingest(tracker, &store, event, event.received_at).await.unwrap();
                    // A repeated message is a duplicate, unless it waited for one that has come
                    // since.
                    let news = known.insert(&event.id);
                    assert!(!news || reply.outcome != ReplyOutcome::Duplicate, "{event:?}");
                }
            }
        }
        attribute(tracker, &store, None, after(7_200)).await.unwrap();
        let end = end(&store).await;
        let rows = rows(&store).await;
        conserved(&scenario.story, events, &end, &rows);
        delivered(&store, &scenario.story, ids).await;
        end
    });
    (store, end)
}

/// Repeats all messages, and checks that nothing changes.
async fn repeated(tracker: &Tracker, store: &MemoryStore, events: &[Event], expected: &End) {
    for event in events {
        let reply = ingest(tracker, store, event, after(9_000)).await.unwrap();
        assert_eq!(reply.outcome, ReplyOutcome::Duplicate, "{event:?}");
    }
    assert_eq!(end(store).await, *expected);
}

async fn rows(store: &MemoryStore) -> Vec<EventRow> {
    store
        .events(&EventFilter::default(), &PageRequest::first(1_000))
        .await
        .unwrap()
        .items
}

/// Checks that every message is stored once and completely. If no messages belong together, each
/// one that counts makes one conversion.
fn conserved(story: &Story, events: &[Event], end: &End, rows: &[EventRow]) {
    let sent: BTreeMap<_, _> = events.iter().map(|event| (&event.id, event)).collect();
    let stored: BTreeMap<_, _> = rows.iter().map(|row| (&row.event.id, &*row.event)).collect();
    assert_eq!(rows.len(), sent.len());
    assert_eq!(stored, sent);
    let each = matches!(story.policy, "create" | "create_marked") && !story.own_edit;
    if each {
        let counted = rows.iter().filter(|row| row.outcome == Outcome::Applied);
        let counted: BTreeSet<_> = counted.map(|row| &row.event.id).collect();
        let shown: BTreeSet<_> = end.conversions.values().map(|(row, _)| &row.shown.event).collect();
        assert_eq!((counted.len(), &counted), (end.conversions.len(), &shown));
    }
}

/// Checks that each delivery has its own id, which depends only on what it reports, and that it is
/// claimed again with the same id when its lease runs out.
async fn delivered(store: &MemoryStore, story: &Story, ids: &mut Ids) {
    let page = PageRequest::first(1_000);
    let rows = store.deliveries(&DeliveryFilter::default(), &page).await.unwrap().items;
    let mut seen = BTreeSet::new();
    for row in &rows {
        let delivery = &row.delivery;
        assert!(seen.insert(delivery.id.clone()), "twice: {}", delivery.id);
        // If each change is reported, the id depends on the event too, unless the event made the
        // conversion.
        let Cause::Postback {
            conversion, postback, ..
        } = &delivery.cause
        else {
            panic!("a decision makes postbacks: {delivery:?}");
        };
        if postback.as_str() == "all" && story.updates == "every_change" {
            continue;
        }
        let told = (conversion.to_string(), postback.to_string());
        let known = ids.entry(told).or_insert_with(|| delivery.id.clone());
        assert_eq!(*known, delivery.id);
    }
    for now in [8_000, 8_100] {
        let claimed = store.claim(&Claim::new(after(now), LEASE, 1_000)).await.unwrap();
        let leased: BTreeSet<_> = claimed
            .deliveries
            .iter()
            .map(|leased| leased.delivery.id.clone())
            .collect();
        assert_eq!(
            (leased.len(), &leased),
            (claimed.deliveries.len(), &seen),
            "nothing is lost"
        );
    }
}
