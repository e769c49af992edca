//! Microsoft knows an offline conversion by click, goal and second, so that two of one second are
//! told apart.

use crate::modes::{MODES, MODES_CAMPAIGN};
use crate::world::{at, batched, click, event, sent, tracker};
use postback::delivery::{Delivery, Progress};
use postback::plan::{ClickFacts, Correction, Reported, Tally, TallyKey, Write};
use postback::rewrite::Retold;
use postback::{Click, Conversion, Decision, Event, Facts, Plan, Timestamp, Tracker};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const RULE: &str = "to-microsoft_offline";

/// A click, and what is stored of it while events come.
struct Story<'t> {
    tracker: &'t Tracker,
    click: Click,
    tallies: BTreeMap<TallyKey, Tally>,
    /// What is queued.
    reported: Vec<Reported>,
}

impl<'t> Story<'t> {
    fn new(tracker: &'t Tracker) -> Self {
        Self {
            tracker,
            click: click(),
            tallies: BTreeMap::new(),
            reported: Vec::new(),
        }
    }

    fn decide(&mut self, event: &Event) -> Plan {
        let mut facts = Facts::default();
        let known = ClickFacts {
            version: 1,
            click: Some(self.click.clone()),
            tallies: self.tallies.values().cloned().collect(),
        };
        facts.clicks.insert(self.click.id.clone(), known);
        facts.reported.insert(self.click.id.clone(), self.reported.clone());
        let plan = Decision::new(self.tracker).decide(event, &facts, now()).unwrap();
        for write in &plan.commit.writes {
            if let Write::Tally(tally) = write {
                self.tallies.insert(tally.key.clone(), tally.clone());
            }
        }
        plan
    }
}

fn now() -> Timestamp {
    at("2026-03-08T10:05:00Z")
}

/// A sale of an order at a second after ten o'clock.
fn sale(tracker: &Tracker, type_name: &str, order: usize, second: u32) -> Event {
    let query = format!("type={type_name}&sum=1&order=A-{order}&event_id=A-{order}");
    let mut sale = event(tracker, &query);
    sale.at = at(&format!("2026-03-08T10:00:{second:02}.5Z"));
    sale.event_id = Some(format!("A-{order}").as_str().into());
    sale.id = id_of(order);
    sale
}

fn id_of(number: usize) -> postback::value::EventId {
    let letters = (b'a'..=b'z').map(char::from).collect::<Vec<_>>();
    let last = letters[number % letters.len()];
    format!("aaaaaaaaaaaaaaaaaaaaaaaaa{last}").parse().unwrap()
}

fn told(plan: &Plan) -> Delivery {
    crate::world::delivery(plan, RULE).clone()
}

fn item(delivery: &Delivery) -> Value {
    let (_, _, body) = sent(&batched([delivery.clone()]));
    let body: Value = serde_json::from_str(&body).unwrap();
    body["OfflineConversions"][0].clone()
}

fn second(delivery: &Delivery) -> String {
    item(delivery)["ConversionTime"].as_str().unwrap().to_owned()
}

fn conversion(plan: &Plan) -> Conversion {
    let mut writes = plan.commit.writes.iter();
    let found = writes.find_map(|write| match write {
        Write::Conversion(made) => Some(made.clone()),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn the_second_sale_of_a_second_is_told_a_second_later_and_the_trace_says_so() {
    let tracker = tracker(MODES, MODES_CAMPAIGN);
    let mut story = Story::new(&tracker);
    let first = story.decide(&sale(&tracker, "Purchase", 1, 0));
    // An upsell of the same goal, and one more sale.
    let upsell = story.decide(&sale(&tracker, "Upsell", 2, 0));
    let third = story.decide(&sale(&tracker, "Purchase", 3, 1));
    // A lead has a goal of its own.
    let lead = story.decide(&sale(&tracker, "Lead", 4, 0));
    let seconds = [&first, &upsell, &third, &lead].map(|plan| second(&told(plan)));
    assert_eq!(
        seconds,
        [
            "2026-03-08T10:00:00Z",
            "2026-03-08T10:00:01Z",
            "2026-03-08T10:00:02Z",
            "2026-03-08T10:00:00Z",
        ]
    );
    let said = |plan: &Plan| -> Vec<String> {
        let moved = plan.trace.moved.iter().filter(|moved| moved.postback.as_str() == RULE);
        moved.map(ToString::to_string).collect()
    };
    assert!(said(&first).is_empty() && said(&lead).is_empty());
    assert_eq!(
        said(&upsell),
        [
            "the platform is told 2026-03-08T10:00:01Z as its time, since another conversion of this click and goal has its second"
        ]
    );
    assert_eq!(said(&third).len(), 1);
}

#[test]
fn a_conversion_that_changes_keeps_the_second_that_it_was_told_under() {
    let campaign = MODES_CAMPAIGN.replace("api = \"off\"", "api = \"off\"\nupdates = \"every_change\"");
    let tracker = tracker(MODES, &campaign);
    let mut story = Story::new(&tracker);
    story.decide(&sale(&tracker, "Purchase", 1, 0));
    let second_sale = story.decide(&sale(&tracker, "Purchase", 2, 0));
    assert_eq!(second(&told(&second_sale)), "2026-03-08T10:00:01Z");
    story.reported.push(Reported {
        delivery: told(&second_sale),
        progress: Progress::Unsent,
    });
    // The network corrects the amount of the second order, ten seconds later by its clock.
    let mut corrected = sale(&tracker, "Purchase", 2, 10);
    corrected.id = id_of(20);
    corrected.sum = Some(postback::Money {
        amount: "7".parse().unwrap(),
        currency: "USD".parse().unwrap(),
    });
    let again = story.decide(&corrected);
    let (told, item) = (told(&again), item(&told(&again)));
    assert_eq!(
        (second(&told).as_str(), &item["ConversionValue"]),
        ("2026-03-08T10:00:01Z", &7.into())
    );
    let what: Vec<Correction> = again.trace.corrections.iter().map(|trace| trace.what).collect();
    assert_eq!(what, [Correction::SentWithRest]);
}

#[test]
fn what_is_written_again_has_the_same_bytes() {
    let tracker = tracker(MODES, MODES_CAMPAIGN);
    let mut story = Story::new(&tracker);
    let events: Vec<Event> = (0..4).map(|order| sale(&tracker, "Purchase", order, 0)).collect();
    let plans: Vec<Plan> = events.iter().map(|event| story.decide(event)).collect();
    let tallies: Vec<Tally> = story.tallies.values().cloned().collect();
    for (event, plan) in events.iter().zip(&plans) {
        let (sent, made) = (told(plan), conversion(plan));
        let retold = Retold {
            event,
            click: &story.click,
            conversion: &made,
            others: &[],
            anyway: false,
            tallies: &tallies,
            once: true,
        };
        let again = Decision::new(&tracker).rewrite(&sent, &retold, now()).unwrap();
        assert_eq!(again.delivery.outbound, sent.outbound);
        assert_eq!(again.seconds, None);
    }
}

#[test]
fn a_sale_of_another_mode_that_is_written_again_takes_a_second_of_its_own() {
    let before = tracker(MODES, MODES_CAMPAIGN);
    let mut story = Story::new(&before);
    let (old, event) = (sale(&before, "Purchase", 1, 0), sale(&before, "Purchase", 2, 0));
    let plan = story.decide(&old);
    let newer = story.decide(&event);
    // Of the second sale no second is known: it was told before the account had this mode.
    let key = story
        .tallies
        .keys()
        .find(|key| matches!(key, TallyKey::Seconds(..)))
        .unwrap()
        .clone();
    let made = conversion(&newer);
    let tally = story.tallies.get_mut(&key).unwrap();
    tally.seconds.retain(|known| known.conversion != made.id);
    let tallies: Vec<Tally> = story.tallies.values().cloned().collect();
    let retold = Retold {
        event: &event,
        click: &story.click,
        conversion: &made,
        others: &[],
        anyway: false,
        tallies: &tallies,
        once: true,
    };
    let again = Decision::new(&before).rewrite(&told(&newer), &retold, now()).unwrap();
    assert_ne!(second(&again.delivery), second(&told(&plan)));
    let kept = again.seconds.unwrap();
    assert!(kept.seconds.iter().any(|known| known.conversion == made.id));
}

#[test]
fn a_second_ahead_is_not_sent_before_it_has_come() {
    let tracker = tracker(MODES, MODES_CAMPAIGN);
    let mut story = Story::new(&tracker);
    for (order, not_before) in [
        (1, None),
        (2, Some("2026-03-08T10:05:01Z")),
        (3, Some("2026-03-08T10:05:02Z")),
    ] {
        let mut sale = sale(&tracker, "Purchase", order, 0);
        sale.at = now();
        let plan = story.decide(&sale);
        assert_eq!(told(&plan).not_before, not_before.map(at), "{order}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn in_every_order_of_arrival_the_seconds_of_a_goal_differ_and_are_the_same_together(
        sales in prop::collection::vec((0_u32..4, 0_usize..3), 1..9),
        keys in prop::collection::vec(any::<u64>(), 9),
    ) {
        let tracker = tracker(MODES, MODES_CAMPAIGN);
        let events: Vec<Event> = sales
            .iter()
            .enumerate()
            .map(|(order, (second, kind))| sale(&tracker, ["Purchase", "Upsell", "Lead"][*kind], order, *second))
            .collect();
        let mut order: Vec<usize> = (0..events.len()).collect();
        let goals = |order: &[usize]| {
            let mut story = Story::new(&tracker);
            let mut goals: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for place in order {
                let plan = story.decide(&events[*place]);
                let item = item(&told(&plan));
                let name = item["ConversionName"].as_str().unwrap().to_owned();
                let second = item["ConversionTime"].as_str().unwrap().to_owned();
                // Never before its own time, and never one that is taken.
                let own = at(&second).saturating_since(events[*place].at);
                assert!(second.parse::<Timestamp>().unwrap().unix_seconds() >= events[*place].at.unix_seconds());
                assert!(own.as_secs() < 9);
                assert!(goals.entry(name).or_default().insert(second));
            }
            goals
        };
        let as_they_came = goals(&order);
        order.sort_by_key(|place| keys[*place]);
        prop_assert_eq!(goals(&order), as_they_came);
    }
}
